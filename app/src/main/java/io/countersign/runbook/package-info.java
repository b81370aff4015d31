/**
 * Runbooks: validated, immutable procedures, their typed values and references, and what lint finds
 * wrong in them. Pure.
 */
@org.jspecify.annotations.NullMarked
package io.countersign.runbook;
