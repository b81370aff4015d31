/**
 * Runs: events, the fold into a state, the decision what comes next, and the engine that acts on
 * it.
 */
@org.jspecify.annotations.NullMarked
package io.countersign.run;
