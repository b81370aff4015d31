package io.countersign.process;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import org.awaitility.core.ConditionTimeoutException;
import org.awaitility.core.TerminalFailureException;

/** A {@link KillableBot} that was started, and what it has said so far. */
final class BotProcess implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Process process;
  private final Path log;
  private final List<String> said = new CopyOnWriteArrayList<>();
  private volatile long stood;

  private BotProcess(Process process, Path log) {
    this.process = process;
    this.log = log;
    Thread.ofVirtual().start(this::read);
  }

  /**
   * Starts a bot and waits until it is ready.
   *
   * @param temporary where it has its temporary files; its log is written there
   */
  static BotProcess start(Map<String, String> environment, Path temporary, Duration heartbeat) {
    var bot = begin(environment, temporary, heartbeat);
    bot.awaitReady();
    return bot;
  }

  /** Starts a bot without waiting for it. */
  static BotProcess begin(Map<String, String> environment, Path temporary, Duration heartbeat) {
    var log = temporary.resolve("bot-" + System.nanoTime() + ".log");
    var beat = List.of(Long.toString(heartbeat.toMillis()));
    return new BotProcess(java(KillableBot.class, environment, temporary, beat, log), log);
  }

  void awaitReady() {
    awaitLine("READY");
  }

  /** Where Slack sends its requests. */
  URI address() {
    return URI.create(line("READY ").orElseThrow().substring("READY ".length()));
  }

  /** What it calls itself among the processes that share the work. */
  String name() {
    var found = Pattern.compile("listens on port \\d+ as (\\S+)").matcher(log());
    if (!found.find()) {
      throw new AssertionError("it has not said its name: " + log());
    }
    return found.group(1);
  }

  private Optional<String> line(String begin) {
    return said.stream().filter(it -> it.startsWith(begin)).findFirst();
  }

  /** Starts a main class with the class path of this process, and only this environment. */
  static Process java(
      Class<?> main,
      Map<String, String> environment,
      Path temporary,
      List<String> arguments,
      Path errors) {
    var argv = new ArrayList<String>();
    argv.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    argv.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    argv.addAll(List.of("-Duser.timezone=UTC", "-Djava.io.tmpdir=" + temporary));
    argv.addAll(List.of("-classpath", System.getProperty("java.class.path"), main.getName()));
    argv.addAll(arguments);
    var builder = new ProcessBuilder(argv).redirectError(errors.toFile());
    var path = System.getenv().getOrDefault("PATH", "/usr/bin:/bin");
    builder.environment().clear();
    builder.environment().put("PATH", path);
    builder.environment().putAll(environment);
    try {
      return builder.start();
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  private void read() {
    try (var out = process.inputReader(StandardCharsets.UTF_8)) {
      out.lines().forEach(said::add);
    } catch (IOException | UncheckedIOException killed) {
      // that is what it is here for
    }
  }

  /** Has a run stop for ever at a point. */
  void stopAt(String run, String point) {
    obey("stop " + run + " " + point);
  }

  /** The same without waiting for other runs. */
  void holdAt(String run, String point) {
    obey("hold " + run + " " + point);
  }

  /** All runs stand where they are until {@link #open}. */
  void shut() {
    obey("shut");
  }

  void open() {
    obey("open");
  }

  private void obey(String line) {
    tell(line);
    awaitLine("HEARD " + line);
  }

  /** Has the run that comes first to a point that begins so stop for ever. */
  void stopAtNext(String point) {
    stood = timesStood();
    tell("next " + point);
  }

  /** Takes {@link #stopAtNext} back; a run that stands already goes on. */
  void stopNowhere() {
    tell("next ");
  }

  private long timesStood() {
    return said.stream().filter(it -> it.startsWith("FIRST ")).count();
  }

  /** Whether a run stands at the point that was named by {@link #stopAtNext}. */
  boolean standsAtNext() {
    return timesStood() > stood;
  }

  private void tell(String line) {
    try {
      var in = process.outputWriter(StandardCharsets.UTF_8);
      in.write(line + "\n");
      in.flush();
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  /** Lets all runs go on that stopped at a point. */
  void letGo() {
    tell("go");
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** SIGSTOP: it stands still and knows nothing of it. */
  void freeze() {
    signal("STOP");
  }

  /** SIGCONT: it goes on where it stood. */
  void thaw() {
    signal("CONT");
  }

  private void signal(String name) {
    try {
      int code =
          new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
      if (code != 0) {
        throw new IllegalStateException("kill -" + name + " ended with " + code);
      }
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
  }

  void awaitAt(String run) {
    awaitLine("AT " + run);
  }

  private void awaitLine(String begin) {
    try {
      await(begin)
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(10))
          .failFast("the bot has ended", () -> !process.isAlive())
          .until(() -> said.stream().anyMatch(it -> it.startsWith(begin)));
    } catch (ConditionTimeoutException | TerminalFailureException never) {
      throw new AssertionError(begin + " was not said; said: " + said + "; log: " + log(), never);
    }
  }

  /** The programs that it has started and that still run, by name. */
  List<ProcessHandle> programs(String name) {
    return process
        .descendants()
        .filter(it -> it.info().command().filter(path -> path.endsWith("/" + name)).isPresent())
        .toList();
  }

  /** SIGKILL: nothing in it gets to know. */
  void kill() {
    try {
      process.destroyForcibly().waitFor();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
  }

  String log() {
    try {
      return Files.readString(log);
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  @Override
  public void close() {
    kill();
  }
}
