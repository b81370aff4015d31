package io.countersign.gate;

import io.countersign.Person;
import io.countersign.Role;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The six rules by which a ballot is judged, in order, failing closed. Pure; called inside the
 * transaction that holds the gate's row, with the clock read after the lock.
 */
public final class GateRules {
  /** How old a look at the roster may be when the vote is written. */
  public static final Duration FRESH = Duration.ofSeconds(10);

  private GateRules() {}

  /**
   * Judges one ballot.
   *
   * @param gate the locked row, empty where there is none of that id
   * @param now the database's clock, taken after the lock
   */
  public static Ruling rule(Optional<GateRow> gate, Ballot ballot, Standing standing, Instant now) {
    if (gate.isEmpty()) {
      return new Ruling.Refused(new Ruling.Refusal.NoSuchGate(), Set.of());
    }
    var row = gate.get();
    var refusal =
        notOpen(row, ballot, now)
            .or(() -> notThisOrder(row, ballot))
            .or(() -> notAMember(standing))
            .or(() -> notInRole(row, ballot.actor(), standing, now))
            .or(() -> notASecondPerson(row, ballot.actor()))
            .or(() -> withoutReason(ballot))
            .or(() -> notTyped(row, ballot))
            .or(() -> noPlace(row, ballot, standing));
    if (refusal.isPresent()) {
      return new Ruling.Refused(refusal.get(), canAct(row, standing));
    }
    return counted(row, ballot, standing, now);
  }

  // 1
  private static Optional<Ruling.Refusal> notOpen(GateRow row, Ballot ballot, Instant now) {
    if (ballot.choice() == Ballot.Choice.DENY && row.cooling(now)) {
      return Optional.empty();
    }
    if (row.status() != GateRow.Status.OPEN) {
      var last =
          row.votes().isEmpty() ? Optional.<Vote>empty() : Optional.of(row.votes().getLast());
      return Optional.of(
          new Ruling.Refusal.Decided(row.status(), last.map(Vote::person), row.decidedAt()));
    }
    return now.isBefore(row.expiresAt())
        ? Optional.empty()
        : Optional.of(new Ruling.Refusal.Expired(row.expiresAt()));
  }

  // 2
  private static Optional<Ruling.Refusal> notThisOrder(GateRow row, Ballot ballot) {
    boolean same =
        row.digest().equals(ballot.digest())
            && MessageDigest.isEqual(
                row.nonce().getBytes(StandardCharsets.UTF_8),
                ballot.nonce().getBytes(StandardCharsets.UTF_8));
    return same ? Optional.empty() : Optional.of(new Ruling.Refusal.Outdated());
  }

  // 3
  private static Optional<Ruling.Refusal> notAMember(Standing standing) {
    return switch (standing.membership()) {
      case Roster.Membership.Full() -> Optional.empty();
      case Roster.Membership.Excluded(var what) -> Optional.of(new Ruling.Refusal.Excluded(what));
      case Roster.Membership.Unreadable(var why) -> Optional.of(new Ruling.Refusal.Unreadable(why));
    };
  }

  // 4
  private static Optional<Ruling.Refusal> notInRole(
      GateRow row, Person actor, Standing standing, Instant now) {
    if (Duration.between(standing.readAt(), now).compareTo(FRESH) > 0) {
      return Optional.of(new Ruling.Refusal.Unreadable("the answer came too late to be trusted"));
    }
    boolean holds = false;
    for (var role : row.policy().from()) {
      switch (standing.rosters().get(role)) {
        case Roster.Reading.Members(var people, _, _) -> holds |= people.contains(actor);
        case Roster.Reading.Unreadable(var why) -> {
          return Optional.of(new Ruling.Refusal.Unreadable(why));
        }
        case null -> {
          return Optional.of(new Ruling.Refusal.Unreadable("nobody says who holds " + role));
        }
      }
    }
    return holds
        ? Optional.empty()
        : Optional.of(new Ruling.Refusal.NotInRole(joined(row.policy().from())));
  }

  // 5
  private static Optional<Ruling.Refusal> notASecondPerson(GateRow row, Person actor) {
    if (actor.equals(row.requester())) {
      return Optional.of(new Ruling.Refusal.IsRequester());
    }
    if (row.barred().contains(actor)) {
      return Optional.of(new Ruling.Refusal.Barred());
    }
    return row.votes().stream()
        .filter(it -> it.person().equals(actor))
        .findFirst()
        .map(Ruling.Refusal.VotedBefore::new);
  }

  private static Optional<Ruling.Refusal> withoutReason(Ballot ballot) {
    return ballot.choice() == Ballot.Choice.DENY && ballot.reason().isBlank()
        ? Optional.of(new Ruling.Refusal.ReasonMissing())
        : Optional.empty();
  }

  /** Typing the name is what keeps a tired thumb from destroying something for ever. */
  private static Optional<Ruling.Refusal> notTyped(GateRow row, Ballot ballot) {
    return ballot.choice() == Ballot.Choice.APPROVE
        ? row.phrase()
            .filter(it -> !it.equals(ballot.typed().strip()))
            .map(Ruling.Refusal.NotTyped::new)
        : Optional.empty();
  }

  /** An approval that fills no empty place would look like one that counts. */
  private static Optional<Ruling.Refusal> noPlace(GateRow row, Ballot ballot, Standing standing) {
    var approvers = row.approvers();
    return ballot.choice() == Ballot.Choice.DENY
            || row.quorum().fills(roles(row, ballot.actor(), standing), approvers)
        ? Optional.empty()
        : Optional.of(new Ruling.Refusal.NoPlace(joined(row.quorum().open(approvers))));
  }

  // 6
  private static Ruling counted(GateRow row, Ballot ballot, Standing standing, Instant now) {
    var votes = new java.util.ArrayList<>(row.votes());
    var roles = roles(row, ballot.actor(), standing);
    votes.add(new Vote(ballot.actor(), ballot.choice(), ballot.reason(), now, roles));
    if (ballot.choice() == Ballot.Choice.DENY) {
      return new Ruling.Denied(with(row, GateRow.Status.DENIED, votes, Optional.of(now)));
    }
    var after = with(row, GateRow.Status.OPEN, votes, Optional.empty());
    int missing = row.quorum().missing(after.approvers());
    return missing == 0
        ? new Ruling.Approved(with(row, GateRow.Status.APPROVED, votes, Optional.of(now)))
        : new Ruling.Counted(after, missing);
  }

  private static GateRow with(
      GateRow row, GateRow.Status status, java.util.List<Vote> votes, Optional<Instant> decided) {
    return new GateRow(
        row.id(),
        row.run(),
        row.step(),
        row.opening(),
        row.digest(),
        row.nonce(),
        status,
        row.requester(),
        row.barred(),
        row.policy(),
        row.quorum(),
        row.order(),
        row.phrase(),
        row.openedAt(),
        row.expiresAt(),
        decided,
        votes);
  }

  private static String joined(java.util.List<Role> roles) {
    return roles.stream().map(Role::name).collect(Collectors.joining(" or "));
  }

  /** Which of the gate's roles somebody holds, as the look-up for this vote says. */
  private static Set<Role> roles(GateRow row, Person person, Standing standing) {
    return row.policy().from().stream()
        .filter(
            it ->
                standing.rosters().get(it) instanceof Roster.Reading.Members(var members, _, _)
                    && members.contains(person))
        .collect(Collectors.toUnmodifiableSet());
  }

  /**
   * Who could countersign this gate now, as far as the rosters say: whose approval would fill a
   * place that is still empty.
   */
  public static Set<Person> canAct(GateRow row, Standing standing) {
    var people = new HashSet<Person>();
    for (var role : row.policy().from()) {
      if (standing.rosters().get(role) instanceof Roster.Reading.Members(var members, _, _)) {
        people.addAll(members);
      }
    }
    people.remove(row.requester());
    people.removeAll(row.barred());
    row.votes().forEach(it -> people.remove(it.person()));
    var approvers = row.approvers();
    people.removeIf(it -> !row.quorum().fills(roles(row, it, standing), approvers));
    return people;
  }
}
