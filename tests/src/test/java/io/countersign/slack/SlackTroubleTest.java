package io.countersign.slack;

import static io.countersign.sandbox.slack.Workspace.ALICE;
import static io.countersign.sandbox.slack.Workspace.BOB;
import static io.countersign.sandbox.slack.Workspace.INCIDENT;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.gate.GateRow;
import io.countersign.run.RunState;
import io.countersign.sandbox.Transport;
import io.countersign.sandbox.slack.Faults;
import io.countersign.sandbox.slack.Limits;
import io.countersign.sandbox.slack.Message;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Slack, a channel or a token is lost; the whole edge is there, and what people see and do. */
class SlackTroubleTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static void await(String what, BooleanSupplier holds) {
    Awaitility.await(what)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(20))
        .until(holds::getAsBoolean);
  }

  @Test
  void a_gate_whose_card_can_stand_nowhere_is_decided_in_the_home() {
    try (var doors = new Doors(Transport.HTTP)) {
      doors.people.kickBot(INCIDENT);
      var waiting = doors.atGate();
      doors.rig.poke();
      doors.people.openHome(BOB);
      var home =
          doors.people.awaitHome(
              BOB,
              it ->
                  it.rendered().contains("I am not in it any more")
                      && it.buttons().stream().anyMatch(b -> b.actionId().equals(Drawing.APPROVE)),
              PATIENCE);
      assertThat(home).as("Bob's Home says why, and has the card").isPresent();
      assertThat(home.get().rendered()).contains("/invite @countersign");

      doors.vote(Doors.Door.HOME, BOB, doors.gate(waiting));
      assertThat(doors.gate(waiting).status()).isEqualTo(GateRow.Status.APPROVED);

      doors.people.inviteBot(INCIDENT);
      doors.rig.database.skip("20 seconds");
      assertThat(
              doors.people.awaitMessage(
                  INCIDENT, it -> it.rendered().contains("Approved by"), PATIENCE))
          .isPresent();
      assertThat(
              doors.people.awaitHome(
                  BOB, it -> !it.rendered().contains("I am not in it any more"), PATIENCE))
          .isPresent();
    }
  }

  @Test
  void who_asked_for_a_run_that_cannot_begin_cancels_it_from_the_message_that_tells_so() {
    try (var doors = new Doors(Transport.HTTP)) {
      doors.slash(ALICE, "acme to 10 minutes ago");
      var plan = doors.people.ephemerals(ALICE).getLast();
      doors.people.kickBot(INCIDENT);
      doors.people.click(ALICE, plan, Commands.START);
      await("Alice is told directly", () -> told(doors).isPresent());
      var run = doors.holding("acme");

      doors.people.click(ALICE, told(doors).orElseThrow(), Drawing.CANCEL);

      await("it is cancelled", () -> doors.bench.kinds(run.run()).contains("CancelRequested"));
      doors.advance(run);
      assertThat(doors.state(run)).isInstanceOf(RunState.Ended.class);
      doors.assertNothingStarted(run);
    }
  }

  private static java.util.Optional<Message> told(Doors doors) {
    return doors.people.directMessages(ALICE).stream()
        .filter(it -> it.hasButton(Drawing.CANCEL))
        .findFirst();
  }

  @Test
  void a_bot_that_starts_without_slack_works_and_is_there_when_slack_is() {
    try (var rig = new EdgeRig(Transport.SOCKET, Limits.hurried(), it -> it.faults().down(true))) {
      var run = rig.bench.begun();
      rig.bench.advance(run);
      rig.poke();
      assertThat(rig.bench.state(run)).isInstanceOf(RunState.AtGate.class);
      await("it is known", () -> rig.standing().says().toString().contains("messages wait"));
      assertThat(rig.standing().usable()).as("Slack's absence is no fault of the bot").isTrue();

      rig.slack.faults().down(false);

      var people = rig.slack.driver();
      assertThat(people.awaitMessage(INCIDENT, it -> it.hasButton(Drawing.APPROVE), PATIENCE))
          .isPresent();
      assertThat(rig.slack.sockets().awaitStanding(1, PATIENCE)).isTrue();
      await("it says so", () -> "stands".equals(rig.standing().says().get("socket")));
    }
  }

  @Test
  void a_bot_token_that_slack_refuses_makes_the_bot_unready_until_it_is_good_again() {
    try (var rig = new EdgeRig(Transport.HTTP)) {
      rig.slack.faults().refuse(Faults.Token.BOT, "token_revoked");
      var run = rig.bench.begun();
      rig.poke();
      await("it is unready", () -> !rig.standing().usable());
      assertThat(rig.standing().says().toString()).contains("token_revoked", "SLACK_BOT_TOKEN");
      rig.bench.advance(run);
      assertThat(rig.bench.state(run)).as("runs go on").isInstanceOf(RunState.AtGate.class);
      assertThat(rig.slack.driver().slash(ALICE, INCIDENT, "/tenant-restore", "help"))
          .as("requests are acknowledged")
          .matches(it -> it.isAcknowledged());

      rig.slack.faults().accept(Faults.Token.BOT);
      rig.slack.driver().slash(ALICE, INCIDENT, "/tenant-restore", "help");

      await("it is ready", () -> rig.standing().usable());
      assertThat(
              rig.slack
                  .driver()
                  .awaitMessage(INCIDENT, it -> it.hasButton(Drawing.APPROVE), PATIENCE))
          .isPresent();
    }
  }

  @Test
  void an_app_token_that_slack_refuses_is_said_and_not_tried_all_the_time() {
    try (var rig =
        new EdgeRig(
            Transport.SOCKET,
            Limits.hurried(),
            it -> it.faults().refuse(Faults.Token.APP, "invalid_auth"))) {
      await("it is unready", () -> !rig.standing().usable());
      assertThat(rig.standing().says().toString()).contains("SLACK_APP_TOKEN", "invalid_auth");
      var run = rig.bench.begun();
      rig.poke();
      assertThat(
              rig.slack
                  .driver()
                  .awaitMessage(INCIDENT, it -> it.rendered().contains(run.value()), PATIENCE))
          .as("messages go out all the same")
          .isPresent();
      assertThat(
              rig.slack.calls().stream().filter(it -> it.method().equals("apps.connections.open")))
          .hasSize(1);
    }
  }
}
