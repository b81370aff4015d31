package io.countersign.slack;

import static io.countersign.sandbox.slack.Workspace.ALICE;
import static io.countersign.sandbox.slack.Workspace.INCIDENT;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.countersign.Person;
import io.countersign.Role;
import io.countersign.RunId;
import io.countersign.action.Stop;
import io.countersign.cli.Main;
import io.countersign.estate.TenantRef;
import io.countersign.gate.GateRow;
import io.countersign.run.CrashPoint;
import io.countersign.run.RunEvent;
import io.countersign.run.RunSpec;
import io.countersign.run.RunState;
import io.countersign.runbook.Gate;
import io.countersign.runbook.Runbook;
import io.countersign.sandbox.Transport;
import io.countersign.sandbox.slack.Limits;
import io.countersign.sandbox.slack.SlackDriver;
import io.countersign.sandbox.slack.StandInSlack;
import io.countersign.sandbox.slack.Workspace;
import io.countersign.support.Bench;
import io.countersign.support.Samples;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import org.awaitility.Awaitility;
import picocli.CommandLine;

/**
 * A bot and every door through which people reach it, over one transport; runs of tenants of their
 * own wait at gates. What a door sends is written by hand here, as a forger would.
 */
final class Doors implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  /** The doors that vote. */
  enum Door {
    /** Approve on the card. */
    BUTTON(false),
    /** An approval whose phrase is typed in a modal. */
    TYPED(false),
    /** A denial, whose reason is asked for in a modal. */
    DENIAL(false),
    /** Approve on the App Home, which is in no channel. */
    HOME(true),
    /** A denial whose modal was opened from the App Home. */
    HOME_DENIAL(true);

    private final boolean atHome;

    Door(boolean atHome) {
      this.atHome = atHome;
    }
  }

  /** A run that waits at its gate. */
  record Waiting(RunId run, String tenant, Runbook runbook) {}

  final EdgeRig rig;
  final SlackDriver people;
  final Bench bench;
  final Voters voters;
  private final Connection looks;
  private final PreparedStatement unhandled;
  private final int approvingByCommandLine = typed(new StringWriter(), "approve", "7k2m9qxd");
  private int tenants;

  Doors(Transport transport) {
    var voting = new Voters[1];
    rig =
        new EdgeRig(
            transport,
            StandInSlack.start(
                0, Company.workspace(), Limits.hurried().withoutEcho(), Clock.systemUTC()),
            _ -> {},
            Samples.gate(1),
            it -> voting[0] = new Voters(it.settings()),
            Company::desk);
    voters = voting[0];
    people = rig.slack.driver();
    bench = rig.bench;
    looks = connected();
    unhandled = looking();
    everyoneAsUsual();
  }

  /** Alice, Bob and Dana are platform admins, as a user group says. */
  void everyoneAsUsual() {
    rolesFrom(new RoleSource.UserGroup(Workspace.PLATFORM_ADMINS));
  }

  void rolesFrom(RoleSource source) {
    voters.are(Map.of(Role.PLATFORM_ADMIN, source));
  }

  Person person(String id) {
    return new Person(Company.ENTERPRISE, id);
  }

  // Runs

  Waiting atGate() {
    return atGate(Samples.gate(1));
  }

  Waiting atGate(Gate policy) {
    return atGate("t" + ++tenants, policy);
  }

  Waiting atGate(String tenant, Gate policy) {
    var waiting = begun(tenant, "a bad migration", policy);
    advance(waiting);
    assertThat(state(waiting)).isInstanceOf(RunState.AtGate.class);
    return waiting;
  }

  Waiting begun() {
    return begun("t" + ++tenants, "a bad migration", Samples.gate(1));
  }

  /** Alice has asked for it and it may start. */
  Waiting begun(String tenant, String reason, Gate policy) {
    var id = RunId.random(RandomGenerator.getDefault());
    var runbook = Bench.runbook(policy);
    var sample = Samples.spec(id, runbook.source());
    var ref = new TenantRef("medsuite", tenant);
    var spec =
        new RunSpec(
            id,
            ref.subject(),
            ref,
            sample.runbook(),
            sample.title(),
            sample.source(),
            sample.parameters(),
            sample.pinned(),
            person(ALICE),
            Optional.empty(),
            INCIDENT,
            reason,
            bench.journal.now());
    bench.journal.submit(spec, id.value());
    bench.journal.command(id, _ -> Optional.of(new RunEvent.Begun()));
    return new Waiting(id, tenant, runbook);
  }

  void advance(Waiting waiting) {
    advance(waiting, CrashPoint.NONE);
  }

  void advance(Waiting waiting, CrashPoint crash) {
    bench.engine(waiting.runbook(), crash).advance(waiting.run(), new Stop());
  }

  GateRow gate(Waiting waiting) {
    return bench.gate(waiting.run());
  }

  RunState state(Waiting waiting) {
    return bench.state(waiting.run());
  }

  long swaps(Waiting waiting) {
    return bench.actions.effects(waiting.run(), "swap");
  }

  /** Nothing destructive was so much as begun. */
  void assertNothingStarted(Waiting waiting) {
    assertThat(
            rig.database.one(
                "SELECT count(*) FROM countersign.step_attempt WHERE step = 'swap' AND run = '%s'"
                    .formatted(waiting.run())))
        .isEqualTo("0");
    assertThat(swaps(waiting)).isZero();
  }

  /** For this one run time has passed: its gate was opened that much earlier. */
  void pass(Waiting waiting, String interval) {
    rig.database.execute(
        """
        SET session_replication_role = replica;
        UPDATE countersign.gate SET opened_at = opened_at - interval '%2$s', expires_at = expires_at - interval '%2$s'
        WHERE run = '%1$s';
        UPDATE countersign.run_event
        SET body = jsonb_set(body, '{expiresAt}', to_jsonb((body ->> 'expiresAt')::timestamptz - interval '%2$s'))
        WHERE run = '%1$s' AND kind = 'gate-opened';
        """
            .formatted(waiting.run(), interval));
  }

  /** One stored field is falsified by somebody with a console and every right. */
  void falsify(Waiting waiting, String set) {
    rig.database.execute(
        """
        SET session_replication_role = replica;
        UPDATE countersign.gate SET %s WHERE run = '%s';
        """
            .formatted(set, waiting.run()));
  }

  /** The process dies and another takes its place. */
  void restart() {
    int opened = rig.slack.sockets().opened();
    rig.restart();
    Awaitility.await("the new process's socket stands")
        .atMost(PATIENCE)
        .until(() -> rig.slack.sockets().opened() > opened && rig.slack.sockets().standing() > 0);
  }

  // Doors

  static String key(GateRow card) {
    return key(card.id().toString(), card.digest().hex(), card.nonce());
  }

  static String key(String gate, String digest, String nonce) {
    return gate + "|" + digest + "|" + nonce;
  }

  /** Votes on what a card shows, and answers what the person was told: exactly one thing. */
  String vote(Door door, String person, GateRow card) {
    return vote(door, person, key(card), card.phrase().orElse(""), JSON.objectNode());
  }

  String vote(Door door, String person, String key) {
    return vote(door, person, key, "", JSON.objectNode());
  }

  /**
   * @param forged what else the payload says
   */
  String vote(Door door, String person, String key, String typed, ObjectNode forged) {
    var answers = heard(person, () -> send(door, person, key, typed, forged));
    assertThat(answers).as("answers to one %s of %s", door, person).hasSize(1);
    return answers.getFirst();
  }

  void send(Door door, String person, String key, String typed, ObjectNode forged) {
    var payload =
        switch (door) {
          case BUTTON -> button(Drawing.APPROVE, key);
          case TYPED -> Forged.form(Modals.TYPE, key, INCIDENT, Modals.TYPED, typed);
          case DENIAL -> Forged.denial(key, INCIDENT, typed);
          case HOME -> Forged.homeButton(Drawing.APPROVE, key);
          case HOME_DENIAL -> Forged.denial(key, "", typed);
        };
    forged.properties().forEach(it -> payload.set(it.getKey(), it.getValue()));
    people.clickRaw(person, payload);
  }

  /** Presses any button with any value, and answers what the person was told. */
  String press(String person, String action, String value) {
    var answers = heard(person, () -> people.clickRaw(person, button(action, value)));
    assertThat(answers).hasSize(1);
    return answers.getFirst();
  }

  static ObjectNode button(String action, String value) {
    var payload = JSON.objectNode().put("type", "block_actions");
    payload.putObject("channel").put("id", INCIDENT).put("name", "incident-acme");
    payload.putObject("container").put("type", "message").put("channel_id", INCIDENT);
    payload
        .putArray("actions")
        .addObject()
        .put("type", "button")
        .put("block_id", "b")
        .put("action_id", action)
        .put("value", value);
    return payload;
  }

  /** Writes into the run's thread. */
  String mention(String person, Waiting waiting, String words) {
    awaitRoot(waiting);
    var answers = heard(person, () -> say(person, waiting, words));
    assertThat(answers).as("answers to \"%s\" of %s", words, person).hasSize(1);
    return answers.getFirst();
  }

  void say(String person, Waiting waiting, String words) {
    var root = rig.database.get().posts().root(waiting.run()).orElseThrow().ts();
    people.say(person, INCIDENT, root, "@countersign " + words);
  }

  void awaitRoot(Waiting waiting) {
    var posts = rig.database.get().posts();
    rig.poke();
    Awaitility.await("the run's message stands")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(10))
        .until(() -> posts.root(waiting.run()).isPresent());
  }

  /** The run that holds a tenant now. */
  Waiting holding(String tenant) {
    var run =
        rig.database.one(
            "SELECT id FROM countersign.run WHERE ended_at IS NULL AND subject = 'medsuite/%s'"
                .formatted(tenant));
    return new Waiting(new RunId(run), tenant, EdgeRig.runbook());
  }

  /** Types a command; answers what the person was told. */
  List<String> slash(String person, String text) {
    return heard(person, () -> people.slash(person, INCIDENT, "/tenant-restore", text));
  }

  /** What a person is told while something is done, once all of it has been handled. */
  List<String> heard(String person, Runnable act) {
    int whispers = people.ephemerals(person).size();
    int letters = people.directMessages(person).size();
    act.run();
    settle();
    var told = new ArrayList<String>();
    var whispered = people.ephemerals(person);
    whispered.subList(whispers, whispered.size()).forEach(it -> told.add(it.rendered()));
    var direct = people.directMessages(person);
    direct.subList(letters, direct.size()).forEach(it -> told.add(it.rendered()));
    return told;
  }

  /** What two people are told who do something in the same moment. */
  List<String> heardByBoth(String one, Runnable first, String other, Runnable second) {
    var told = new ArrayList<String>();
    told.addAll(
        heard(
            one,
            () ->
                told.addAll(
                    heard(
                        other,
                        () ->
                            CompletableFuture.allOf(
                                    CompletableFuture.runAsync(first),
                                    CompletableFuture.runAsync(second))
                                .join()))));
    return told;
  }

  /**
   * Something that comes while the database cannot write, and comes again before it can.
   *
   * @return what the person was told, all together
   */
  List<String> heardOnceItIsFast(String person, Runnable act) {
    return heard(
        person,
        () -> {
          try (var slow = rig.database.sql();
              var statement = slow.createStatement()) {
            slow.setAutoCommit(false);
            statement.execute("LOCK TABLE countersign.request IN EXCLUSIVE MODE");
            var once = CompletableFuture.runAsync(act);
            awaitStuck(1);
            var delivery = people.deliveries().getLast();
            var again = CompletableFuture.runAsync(() -> people.redeliver(delivery));
            awaitStuck(2);
            slow.commit();
            CompletableFuture.allOf(once, again).join();
          } catch (SQLException broken) {
            throw new IllegalStateException(broken);
          }
        });
  }

  private void awaitStuck(int count) {
    Awaitility.await("requests that wait for the database")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(5))
        .until(
            () ->
                rig.database
                    .one(
                        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND"
                            + " query LIKE '%countersign.request%' AND datname ="
                            + " current_database()")
                    .equals(String.valueOf(count)));
  }

  /** Everything that came in was handled. */
  void settle() {
    assertThat(people.awaitDelivered(PATIENCE)).isTrue();
    Awaitility.await("what came in is handled")
        .atMost(PATIENCE)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(5))
        .until(this::handled);
  }

  /** Asked all the time, so on one connection. */
  private boolean handled() throws SQLException {
    try (var rows = unhandled.executeQuery()) {
      rows.next();
      return rows.getInt(1) == 0;
    }
  }

  private PreparedStatement looking() {
    try {
      return looks.prepareStatement(
          "SELECT count(*) FROM countersign.request WHERE handled_at IS NULL");
    } catch (SQLException broken) {
      throw new IllegalStateException(broken);
    }
  }

  private Connection connected() {
    try {
      return rig.database.sql();
    } catch (SQLException broken) {
      throw new IllegalStateException(broken);
    }
  }

  /** The command line, whose exit code 2 says that there is no such command or option. */
  static int typed(StringWriter said, String... words) {
    return new CommandLine(Main.class)
        .setOut(new PrintWriter(said))
        .setErr(new PrintWriter(said))
        .execute(words);
  }

  // What must come of it

  /**
   * Through every door the person is refused for this reason, privately, and the gate is as it was;
   * a mention and the command line vote for nobody.
   */
  void assertRefusedEverywhere(String person, Waiting waiting, String because) {
    assertRefused(person, waiting, key(gate(waiting)), because);
    assertThat(mention(person, waiting, "approve")).containsPattern("(counted|done)");
    assertThat(approvingByCommandLine).as("no such command").isEqualTo(2);
    assertThat(gate(waiting).votes()).isEmpty();
  }

  /** The same with a card that may be another's. */
  void assertRefused(String person, Waiting waiting, String key, String because) {
    var before = gate(waiting);
    for (var door : Door.values()) {
      var others = heardByOthers(person);
      var typed = before.phrase().orElse("");
      if (door.atHome && isBot(person)) {
        // it has no Home, and nobody can write to it
        send(door, person, key, typed, JSON.objectNode());
        settle();
        continue;
      }
      assertThat(vote(door, person, key, typed, JSON.objectNode()))
          .as("%s of %s", door, person)
          .contains(because);
      assertThat(heardByOthers(person)).as("what others were told").isEqualTo(others);
    }
    assertThat(gate(waiting)).as("the gate").isEqualTo(before);
  }

  private boolean isBot(String person) {
    return rig.slack.workspace().people().stream()
        .anyMatch(it -> it.id().equals(person) && it.isBot());
  }

  private int heardByOthers(String person) {
    return rig.slack.workspace().people().stream()
        .filter(it -> !it.id().equals(person))
        .mapToInt(it -> people.ephemerals(it.id()).size())
        .sum();
  }

  @Override
  public void close() {
    try {
      looks.close();
    } catch (SQLException broken) {
      throw new IllegalStateException(broken);
    } finally {
      rig.close();
    }
  }
}
