package io.countersign.run;

import io.countersign.Person;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Who has steered a run and therefore counts as its requester at every later gate: whoever had a
 * step skipped, whoever had one tried again about which nobody knew whether it was done, and
 * whoever settled how a run ends. Trying again what has plainly failed changes nothing about what
 * is asked.
 */
public final class Barred {
  private Barred() {}

  public static Set<Person> of(List<Recorded> journal) {
    var barred = new HashSet<Person>();
    boolean doubt = false;
    for (var recorded : journal) {
      switch (recorded.event()) {
        case RunEvent.StepInDoubt _ -> doubt = true;
        case RunEvent.StepSucceeded _,
            RunEvent.StepFailed _,
            RunEvent.StepDrifted _,
            RunEvent.StepParked _,
            RunEvent.ClearPutOff _,
            RunEvent.AttemptAbandoned _ ->
            doubt = false;
        case RunEvent.RetryRequested(var by) -> {
          if (doubt) {
            barred.add(by);
          }
        }
        case RunEvent.LeftAsIs(var by, _) -> barred.add(by);
        case RunEvent.SkipRequested(var by, _) -> barred.add(by);
        case RunEvent.Requested _,
            RunEvent.Begun _,
            RunEvent.CancelRequested _,
            RunEvent.GateApproved _,
            RunEvent.GateDenied _,
            RunEvent.GateExpired _,
            RunEvent.GateOpened _,
            RunEvent.GateLapsed _,
            RunEvent.StepPassedOver _,
            RunEvent.StepStarted _,
            RunEvent.AbortBegun _,
            RunEvent.PersonNeeded _,
            RunEvent.Finished _ -> {}
      }
    }
    return Set.copyOf(barred);
  }
}
