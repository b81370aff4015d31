/**
 * Gates: the stop before a destructive step, the order that is approved, and the one decision about
 * a vote.
 */
@org.jspecify.annotations.NullMarked
package io.countersign.gate;
