package io.countersign.slack;

import static io.countersign.sandbox.slack.Workspace.ALICE;
import static io.countersign.sandbox.slack.Workspace.BOB;

import io.countersign.Person;
import io.countersign.RunId;
import io.countersign.estate.TenantRef;
import io.countersign.gate.Call;
import io.countersign.gate.CallStore;
import io.countersign.run.Journal;
import io.countersign.run.RunSpec;
import io.countersign.run.RunState;
import io.countersign.sandbox.slack.Channel;
import io.countersign.sandbox.slack.Limits;
import io.countersign.sandbox.slack.MovableClock;
import io.countersign.sandbox.slack.SlackDriver;
import io.countersign.sandbox.slack.StandInSlack;
import io.countersign.sandbox.slack.Workspace;
import io.countersign.support.Bench;
import io.countersign.support.OurDatabase;
import io.countersign.support.Samples;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.random.RandomGenerator;

/**
 * Senders between a real journal and a stand-in Slack, pass by pass: time goes on for both only
 * when a test says so.
 */
final class SenderRig implements AutoCloseable {
  final OurDatabase database = OurDatabase.fresh();
  final Bench bench = new Bench(database);
  final MovableClock clock = new MovableClock();
  final StandInSlack slack;
  final SlackDriver people;
  private final ScheduledExecutorService scheduler = Executors.newScheduledThreadPool(1);
  private final SlackSettings settings;
  private int tenants;

  SenderRig(Limits limits, int channels) {
    slack = StandInSlack.start(0, workspace(channels), limits, clock);
    people = slack.driver();
    settings = settings(slack);
    tell();
  }

  static SlackSettings settings(StandInSlack slack) {
    return new SlackSettings(
        new io.countersign.Secret(slack.workspace().botToken()),
        Optional.of(new io.countersign.Secret(slack.workspace().signingSecret())),
        Optional.empty(),
        URI.create(slack.apiUrl().toString()),
        Set.of());
  }

  /** The demo's people, in channels {@code C0ONE1}, {@code C0ONE2}...; the last one is private. */
  static Workspace workspace(int channels) {
    var demo = Workspace.demo();
    var members = demo.channels().getFirst().members();
    var all = new ArrayList<Channel>(demo.channels());
    for (int i = 1; i <= channels; i++) {
      var open = Channel.open(channel(i), "one" + i, members);
      all.add(i == channels ? open.asPrivate() : open);
    }
    return demo.withChannels(all);
  }

  static String channel(int number) {
    return "C0ONE" + number;
  }

  /** A bot's sender, and how it sees Slack. */
  record Bot(Sender sender, Reach reach) {
    void pass() {
      sender.run();
    }
  }

  Bot bot(String name) {
    var reach = new Reach(clock);
    var api = SlackApi.of(settings, reach::heard);
    var sender =
        new Sender(
            database.get().posts(),
            renderer(),
            api,
            reach,
            new Pace(clock),
            name,
            scheduler,
            Runnable::run);
    return new Bot(sender, reach);
  }

  Renderer renderer() {
    return new Renderer(
        bench.journal,
        bench.gates,
        _ -> Bench.runbook(),
        database.get().posts(),
        SlackApi.of(settings));
  }

  /** Time goes on, for Slack, for the senders and for the database. */
  void later(Duration by) {
    clock.move(by);
    tell();
  }

  private void tell() {
    database.execute(
        "CREATE OR REPLACE FUNCTION countersign.now() RETURNS timestamptz LANGUAGE sql VOLATILE AS"
            + " $$ SELECT timestamptz '"
            + clock.instant()
            + "' $$");
  }

  /** The process that had channels is dead for long enough. */
  void leasesEnd() {
    database.execute(
        "UPDATE countersign.channel_lease SET until = clock_timestamp() - interval '1 s'");
  }

  Person person(String id) {
    return new Person(slack.workspace().teamId(), id);
  }

  /** Alice has asked for something on a tenant of its own. */
  RunId asked(String channel) {
    var id = RunId.random(RandomGenerator.getDefault());
    var sample = Samples.spec(id, Bench.runbook().source());
    var tenant = new TenantRef("medsuite", "t" + ++tenants);
    var spec =
        new RunSpec(
            id,
            tenant.subject(),
            tenant,
            sample.runbook(),
            sample.title(),
            sample.source(),
            sample.parameters(),
            sample.pinned(),
            person(ALICE),
            Optional.empty(),
            channel,
            "a bad migration",
            bench.journal.now());
    if (!(bench.journal.submit(spec, id.value()) instanceof Journal.Submission.Accepted)) {
      throw new IllegalStateException("not accepted");
    }
    return id;
  }

  /** It waits at its gate, and its message stands where the sender could post it. */
  RunId atGate(Bot bot, String channel) {
    var run = asked(channel);
    bot.pass();
    bench.advance(run);
    if (!(bench.state(run) instanceof RunState.AtGate)) {
      throw new IllegalStateException("it waits for " + bench.state(run));
    }
    return run;
  }

  void approve(RunId run) {
    bench.approve(run, Samples.BOB);
    bench.advance(run);
  }

  /** Bob is called to the run's gate. */
  void call(RunId run) {
    CallStore calls = database.get().calls();
    calls.due(10).stream()
        .filter(it -> it.gate().equals(bench.gate(run).id()) && it.kind() == Call.Kind.OPENED)
        .forEach(it -> calls.call(it, Set.of(person(BOB))));
  }

  long calls(String method) {
    return slack.calls().stream().filter(it -> it.method().equals(method)).count();
  }

  List<Integer> statuses(String method) {
    return slack.calls().stream()
        .filter(it -> it.method().equals(method))
        .map(it -> it.status())
        .toList();
  }

  String trouble(RunId run, String key) {
    return database.one(
        "SELECT trouble FROM countersign.post WHERE run = '%s' AND key = '%s'".formatted(run, key));
  }

  @Override
  public void close() {
    scheduler.shutdownNow();
    slack.close();
    database.close();
  }
}
