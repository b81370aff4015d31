package io.countersign.run;

import io.countersign.action.Catalogue;
import io.countersign.runbook.Runbook;
import io.countersign.runbook.Step;
import io.countersign.runbook.Value;
import java.util.List;
import java.util.Map;

/** The steps of a run before it starts, with their exact statements. Pure; connects nowhere. */
public final class Blueprint {
  private Blueprint() {}

  /**
   * @param pinned what {@code ${tenant.*}} and the like mean; what is not in it shows as {@code
   *     <tenant.database>}
   */
  public static List<Draft.PlannedStep> steps(
      Runbook runbook,
      Catalogue actions,
      Map<String, Value> parameters,
      Map<String, Value> pinned) {
    return runbook.steps().stream().map(it -> step(it, actions, parameters, pinned)).toList();
  }

  /** The lines that put things back before the point of no return. */
  public static List<Draft.PlannedStep> onAbort(
      Runbook runbook,
      Catalogue actions,
      Map<String, Value> parameters,
      Map<String, Value> pinned) {
    return runbook.onAbort().stream().map(it -> step(it, actions, parameters, pinned)).toList();
  }

  private static Draft.PlannedStep step(
      Step step, Catalogue actions, Map<String, Value> parameters, Map<String, Value> pinned) {
    var action = actions.find(step.action()).orElseThrow();
    var text = action.plan(Inputs.planned(step, parameters, pinned));
    return new Draft.PlannedStep(
        step.id(), step.action(), text.sentence(), text.statements(), step.gate().isPresent());
  }
}
