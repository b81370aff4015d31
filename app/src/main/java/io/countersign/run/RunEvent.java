package io.countersign.run;

import io.countersign.Digest;
import io.countersign.GateId;
import io.countersign.Person;
import io.countersign.Problem;
import io.countersign.action.Intent;
import io.countersign.runbook.Gate;
import io.countersign.runbook.Risk;
import io.countersign.runbook.Value;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What happened in a run. Append-only; the journal is the truth and everything else a projection of
 * it.
 *
 * <p>A {@link Command} comes from people and clocks and is accepted in every state that has not
 * ended; a {@link Work} event comes from the worker that holds the run's epoch.
 */
public sealed interface RunEvent {
  /** Written without an epoch, under the run's row lock. */
  sealed interface Command extends RunEvent {}

  /** Written by the worker that holds the run. */
  sealed interface Work extends RunEvent {}

  /** An event of one step. */
  sealed interface OfStep {
    String step();
  }

  /** The run was asked for; always the first event. */
  record Requested(RunSpec spec) implements Command {}

  /** The root message stands in the channel; the first step may start. */
  record Begun() implements Command {}

  record CancelRequested(Person by, String reason) implements Command {}

  /** A person wants the step tried again after {@link PersonNeeded}. */
  record RetryRequested(Person by) implements Command {}

  /** A person ends the run after {@link PersonNeeded}, with everything as it stands. */
  record LeftAsIs(Person by, String reason) implements Command {}

  /** A person wants a step left out that its runbook lets people skip. */
  record SkipRequested(Person by, String step) implements Command, OfStep {}

  /**
   * Enough people have approved.
   *
   * @param notBefore when its cool-off has passed, where it has one
   */
  record GateApproved(
      String step, GateId gate, List<Person> by, Instant validUntil, Optional<Instant> notBefore)
      implements Command, OfStep {}

  record GateDenied(String step, GateId gate, Person by, String reason)
      implements Command, OfStep {}

  /** Nobody answered in time, under {@code then: abort}. */
  record GateExpired(String step, GateId gate) implements Work, OfStep {}

  /**
   * A gate was opened.
   *
   * @param difference from the order of the opening before, empty for the first
   */
  record GateOpened(
      String step,
      GateId gate,
      int opening,
      Digest digest,
      String nonce,
      String order,
      Instant expiresAt,
      Gate.Expiry then,
      List<String> difference)
      implements Work, OfStep {
    public GateOpened {
      difference = List.copyOf(difference);
    }
  }

  /**
   * An approval is no longer good: it was not used in time, or what would run is not what was
   * approved.
   */
  record GateLapsed(String step, GateId gate, String why, List<String> difference)
      implements Work, OfStep {
    public GateLapsed {
      difference = List.copyOf(difference);
    }
  }

  record StepPassedOver(String step, String why) implements Work, OfStep {}

  /** Committed before the action acts. */
  record StepStarted(
      String step, int attempt, String action, Risk risk, Intent intent, Optional<GateId> gate)
      implements Work, OfStep {}

  /** A waiting step: a row, not a thread. */
  record StepParked(String step, int attempt, Instant until, String memo, String said)
      implements Work, OfStep {}

  record StepSucceeded(String step, int attempt, Map<String, Value> outputs, String said)
      implements Work, OfStep {
    public StepSucceeded {
      outputs = Map.copyOf(outputs);
    }
  }

  record StepFailed(String step, int attempt, Problem problem) implements Work, OfStep {}

  /** Nobody knows whether the attempt did its work. */
  record StepInDoubt(String step, int attempt, String check) implements Work, OfStep {}

  /**
   * The attempt changed nothing: the world differs from what was approved, and the gate opens anew.
   */
  record StepDrifted(String step, int attempt, GateId gate, String difference)
      implements Work, OfStep {}

  /**
   * The attempt was cut off and did not do its work; what it left is cleared. Another attempt may
   * follow.
   */
  record AttemptAbandoned(String step, int attempt, String why) implements Work, OfStep {}

  /**
   * What an attempt left cannot be removed yet. Everything else is put back first; then it is tried
   * again, from that moment on.
   *
   * @param within how long after the first such event a person is asked
   */
  record ClearPutOff(String step, int attempt, Instant until, Duration within, String said)
      implements Work, OfStep {}

  /** Something has ended the way forward before the point of no return: {@code on-abort} begins. */
  record AbortBegun(Halt halt) implements Work {}

  /** The run cannot go on by itself. It holds its subject until a person decides. */
  record PersonNeeded(String step, Problem problem) implements Work, OfStep {}

  record Finished(Ending ending) implements Work {}
}
