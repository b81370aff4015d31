/**
 * The only reader of YAML: runbooks and estates from text to validated values, or everything that
 * is wrong with them, with line and column.
 */
@org.jspecify.annotations.NullMarked
package io.countersign.yaml;
