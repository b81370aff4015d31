package io.countersign.slack;

import static io.countersign.sandbox.slack.Workspace.ALICE;
import static io.countersign.sandbox.slack.Workspace.BOB;
import static io.countersign.sandbox.slack.Workspace.CAROL;
import static io.countersign.sandbox.slack.Workspace.DANA;
import static io.countersign.sandbox.slack.Workspace.PLATFORM_ADMINS;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.action.Stop;
import io.countersign.gate.GateRow.Status;
import io.countersign.postgres.SourceComparison;
import io.countersign.run.Ending;
import io.countersign.run.Journal;
import io.countersign.run.RunEvent;
import io.countersign.run.RunState;
import io.countersign.runbook.Gate;
import io.countersign.runbook.Risk;
import io.countersign.sandbox.Transport;
import io.countersign.slack.Doors.Door;
import io.countersign.support.OurDatabase;
import io.countersign.support.Samples;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The first half of {@link FailuresOfOthersTest}. */
abstract class FailuresOneToFourteen extends AtEveryDoor {
  FailuresOneToFourteen(Transport transport) {
    super(transport);
  }

  @Test
  void f01_a_roster_that_is_unset_empty_or_unreachable_refuses() {
    var waiting = doors.atGate();
    doors.voters.are(Map.of());
    doors.assertRefusedEverywhere(BOB, waiting, "no source is set for PLATFORM_ADMIN");

    doors.rolesFrom(new RoleSource.UserGroup("S0NOWHERE"));
    doors.assertRefusedEverywhere(BOB, waiting, "does not exist");

    doors.everyoneAsUsual();
    for (var door : Door.values()) {
      doors.rig.slack.faults().failNext("usergroups.users.list", "fatal_error");
      doors.voters.forget();
      assertThat(doors.vote(door, BOB, doors.gate(waiting))).contains("I could not read who is");
    }
    emptyTheGroup();
    doors.assertRefusedEverywhere(BOB, waiting, "I know of nobody else who can");
    assertThat(doors.gate(waiting).status()).isEqualTo(Status.OPEN);
  }

  @Test
  void f02_being_in_the_channel_is_no_right_and_not_being_there_takes_none_away() {
    var waiting = doors.atGate();
    doors.assertRefusedEverywhere(CAROL, waiting, FOR_OTHERS);

    var card = doors.gate(waiting);
    var elsewhere = Doors.button(Drawing.APPROVE, Doors.key(card));
    elsewhere.remove(List.of("channel", "container"));
    assertThat(doors.heard(BOB, () -> people.clickRaw(BOB, elsewhere)))
        .singleElement()
        .asString()
        .contains("Your approval counts");
    assertThat(doors.gate(waiting).status()).isEqualTo(Status.APPROVED);
  }

  @Test
  void f03_a_requester_is_refused_the_same_everywhere_whatever_else_he_is(@TempDir Path folder) {
    doors.assertRefusedEverywhere(ALICE, doors.atGate(), FOR_REQUESTERS);
    assertThat(lint(folder, "then: abort\n", "then: abort\n      self-approval: true\n"))
        .containsPattern("changed\\.yaml:\\d+:\\d+")
        .contains("self-approval");
  }

  @Test
  void f04_who_knows_what_a_card_carries_is_still_who_he_is() {
    var waiting = doors.atGate();
    doors.assertRefusedEverywhere(CAROL, waiting, FOR_OTHERS);
    var before = doors.gate(waiting);
    var requests = count("SELECT count(*) FROM countersign.request");
    var body = "payload=" + Doors.button(Drawing.APPROVE, Doors.key(before));
    assertThat(doors.rig.http().handle(Map.of(), body.getBytes(UTF_8), "x").status())
        .isEqualTo(401);
    assertThat(count("SELECT count(*) FROM countersign.request")).isEqualTo(requests);
    assertThat(doors.gate(waiting)).isEqualTo(before);
  }

  @Test
  void f05_no_route_leads_to_a_destructive_step_but_an_approved_gate() {
    var waiting = doors.atGate();
    assertThat(doors.mention(BOB, waiting, "retry")).contains("does not wait for anybody's retry");
    assertThat(doors.press(BOB, Drawing.RETRY, waiting.run().value())).contains("does not wait");
    assertThat(doors.mention(BOB, waiting, "skip swap")).contains("cannot be skipped");
    assertThat(doors.mention(BOB, waiting, "skip tell")).contains("while people decide");
    assertThat(doors.bench.kinds(waiting.run())).doesNotContain("SkipRequested");
    doors.bench.journal.command(
        waiting.run(), _ -> Optional.of(new RunEvent.SkipRequested(doors.person(BOB), "swap")));
    doors.bench.journal.command(
        waiting.run(), _ -> Optional.of(new RunEvent.RetryRequested(doors.person(BOB))));
    doors.restart();
    doors.advance(waiting);
    assertThat(doors.state(waiting)).isInstanceOf(RunState.AtGate.class);
    doors.assertNothingStarted(waiting);

    var claim = doors.bench.journal.claim(waiting.run()).orElseThrow();
    var gate = doors.gate(waiting).id();
    for (var by : List.of(Optional.<io.countersign.GateId>empty(), Optional.of(gate))) {
      var started =
          new RunEvent.StepStarted(
              "swap",
              1,
              "fake.swap",
              Risk.DESTRUCTIVE,
              new io.countersign.action.Intent(Map.of("live.oid", "as approved")),
              by);
      assertThatThrownBy(
              () -> doors.bench.journal.append(claim, OptionalLong.empty(), List.of(started)))
          .hasMessage("StepStarted cannot follow on AtGate");
    }
    doors.assertNothingStarted(waiting);
  }

  @Test
  void f06_a_payload_that_the_requester_builds_by_hand_is_refused() {
    doors.assertRefusedEverywhere(ALICE, doors.atGate(), FOR_REQUESTERS);
    assertThat(lint("gate-roles")).contains("* is no role", "any is no role");
  }

  @Test
  void f07_an_empty_roster_starts_nothing_and_approves_nothing() {
    var waiting = doors.atGate();
    emptyTheGroup();
    assertThat(doors.slash(ALICE, "f07 to 10 minutes ago"))
        .singleElement()
        .asString()
        .contains(
            "Only a PLATFORM_ADMIN can start this, and I know of nobody who is; nothing was"
                + " started");
    emptyTheGroup(ALICE);
    people.addToGroup(ALICE, PLATFORM_ADMINS);
    doors.voters.forget();
    assertThat(doors.slash(ALICE, "f07 to 10 minutes ago"))
        .singleElement()
        .asString()
        .contains("needs 1 PLATFORM_ADMIN besides you", "there are 0");
    emptyTheGroup();
    doors.assertRefusedEverywhere(BOB, waiting, "I know of nobody else who can");
    doors.pass(waiting, "5 hours");
    doors.advance(waiting);
    assertEnded(waiting, Ending.EXPIRED);
    doors.assertNothingStarted(waiting);
  }

  @Test
  void f08_what_was_approved_for_one_run_approves_no_other() {
    var first = doors.atGate();
    var card = doors.gate(first);
    assertThat(doors.vote(Door.BUTTON, BOB, card)).contains("Your approval counts");
    doors.advance(first);
    assertEnded(first, Ending.DONE);

    var second = doors.atGate(first.tenant(), Samples.gate(1));
    var other = doors.gate(second).id().toString();
    var foreign = Doors.key(other, card.digest().hex(), card.nonce());
    doors.assertRefused(BOB, second, foreign, "no longer current");
    var itsOwnNonce = Doors.key(other, card.digest().hex(), doors.gate(second).nonce());
    doors.assertRefused(BOB, second, itsOwnNonce, "no longer current");
    doors.advance(second);
    doors.assertNothingStarted(second);
  }

  @Test
  void f09_missing_evidence_opens_no_gate_and_while_it_is_remade_nobody_votes()
      throws SQLException {
    try (var empty = OurDatabase.cluster().admin("postgres")) {
      var nothing = new SourceComparison.Side(empty, "postgres");
      assertThatThrownBy(
              () ->
                  SourceComparison.compare(
                      "comparing", nothing, nothing, List.of(), new Stop(), () -> {}))
          .hasMessageContaining("an empty comparison proves nothing");
    }
    var blind = policyWithEvidence("absent");
    var waiting = doors.begun("f09-" + doors.hashCode(), "", blind);
    doors.advance(waiting);
    assertEnded(waiting, Ending.FAILED);
    assertThat(doors.bench.kinds(waiting.run())).doesNotContain("GateOpened");
    assertSaidInTheThread("Its evidence is missing: step absent has not succeeded");
    assertThat(lint("no-steps")).contains("steps");

    var remade = doors.atGate();
    var card = doors.gate(remade);
    doors.vote(Door.BUTTON, BOB, card);
    doors.bench.actions.world("changed");
    dieAt(remade, "appended GateLapsed");
    doors.assertRefused(DANA, remade, Doors.key(card), "This card was closed");
    doors.advance(remade);
    assertThat(doors.gate(remade).opening()).isEqualTo(2);
    assertThat(doors.gate(remade).votes()).isEmpty();
  }

  private static Gate policyWithEvidence(String step) {
    var usual = Samples.gate(1);
    return new Gate(
        1,
        usual.from(),
        usual.expires(),
        usual.then(),
        usual.validFor(),
        usual.remind(),
        List.of(step),
        false,
        usual.coolOff(),
        usual.escalate());
  }

  @Test
  void f10_who_approves_before_there_is_a_plan_approves_nothing_then_or_later() {
    var waiting = doors.begun();
    doors.bench.actions.next("check", "park");
    doors.advance(waiting);
    assertThat(doors.state(waiting)).isInstanceOf(RunState.Parked.class);
    assertThat(doors.mention(BOB, waiting, "approve"))
        .contains("nothing to approve at the moment; nothing was counted");
    var old = Doors.key("00000000-0000-4000-8000-00000000f010", "0".repeat(64), Samples.NONCE);
    for (var door : Door.values()) {
      assertThat(doors.vote(door, BOB, old)).contains("I do not know this card", NOT_COUNTED);
    }
    assertThat(doors.bench.gates.of(waiting.run())).isEmpty();
  }

  @Test
  void f11_every_stored_safety_field_is_read_also_after_a_restart() {
    var waiting = doors.atGate();
    var card = doors.gate(waiting);
    var id = card.id().toString();
    for (int round = 0; round < 2; round++) {
      doors.assertRefused(
          BOB, waiting, Doors.key(id, "0".repeat(64), card.nonce()), "no longer current");
      doors.assertRefused(
          BOB, waiting, Doors.key(id, card.digest().hex(), "x".repeat(36)), "no longer current");
      for (var door : Door.values()) {
        assertThat(doors.vote(door, CAROL, Doors.key(card), "", saysHeIs(BOB)))
            .contains(FOR_OTHERS);
      }
      doors.restart();
    }
    doors.falsify(waiting, "digest = repeat('0', 64)");
    doors.assertRefused(BOB, waiting, Doors.key(card), "no longer current");
    doors.falsify(waiting, "digest = '" + card.digest().hex() + "', barred = '{E0COMPANY/U0BOB}'");
    doors.assertRefused(BOB, waiting, Doors.key(card), "You skipped a step of this run");
    doors.falsify(waiting, "barred = '{}', requester = 'E0COMPANY/U0BOB'");
    doors.assertRefused(BOB, waiting, Doors.key(card), FOR_REQUESTERS);
    doors.pass(waiting, "5 hours");
    doors.assertRefused(BOB, waiting, Doors.key(card), "This card expired");

    var claim = doors.bench.journal.claim(waiting.run()).orElseThrow();
    doors.bench.journal.claim(waiting.run());
    assertThat(
            doors.bench.journal.append(
                claim,
                OptionalLong.empty(),
                List.of(new RunEvent.StepPassedOver("swap", "an old epoch"))))
        .isInstanceOf(Journal.Appended.Conflict.class);
  }

  @Test
  void f12_what_would_run_is_made_again_and_a_difference_asks_again() {
    for (var door : Set.of(Door.BUTTON, Door.TYPED)) {
      doors.bench.actions.world("as approved");
      var waiting = doors.atGate();
      doors.bench.actions.world("changed meanwhile");
      assertThat(doors.vote(door, BOB, doors.gate(waiting))).contains("Your approval counts");
      doors.advance(waiting);
      assertThat(doors.state(waiting)).isInstanceOf(RunState.AtGate.class);
      assertThat(lastDifference(waiting))
          .containsExactly("intent.live.oid: as approved -> changed meanwhile");
      doors.assertNothingStarted(waiting);
    }
  }

  @Test
  void f13_what_is_only_shown_is_not_in_the_order_and_what_counts_is() {
    var first = doors.begun("f13-" + doors.hashCode(), "a bad migration", Samples.gate(1));
    doors.advance(first);
    var order = doors.gate(first).order();
    doors.bench.journal.command(
        first.run(),
        _ -> Optional.of(new RunEvent.CancelRequested(doors.person(ALICE), "once more")));
    doors.advance(first);

    var again = doors.begun(first.tenant(), "<!channel> another reason", Samples.gate(1));
    doors.advance(again);
    assertThat(doors.gate(again).order())
        .isEqualTo(order.replace(first.run().value(), again.run().value()));
    assertThat(order).doesNotContain("bad migration", "Restore one tenant");
    assertThat(order.lines())
        .anyMatch(it -> it.startsWith("parameter.to="))
        .anyMatch(it -> it.startsWith("intent.live.oid="))
        .anyMatch(it -> it.startsWith("runbook="));
    assertThat(doors.vote(Door.TYPED, BOB, doors.gate(again))).contains("Your approval counts");
  }

  @Test
  void f14_of_two_who_approve_at_once_one_decides_and_the_other_hears_who_it_was() {
    for (int round = 0; round < 3; round++) {
      var waiting = doors.atGate();
      var key = Doors.key(doors.gate(waiting));
      var told =
          doors.heardByBoth(
              BOB,
              () -> doors.send(Door.BUTTON, BOB, key, "", JSON.objectNode()),
              DANA,
              () -> doors.send(Door.TYPED, DANA, key, "", JSON.objectNode()));
      assertThat(told).hasSize(2);
      assertThat(told).filteredOn(it -> it.contains("Your approval counts")).hasSize(1);
      assertThat(told)
          .filteredOn(it -> it.contains("This was approved by") && it.contains("changes nothing"))
          .hasSize(1);
      doors.advance(waiting);
      doors.advance(waiting);
      assertThat(doors.swaps(waiting)).isEqualTo(1);
    }
  }

  @Test
  void f14_in_a_storm_of_clicks_every_click_is_answered_to_its_clicker() {
    var waiting = doors.atGate();
    var key = Doors.key(doors.gate(waiting));
    var crowd = List.of(ALICE, BOB, CAROL, DANA);
    var before = crowd.stream().map(it -> people.ephemerals(it).size()).toList();
    var clicks =
        Stream.generate(crowd::stream)
            .limit(5)
            .flatMap(it -> it)
            .map(
                it ->
                    CompletableFuture.runAsync(
                        () -> doors.send(Door.BUTTON, it, key, "", JSON.objectNode())))
            .toArray(CompletableFuture<?>[]::new);
    CompletableFuture.allOf(clicks).join();
    doors.settle();
    for (int person = 0; person < crowd.size(); person++) {
      assertThat(people.ephemerals(crowd.get(person))).hasSize(before.get(person) + 5);
    }
    assertThat(doors.gate(waiting).votes()).hasSize(1);
    doors.advance(waiting);
    assertThat(doors.swaps(waiting)).isEqualTo(1);
  }
}
