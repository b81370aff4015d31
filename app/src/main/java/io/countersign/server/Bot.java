package io.countersign.server;

import io.countersign.Role;
import io.countersign.RunId;
import io.countersign.estate.Backups;
import io.countersign.gate.Calls;
import io.countersign.gate.Gates;
import io.countersign.run.CrashPoint;
import io.countersign.run.EstateParts;
import io.countersign.run.FrontDesk;
import io.countersign.run.RunEngine;
import io.countersign.run.RunSpec;
import io.countersign.run.Runbooks;
import io.countersign.run.Schedules;
import io.countersign.run.TenantIndex;
import io.countersign.run.Timetable;
import io.countersign.runbook.Runbook;
import io.countersign.slack.RoleSource;
import io.countersign.slack.SlackEdge;
import io.countersign.slack.SlackLogging;
import io.countersign.slack.SlackRoster;
import io.countersign.slack.SlackSettings;
import io.countersign.store.Database;
import io.countersign.store.Workers;
import io.countersign.thread.Announcer;
import io.countersign.yaml.RunbookReader;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The bot, put together and running. */
public final class Bot implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Bot.class);
  private static final int CONNECTIONS = 12;
  private static final int RUNS_AT_ONCE = 8;

  /** How often it is looked what is due, in seconds. */
  private static final long DUE = 10;

  /** How often it is looked for copies that were left behind and rehearsals missed, in seconds. */
  private static final long SWEEP = 600;

  private static final long SWEEP_FIRST = 60;

  /** How often a process shows that it lives; after four it is dead to the others. */
  public static final Duration HEARTBEAT = Duration.ofSeconds(3);

  private final Collection<Runbook> runbooks;
  private final Database database;
  private final Workers workers;
  private final SlackEdge edge;
  private final Runnable dues;
  private final WebServer web;
  private final ScheduledExecutorService scheduler;
  private final ExecutorService threads;
  private final SlackLogging logging;

  private Bot(
      Collection<Runbook> runbooks,
      Database database,
      Workers workers,
      SlackEdge edge,
      Runnable dues,
      WebServer web,
      ScheduledExecutorService scheduler,
      ExecutorService threads,
      SlackLogging logging) {
    this.runbooks = List.copyOf(runbooks);
    this.database = database;
    this.workers = workers;
    this.edge = edge;
    this.dues = dues;
    this.web = web;
    this.scheduler = scheduler;
    this.threads = threads;
    this.logging = logging;
  }

  /** The bot cannot start; the message says what to mend. */
  public static final class CannotStart extends Exception {
    private static final long serialVersionUID = 1;

    CannotStart(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /**
   * Where a test may look in or pull the plug; in production nobody listens.
   *
   * @param crash told each point of the engine
   * @param swap told each point between two statements of a swap
   * @param heartbeat {@link #HEARTBEAT}; tests that wait for a dead process may shorten it
   */
  public record Watch(CrashPoint crash, Consumer<String> swap, Duration heartbeat) {
    public static final Watch NOBODY = new Watch(CrashPoint.NONE, _ -> {});

    /** A process that beats as in production. */
    public Watch(CrashPoint crash, Consumer<String> swap) {
      this(crash, swap, HEARTBEAT);
    }
  }

  /** Starts everything, watched by nobody. */
  public static Bot start(Map<String, String> environment) throws CannotStart {
    return start(environment, Watch.NOBODY);
  }

  /**
   * Starts everything.
   *
   * @param environment also names what estate files refer to by {@code ${env.NAME}}
   * @throws CannotStart where files, database or port are not right
   */
  public static Bot start(Map<String, String> environment, Watch watch) throws CannotStart {
    var logging = new SlackLogging().pin();
    try {
      var settings = Settings.of(environment);
      var random = new SecureRandom();
      var estates = new TreeMap<String, EstateParts>();
      // actions plan and are linted before our own database is looked for
      var schedules = new AtomicReference<Schedules>();
      var backups = new AtomicReference<Backups>();
      var scratch = ScratchFolder.ofThisUser(Path.of(System.getProperty("java.io.tmpdir")));
      for (var estate : Folders.estates(settings.estates(), environment)) {
        estates.put(
            estate.name(),
            Estates.of(
                estate,
                scratch,
                random,
                () -> Objects.requireNonNull(schedules.get()),
                () -> Objects.requireNonNull(backups.get()),
                watch.swap()));
      }
      var runbooks = Folders.runbooks(settings.runbooks(), estates);
      var database =
          Database.open(
              settings.databaseUrl(),
              settings.databaseUser(),
              settings.databasePassword(),
              CONNECTIONS);
      schedules.set(database.schedules());
      backups.set(database.backups());
      requireKnown(settings.auditFile(), database);
      return started(settings, estates, runbooks, database, random, logging, watch);
    } catch (Settings.Refused
        | Folders.Refused
        | ScratchFolder.Refused
        | WebServer.PortTaken
        | AnchorFile.Refused
        | Database.Unreachable refused) {
      throw new CannotStart(String.valueOf(refused.getMessage()), refused);
    }
  }

  /** A database that was set back has forgotten votes and steps: nothing is begun on it. */
  private static void requireKnown(Optional<Path> file, Database database)
      throws AnchorFile.Refused {
    if (file.isPresent()) {
      try {
        new AnchorFile(file.get()).require(database.anchors());
      } catch (AnchorFile.Refused refused) {
        database.close();
        throw refused;
      }
    }
  }

  private static Bot started(
      Settings settings,
      Map<String, EstateParts> estates,
      Map<String, Runbook> runbooks,
      Database database,
      SecureRandom random,
      SlackLogging logging,
      Watch watch)
      throws WebServer.PortTaken {
    var clock = InstantSource.system();
    var slack =
        new SlackSettings(
            settings.botToken(),
            settings.signingSecret(),
            settings.appToken(),
            settings.slackApi(),
            settings.channels(),
            settings.auditChannel());
    var roster =
        SlackRoster.of(
            slack,
            sources(settings.roles()),
            estates.values().stream()
                .collect(Collectors.toMap(it -> it.estate().name(), EstateParts::registry)),
            clock);
    var journal = database.journal();
    var gates = database.gates();
    var pinned = pinned(estates);
    var desk =
        new FrontDesk(
            runbooks,
            estates,
            roster,
            journal,
            database.drafts(),
            pinned,
            database.schedules(),
            database.backups(),
            database.notices(),
            () -> RunId.random(random));
    var scheduler = Executors.newScheduledThreadPool(2, Thread.ofPlatform().daemon().factory());
    var threads = Executors.newVirtualThreadPerTaskExecutor();
    var process = process(random);
    var edge =
        new SlackEdge(
            slack,
            new SlackEdge.Parts(
                database.inbox(),
                database.posts(),
                database.posts(),
                journal,
                gates,
                new Gates(gates, roster),
                roster,
                desk,
                pinned,
                runbooks.values(),
                new TenantIndex(estates, clock, threads),
                database.anchors(),
                database.anchors(),
                new AuditBundles(
                    database, it -> Optional.ofNullable(estates.get(it)).orElseThrow().actions()),
                database.homes(),
                database.schedules()),
            clock,
            scheduler,
            threads,
            process);
    var engine =
        new RunEngine(
            journal,
            gates,
            estate -> Optional.ofNullable(estates.get(estate)).orElseThrow().actions(),
            pinned,
            () -> nonce(random),
            watch.crash());
    var timetable =
        new Timetable(runbooks, estates, journal, database.schedules(), () -> RunId.random(random));
    var calls = new Calls(database.calls(), gates, roster);
    var dues = new Dues(List.of(timetable::look, calls::look));
    var workers = new Workers(database, engine, process, watch.heartbeat(), RUNS_AT_ONCE, clock);
    var web = WebServer.start(settings.port(), edge.http(), database::answers, edge::standing);
    workers.start();
    edge.start();
    var _ =
        scheduler.scheduleWithFixedDelay(() -> threads.execute(dues), DUE, DUE, TimeUnit.SECONDS);
    var sweep = sweep(estates, runbooks, pinned, database, edge.announcer(), process);
    var _ =
        scheduler.scheduleWithFixedDelay(
            () -> threads.execute(sweep), SWEEP_FIRST, SWEEP, TimeUnit.SECONDS);
    var keeper = new AnchorKeeper(database.anchors(), settings.auditFile().map(AnchorFile::new));
    var _ =
        scheduler.scheduleWithFixedDelay(
            () -> threads.execute(keeper::look), 0, DUE, TimeUnit.SECONDS);
    log.info("countersign listens on port {} as {}", web.port(), process);
    return new Bot(
        runbooks.values(),
        database,
        workers,
        edge,
        () -> {
          dues.run();
          sweep.run();
        },
        web,
        scheduler,
        threads,
        logging);
  }

  /** What nobody would notice by himself. */
  private static Dues sweep(
      Map<String, EstateParts> estates,
      Map<String, Runbook> runbooks,
      Runbooks pinned,
      Database database,
      Announcer announcer,
      String process) {
    var journal = database.journal();
    var tellings = database.tellings();
    var copies = new Sweep(estates.values(), journal, tellings, announcer, process);
    var drills =
        new DrillWatch(
            estates,
            runbooks,
            new DrillWatch.Past(database.drills(), journal, pinned),
            tellings,
            announcer,
            process);
    return new Dues(List.of(copies::look, drills::look));
  }

  /** A run goes on with the text that it pinned, whatever the file says now. */
  private static Runbooks pinned(Map<String, EstateParts> estates) {
    var read = new ConcurrentHashMap<String, Runbook>();
    return spec -> read.computeIfAbsent(spec.source(), _ -> pinned(spec, estates));
  }

  private static Runbook pinned(RunSpec spec, Map<String, EstateParts> estates) {
    return switch (Folders.read(spec.runbook(), spec.source(), estates)) {
      case RunbookReader.Read.Valid(var runbook, _) -> runbook;
      case RunbookReader.Read.Invalid(var complaints) ->
          throw new IllegalStateException(
              "run "
                  + spec.id()
                  + " pinned a runbook that this version cannot read: "
                  + complaints);
    };
  }

  private static Map<Role, RoleSource> sources(Map<Role, String> roles) {
    var sources = new TreeMap<Role, RoleSource>(java.util.Comparator.comparing(Role::name));
    roles.forEach((role, source) -> sources.put(role, RoleSource.of(source)));
    return sources;
  }

  private static String nonce(SecureRandom random) {
    var bytes = new byte[16];
    random.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  /** Unique even where hosts have no name and containers all count their processes from 1. */
  private static String process(SecureRandom random) {
    var host = Optional.ofNullable(System.getenv("HOSTNAME")).orElse("countersign");
    var bytes = new byte[3];
    random.nextBytes(bytes);
    return host + "-" + ProcessHandle.current().pid() + "-" + HexFormat.of().formatHex(bytes);
  }

  /** Where Slack sends its requests over HTTP, where it may. */
  public URI address() {
    return URI.create("http://127.0.0.1:" + web.port() + "/slack/events");
  }

  /** The runbooks of the folder, as they were read at the start. */
  public Collection<Runbook> runbooks() {
    return runbooks;
  }

  /** Wakes everything that waits for time: a sandbox has moved the database's clock. */
  public void timeHasJumped() {
    database.journal().wakeAll();
    dues.run();
    edge.poke();
  }

  /** Loggers that must stay quiet are held as long as the bot lives. */
  SlackLogging logging() {
    return logging;
  }

  @Override
  public void close() {
    workers.close();
    web.close();
    edge.close();
    scheduler.shutdownNow();
    threads.close();
    database.close();
  }
}
