package io.countersign.slack;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.countersign.run.CrashPoint;
import io.countersign.run.Recorded;
import io.countersign.run.RunEvent;
import io.countersign.run.RunState;
import io.countersign.runbook.Gate;
import io.countersign.sandbox.Transport;
import io.countersign.sandbox.slack.Person;
import io.countersign.sandbox.slack.SlackDriver;
import io.countersign.sandbox.slack.Workspace;
import io.countersign.server.Authored;
import io.countersign.slack.Doors.Waiting;
import io.countersign.support.Samples;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** One bot per transport for all tests of a class; before each the company is as always. */
@ParameterizedClass
@EnumSource(Transport.class)
abstract class AtEveryDoor {
  static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  static final String NOT_COUNTED = "nothing was counted";
  static final String FOR_REQUESTERS = "You asked for this run, so somebody else";
  static final String FOR_OTHERS = "Only a PLATFORM_ADMIN can countersign";
  private static final Map<Transport, Doors> OPENED = new EnumMap<>(Transport.class);

  /** Like a dead process: nothing above may catch it and go on. */
  static final class PulledPlug extends Error {
    private static final long serialVersionUID = 1;
  }

  final Doors doors;
  final SlackDriver people;

  AtEveryDoor(Transport transport) {
    doors = OPENED.computeIfAbsent(transport, Doors::new);
    people = doors.people;
  }

  @AfterAll
  static void close() {
    OPENED.values().forEach(Doors::close);
    OPENED.clear();
  }

  @BeforeEach
  void asAlways() {
    var workspace = doors.rig.slack.workspace();
    workspace.people().forEach(people::change);
    workspace
        .groups()
        .forEach(
            group -> {
              workspace.people().stream()
                  .map(Person::id)
                  .filter(it -> !group.members().contains(it))
                  .forEach(it -> people.removeFromGroup(it, group.id()));
              group.members().forEach(it -> people.addToGroup(it, group.id()));
            });
    doors.everyoneAsUsual();
    doors.bench.actions.world("as approved");
  }

  void emptyTheGroup(String... except) {
    for (var person : List.of(Workspace.ALICE, Workspace.BOB, Workspace.DANA)) {
      if (!List.of(except).contains(person)) {
        people.removeFromGroup(person, Workspace.PLATFORM_ADMINS);
      }
    }
    doors.voters.forget();
  }

  static Gate policy(int approvals, Gate.Expiry then, boolean typed) {
    var usual = Samples.gate(approvals);
    return new Gate(
        approvals,
        usual.from(),
        usual.expires(),
        then,
        usual.validFor(),
        usual.remind(),
        usual.evidence(),
        typed,
        usual.coolOff(),
        usual.escalate());
  }

  /** What lint says of one of the invalid runbooks. */
  static String lint(String runbook) {
    return lint(Path.of("src/test/resources/runbooks/invalid", runbook + ".yaml"));
  }

  /** The same of a runbook that differs from a good one by one replacement. */
  static String lint(Path folder, String good, String change) {
    try {
      var text = Files.readString(Path.of("../runbooks/tenant-restore.yaml"));
      assertThat(text).contains(good);
      return lint(Files.writeString(folder.resolve("changed.yaml"), text.replace(good, change)));
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  private static String lint(Path file) {
    try {
      var shipped = Map.of("COUNTERSIGN_ESTATES", "../manifest/estates");
      var complaints =
          Authored.of(List.of(file), Authored.Where.of(shipped)).complaints().stream()
              .map(Object::toString)
              .toList();
      assertThat(complaints).isNotEmpty();
      return String.join("\n", complaints);
    } catch (Authored.NotThere absent) {
      throw new AssertionError(absent);
    }
  }

  /** Nobody is who he says he is: only what the transport authenticated counts. */
  static ObjectNode saysHeIs(String person) {
    var forged = JSON.objectNode().put("acting_user", person).put("user_id", person);
    forged
        .putObject("state")
        .putObject("values")
        .putObject("who")
        .putObject("who")
        .put("type", "users_select")
        .put("selected_user", person);
    return forged;
  }

  /** The process dies as soon as it has come to this point. */
  void dieAt(Waiting waiting, String point) {
    CrashPoint plug =
        where -> {
          if (where.startsWith(point)) {
            throw new PulledPlug();
          }
        };
    try {
      doors.advance(waiting, plug);
    } catch (PulledPlug dead) {
      return;
    }
    throw new AssertionError("never came to " + point);
  }

  /** Everybody in the channel can read it. */
  void assertSaidInTheThread(String text) {
    doors.rig.poke();
    assertThat(
            people.awaitMessage(
                Workspace.INCIDENT,
                it -> it.visibleTo() == null && it.rendered().contains(text),
                Doors.PATIENCE))
        .as("a message with \"%s\"", text)
        .isPresent();
  }

  List<String> lastDifference(Waiting waiting) {
    return doors.bench.journal.read(waiting.run()).reversed().stream()
        .map(Recorded::event)
        .filter(RunEvent.GateOpened.class::isInstance)
        .map(RunEvent.GateOpened.class::cast)
        .findFirst()
        .orElseThrow()
        .difference();
  }

  void assertEnded(Waiting waiting, io.countersign.run.Ending ending) {
    assertThat(doors.state(waiting))
        .as(doors.bench.kinds(waiting.run()).toString())
        .isInstanceOfSatisfying(
            RunState.Ended.class, it -> assertThat(it.ending()).isEqualTo(ending));
  }

  String count(String sql) {
    return doors.rig.database.one(sql);
  }
}
