package io.countersign.run;

import io.countersign.GateId;
import io.countersign.Problem;
import io.countersign.runbook.Gate;
import java.time.Instant;
import java.util.Optional;

/** Where a run stands, folded from its journal. Each state says what a crash in it means. */
public sealed interface RunState {
  Facts facts();

  /**
   * Waits until its root message stands. After a crash: the sender looks for the message and goes
   * on.
   */
  record Asked(Facts facts) implements RunState {}

  /** Between two steps, or at the end of a section. After a crash: nothing was going on. */
  record Ready(Facts facts, Place next) implements RunState {}

  /** The gate before {@code place} is open. After a crash: it is still open. */
  record AtGate(Facts facts, Place place, GateId gate, Instant expiresAt, Gate.Expiry then)
      implements RunState {}

  /**
   * Approved; the step has not begun. After a crash: it waits for its cool-off, begins, or asks
   * again when the approval is too old.
   *
   * @param notBefore when the cool-off has passed, where there is one
   */
  record Approved(
      Facts facts, Place place, GateId gate, Instant validUntil, Optional<Instant> notBefore)
      implements RunState {}

  /**
   * An attempt acts, or its holder has died: whoever claims the run in this state has to recover
   * it.
   */
  record Running(Facts facts, Place place, int attempt) implements RunState {}

  /**
   * An attempt waits; nothing is held. After a crash: it is visited again when its time has come.
   */
  record Parked(Facts facts, Place place, int attempt, Instant until) implements RunState {}

  /**
   * Nobody knows whether the attempt did its work; it is probed again and again, never repeated.
   */
  record InDoubt(Facts facts, Place place, int attempt, String check, Instant since)
      implements RunState {}

  /** Waits for a person; holds its subject. */
  record NeedsPerson(Facts facts, Place place, Problem problem) implements RunState {}

  /** Terminal. Holds nothing. */
  record Ended(Facts facts, Ending ending) implements RunState {}
}
