package io.countersign.gate;

import static io.countersign.support.Samples.ALICE;
import static io.countersign.support.Samples.BOB;
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

/** What a policy asks beyond a number: one of each role, one more for a schedule, a cool-off. */
class PolicyRulesTest {
  private static final Role ADMIN = Role.PLATFORM_ADMIN;
  private static final Role DBA = new Role("DBA");
  private static final Person ERIN = new Person("T0DEMO", "U0ERIN");
  private static final Digest DIGEST = Digest.of("order");
  private static final Duration HOUR = Duration.ofHours(1);

  /** Bob holds both roles, Dana and Alice one, Erin the other. */
  private static final Map<Role, Set<Person>> HELD =
      Map.of(ADMIN, Set.of(ALICE, BOB, DANA), DBA, Set.of(BOB, ERIN));

  @Test
  void one_person_in_both_groups_fills_one_place_and_is_told_so_on_the_second_vote() {
    var once = (Ruling.Counted) rule(both(), BOB, Ballot.Choice.APPROVE, NOON);
    assertThat(once.missing()).isEqualTo(1);
    assertThat(refusal(rule(once.gate(), BOB, Ballot.Choice.APPROVE, NOON)))
        .isInstanceOf(Refusal.VotedBefore.class);
  }

  @Test
  void bob_in_both_and_dana_in_one_satisfy_the_gate_in_whatever_order() {
    for (var order : List.of(List.of(BOB, DANA), List.of(DANA, BOB))) {
      var first = (Ruling.Counted) rule(both(), order.getFirst(), Ballot.Choice.APPROVE, NOON);
      assertThat(rule(first.gate(), order.getLast(), Ballot.Choice.APPROVE, NOON))
          .isInstanceOf(Ruling.Approved.class);
    }
  }

  @Test
  void the_vote_keeps_the_roles_that_its_person_held() {
    var first = (Ruling.Counted) rule(both(), BOB, Ballot.Choice.APPROVE, NOON);
    assertThat(first.gate().votes().getFirst().roles()).containsExactlyInAnyOrder(ADMIN, DBA);
  }

  @Test
  void an_approval_that_fills_no_place_is_refused_and_names_who_is_needed() {
    var held = Map.of(ADMIN, Set.of(ALICE, BOB, DANA), DBA, Set.of(ERIN));
    var first = (Ruling.Counted) rule(both(), BOB, Ballot.Choice.APPROVE, NOON, held);
    var second = (Ruling.Refused) rule(first.gate(), DANA, Ballot.Choice.APPROVE, NOON, held);
    assertThat(second.why()).isEqualTo(new Refusal.NoPlace("DBA"));
    assertThat(second.canAct()).containsExactly(ERIN);
    assertThat(rule(first.gate(), DANA, Ballot.Choice.DENY, NOON, held))
        .isInstanceOf(Ruling.Denied.class);
  }

  @Test
  void a_schedules_gate_takes_one_approval_more_and_its_owner_gives_none() {
    var row = row(policy(1, List.of(ADMIN), Optional.empty()), 1);
    assertThat(refusal(rule(row, ALICE, Ballot.Choice.APPROVE, NOON)))
        .isInstanceOf(Refusal.IsRequester.class);
    var first = (Ruling.Counted) rule(row, BOB, Ballot.Choice.APPROVE, NOON);
    assertThat(first.missing()).isEqualTo(1);
    assertThat(rule(first.gate(), DANA, Ballot.Choice.APPROVE, NOON))
        .isInstanceOf(Ruling.Approved.class);
  }

  @Test
  void while_it_cools_off_another_person_can_deny_and_nobody_can_approve() {
    var approved = cooling();
    var late = NOON.plus(HOUR).minusMillis(1);
    assertThat(rule(approved, DANA, Ballot.Choice.DENY, late)).isInstanceOf(Ruling.Denied.class);
    assertThat(refusal(rule(approved, DANA, Ballot.Choice.APPROVE, late)))
        .isInstanceOf(Refusal.Decided.class);
  }

  @Test
  void only_who_may_countersign_can_stop_what_cools_off() {
    var approved = cooling();
    assertThat(refusal(rule(approved, ALICE, Ballot.Choice.DENY, NOON)))
        .isInstanceOf(Refusal.IsRequester.class);
    assertThat(refusal(rule(approved, ERIN, Ballot.Choice.DENY, NOON)))
        .isInstanceOf(Refusal.NotInRole.class);
    assertThat(refusal(rule(approved, BOB, Ballot.Choice.DENY, NOON)))
        .isInstanceOf(Refusal.VotedBefore.class);
  }

  @Test
  void once_it_has_cooled_off_a_denial_comes_too_late() {
    assertThat(refusal(rule(cooling(), DANA, Ballot.Choice.DENY, NOON.plus(HOUR))))
        .isInstanceOf(Refusal.Decided.class);
  }

  @Test
  void without_a_cool_off_an_approved_gate_takes_no_denial() {
    var approved =
        (Ruling.Approved)
            rule(
                row(policy(1, List.of(ADMIN), Optional.empty()), 0),
                BOB,
                Ballot.Choice.APPROVE,
                NOON);
    assertThat(refusal(rule(approved.gate(), DANA, Ballot.Choice.DENY, NOON)))
        .isInstanceOf(Refusal.Decided.class);
  }

  private static GateRow cooling() {
    var row = row(policy(1, List.of(ADMIN), Optional.of(HOUR)), 0);
    return ((Ruling.Approved) rule(row, BOB, Ballot.Choice.APPROVE, NOON)).gate();
  }

  private static GateRow both() {
    return row(policy(2, List.of(ADMIN, DBA), Optional.empty()), 0);
  }

  private static io.countersign.runbook.Gate policy(
      int approvals, List<Role> from, Optional<Duration> coolOff) {
    return Samples.gate(approvals, from, coolOff);
  }

  private static GateRow row(io.countersign.runbook.Gate policy, int more) {
    return new GateRow(
        GATE,
        RUN,
        "cutover",
        1,
        DIGEST,
        NONCE,
        GateRow.Status.OPEN,
        ALICE,
        Set.of(),
        policy,
        Quorum.of(policy, more),
        "order",
        Optional.empty(),
        NOON,
        NOON.plus(Duration.ofHours(4)),
        Optional.empty(),
        List.of());
  }

  private static Ruling rule(GateRow row, Person who, Ballot.Choice choice, Instant now) {
    return rule(row, who, choice, now, HELD);
  }

  private static Ruling rule(
      GateRow row, Person who, Ballot.Choice choice, Instant now, Map<Role, Set<Person>> held) {
    var rosters = new java.util.HashMap<Role, Roster.Reading>();
    held.forEach(
        (role, people) -> rosters.put(role, new Roster.Reading.Members(people, 0, Duration.ZERO)));
    var standing = new Standing(new Roster.Membership.Full(), rosters, now);
    var ballot = new Ballot(GATE, who, choice, DIGEST, NONCE, "no", "", "button");
    return GateRules.rule(Optional.of(row), ballot, standing, now);
  }

  private static Refusal refusal(Ruling ruling) {
    return ((Ruling.Refused) ruling).why();
  }
}
