/**
 * Everything that stands in for the outside world, so that the whole bot can be tried on one
 * machine; chosen only in the wiring.
 */
@org.jspecify.annotations.NullMarked
package io.countersign.sandbox;
