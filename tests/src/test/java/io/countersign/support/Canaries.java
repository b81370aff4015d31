package io.countersign.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
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
  private static Map<String, String> secrets(Stage stage) {
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
    medsuite.tenants().forEach(it -> secrets.put(it, medsuite.tenantLogin(it).password().reveal()));
    return secrets;
  }

  void requireNoneOutside(Stage stage) {
    var kept =
        List.of(
            stage.journal("SELECT string_agg(body::text, ' ') FROM countersign.run_event"),
            stage.journal("SELECT string_agg(body::text, ' ') FROM countersign.request"),
            stage.journal("SELECT string_agg(spec::text, ' ') FROM countersign.draft"));
    var leaks = new ArrayList<String>();
    secrets(stage)
        .forEach(
            (what, secret) -> {
              assertThat(secret).as(what).isNotBlank();
              find(leaks, what + " in Slack", secret, stage.slack().everythingShown().stream());
              find(leaks, what + " in the log", secret, logged.stream());
              find(leaks, what + " in the journal", secret, kept.stream());
              find(leaks, what + " in a command line", secret, argv.stream());
            });
    assertThat(leaks).isEmpty();
  }

  private static void find(List<String> leaks, String where, String secret, Stream<String> texts) {
    texts
        .filter(it -> it.contains(secret))
        .findFirst()
        .ifPresent(it -> leaks.add(where + ": " + around(it, secret)));
  }

  private static String around(String text, String secret) {
    int at = text.indexOf(secret);
    return text.substring(Math.max(0, at - 120), Math.min(text.length(), at + 120))
        .replace(secret, "***");
  }

  @Override
  public void close() {
    eye.shutdownNow();
    root.removeHandler(ear);
    root.setLevel(level);
  }
}
