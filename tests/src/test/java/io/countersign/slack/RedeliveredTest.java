package io.countersign.slack;

import static io.countersign.sandbox.slack.Workspace.ALICE;
import static io.countersign.sandbox.slack.Workspace.BOB;
import static io.countersign.sandbox.slack.Workspace.INCIDENT;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.RunId;
import io.countersign.run.RunState;
import io.countersign.sandbox.Transport;
import io.countersign.sandbox.slack.Delivery;
import io.countersign.sandbox.slack.Message;
import io.countersign.sandbox.slack.SlackDriver;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** One request comes several times: at once, to two processes, late, by another way. */
@ParameterizedClass
@EnumSource(Transport.class)
class RedeliveredTest {
  private static final Duration PATIENCE = Duration.ofSeconds(15);
  private static final int TIMES = 6;
  private final Transport transport;
  private final EdgeRig rig;
  private final SlackEdge replica;
  private final SlackDriver people;

  RedeliveredTest(Transport transport) {
    this.transport = transport;
    rig = new EdgeRig(transport);
    replica = rig.replica();
    people = rig.slack.driver();
    if (transport == Transport.SOCKET) {
      assertThat(rig.slack.sockets().awaitStanding(2, PATIENCE))
          .as("one for each process")
          .isTrue();
    }
  }

  @AfterEach
  void stop() {
    replica.close();
    rig.close();
  }

  /** Over all sockets in turn, where there are any; all at once. */
  private void comesAgain(Delivery delivery) {
    var repeats =
        Stream.generate(() -> CompletableFuture.runAsync(() -> people.redeliver(delivery)))
            .limit(TIMES)
            .toList();
    repeats.forEach(CompletableFuture::join);
  }

  /** By the way that it did not come at first. */
  private void comesTheOtherWay(Delivery delivery) {
    switch (transport) {
      case HTTP -> rig.slack.deliverOverSockets();
      case SOCKET -> rig.overHttp();
    }
    assertThat(rig.slack.sockets().awaitStanding(2, PATIENCE)).isTrue();
    assertThat(people.redeliver(delivery).isAcknowledged()).isTrue();
    switch (transport) {
      case HTTP -> rig.overHttp();
      case SOCKET -> rig.slack.deliverOverSockets();
    }
  }

  private Message heard(String person, String text) {
    return people
        .awaitEphemeral(person, it -> it.rendered().contains(text), PATIENCE)
        .orElseThrow(() -> new AssertionError(people.ephemerals(person).toString()));
  }

  private Delivery last(String kind) {
    return people.deliveries().stream().filter(it -> it.kind().equals(kind)).toList().getLast();
  }

  private String requests(String kind) {
    return rig.database.one(
        "SELECT count(*) || ' ' || count(handled_at) FROM countersign.request WHERE kind = '%s'"
            .formatted(kind));
  }

  private void awaitHandled(String kind, int count) {
    org.awaitility.Awaitility.await()
        .atMost(PATIENCE)
        .until(() -> requests(kind).equals(count + " " + count));
  }

  private Message plan() {
    people.slash(ALICE, INCIDENT, "/tenant-restore", "acme to 10 minutes ago");
    return heard(ALICE, "Nothing has happened yet");
  }

  private RunId started() {
    people.click(ALICE, plan(), Commands.START);
    people.await(_ -> !rig.bench.journal.active().isEmpty(), PATIENCE);
    return rig.bench.journal.active().getFirst();
  }

  @Test
  void a_command_that_comes_again_and_again_is_read_once() {
    plan();
    comesAgain(last("command"));
    comesTheOtherWay(last("command"));
    awaitHandled("typed", 1);
    assertThat(rig.asks).hasSize(1);
    assertThat(people.ephemerals(ALICE)).hasSize(1);
  }

  @Test
  void a_start_that_comes_again_and_again_starts_one_run_also_long_after_its_end() {
    var run = started();
    comesAgain(last("block_actions"));
    comesTheOtherWay(last("block_actions"));
    var start = last("block_actions");
    people.await(_ -> !(rig.bench.state(run) instanceof RunState.Asked), PATIENCE);
    rig.bench.advance(run);
    rig.bench.deny(run, io.countersign.support.Samples.BOB, "wrong minute");
    rig.bench.advance(run);
    assertThat(rig.bench.state(run)).isInstanceOf(RunState.Ended.class);

    comesAgain(start);

    awaitHandled("clicked", 1);
    assertThat(rig.database.one("SELECT count(*) FROM countersign.run")).isEqualTo("1");
    assertThat(people.ephemerals(ALICE)).as("the plan, and one answer to Start").hasSize(2);
  }

  @Test
  void an_approval_that_comes_again_and_again_counts_once() {
    var run = started();
    people.await(_ -> !(rig.bench.state(run) instanceof RunState.Asked), PATIENCE);
    rig.bench.advance(run);
    var card =
        people.awaitMessage(INCIDENT, it -> it.hasButton(Drawing.APPROVE), PATIENCE).orElseThrow();
    people.click(BOB, card, Drawing.APPROVE);
    comesAgain(last("block_actions"));
    comesTheOtherWay(last("block_actions"));
    awaitHandled("clicked", 2);
    heard(BOB, "Your approval counts");
    assertThat(rig.bench.gate(run).votes()).hasSize(1);
    assertThat(people.ephemerals(BOB)).hasSize(1);
  }

  @Test
  void a_cancel_that_overtakes_an_older_question_is_done_once_and_the_question_answered() {
    var run = started();
    people.await(_ -> !(rig.bench.state(run) instanceof RunState.Asked), PATIENCE);
    var root = rig.database.get().posts().root(run).orElseThrow().ts();
    people.say(ALICE, INCIDENT, root, "@countersign status");
    people.say(ALICE, INCIDENT, root, "@countersign cancel wrong tenant");
    heard(ALICE, "wrong tenant");
    var said = people.deliveries().stream().filter(it -> it.kind().equals("app_mention")).toList();
    comesAgain(said.getLast());
    comesAgain(said.getFirst());
    awaitHandled("said", 2);
    assertThat(
            people.ephemerals(ALICE).stream()
                .filter(it -> it.rendered().contains("wrong tenant"))
                .toList())
        .hasSize(1);
  }
}
