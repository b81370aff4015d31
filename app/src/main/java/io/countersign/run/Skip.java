package io.countersign.run;

import io.countersign.runbook.Near;
import io.countersign.runbook.Runbook;
import io.countersign.runbook.Step;
import java.util.Optional;

/** Whether a step can be left out now, and if not, why and what can be done instead. Pure. */
final class Skip {
  private final Step step;
  private final int index;

  private Skip(Runbook runbook, Step step) {
    this.step = step;
    this.index = runbook.steps().indexOf(step);
  }

  /** Which step is meant. */
  sealed interface Found {
    record May(Skip skip) implements Found {}

    record MayNot(String sentence) implements Found {}
  }

  /**
   * @param id as somebody wrote it
   */
  static Found of(Runbook runbook, String id) {
    var step = runbook.steps().stream().filter(it -> it.id().equals(id)).findFirst();
    if (step.isEmpty()) {
      var near = Near.names(id, runbook.steps().stream().map(Step::id).toList());
      return new Found.MayNot(
          (id.isBlank() ? "Nothing was skipped: say which step." : "There is no step " + id + ".")
              + (near.isEmpty() ? "" : " Did you mean " + String.join(" or ", near) + "?")
              + " "
              + skippable(runbook));
    }
    return step.get().optional()
        ? new Found.May(new Skip(runbook, step.get()))
        : new Found.MayNot(
            "Step %s cannot be skipped, because its runbook does not allow it; nothing was done. %s"
                .formatted(id, skippable(runbook)));
  }

  private static String skippable(Runbook runbook) {
    var ids = runbook.steps().stream().filter(Step::optional).map(Step::id).toList();
    return ids.isEmpty()
        ? "No step of this run can be skipped."
        : "Steps that can be skipped: " + String.join(", ", ids) + ".";
  }

  /** Why it cannot be left out in this state; empty where it can. */
  Optional<String> against(RunState state) {
    if (state.facts().skipped().contains(step.id())) {
      return Optional.of("Step " + step.id() + " is left out already.");
    }
    return switch (state) {
      case RunState.Asked it -> halted(it);
      case RunState.Ready(_, var next) -> halted(state).or(() -> at(next, 0));
      case RunState.Running(_, var place, _) -> halted(state).or(() -> at(place, 1));
      case RunState.Parked(_, var place, _, _) -> halted(state).or(() -> at(place, 1));
      case RunState.AtGate _, RunState.Approved _ ->
          Optional.of(
              "A card of this run is open or approved, and what follows it does not change while"
                  + " people decide. Nothing was skipped; ask again when its step is over, or deny"
                  + " it.");
      case RunState.InDoubt _ ->
          Optional.of(
              "Nobody knows yet whether a step of this run was done, so nothing was skipped. I look"
                  + " again every "
                  + Decide.LOOK_AGAIN.toSeconds()
                  + " s; ask again when that is settled.");
      case RunState.NeedsPerson(_, var place, _) -> asked(place);
      case RunState.Ended _ -> Optional.of("The run has ended; there is nothing to skip.");
    };
  }

  private static Optional<String> halted(RunState state) {
    return state.facts().halt().isPresent()
        ? Optional.of("This run is stopped already, so nothing was skipped.")
        : Optional.empty();
  }

  /**
   * @param begun 1 where the step at this place has begun, 0 where it has not
   */
  private Optional<String> at(Place place, int begun) {
    if (place.section() == Place.Section.ON_ABORT) {
      return Optional.of("This run is being put back, so nothing was skipped.");
    }
    if (index >= place.index() + begun) {
      return Optional.empty();
    }
    return Optional.of(
        index == place.index()
            ? "Step %s has begun, so it is not skipped. Wait for its end, or cancel the run."
                .formatted(step.id())
            : "Step " + step.id() + " is over already; there is nothing to skip.");
  }

  private Optional<String> asked(Place place) {
    if (place.section() == Place.Section.ON_ABORT) {
      return Optional.of("This run is being put back, so nothing was skipped. Try again instead.");
    }
    return place.index() == index
        ? Optional.empty()
        : Optional.of(
            "The run waits for a person at another step; nothing was skipped. First settle that:"
                + " say retry, or skip that step.");
  }
}
