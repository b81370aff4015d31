package io.countersign.run;

import io.countersign.Person;
import java.util.List;
import java.util.Set;

/**
 * A run as proposed to its requester; nothing has happened yet.
 *
 * @param id names the draft on its Start button; starting the same draft twice starts one run
 * @param canCountersign who could countersign besides the requester
 * @param past how long steps of earlier runs took
 */
public record Draft(
    String id, RunSpec spec, List<PlannedStep> steps, Set<Person> canCountersign, List<Took> past) {
  public Draft {
    steps = List.copyOf(steps);
    canCountersign = Set.copyOf(canCountersign);
    past = List.copyOf(past);
  }

  /**
   * One step of the plan; its statements exact, values not yet known as {@code <server of step
   * pitr>}.
   */
  public record PlannedStep(
      String id, String action, String sentence, List<String> statements, boolean gated) {
    public PlannedStep {
      statements = List.copyOf(statements);
    }
  }
}
