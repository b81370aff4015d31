/** Chains, anchors, their verification and the bundle. */
@org.jspecify.annotations.NullMarked
package io.countersign.audit;
