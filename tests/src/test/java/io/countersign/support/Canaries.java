package io.countersign.support;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.RunId;
import io.countersign.Secret;
import io.countersign.audit.AuditBook;
import io.countersign.audit.Verification;
import io.countersign.sandbox.azure.StandInAzure;
import io.countersign.server.AuditBundles;
import io.countersign.server.Authored;
import io.countersign.store.Database;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.stream.Stream;

/**
 * Listens to every log line and looks at every process while a database is copied, and searches all
 * that, and what Slack and the journal hold, for one row and for every secret of the world.
 */
public final class Canaries implements AutoCloseable {
  /** The display name of a member of acme. */
  public static final String ROW = "CANARY-ROW-7f3a";

  private static final long LOOK_MILLIS = 40;
  private static final int SHOWN = 120;

  private final Queue<String> logged = new ConcurrentLinkedQueue<>();
  private final Set<String> argv = ConcurrentHashMap.newKeySet();
  private final AtomicInteger copying = new AtomicInteger();
  private final Logger root = Logger.getLogger("");
  private final Level level = Objects.requireNonNullElse(root.getLevel(), Level.INFO);
  private final Handler ear = new Ear();
  private final ScheduledExecutorService eye =
      Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().factory());

  private Canaries() {}

  static Canaries listening() {
    var canaries = new Canaries();
    canaries.ear.setLevel(Level.FINE);
    canaries.root.setLevel(Level.FINE);
    canaries.root.addHandler(canaries.ear);
    var _ =
        canaries.eye.scheduleWithFixedDelay(
            canaries::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    return canaries;
  }

  /** Keeps lines with their exceptions. */
  private final class Ear extends Handler {
    private final SimpleFormatter formatter = new SimpleFormatter();

    @Override
    public void publish(LogRecord line) {
      var text = new StringWriter();
      text.append(line.getLoggerName()).append(' ').append(formatter.formatMessage(line));
      if (line.getThrown() != null) {
        line.getThrown().printStackTrace(new PrintWriter(text, true));
      }
      logged.add(text.toString());
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  /** The tests of several processes see each other's programs. */
  private static final String PLANTED_BY = "planted-by-";

  static final String PLANTED = PLANTED_BY + ProcessHandle.current().pid() + "-";

  /** Programs of ours run between these two points. */
  void reached(String where) {
    if (where.startsWith("started copy/")) {
      copying.incrementAndGet();
    } else if (where.startsWith("acted copy/")) {
      copying.decrementAndGet();
    }
  }

  private void look() {
    if (copying.get() > 0) {
      ProcessHandle.allProcesses()
          .flatMap(it -> it.info().commandLine().stream())
          .filter(it -> !it.contains(PLANTED_BY) || it.contains(PLANTED))
          .forEach(argv::add);
    }
  }

  public List<String> logged() {
    return List.copyOf(logged);
  }

  /** Command lines that were seen while a database was copied. */
  public Set<String> argv() {
    return Set.copyOf(argv);
  }

  /** What must stay inside, by what it is. */
  static Map<String, String> secrets(Stage stage) {
    var world = stage.world();
    var medsuite = world.medsuite();
    var secrets = new TreeMap<String, String>();
    secrets.put("the row", ROW);
    secrets.put("the bot token", world.slack().workspace().botToken());
    secrets.put("the signing secret", world.slack().workspace().signingSecret());
    secrets.put("the app token", world.slack().workspace().appToken());
    secrets.put("the bot's password", medsuite.botLogin().password().reveal());
    secrets.put("the journal's password", medsuite.journalLogin().password().reveal());
    secrets.put("the registry's password", medsuite.registryReader().password().reveal());
    world.azure().ifPresent(it -> putAll(secrets, it));
    medsuite.tenants().forEach(it -> secrets.put(it, medsuite.tenantLogin(it).password().reveal()));
    return secrets;
  }

  private static void putAll(Map<String, String> secrets, StandInAzure azure) {
    secrets.put("the federated token", azure.tokens().secret());
    azure.tokens().all().forEach(it -> secrets.put("a token " + secrets.size(), it));
  }

  void requireNoneOutside(Stage stage) {
    assertThat(outside(stage)).isEmpty();
  }

  /** Every secret that got out, and where; never the secret itself. */
  List<String> outside(Stage stage) {
    var kept = kept(stage);
    var bundles = bundles(stage);
    var leaks = new ArrayList<String>();
    var secrets = secrets(stage);
    secrets.forEach(
        (what, secret) -> {
          assertThat(secret).as(what).isNotBlank();
          var search = new Search(leaks, what, secret, secrets.values());
          search.in("Slack", stage.slack().everythingShown().stream());
          search.in("the log", logged.stream());
          search.in("the journal", kept.stream());
          search.in("a command line", argv.stream());
          search.in("a bundle", bundles.stream());
        });
    return leaks;
  }

  /** What an auditor would be handed of every run; what the story has written verifies too. */
  private static List<String> bundles(Stage stage) {
    try (var database = ownDatabase(stage)) {
      assertThat(database.audit().look(Verification::of).findings()).isEmpty();
      var bundles = new AuditBundles(database, _ -> Authored.actions());
      return database.audit().look(AuditBook::chains).stream()
          .filter(it -> it.matches("[0-9a-hjkmnp-tv-z]{8}"))
          .flatMap(it -> bundles.of(new RunId(it)).stream())
          .flatMap(it -> Stream.of(it.page(), it.json()))
          .toList();
    }
  }

  /** By another pool, with the bot's own rights. */
  private static Database ownDatabase(Stage stage) {
    var environment = stage.world().environment();
    return Database.open(
        environment.getOrDefault("COUNTERSIGN_DATABASE_URL", ""),
        environment.getOrDefault("COUNTERSIGN_DATABASE_USER", ""),
        new Secret(environment.getOrDefault("COUNTERSIGN_DATABASE_PASSWORD", "")),
        3);
  }

  /** All rows of all tables of the bot's own database, as text. */
  private static List<String> kept(Stage stage) {
    var tables =
        stage.journal(
            """
            SELECT string_agg(quote_ident(table_name), ',') FROM information_schema.tables
             WHERE table_schema = 'countersign' AND table_type = 'BASE TABLE'\
            """);
    return Stream.of(tables.split(",", -1))
        .map(it -> "SELECT string_agg(row::text, ' ') FROM countersign." + it + " AS row")
        .map(stage::journal)
        .toList();
  }

  /** For one secret; what stands beside it may be another one and is masked as well. */
  private record Search(List<String> leaks, String what, String secret, Collection<String> all) {
    void in(String where, Stream<String> texts) {
      texts
          .filter(it -> it.contains(secret))
          .findFirst()
          .ifPresent(it -> leaks.add(what + " in " + where + ": " + around(it)));
    }

    private String around(String text) {
      int at = text.indexOf(secret);
      var before = masked(text.substring(0, at));
      var after = masked(text.substring(at + secret.length()));
      return before.substring(Math.max(0, before.length() - SHOWN))
          + "***"
          + after.substring(0, Math.min(after.length(), SHOWN));
    }

    private String masked(String text) {
      var masked = text;
      for (var each : all) {
        masked = masked.replace(each, "***");
      }
      return masked;
    }
  }

  @Override
  public void close() {
    eye.shutdownNow();
    root.removeHandler(ear);
    root.setLevel(level);
  }
}
