package io.countersign.gate;

import io.countersign.Digest;
import io.countersign.GateId;
import io.countersign.Person;
import io.countersign.Role;
import io.countersign.RunId;
import io.countersign.runbook.Gate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One gate as it stands in the database.
 *
 * @param opening from 1; a gate that opens anew is a new row
 * @param order the canonical order that {@code digest} is of
 * @param quorum how many people it takes, and of which roles
 * @param barred people who may not vote besides the requester: whoever skipped, retried in doubt or
 *     resolved something in this run
 * @param phrase what an approver has to type; empty where the button is enough
 * @param decidedAt when it was approved, denied, expired or closed
 */
public record GateRow(
    GateId id,
    RunId run,
    String step,
    int opening,
    Digest digest,
    String nonce,
    Status status,
    Person requester,
    Set<Person> barred,
    Gate policy,
    Quorum quorum,
    String order,
    Optional<String> phrase,
    Instant openedAt,
    Instant expiresAt,
    Optional<Instant> decidedAt,
    List<Vote> votes) {
  public GateRow {
    barred = Set.copyOf(barred);
    votes = List.copyOf(votes);
  }

  public enum Status {
    OPEN,
    APPROVED,
    DENIED,
    EXPIRED,
    /** Approved or open, but its order is no longer what would run, or the run was cancelled. */
    CLOSED
  }

  /** When the step may begin; empty while the gate is not approved. */
  public Optional<Instant> startsAt() {
    return status == Status.APPROVED
        ? decidedAt.map(it -> it.plus(policy.coolOff().orElse(Duration.ZERO)))
        : Optional.empty();
  }

  /** Approved, and its step still waits for the cool-off to pass: it can be stopped. */
  public boolean cooling(Instant now) {
    return policy.coolOff().isPresent() && startsAt().filter(now::isBefore).isPresent();
  }

  /** The roles of those who have approved, person by person. */
  public List<Set<Role>> approvers() {
    return votes.stream()
        .filter(it -> it.choice() == Ballot.Choice.APPROVE)
        .map(Vote::roles)
        .toList();
  }
}
