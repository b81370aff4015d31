package io.countersign.runbook;

/**
 * What a step's {@code with:} gives to one input: a value, or a reference to one. There are no
 * expressions.
 */
public sealed interface Input {
  /** A value written in the runbook, already of the input's type. */
  record Literal(Value value) implements Input {}

  /**
   * {@code ${to}}: a parameter.
   *
   * @param name the parameter's name
   */
  record OfParameter(String name) implements Input {}

  /**
   * {@code ${run.stamp}}, {@code ${tenant.database}}, {@code ${estate.name}}: looked up once at
   * submit and pinned.
   *
   * @param path both parts, {@code tenant.database}
   */
  record OfContext(String path) implements Input {}

  /** {@code ${copy.database}}: an output of an earlier step. */
  record OfStep(String step, String output) implements Input {}
}
