package io.countersign.runbook;

import java.util.List;
import java.util.Optional;

/**
 * One parameter of a runbook.
 *
 * @param choices the words to choose from, else empty
 * @param max the longest text in characters, 1 to 3,000
 * @param preset its value where the requester gives none
 * @param optional whether it may stay without a value; then no step may refer to it
 */
public record Parameter(
    String name,
    ValueType type,
    List<String> choices,
    int max,
    Optional<Value> preset,
    boolean optional,
    String help) {
  public Parameter {
    choices = List.copyOf(choices);
  }
}
