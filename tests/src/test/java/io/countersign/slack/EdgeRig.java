package io.countersign.slack;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.countersign.Person;
import io.countersign.Role;
import io.countersign.RunId;
import io.countersign.Secret;
import io.countersign.gate.Calls;
import io.countersign.gate.Gates;
import io.countersign.gate.Roster;
import io.countersign.run.Desk;
import io.countersign.run.Draft;
import io.countersign.run.EstateParts;
import io.countersign.run.Fold;
import io.countersign.run.FrontDesk;
import io.countersign.run.Journal;
import io.countersign.run.Plans;
import io.countersign.run.RunSpec;
import io.countersign.run.TenantIndex;
import io.countersign.runbook.Gate;
import io.countersign.runbook.Parameter;
import io.countersign.runbook.Runbook;
import io.countersign.runbook.ValueType;
import io.countersign.sandbox.Transport;
import io.countersign.sandbox.slack.Limits;
import io.countersign.sandbox.slack.StandInSlack;
import io.countersign.sandbox.slack.Workspace;
import io.countersign.server.AuditBundles;
import io.countersign.server.Authored;
import io.countersign.support.Bench;
import io.countersign.support.OurDatabase;
import io.countersign.support.Samples;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * The edge between a stand-in Slack and a real journal; fake actions, fake desk. Both doors are
 * open, HTTP and a socket; Slack uses one of them.
 */
final class EdgeRig implements AutoCloseable {
  private static final Map<Role, RoleSource> ADMINS =
      Map.of(Role.PLATFORM_ADMIN, new RoleSource.UserGroup(Workspace.PLATFORM_ADMINS));

  final OurDatabase database = OurDatabase.fresh();
  final Bench bench;
  final Calls calls;
  final StandInSlack slack;
  final TenantIndex tenants;
  final List<Desk.Ask> asks = new ArrayList<>();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final ScheduledExecutorService scheduler = Executors.newScheduledThreadPool(2);
  private final HttpServer server;
  private final SlackSettings settings;
  private final InstantSource clock;
  private final SlackEdge.Parts parts;
  private volatile SlackEdge edge;

  EdgeRig(Transport transport) {
    this(transport, Limits.hurried(), _ -> {});
  }

  /**
   * @param before what befalls Slack before the edge starts
   */
  EdgeRig(Transport transport, Limits limits, Consumer<StandInSlack> before) {
    this(transport, limits, before, Samples.gate(1));
  }

  /**
   * @param policy of the gate before the swap
   */
  EdgeRig(Transport transport, Limits limits, Consumer<StandInSlack> before, Gate policy) {
    this(
        transport,
        StandInSlack.start(0, Workspace.demo(), limits, Clock.systemUTC()),
        before,
        policy,
        rig -> SlackRoster.of(rig.settings, ADMINS, InstantSource.system()),
        (rig, _) -> rig.fakeDesk());
  }

  /**
   * @param before what befalls Slack before the edge starts
   * @param policy of the gate before the swap
   * @param rosters who votes and starts, given the finished rig's settings
   * @param desks the desk on that roster
   */
  EdgeRig(
      Transport transport,
      StandInSlack slack,
      Consumer<StandInSlack> before,
      Gate policy,
      Function<EdgeRig, Roster> rosters,
      BiFunction<EdgeRig, Roster, Desk> desks) {
    this(transport, slack, InstantSource.system(), before, policy, rosters, desks);
  }

  /**
   * @param clock of the edge's pace
   */
  EdgeRig(
      Transport transport,
      StandInSlack slack,
      InstantSource clock,
      Consumer<StandInSlack> before,
      Gate policy,
      Function<EdgeRig, Roster> rosters,
      BiFunction<EdgeRig, Roster, Desk> desks) {
    this(
        transport,
        slack,
        clock,
        before,
        policy,
        rosters,
        desks,
        rig -> List.of(OneOfEachTenant.estate(rig.bench.actions.catalogue())),
        List.of(runbook()));
  }

  /**
   * These estates and runbooks, with a desk of their own.
   *
   * @param runbooks with the sample's steps
   */
  static EdgeRig of(
      Transport transport, Function<EdgeRig, List<EstateParts>> estates, List<Runbook> runbooks) {
    return new EdgeRig(
        transport,
        StandInSlack.start(0, Workspace.demo(), Limits.hurried(), Clock.systemUTC()),
        InstantSource.system(),
        _ -> {},
        Samples.gate(1),
        rig -> SlackRoster.of(rig.settings, ADMINS, InstantSource.system()),
        (rig, roster) ->
            new FrontDesk(
                byName(runbooks, Runbook::name),
                byName(estates.apply(rig), it -> it.estate().name()),
                roster,
                rig.bench.journal,
                rig.database.get().drafts(),
                _ -> runbook(),
                rig.database.get().schedules(),
                rig.database.get().backups(),
                rig.database.get().notices(),
                () -> RunId.random(RandomGenerator.getDefault())),
        estates,
        runbooks);
  }

  private static <T> Map<String, T> byName(List<T> all, Function<T, String> name) {
    return all.stream().collect(Collectors.toMap(name, it -> it));
  }

  private EdgeRig(
      Transport transport,
      StandInSlack slack,
      InstantSource clock,
      Consumer<StandInSlack> before,
      Gate policy,
      Function<EdgeRig, Roster> rosters,
      BiFunction<EdgeRig, Roster, Desk> desks,
      Function<EdgeRig, List<EstateParts>> estates,
      List<Runbook> runbooks) {
    this.clock = clock;
    bench = new Bench(database, policy);
    this.slack = slack;
    settings =
        new SlackSettings(
            new Secret(slack.workspace().botToken()),
            Optional.of(new Secret(slack.workspace().signingSecret())),
            Optional.of(new Secret(slack.workspace().appToken())),
            slack.apiUrl(),
            Set.of());
    var roster = rosters.apply(this);
    var store = database.get();
    calls = new Calls(store.calls(), bench.gates, roster);
    tenants =
        new TenantIndex(
            byName(estates.apply(this), it -> it.estate().name()), InstantSource.system(), threads);
    parts =
        new SlackEdge.Parts(
            store.inbox(),
            store.posts(),
            store.posts(),
            bench.journal,
            bench.gates,
            new Gates(bench.gates, roster),
            roster,
            desks.apply(this, roster),
            _ -> runbook(),
            runbooks,
            tenants,
            store.anchors(),
            store.anchors(),
            new AuditBundles(store, _ -> Authored.actions()),
            store.homes(),
            store.schedules());
    edge = edge("rig");
    server = listen();
    before.accept(slack);
    switch (transport) {
      case HTTP -> overHttp();
      case SOCKET -> slack.deliverOverSockets();
    }
    edge.start();
  }

  private SlackEdge edge(String process) {
    return new SlackEdge(settings, parts, clock, scheduler, threads, process);
  }

  /** Another process in the place of this one: it knows what the database knows. */
  void restart() {
    edge.close();
    edge = edge("rig-" + System.identityHashCode(edge));
    edge.start();
  }

  /** A second process beside this one; it ends with its close. */
  SlackEdge replica() {
    var replica = edge("replica");
    replica.start();
    return replica;
  }

  SlackEdge.Standing standing() {
    return edge.standing();
  }

  SlackSettings settings() {
    return settings;
  }

  /** Something may have to be shown now. */
  void poke() {
    edge.poke();
  }

  void overHttp() {
    slack.deliverTo(
        URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/slack/events"));
  }

  SlackHttp http() {
    return edge.http().orElseThrow();
  }

  static Runbook runbook() {
    var sample = Bench.runbook();
    return new Runbook(
        "tenant-restore",
        "Restore one tenant to a prior moment",
        sample.estates(),
        Optional.of("/tenant-restore"),
        Role.PLATFORM_ADMIN,
        List.of(
            parameter("tenant", ValueType.TENANT, false),
            parameter("to", ValueType.INSTANT, false),
            parameter("reason", ValueType.TEXT, true)),
        sample.steps(),
        sample.onAbort(),
        sample.source());
  }

  private static Parameter parameter(String name, ValueType type, boolean optional) {
    return new Parameter(name, type, List.of(), 300, Optional.empty(), optional, "");
  }

  Person person(String id) {
    return new Person(slack.workspace().teamId(), id);
  }

  Desk fakeDesk() {
    return new FakeDesk();
  }

  /** Plans anything and starts it once. */
  private final class FakeDesk implements Desk {
    private final Map<String, RunSpec> specs = new java.util.concurrent.ConcurrentHashMap<>();

    @Override
    public Proposed propose(Ask ask) {
      synchronized (asks) {
        asks.add(ask);
      }
      var id = RunId.random(RandomGenerator.getDefault());
      var sample = Samples.spec(id, runbook().source());
      var spec =
          new RunSpec(
              id,
              sample.subject(),
              sample.tenant(),
              sample.runbook(),
              sample.title(),
              sample.source(),
              ask.parameters(),
              sample.pinned(),
              ask.who(),
              java.util.Optional.empty(),
              ask.channel(),
              ask.reason(),
              bench.journal.now());
      specs.put(id.value(), spec);
      var steps =
          runbook().steps().stream()
              .map(
                  it ->
                      new Draft.PlannedStep(
                          it.id(),
                          it.action(),
                          "do " + it.id(),
                          List.of("SELECT '<" + it.id() + ">'"),
                          it.gate().isPresent()))
              .toList();
      return new Proposed.Planned(
          new Draft(id.value(), spec, steps, Set.of(person(Workspace.BOB)), List.of()));
    }

    @Override
    public Optional<Refusal> against(Person who, String runbook) {
      return Optional.empty();
    }

    @Override
    public Optional<Ask> asked(String draft, Person who) {
      return Optional.ofNullable(specs.get(draft))
          .map(
              it ->
                  new Ask(
                      who,
                      it.channel(),
                      it.runbook(),
                      it.tenant().toString(),
                      it.parameters(),
                      it.reason()));
    }

    @Override
    public Started start(String draft, Person who) {
      var spec = specs.get(draft);
      if (spec == null || !spec.requester().equals(who)) {
        return new Started.Refused(new Refusal.Because("I do not know this plan."));
      }
      return switch (bench.journal.submit(spec, draft)) {
        case Journal.Submission.Accepted(var run) -> new Started.Accepted(run);
        case Journal.Submission.Repeated(var run) -> new Started.Repeated(run);
        case Journal.Submission.Held(var run) -> new Started.Refused(new Refusal.Held(run));
      };
    }

    @Override
    public Told cancel(RunId run, Person who, String reason) {
      return new Told(true, "Run " + run + " stops (" + reason + ").");
    }

    @Override
    public Told leave(RunId run, Person who, String reason) {
      return new Told(false, "Run " + run + " does not wait for a person.");
    }

    @Override
    public Told skip(RunId run, Person who, String step) {
      return new Told(true, "Run " + run + " skips " + step + ".");
    }

    @Override
    public Told tellCaches(RunId run, Person who, String request, String door) {
      return new Told(true, "The caches were told again.");
    }

    @Override
    public Told putOff(UUID schedule, Instant due, Person who) {
      return new Told(true, "It is put off.");
    }

    @Override
    public Optional<Draft> planned(RunId run) {
      var spec = Fold.of(bench.journal.read(run)).facts().spec();
      return Optional.of(Plans.draft(runbook(), spec, bench.actions.catalogue()));
    }

    @Override
    public Told retry(RunId run, Person who) {
      return new Told(true, "Run " + run + " tries again.");
    }
  }

  private HttpServer listen() {
    try {
      var listening =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      listening.setExecutor(threads);
      listening.createContext("/slack/events", this::serve);
      listening.start();
      return listening;
    } catch (IOException taken) {
      throw new UncheckedIOException(taken);
    }
  }

  private void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      var body = exchange.getRequestBody().readNBytes(SlackHttp.LONGEST + 1);
      var reply = http().handle(exchange.getRequestHeaders(), body, "127.0.0.1");
      var bytes = reply.body().getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", reply.contentType());
      exchange.sendResponseHeaders(reply.status(), bytes.length == 0 ? -1 : bytes.length);
      if (bytes.length > 0) {
        exchange.getResponseBody().write(bytes);
      }
    }
  }

  @Override
  public void close() {
    edge.close();
    scheduler.shutdownNow();
    server.stop(0);
    threads.shutdownNow();
    slack.close();
    database.close();
  }
}
