package io.countersign.slack;

import static io.countersign.sandbox.slack.Workspace.ALICE;
import static io.countersign.sandbox.slack.Workspace.BOB;
import static io.countersign.sandbox.slack.Workspace.CAROL;
import static io.countersign.sandbox.slack.Workspace.DANA;
import static io.countersign.sandbox.slack.Workspace.GUS;
import static io.countersign.sandbox.slack.Workspace.PLATFORM_ADMINS;
import static io.countersign.sandbox.slack.Workspace.ROBO;
import static io.countersign.sandbox.slack.Workspace.ZOE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.cli.Main;
import io.countersign.gate.GateRow.Status;
import io.countersign.run.Ending;
import io.countersign.run.RunState;
import io.countersign.runbook.Gate;
import io.countersign.sandbox.Transport;
import io.countersign.sandbox.slack.Person;
import io.countersign.sandbox.slack.Signature;
import io.countersign.server.Settings;
import io.countersign.slack.Doors.Door;
import io.countersign.slack.Doors.Waiting;
import io.countersign.support.OurDatabase;
import io.countersign.support.Samples;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/**
 * How others' approval gates failed, by the numbers of our list of 28, through every door and over
 * both transports. {@code app/README.md} says which guard each number tests.
 */
class FailuresOfOthersTest extends FailuresOneToFourteen {
  private static final String COUNTS = "Your approval counts";

  FailuresOfOthersTest(Transport transport) {
    super(transport);
  }

  @Test
  void f15_a_card_that_lags_lets_nobody_act_twice() {
    var waiting = doors.atGate();
    var card = doors.gate(waiting);
    for (int edit = 0; edit < 3; edit++) {
      doors.rig.slack.faults().failNext("chat.update", "fatal_error");
    }
    assertThat(doors.vote(Door.BUTTON, BOB, card)).contains(COUNTS);
    for (var door : List.of(Door.BUTTON, Door.TYPED, Door.DENIAL, Door.BUTTON)) {
      assertThat(doors.vote(door, BOB, card)).contains("This was approved by", "changes nothing");
      assertThat(again(BOB)).isEmpty();
    }
    doors.advance(waiting);
    doors.advance(waiting);
    assertThat(doors.swaps(waiting)).isEqualTo(1);
    assertThat(doors.gate(waiting).votes()).hasSize(1);
  }

  /** What a person is told when what came last comes once more. */
  private List<String> again(String person) {
    var last = people.deliveries().getLast();
    return doors.heard(person, () -> assertThat(people.redeliver(last).isAcknowledged()).isTrue());
  }

  @Test
  void f16_the_first_click_after_a_restart_counts_and_so_does_one_of_a_sister_workspace() {
    for (var door : Set.of(Door.BUTTON, Door.TYPED)) {
      var waiting = doors.atGate(policy(2, Gate.Expiry.ABORT, door == Door.TYPED));
      var key = Doors.key(doors.gate(waiting));
      var typed = doors.gate(waiting).phrase().orElse("");
      doors.restart();
      var foreign = from("T0ELSEWHERE").putNull("enterprise");
      assertThat(doors.vote(door, BOB, key, typed, foreign))
          .contains("another company's workspace", NOT_COUNTED);
      assertThat(doors.vote(door, BOB, key, typed, JSON.objectNode())).contains("1 more person");
      assertThat(doors.vote(door, DANA, key, typed, from("T0SISTER"))).contains(COUNTS);
      assertThat(doors.gate(waiting).status()).isEqualTo(Status.APPROVED);
    }
  }

  private static com.fasterxml.jackson.databind.node.ObjectNode from(String team) {
    var payload = JSON.objectNode();
    payload.putObject("team").put("id", team).put("domain", "other");
    return payload;
  }

  @Test
  void f17_an_expiry_runs_also_across_a_restart_and_both_sides_are_told() {
    var waiting = doors.atGate();
    var card = doors.gate(waiting);
    doors.pass(waiting, "5 hours");
    doors.restart();
    doors.advance(waiting);
    assertEnded(waiting, Ending.EXPIRED);
    assertThat(doors.bench.actions.effects(waiting.run(), "abort-1")).isEqualTo(1);
    assertSaidInTheThread("Nobody countersigned");
    doors.assertRefused(BOB, waiting, Doors.key(card), "This expired");
    doors.advance(waiting);
    assertThat(doors.bench.actions.effects(waiting.run(), "abort-1")).isEqualTo(1);
    assertThatThrownBy(() -> Settings.of(Map.of()))
        .hasMessageContaining("Neither SLACK_APP_TOKEN nor SLACK_SIGNING_SECRET is set");
  }

  @Test
  void f18_no_gate_opens_by_itself() {
    assertThat(lint("gate-continues-by-itself")).contains("then is abort or hold");
    for (var then : Gate.Expiry.values()) {
      var waiting = doors.atGate(policy(1, then, false));
      doors.pass(waiting, "4000 days");
      var approve =
          "UPDATE countersign.gate SET status = 'APPROVED', decided_at = now() WHERE run = '%s'"
              .formatted(waiting.run());
      assertThatThrownBy(() -> doors.rig.database.execute(approve))
          .isInstanceOf(OurDatabase.Refused.class)
          .hasMessageContaining("has not been approved");
      assertThatThrownBy(() -> rawVote(waiting, BOB)).hasMessageContaining("takes no votes");
      doors.assertRefused(BOB, waiting, Doors.key(doors.gate(waiting)), "expired");
      doors.advance(waiting);
      doors.assertNothingStarted(waiting);
    }
    var denied = doors.atGate();
    var card = Doors.key(doors.gate(denied));
    assertThat(doors.vote(Door.DENIAL, BOB, card, "  ", JSON.objectNode()))
        .contains("A denial needs a reason", NOT_COUNTED);
    assertThat(doors.vote(Door.DENIAL, BOB, doors.gate(denied))).contains("Your denial counts");
    doors.assertRefused(DANA, denied, Doors.key(doors.gate(denied)), "This was denied by");
    doors.advance(denied);
    assertEnded(denied, Ending.DENIED);
    doors.assertNothingStarted(denied);
  }

  @Test
  void f19_what_was_good_for_an_earlier_opening_is_good_for_no_later_one() {
    var waiting = doors.atGate();
    var old = doors.gate(waiting);
    doors.vote(Door.BUTTON, BOB, old);
    var click = people.deliveries().getLast();
    doors.bench.actions.next("swap", "drift");
    doors.advance(waiting);
    var opened = doors.gate(waiting);
    assertThat(opened.opening()).isEqualTo(2);
    assertThat(opened.nonce()).isNotEqualTo(old.nonce());
    doors.assertRefused(BOB, waiting, Doors.key(old), "This was approved by");
    doors.assertRefused(
        BOB,
        waiting,
        Doors.key(opened.id().toString(), old.digest().hex(), old.nonce()),
        "no longer current");
    assertThat(doors.heard(BOB, () -> people.redeliver(click))).isEmpty();
    doors.advance(waiting);
    assertThat(doors.state(waiting)).isInstanceOf(RunState.AtGate.class);
    assertThat(doors.gate(waiting)).isEqualTo(opened);
    assertThat(doors.swaps(waiting)).isZero();
  }

  @Test
  void f20_neither_bots_nor_guests_nor_strangers_nor_the_requester_vote() {
    for (var person : List.of(ROBO, GUS, ZOE)) {
      people.addToGroup(person, PLATFORM_ADMINS);
    }
    doors.voters.forget();
    var waiting = doors.atGate();
    for (var person : List.of(ROBO, GUS, ZOE)) {
      doors.assertRefusedEverywhere(person, waiting, "Only full members of this workspace");
    }
    doors.assertRefusedEverywhere(ALICE, waiting, FOR_REQUESTERS);
    var before = doors.gate(waiting);
    for (var door : Door.values()) {
      var ourselves = JSON.objectNode();
      ourselves
          .putObject("user")
          .put("id", doors.rig.slack.workspace().botUserId())
          .put("team_id", doors.rig.slack.workspace().teamId());
      doors.send(door, BOB, Doors.key(before), "", ourselves);
      doors.settle();
    }
    assertThatThrownBy(() -> rawVote(waiting, ALICE))
        .hasMessageContaining("voter_is_not_requester");
    assertThat(doors.gate(waiting)).isEqualTo(before);
  }

  @Test
  void f21_people_are_known_by_their_ids_alone() {
    var workspace = doors.rig.slack.workspace();
    var bob = workspace.people().stream().filter(it -> it.id().equals(BOB)).findFirst();
    var waiting = doors.atGate(Samples.gate(2));
    doors.assertRefusedEverywhere(Company.NAMESAKE, waiting, FOR_OTHERS);

    people.deactivate(DANA);
    people.change(Person.member(BOB, "Robert", workspace.teamId(), bob.orElseThrow().tz()));
    doors.voters.forget();
    doors.assertRefusedEverywhere(DANA, waiting, "a deactivated account");
    assertThat(doors.vote(Door.BUTTON, BOB, doors.gate(waiting))).contains("1 more person");
  }

  @Test
  void f22_one_person_fills_one_place_whatever_doors_he_takes() {
    var waiting = doors.atGate(Samples.gate(2));
    assertThat(doors.vote(Door.BUTTON, BOB, doors.gate(waiting))).contains("1 more person");
    for (var door : Door.values()) {
      assertThat(doors.vote(door, BOB, doors.gate(waiting)))
          .contains("You voted on this card", "one person counts once");
    }
    assertThatThrownBy(() -> rawVote(waiting, BOB)).hasMessageContaining("vote_pkey");
    assertThat(doors.gate(waiting).status()).isEqualTo(Status.OPEN);
    assertThat(
            count(
                "SELECT string_agg(person || ' ' || door, ',') FROM countersign.vote WHERE gate = '"
                    + doors.gate(waiting).id()
                    + "'"))
        .isEqualTo("E0COMPANY/U0BOB button");
    var typed = doors.atGate(policy(1, Gate.Expiry.ABORT, true));
    var card = Doors.key(doors.gate(typed));
    assertThat(doors.vote(Door.BUTTON, BOB, card)).contains("type " + typed.tenant(), NOT_COUNTED);
    assertThat(doors.vote(Door.TYPED, BOB, card, typed.tenant() + "x", JSON.objectNode()))
        .contains(NOT_COUNTED);
    assertThat(doors.gate(typed).votes()).isEmpty();
  }

  /** What somebody with a console would write. */
  private void rawVote(Waiting waiting, String person) {
    doors.rig.database.execute(
        """
        INSERT INTO countersign.vote (gate, requester, person, choice, reason, typed, door, at)
        SELECT id, requester, '%s', 'APPROVE', '', '', 'sql', now() FROM countersign.gate WHERE id = '%s'
        """
            .formatted(doors.person(person).key(), doors.gate(waiting).id()));
  }

  @Test
  void f23_old_requests_are_refused_and_repeated_ones_count_once() {
    var waiting = doors.atGate(Samples.gate(2));
    var body = "payload=" + Doors.button(Drawing.APPROVE, Doors.key(doors.gate(waiting)));
    for (var seconds : List.of(-310L, 310L, 86_400L)) {
      assertThat(signed(seconds, body)).as("%s s", seconds).isEqualTo(401);
    }
    assertThat(doors.gate(waiting).votes()).isEmpty();
    for (var door : List.of(Door.BUTTON, Door.TYPED)) {
      doors.vote(door, BOB, doors.gate(waiting));
      assertThat(again(BOB)).isEmpty();
    }
    doors.mention(BOB, waiting, "approve");
    var mention =
        people.deliveries().stream()
            .filter(it -> it.kind().equals("app_mention"))
            .toList()
            .getLast();
    assertThat(doors.heard(BOB, () -> people.redeliver(mention))).isEmpty();
    assertThat(doors.gate(waiting).votes()).hasSize(1);
  }

  private int signed(long seconds, String body) {
    var stamp = Long.toString(Instant.now().getEpochSecond() + seconds);
    var signature = Signature.of(doors.rig.slack.workspace().signingSecret(), stamp, body);
    var headers =
        Map.of(
            "X-Slack-Request-Timestamp", List.of(stamp), "X-Slack-Signature", List.of(signature));
    return doors.rig.http().handle(headers, body.getBytes(UTF_8), "x").status();
  }

  @Test
  void f24_what_comes_again_while_the_database_is_slow_is_done_once() {
    var waiting = doors.atGate(Samples.gate(3));
    var key = Doors.key(doors.gate(waiting));
    doors.mention(CAROL, waiting, "status");
    for (var vote : Map.of(BOB, Door.BUTTON, DANA, Door.TYPED).entrySet()) {
      var told =
          doors.heardOnceItIsFast(
              vote.getKey(),
              () -> doors.send(vote.getValue(), vote.getKey(), key, "", JSON.objectNode()));
      assertThat(told).singleElement().asString().contains("counts");
    }
    assertThat(doors.gate(waiting).votes()).hasSize(2);
    assertThat(
            doors.heardOnceItIsFast(
                ALICE,
                () ->
                    people.slash(ALICE, "C0INCIDENT", "/tenant-restore", "f24 to 10 minutes ago")))
        .singleElement()
        .asString()
        .contains("Nothing has happened yet");
    assertThat(doors.heardOnceItIsFast(CAROL, () -> doors.say(CAROL, waiting, "why")))
        .singleElement()
        .asString()
        .contains("Waiting since");
  }

  @Test
  void f25_who_has_left_holds_nothing_up_and_counts_for_nothing() {
    doors.rolesFrom(new RoleSource.Users(Set.of("U0GONE", ALICE, BOB)));
    assertThat(doors.slash(ALICE, "f25 to 10 minutes ago"))
        .singleElement()
        .asString()
        .contains("Nothing has happened yet");
    for (var door : Set.of(Door.BUTTON, Door.TYPED)) {
      assertThat(doors.vote(door, BOB, doors.gate(doors.atGate()))).contains(COUNTS);
    }
    doors.rolesFrom(new RoleSource.Users(Set.of("U0GONE", ALICE)));
    assertThat(doors.slash(ALICE, "f25 to 10 minutes ago"))
        .singleElement()
        .asString()
        .contains("Step swap needs 1 PLATFORM_ADMIN besides you", "Add somebody to the role");
  }

  @Test
  void f26_a_tenant_is_held_exactly_as_long_as_its_run() {
    var tenant = "f26-" + doors.hashCode();
    var first = draft(ALICE, tenant);
    var second = draft(DANA, tenant);
    var told =
        doors.heardByBoth(
            ALICE,
            () -> people.clickRaw(ALICE, Doors.button(Commands.START, first)),
            DANA,
            () -> people.clickRaw(DANA, Doors.button(Commands.START, second)));
    assertThat(told).filteredOn(it -> it.contains("is started")).hasSize(1);
    assertThat(told).filteredOn(it -> it.contains("Nothing was started: held by run")).hasSize(1);

    var holder = doors.holding(tenant);
    doors.awaitRoot(holder);
    assertThat(doors.press(DANA, Commands.START, draft(DANA, tenant)))
        .contains("held by run " + holder.run(), "Its thread");
    dieAt(holder, "started prepare");
    assertThat(doors.press(DANA, Commands.START, draft(DANA, tenant))).contains("held by run");
    doors.press(DANA, Drawing.CANCEL, holder.run().value());
    doors.advance(holder);
    assertEnded(holder, Ending.CANCELLED);
    assertThat(doors.press(DANA, Commands.START, draft(DANA, tenant))).contains("is started");
  }

  private String draft(String person, String tenant) {
    assertThat(doors.slash(person, tenant + " to 10 minutes ago"))
        .singleElement()
        .asString()
        .contains("Nothing has happened yet");
    return count(
        "SELECT id FROM countersign.draft WHERE person = 'E0COMPANY/%s' ORDER BY created_at DESC"
            .formatted(person));
  }

  @Test
  void f27_cancel_does_what_it_says_and_says_what_it_does() {
    var atGate = doors.atGate();
    var card = doors.gate(atGate);
    assertThat(doors.mention(BOB, atGate, "cancel")).contains("everything is put back now");
    assertCancelled(atGate);
    doors.assertRefused(BOB, atGate, Doors.key(card), "This card was closed");

    var parked = doors.begun();
    doors.bench.actions.next("check", "park");
    doors.advance(parked);
    assertThat(doors.press(BOB, Drawing.CANCEL, parked.run().value()))
        .contains("everything is put back now");
    assertCancelled(parked);

    var acting = doors.begun();
    dieAt(acting, "started check");
    assertThat(doors.press(BOB, Drawing.CANCEL, acting.run().value()))
        .contains("the present step is stopped, then everything is put back");
    assertCancelled(acting);
    assertThat(doors.press(BOB, Drawing.CANCEL, acting.run().value())).contains("has ended");

    var doubtful = doors.begun();
    doors.bench.actions.next("prepare", "unknown");
    doors.advance(doubtful);
    assertThat(doors.mention(BOB, doubtful, "cancel"))
        .contains("nobody knows yet whether step prepare", "cannot be cancelled")
        .doesNotContain("put back already");

    var crossed = doors.atGate();
    doors.vote(Door.BUTTON, BOB, doors.gate(crossed));
    dieAt(crossed, "acted swap");
    assertThat(doors.press(BOB, Drawing.CANCEL, crossed.run().value()))
        .contains("stops after the step it is in", "nothing is put back");
    doors.advance(crossed);
    assertThat(doors.state(crossed)).isInstanceOf(RunState.NeedsPerson.class);
    assertThat(doors.swaps(crossed)).isEqualTo(1);
  }

  private void assertCancelled(Waiting waiting) {
    doors.advance(waiting);
    assertEnded(waiting, Ending.CANCELLED);
    assertThat(doors.bench.actions.effects(waiting.run(), "abort-1")).isEqualTo(1);
    doors.assertNothingStarted(waiting);
  }

  @Test
  void f28_nobody_says_who_he_is() {
    var waiting = doors.atGate();
    var card = doors.gate(waiting);
    for (var door : Door.values()) {
      assertThat(doors.vote(door, CAROL, Doors.key(card), "", saysHeIs(BOB))).contains(FOR_OTHERS);
      assertThat(doors.vote(door, ALICE, Doors.key(card), "", saysHeIs(BOB)))
          .contains(FOR_REQUESTERS);
    }
    assertThat(doors.mention(CAROL, waiting, "cancel as <@" + BOB + ">"))
        .contains("Only a PLATFORM_ADMIN can do this; nothing was done");
    assertThat(doors.gate(waiting)).isEqualTo(card);
    assertThat(options(new CommandLine(Main.class)))
        .isNotEmpty()
        .noneMatch(it -> it.matches("-+(as|act-as|user|who|person|actor|requester|role).*"));
  }

  private static Stream<String> options(CommandLine command) {
    return Stream.concat(
        command.getCommandSpec().optionsMap().keySet().stream(),
        command.getSubcommands().values().stream().flatMap(FailuresOfOthersTest::options));
  }
}
