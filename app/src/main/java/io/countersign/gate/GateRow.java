package io.countersign.gate;

import io.countersign.Digest;
import io.countersign.GateId;
import io.countersign.Person;
import io.countersign.RunId;
import io.countersign.runbook.Gate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One gate as it stands in the database.
 *
 * @param opening from 1; a gate that opens anew is a new row
 * @param order the canonical order that {@code digest} is of
 * @param barred people who may not vote: the requester, and whoever skipped or resolved something
 *     in this run
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

  public long approvals() {
    return votes.stream().filter(it -> it.choice() == Ballot.Choice.APPROVE).count();
  }
}
