package io.countersign.runbook;

import java.util.Map;
import java.util.Set;

/**
 * What lint needs to know of an action.
 *
 * @param optionalInputs inputs that may be left out
 */
public record ActionSignature(
    String name,
    Map<String, ValueType> inputs,
    Set<String> optionalInputs,
    Map<String, ValueType> outputs,
    Risk risk,
    boolean skippable) {
  public ActionSignature {
    inputs = Map.copyOf(inputs);
    optionalInputs = Set.copyOf(optionalInputs);
    outputs = Map.copyOf(outputs);
  }
}
