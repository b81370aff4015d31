package io.countersign.run;

import io.countersign.RunId;
import org.jspecify.annotations.Nullable;

/** Whether a run can be cancelled now, and what whoever asks is told. Pure. */
final class Cancelling {
  private Cancelling() {}

  static boolean possible(RunState state) {
    return !(state instanceof RunState.NeedsPerson)
        && !(state instanceof RunState.InDoubt)
        && state.facts().halt().isEmpty();
  }

  static String told(RunId run, @Nullable RunState before, boolean written) {
    if (before == null) {
      return "Run " + run + " has ended; there is nothing to cancel.";
    }
    if (!written && before instanceof RunState.InDoubt doubt && doubt.facts().halt().isEmpty()) {
      return "Run %s cannot be cancelled at the moment: nobody knows yet whether step %s was done. I look again every %d s; cancel when that is settled."
          .formatted(
              run,
              doubt.facts().open().map(Facts.OpenAttempt::step).orElse(""),
              Decide.LOOK_AGAIN.toSeconds());
    }
    if (!written) {
      return notCancelled(run, before);
    }
    if (before.facts().crossed()) {
      return "Run %s stops after the step it is in. Its destructive step has begun, so nothing is put back; I will ask what to do."
          .formatted(run);
    }
    return before instanceof RunState.Running
        ? "Run " + run + " is cancelled: the present step is stopped, then everything is put back."
        : "Run " + run + " is cancelled; everything is put back now.";
  }

  private static String notCancelled(RunId run, RunState before) {
    if (before instanceof RunState.NeedsPerson) {
      return (before.facts().crossed()
                  ? "The destructive step of run %s has begun, so it cannot be cancelled any more."
                  : "Run %s is being put back already, and needs a person.")
              .formatted(run)
          + " Say retry to try the step again, or leave to end it with everything as it stands.";
    }
    return before.facts().crossed()
        ? "Run %s stops already after the step it is in; I will ask what to do.".formatted(run)
        : "Run " + run + " is being put back already; there is nothing to do.";
  }
}
