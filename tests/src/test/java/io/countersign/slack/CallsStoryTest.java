package io.countersign.slack;

import static io.countersign.sandbox.slack.Workspace.ALICE;
import static io.countersign.sandbox.slack.Workspace.BOB;
import static io.countersign.sandbox.slack.Workspace.DANA;
import static io.countersign.sandbox.slack.Workspace.INCIDENT;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.Role;
import io.countersign.RunId;
import io.countersign.gate.GateRow;
import io.countersign.run.RunState;
import io.countersign.runbook.Gate;
import io.countersign.sandbox.Transport;
import io.countersign.sandbox.slack.Limits;
import io.countersign.sandbox.slack.Message;
import io.countersign.sandbox.slack.SlackDriver;
import io.countersign.support.Samples;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Who is called to a gate, when, and that nobody is called twice; the database's clock is moved.
 */
class CallsStoryTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Gate POLICY =
      new Gate(
          2,
          List.of(Role.PLATFORM_ADMIN),
          Duration.ofHours(4),
          Gate.Expiry.ABORT,
          Gate.VALID_FOR,
          List.of(Duration.ofMinutes(15), Duration.ofHours(1)),
          List.of(),
          false,
          Optional.empty(),
          Optional.of(new Gate.Escalation(Duration.ofHours(2), Role.PLATFORM_ADMIN)));

  private final EdgeRig rig = new EdgeRig(Transport.HTTP, Limits.hurried(), _ -> {}, POLICY);
  private final SlackDriver people = rig.slack.driver();

  @AfterEach
  void stop() {
    rig.close();
  }

  @Test
  void people_are_called_when_the_gate_opens_and_again_until_they_have_voted() {
    var run = atGate();
    rig.calls.look();
    rig.calls.look();
    rig.poke();
    var first = directs(BOB, 1).getFirst();
    assertThat(first.text()).contains("asks you to").contains("If nobody answers");
    assertThat(first.rendered()).contains("Open the card").contains(run.value());
    assertThat(directs(DANA, 1)).hasSize(1);
    assertThat(people.directMessages(ALICE)).isEmpty();

    approve(BOB);
    rig.database.skip("15 minutes");
    rig.calls.look();
    rig.calls.look();
    rig.poke();
    assertThat(directs(DANA, 2).getLast().text()).startsWith("Still waiting, for 15 min");
    assertThat(people.directMessages(BOB)).hasSize(1);
    stands("Nobody has decided for 15 min");

    rig.database.skip("2 hours");
    rig.calls.look();
    rig.poke();
    stands("Called once more, directly: ");

    approve(DANA);
    int called = people.directMessages(DANA).size();
    rig.database.skip("1 hour");
    rig.calls.look();
    assertThat(rig.database.get().calls().due(10)).isEmpty();
    assertThat(people.directMessages(DANA)).hasSize(called);
  }

  @Test
  void a_reminder_that_was_written_down_is_not_sent_once_the_gate_is_decided() {
    var run = atGate();
    rig.database.execute(
        """
        INSERT INTO countersign.channel_lease (channel, sender, until)
        VALUES ('U0BOB', 'another', clock_timestamp() + interval '1 hour'),
               ('U0DANA', 'another', clock_timestamp() + interval '1 hour')
        """);
    rig.calls.look();
    approve(BOB);
    approve(DANA);
    assertThat(rig.bench.gate(run).status()).isEqualTo(GateRow.Status.APPROVED);
    rig.database.execute(
        "UPDATE countersign.channel_lease SET until = clock_timestamp() - interval '1 s'");
    rig.poke();
    people.await(
        _ ->
            rig.database
                .one(
                    "SELECT count(*) FROM countersign.post WHERE kind = 'DIRECT' AND shown_seq <"
                        + " wanted_seq")
                .equals("0"),
        PATIENCE);
    assertThat(people.directMessages(BOB)).isEmpty();
    assertThat(people.directMessages(DANA)).isEmpty();
    assertThat(rig.database.one("SELECT count(*) FROM countersign.post WHERE kind = 'DIRECT'"))
        .isEqualTo("2");
  }

  private RunId atGate() {
    var spec =
        Samples.spec(RunId.random(java.util.random.RandomGenerator.getDefault()), "runbook: x");
    var asked =
        new io.countersign.run.RunSpec(
            spec.id(),
            spec.subject(),
            spec.tenant(),
            spec.runbook(),
            spec.title(),
            spec.source(),
            spec.parameters(),
            spec.pinned(),
            rig.person(ALICE),
            Optional.empty(),
            INCIDENT,
            spec.reason(),
            spec.requestedAt());
    rig.bench.journal.submit(asked, spec.id().value());
    rig.poke();
    people.await(_ -> !(rig.bench.state(spec.id()) instanceof RunState.Asked), PATIENCE);
    rig.bench.advance(spec.id());
    assertThat(people.awaitMessage(INCIDENT, it -> it.hasButton(Drawing.APPROVE), PATIENCE))
        .isPresent();
    return spec.id();
  }

  private void approve(String person) {
    var card =
        people.awaitMessage(INCIDENT, it -> it.hasButton(Drawing.APPROVE), PATIENCE).orElseThrow();
    people.click(person, card, Drawing.APPROVE);
    assertThat(
            people.awaitEphemeral(person, it -> it.rendered().contains("Your approval"), PATIENCE))
        .as("%s", people.ephemerals(person))
        .isPresent();
  }

  private List<Message> directs(String person, int number) {
    assertThat(people.await(_ -> people.directMessages(person).size() >= number, PATIENCE))
        .as("%s", people.everythingShown())
        .isTrue();
    return people.directMessages(person);
  }

  private void stands(String text) {
    assertThat(people.awaitMessage(INCIDENT, it -> it.rendered().contains(text), PATIENCE))
        .as("%s", people.everythingShown())
        .isPresent();
  }
}
