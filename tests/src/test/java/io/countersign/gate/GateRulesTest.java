package io.countersign.gate;

import static io.countersign.support.Samples.ALICE;
import static io.countersign.support.Samples.BOB;
import static io.countersign.support.Samples.CAROL;
import static io.countersign.support.Samples.DANA;
import static io.countersign.support.Samples.GATE;
import static io.countersign.support.Samples.NONCE;
import static io.countersign.support.Samples.NOON;
import static io.countersign.support.Samples.RUN;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.Digest;
import io.countersign.Person;
import io.countersign.Role;
import io.countersign.gate.Ruling.Refusal;
import io.countersign.support.Samples;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class GateRulesTest {
  private static final Digest DIGEST = Digest.of("order");

  @Test
  void a_second_admin_approves() {
    assertThat(rule(row(1), approve(BOB))).isInstanceOf(Ruling.Approved.class);
  }

  @Test
  void an_unknown_gate_is_refused() {
    var ruling = GateRules.rule(Optional.empty(), approve(BOB), standing(), NOON);
    assertThat(refusal(ruling)).isInstanceOf(Refusal.NoSuchGate.class);
  }

  @Test
  void the_moment_of_expiry_is_too_late_and_the_moment_before_is_not() {
    var row = row(1);
    var at = row.expiresAt();
    assertThat(refusal(GateRules.rule(Optional.of(row), approve(BOB), standingAt(at), at)))
        .isInstanceOf(Refusal.Expired.class);
    var before = at.minusNanos(1_000);
    assertThat(GateRules.rule(Optional.of(row), approve(BOB), standingAt(before), before))
        .isInstanceOf(Ruling.Approved.class);
  }

  @Test
  void a_decided_gate_takes_no_more_votes_and_says_who_decided() {
    var approved = ((Ruling.Approved) rule(row(1), approve(BOB))).gate();
    assertThat(refusal(rule(approved, approve(DANA))))
        .isInstanceOfSatisfying(
            Refusal.Decided.class,
            it -> {
              assertThat(it.by()).contains(BOB);
              assertThat(it.status()).isEqualTo(GateRow.Status.APPROVED);
            });
  }

  @Test
  void another_digest_or_nonce_is_another_order() {
    var wrongDigest =
        new Ballot(GATE, BOB, Ballot.Choice.APPROVE, Digest.of("other"), NONCE, "", "", "button");
    var wrongNonce =
        new Ballot(
            GATE, BOB, Ballot.Choice.APPROVE, DIGEST, "another-nonce-of-16", "", "", "button");
    assertThat(refusal(rule(row(1), wrongDigest))).isInstanceOf(Refusal.Outdated.class);
    assertThat(refusal(rule(row(1), wrongNonce))).isInstanceOf(Refusal.Outdated.class);
  }

  @Test
  void bots_guests_and_outsiders_are_refused_even_when_the_roster_names_them() {
    var standing =
        new Standing(new Roster.Membership.Excluded("a guest"), rosters(ALICE, BOB), NOON);
    assertThat(refusal(GateRules.rule(Optional.of(row(1)), approve(BOB), standing, NOON)))
        .isInstanceOf(Refusal.Excluded.class);
  }

  @Test
  void who_cannot_be_looked_up_is_refused() {
    var standing =
        new Standing(new Roster.Membership.Unreadable("timeout"), rosters(ALICE, BOB), NOON);
    assertThat(refusal(GateRules.rule(Optional.of(row(1)), approve(BOB), standing, NOON)))
        .isInstanceOf(Refusal.Unreadable.class);
  }

  @Test
  void somebody_outside_the_role_is_refused_and_hears_who_can() {
    var ruling = (Ruling.Refused) rule(row(1), approve(CAROL));
    assertThat(ruling.why()).isInstanceOf(Refusal.NotInRole.class);
    assertThat(ruling.canAct()).containsExactlyInAnyOrder(BOB, DANA);
  }

  @Test
  void an_unreadable_or_missing_or_empty_roster_refuses() {
    var unreadable =
        new Standing(
            new Roster.Membership.Full(),
            Map.of(Role.PLATFORM_ADMIN, new Roster.Reading.Unreadable("rate limited")),
            NOON);
    var missing = new Standing(new Roster.Membership.Full(), Map.of(), NOON);
    var empty = new Standing(new Roster.Membership.Full(), rosters(), NOON);
    for (var standing : List.of(unreadable, missing)) {
      assertThat(refusal(GateRules.rule(Optional.of(row(1)), approve(BOB), standing, NOON)))
          .isInstanceOf(Refusal.Unreadable.class);
    }
    assertThat(refusal(GateRules.rule(Optional.of(row(1)), approve(BOB), empty, NOON)))
        .isInstanceOf(Refusal.NotInRole.class);
  }

  @Test
  void who_has_voted_is_not_among_those_who_can_still_act() {
    var counted = ((Ruling.Counted) rule(row(3), approve(BOB))).gate();
    var ruling = (Ruling.Refused) rule(counted, approve(CAROL));
    assertThat(ruling.canAct()).containsExactly(DANA);
  }

  @Test
  void a_look_at_the_roster_older_than_ten_seconds_refuses() {
    var row = row(1);
    var late = NOON.plus(GateRules.FRESH).plusMillis(1);
    assertThat(refusal(GateRules.rule(Optional.of(row), approve(BOB), standing(), late)))
        .isInstanceOf(Refusal.Unreadable.class);
    assertThat(
            GateRules.rule(Optional.of(row), approve(BOB), standing(), NOON.plus(GateRules.FRESH)))
        .isInstanceOf(Ruling.Approved.class);
  }

  @Test
  void the_requester_is_refused_although_an_admin() {
    assertThat(refusal(rule(row(1), approve(ALICE)))).isInstanceOf(Refusal.IsRequester.class);
  }

  @Test
  void whoever_resolved_something_in_the_run_is_refused() {
    assertThat(refusal(rule(row(1, Set.of(BOB), List.of()), approve(BOB))))
        .isInstanceOf(Refusal.Barred.class);
  }

  @Test
  void one_person_fills_one_place_of_a_quorum() {
    var first = rule(row(2), approve(BOB));
    assertThat(first)
        .isInstanceOfSatisfying(Ruling.Counted.class, it -> assertThat(it.missing()).isEqualTo(1));
    var counted = ((Ruling.Counted) first).gate();
    assertThat(refusal(rule(counted, approve(BOB)))).isInstanceOf(Refusal.VotedBefore.class);
    assertThat(rule(counted, approve(DANA))).isInstanceOf(Ruling.Approved.class);
  }

  @Test
  void a_denial_needs_a_reason_and_ends_the_gate_at_once() {
    assertThat(refusal(rule(row(2), deny(BOB, "  ")))).isInstanceOf(Refusal.ReasonMissing.class);
    assertThat(rule(row(2), deny(BOB, "wrong minute"))).isInstanceOf(Ruling.Denied.class);
  }

  private static Ruling rule(GateRow row, Ballot ballot) {
    return GateRules.rule(Optional.of(row), ballot, standing(), NOON);
  }

  private static Refusal refusal(Ruling ruling) {
    assertThat(ruling).isInstanceOf(Ruling.Refused.class);
    return ((Ruling.Refused) ruling).why();
  }

  private static Ballot approve(Person actor) {
    return new Ballot(GATE, actor, Ballot.Choice.APPROVE, DIGEST, NONCE, "", "", "button");
  }

  private static Ballot deny(Person actor, String reason) {
    return new Ballot(GATE, actor, Ballot.Choice.DENY, DIGEST, NONCE, reason, "", "modal");
  }

  @Test
  void where_a_phrase_is_asked_for_only_who_types_it_exactly_approves() {
    for (var typed : new String[] {"", "acm", "ACME", "acme2", "globex"}) {
      assertThat(refusal(rule(typedRow(), approve(BOB, typed))))
          .as(typed)
          .isEqualTo(new Refusal.NotTyped("acme"));
    }
    assertThat(rule(typedRow(), approve(BOB, " acme "))).isInstanceOf(Ruling.Approved.class);
  }

  @Test
  void typing_makes_nobody_a_second_person_and_a_denial_takes_no_typing() {
    assertThat(refusal(rule(typedRow(), approve(ALICE, "acme"))))
        .isInstanceOf(Refusal.IsRequester.class);
    assertThat(refusal(rule(typedRow(), approve(CAROL, "acme"))))
        .isInstanceOf(Refusal.NotInRole.class);
    assertThat(rule(typedRow(), deny(BOB, "not yet"))).isInstanceOf(Ruling.Denied.class);
  }

  private static Ballot approve(Person actor, String typed) {
    return new Ballot(GATE, actor, Ballot.Choice.APPROVE, DIGEST, NONCE, "", typed, "modal");
  }

  private static Standing standing() {
    return standingAt(NOON);
  }

  private static Standing standingAt(Instant at) {
    return new Standing(new Roster.Membership.Full(), rosters(ALICE, BOB, DANA), at);
  }

  private static Map<Role, Roster.Reading> rosters(Person... people) {
    return Map.of(
        Role.PLATFORM_ADMIN, new Roster.Reading.Members(Set.of(people), 0, Duration.ZERO));
  }

  private static GateRow row(int approvals) {
    return row(approvals, Set.of(), List.of());
  }

  private static GateRow typedRow() {
    return row(1, Set.of(), List.of(), Optional.of("acme"));
  }

  private static GateRow row(int approvals, Set<Person> barred, List<Vote> votes) {
    return row(approvals, barred, votes, Optional.empty());
  }

  private static GateRow row(
      int approvals, Set<Person> barred, List<Vote> votes, Optional<String> phrase) {
    return new GateRow(
        GATE,
        RUN,
        "cutover",
        1,
        DIGEST,
        NONCE,
        GateRow.Status.OPEN,
        ALICE,
        barred,
        Samples.gate(approvals),
        Quorum.of(Samples.gate(approvals), 0),
        "order",
        phrase,
        NOON,
        NOON.plus(Duration.ofHours(4)),
        Optional.empty(),
        votes);
  }
}
