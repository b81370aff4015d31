package io.countersign.action;

import java.util.List;

/**
 * What a step will do, exactly.
 *
 * @param sentence for people, present tense, without a full stop: "freeze acme: status read_only"
 * @param statements SQL, API calls or argv in order
 */
public record PlanText(String sentence, List<String> statements) {
  public PlanText {
    statements = List.copyOf(statements);
  }
}
