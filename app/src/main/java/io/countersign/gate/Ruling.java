package io.countersign.gate;

import io.countersign.Person;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/** What became of a ballot. */
public sealed interface Ruling {
  /** The vote completed the quorum; the run goes on. */
  record Approved(GateRow gate) implements Ruling {}

  /** The vote counts; others are still needed. */
  record Counted(GateRow gate, int missing) implements Ruling {}

  /** The gate is denied; nothing of the step runs. */
  record Denied(GateRow gate) implements Ruling {}

  /**
   * Nothing was counted.
   *
   * @param canAct who could countersign, as far as it is known; without the requester and the
   *     barred
   */
  record Refused(Refusal why, Set<Person> canAct) implements Ruling {
    public Refused {
      canAct = Set.copyOf(canAct);
    }
  }

  /** Why a ballot was refused. */
  sealed interface Refusal {
    record NoSuchGate() implements Refusal {}

    /** Approved, denied, expired or closed before. */
    record Decided(GateRow.Status status, Optional<Person> by, Optional<Instant> at)
        implements Refusal {}

    record Expired(Instant at) implements Refusal {}

    /** The card shows another order or an earlier opening. */
    record Outdated() implements Refusal {}

    /** Not a full member of this workspace. */
    record Excluded(String what) implements Refusal {}

    /** It could not be read who may act. */
    record Unreadable(String why) implements Refusal {}

    record NotInRole(String roles) implements Refusal {}

    record IsRequester() implements Refusal {}

    /** Skipped, retried in doubt or resolved something in this run. */
    record Barred() implements Refusal {}

    /**
     * Everything that the actor could fill is filled.
     *
     * @param needed the roles of which somebody is still needed
     */
    record NoPlace(String needed) implements Refusal {}

    record VotedBefore(Vote vote) implements Refusal {}

    record ReasonMissing() implements Refusal {}

    /** An approval of this gate takes the phrase, typed exactly. */
    record NotTyped(String phrase) implements Refusal {}
  }
}
