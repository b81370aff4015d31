/**
 * What makes a run's record trustworthy a year later: chains of hashes over its rows, anchors over
 * all chains, their verification, and the bundle that an auditor reads. Pure.
 */
@org.jspecify.annotations.NullMarked
package io.countersign.audit;
