package io.countersign.runbook;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One line of a runbook.
 *
 * @param id unique in the runbook, at most 24 characters; lines of {@code on-abort} are called
 *     {@code abort-1}, {@code abort-2} ...
 * @param action the action's name
 * @param with its inputs
 * @param optional whether a person may skip it
 */
public record Step(
    String id,
    String action,
    Map<String, Input> with,
    Optional<When> when,
    Optional<Gate> gate,
    boolean optional) {
  public Step {
    with = java.util.Collections.unmodifiableMap(new TreeMap<>(with));
  }

  /**
   * {@code when:} runs the step only if a parameter has this value.
   *
   * @param parameter its name, or a reference without its {@code ${}} that is known when the run is
   *     asked for: {@code tenant.kept-by}
   */
  public record When(String parameter, String value) {
    /** Whether it compares what was looked up and not what was asked for. */
    public boolean ofContext() {
      return parameter.indexOf('.') >= 0;
    }
  }
}
