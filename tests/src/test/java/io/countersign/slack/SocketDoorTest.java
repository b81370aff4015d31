package io.countersign.slack;

import static io.countersign.sandbox.slack.Workspace.ALICE;
import static io.countersign.sandbox.slack.Workspace.BOB;
import static io.countersign.sandbox.slack.Workspace.INCIDENT;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.RunId;
import io.countersign.gate.GateRow;
import io.countersign.run.RunState;
import io.countersign.sandbox.Transport;
import io.countersign.sandbox.slack.Limits;
import io.countersign.sandbox.slack.Message;
import io.countersign.sandbox.slack.SlackDriver;
import io.countersign.sandbox.slack.StandInSlack;
import java.time.Duration;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The socket is cut, refused, replaced: whatever a person does is done once all the same. */
class SocketDoorTest {
  private static final Duration PATIENCE = Duration.ofSeconds(15);
  private static final String OPEN = "apps.connections.open";
  private static final String CLICK = "block_actions";
  private EdgeRig rig = rig(_ -> {});
  private SlackDriver people = rig.slack.driver();

  private static EdgeRig rig(Consumer<StandInSlack> before) {
    var limits = Limits.hurried().withAckTime(Duration.ofSeconds(2));
    return new EdgeRig(Transport.SOCKET, limits, before);
  }

  @AfterEach
  void stop() {
    rig.close();
  }

  private Message heard(String person, String text) {
    return people
        .awaitEphemeral(person, it -> it.rendered().contains(text), PATIENCE)
        .orElseThrow(() -> new AssertionError(person + " heard only " + people.ephemerals(person)));
  }

  private Message plan() {
    people.slash(ALICE, INCIDENT, "/tenant-restore", "acme to 10 minutes ago");
    return heard(ALICE, "Nothing has happened yet");
  }

  private RunId waiting() {
    people.click(ALICE, plan(), Commands.START);
    people.await(_ -> !rig.bench.journal.active().isEmpty(), PATIENCE);
    var run = rig.bench.journal.active().getFirst();
    people.await(_ -> !(rig.bench.state(run) instanceof RunState.Asked), PATIENCE);
    rig.bench.advance(run);
    return run;
  }

  private Message card() {
    return people
        .awaitMessage(INCIDENT, it -> it.hasButton(Drawing.APPROVE), PATIENCE)
        .orElseThrow();
  }

  private String requests(String kind) {
    return rig.database.one(
        "SELECT count(*) FROM countersign.request WHERE kind = '%s'".formatted(kind));
  }

  private void approvedOnce(RunId run) {
    heard(BOB, "Your approval counts");
    assertThat(rig.bench.gate(run).votes()).hasSize(1);
    assertThat(rig.bench.gate(run).status()).isEqualTo(GateRow.Status.APPROVED);
    assertThat(people.ephemerals(BOB)).as("answers to one click").hasSize(1);
    assertThat(requests("clicked")).as("start and approval").isEqualTo("2");
  }

  @Test
  void a_click_whose_socket_is_cut_before_the_ack_comes_again_and_counts_once() {
    var run = waiting();
    var card = card();
    rig.slack.faults().cutSocketBeforeAck(CLICK);

    var outcome = people.click(BOB, card, Drawing.APPROVE);

    assertThat(outcome.isAcknowledged()).isFalse();
    Awaitility.await("the same click is acknowledged on another socket")
        .atMost(PATIENCE)
        .until(() -> rig.slack.sockets().hasAcknowledged(outcome.delivery()));
    assertThat(rig.slack.sockets().opened()).isEqualTo(2);
    approvedOnce(run);
  }

  @Test
  void a_click_whose_socket_is_cut_before_it_is_sent_comes_after_the_reconnect() {
    var run = waiting();
    var card = card();
    rig.slack.faults().cutSocketBeforeDelivery(CLICK);

    var outcome = people.click(BOB, card, Drawing.APPROVE);

    assertThat(outcome.isAcknowledged()).isFalse();
    approvedOnce(run);
    assertThat(rig.slack.sockets().opened()).isEqualTo(2);
  }

  @Test
  void a_click_that_cannot_be_kept_is_not_acknowledged_and_comes_again() {
    var run = waiting();
    var card = card();
    rig.database.execute("ALTER TABLE countersign.request RENAME TO away");

    var outcome = people.click(BOB, card, Drawing.APPROVE);
    rig.database.execute("ALTER TABLE countersign.away RENAME TO request");

    assertThat(outcome.isAcknowledged()).isFalse();
    approvedOnce(run);
  }

  @Test
  void what_came_over_the_socket_is_known_when_it_comes_again_over_http() {
    var run = waiting();
    var outcome = people.click(BOB, card(), Drawing.APPROVE);
    heard(BOB, "Your approval counts");

    rig.overHttp();
    assertThat(people.redeliver(outcome.delivery()).isAcknowledged()).isTrue();

    approvedOnce(run);
  }

  @ParameterizedTest
  @ValueSource(strings = {"warning", "refresh_requested", "link_disabled"})
  void before_slack_closes_a_socket_the_next_one_stands(String reason) {
    assertThat(rig.slack.sockets().awaitStanding(1, PATIENCE)).isTrue();
    rig.slack.sockets().dismiss(reason);

    plan();

    assertThat(rig.slack.sockets().opened()).isEqualTo(2);
  }

  @Test
  void a_socket_that_is_cut_again_and_again_is_opened_again_and_again() {
    for (int count = 1; count <= 3; count++) {
      assertThat(rig.slack.sockets().awaitStanding(1, PATIENCE)).isTrue();
      rig.slack.sockets().cut();
    }

    plan();

    assertThat(rig.slack.sockets().opened()).isEqualTo(4);
  }

  @Test
  void a_slack_that_refuses_sockets_at_the_start_is_asked_again() {
    rig.close();
    rig =
        rig(
            slack -> {
              slack.faults().serverError(OPEN);
              slack.faults().rateLimitNext(OPEN, Duration.ofSeconds(1));
            });
    people = rig.slack.driver();

    assertThat(rig.slack.sockets().awaitStanding(1, PATIENCE)).isTrue();
    plan();

    assertThat(rig.slack.calls().stream().filter(it -> it.method().equals(OPEN))).hasSize(3);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'type':'something_new','payload':{}}",
        "{'type':'interactive','payload':{'type':'shortcut','callback_id':'x','trigger_id':'1'}}",
        "{'type':'interactive','payload':{'type':'thought_up_tomorrow'}}",
        "{'type':'interactive','payload':{'type':'block_suggestion','action_id':'x'}}",
        "{'type':'events_api','payload':{'type':'event_callback','event':{'type':'new_thing'}}}",
        "{'type':'events_api','payload':[]}"
      })
  void what_nobody_knows_is_acknowledged_and_not_sent_again(String envelope) {
    assertThat(rig.slack.sockets().awaitStanding(1, PATIENCE)).isTrue();
    var named = envelope.replace('\'', '"').replaceFirst("\\{", "{\"envelope_id\":\"e1\",");
    assertThat(rig.slack.sockets().sendRaw(named)).as(named).isTrue();
    assertThat(requests("typed")).isEqualTo("0");
  }
}
