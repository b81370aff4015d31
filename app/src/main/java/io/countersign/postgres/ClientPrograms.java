package io.countersign.postgres;

import io.countersign.Problem;
import io.countersign.Secret;
import io.countersign.action.ActionFailed;
import io.countersign.action.Stop;
import io.countersign.action.Symptoms;
import io.countersign.action.Visit;
import io.countersign.estate.Login;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * PostgreSQL's own programs as child processes. Secrets go by a password file that only this user
 * may read; argv and environment hold none. A child dies with the run's stop, with all processes
 * that it started.
 */
public final class ClientPrograms {
  private static final int ERROR_LINES = 12;
  private static final int LINE_LENGTH = 400;
  private static final long LEAST_FREE_BYTES = 256L << 20;
  private static final int LOOK_EVERY_MILLIS = 200;

  /** Whom a program has left behind may hold its pipes open. */
  private static final Duration LAST_WORDS = Duration.ofSeconds(10);

  private static final List<String> USUAL_FOLDERS =
      List.of(
          "/usr/lib/postgresql/%d/bin",
          "/usr/pgsql-%d/bin",
          "/opt/homebrew/opt/postgresql@%d/bin",
          "/usr/local/opt/postgresql@%d/bin");
  private static final List<String> KEPT_ENVIRONMENT =
      List.of("PATH", "LD_LIBRARY_PATH", "PGSSLMODE", "PGSSLROOTCERT", "PGSSLCERT", "PGSSLKEY");

  private final List<Path> folders;
  private final Path scratch;

  /**
   * @param folders looked through first, before the usual places and {@code PATH}
   * @param scratch where scratch folders are made; its disk must hold one tenant's dump
   */
  public ClientPrograms(List<Path> folders, Path scratch) {
    this.folders = List.copyOf(folders);
    this.scratch = scratch;
  }

  /**
   * One call of a program.
   *
   * @param login the server and the database; the password goes by file. Without one the program
   *     gets none
   * @param settings server settings for the child's sessions ({@code -c name=value}), plain words
   *     only
   */
  public record Call(
      Path program,
      @Nullable Login login,
      String application,
      List<String> arguments,
      Map<String, String> settings) {
    public Call {
      arguments = List.copyOf(arguments);
      settings = Map.copyOf(settings);
    }
  }

  /** A new scratch folder for an attempt. */
  public Scratch scratch(String application) {
    try {
      return Scratch.make(scratch, application);
    } catch (IOException refused) {
      throw new UncheckedIOException("cannot make a scratch folder in " + scratch, refused);
    }
  }

  /** Removes what killed processes left of an attempt and of those before it. */
  public void removeScratch(Visit<?> visit) {
    removeScratch(visit.applicationPrefix(), visit.attempt());
  }

  /**
   * Ends programs of a step's attempts that outlived their bot, and removes what they left.
   *
   * @param sessions what the attempts' names begin with: {@code cs/<run>/<step>/}
   * @param upTo the last attempt that is meant
   */
  public void removeScratch(String sessions, int upTo) {
    try {
      Scratch.removeAll(scratch, sessions, upTo);
    } catch (IOException refused) {
      throw new UncheckedIOException("cannot remove scratch folders in " + scratch, refused);
    }
  }

  /**
   * The program of the server's own major version. A newer one is not taken: what pg_restore 17
   * sends, a server of version 15 refuses.
   *
   * @throws ActionFailed where it is not installed, with the command that installs it
   */
  public Path find(String program, int major) throws ActionFailed {
    for (var folder : candidates(major)) {
      var file = folder.resolve(program);
      if (Files.isExecutable(file) && major(file) == major) {
        return file;
      }
    }
    throw new ActionFailed(
        new Problem(
            "looking for " + program + " of PostgreSQL " + major,
            "it is not installed on the bot's host.",
            "Install it: apt-get install postgresql-client-" + major + ". Then retry."));
  }

  private List<Path> candidates(int major) {
    var all = new ArrayList<>(folders);
    USUAL_FOLDERS.forEach(it -> all.add(Path.of(it.formatted(major))));
    var path = System.getenv("PATH");
    if (path != null) {
      for (var folder : path.split(java.io.File.pathSeparator, -1)) {
        all.add(Path.of(folder));
      }
    }
    return all;
  }

  /** The major version that a program tells; -1 where it cannot be run. */
  static int major(Path program) {
    try {
      var child =
          new ProcessBuilder(program.toString(), "--version").redirectErrorStream(true).start();
      try (var out = child.inputReader(StandardCharsets.UTF_8)) {
        var line = out.readLine();
        child.waitFor();
        var found =
            java.util.regex.Pattern.compile("\\(PostgreSQL\\) (\\d+)")
                .matcher(line == null ? "" : line);
        return found.find() ? Integer.parseInt(found.group(1)) : -1;
      }
    } catch (IOException unusable) {
      return -1;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return -1;
    }
  }

  /**
   * Runs a program to its end.
   *
   * @param home a scratch folder; the password file lies there
   * @param watch called about five times a second while the child runs
   * @throws ActionFailed where it fails, with its reduced messages
   * @throws Stop.Stopped where the run must end; the child is dead by then
   */
  public void run(String doing, Call call, Scratch home, Stop stop, Watch watch)
      throws ActionFailed {
    run(doing, call, home, stop, watch, ChildPipes.none());
  }

  /**
   * Runs a program that reads this.
   *
   * @throws ActionFailed where it fails, with its reduced messages
   */
  void feed(String doing, Call call, Scratch home, Stop stop, byte[] input) throws ActionFailed {
    run(doing, call, home, stop, () -> {}, ChildPipes.feeding(input));
  }

  /**
   * Runs a program and gives what it wrote; more than the limit ends it.
   *
   * @throws ActionFailed where it fails, with its reduced messages, or writes more
   */
  byte[] output(String doing, Call call, Scratch home, Stop stop, int limitBytes)
      throws ActionFailed {
    var pipes = ChildPipes.collecting(limitBytes);
    run(doing, call, home, stop, () -> within(doing, call, pipes), pipes);
    within(doing, call, pipes);
    if (!pipes.whole()) {
      throw new ActionFailed(
          new Problem(
              doing,
              "what " + call.program().getFileName() + " wrote was cut off.",
              "Retry the step."));
    }
    return pipes.collected();
  }

  private static void within(String doing, Call call, ChildPipes pipes) throws ActionFailed {
    if (pipes.tooMuch()) {
      throw new ActionFailed(
          new Problem(
              doing,
              call.program().getFileName() + " wrote more than may be held in memory.",
              "Give the step `method: dump`, then retry."));
    }
  }

  /** What is looked at while a child runs; what it throws ends the child. */
  @FunctionalInterface
  public interface Watch {
    void look() throws ActionFailed;
  }

  private static void run(
      String doing, Call call, Scratch home, Stop stop, Watch watch, ChildPipes pipes)
      throws ActionFailed {
    stop.check();
    try {
      var child = start(call, home, pipes);
      stop.onRequest(() -> kill(child));
      var errors = new ArrayList<String>();
      var threads = new ArrayList<>(pipes.attach(child));
      threads.add(Thread.ofVirtual().start(() -> read(call, child, errors)));
      try (var _ = LeftPrograms.note(child, home)) {
        await(doing, call, child, home, stop, watch);
        // killing closes its pipes as well: what it wrote last must be out of them by then
        for (var thread : threads) {
          thread.join(LAST_WORDS);
        }
      } finally {
        kill(child);
        for (var thread : threads) {
          thread.join();
        }
      }
      stop.check();
      if (child.exitValue() != 0) {
        throw new ActionFailed(problem(doing, call, child.exitValue(), errors));
      }
    } catch (Secret.NotIssued refused) {
      throw new ActionFailed(refused.problem());
    } catch (IOException refused) {
      throw new UncheckedIOException("cannot start " + call.program(), refused);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new Stop.Stopped(Stop.Why.SHUTDOWN);
    }
  }

  private static Process start(Call call, Scratch home, ChildPipes pipes) throws IOException {
    var argv = new ArrayList<String>();
    argv.add(call.program().toString());
    argv.addAll(call.arguments());
    var builder = new ProcessBuilder(argv);
    var inherited = Map.copyOf(builder.environment());
    var environment = builder.environment();
    environment.clear();
    for (var kept : KEPT_ENVIRONMENT) {
      var value = inherited.get(kept);
      if (value != null) {
        environment.put(kept, value);
      }
    }
    var login = call.login();
    environment.put("LC_ALL", "C");
    environment.put("TZ", "UTC");
    environment.put("HOME", home.folder().toString());
    if (login != null) {
      environment.putAll(sessions(call, login, home));
    }
    return builder
        .directory(home.folder().toFile())
        .redirectInput(pipes.input())
        .redirectOutput(pipes.output())
        .start();
  }

  /** How the program's sessions begin. */
  private static Map<String, String> sessions(Call call, Login login, Scratch home)
      throws IOException {
    var environment = new HashMap<>(Verification.environment(login.tls(), home));
    environment.put("PGHOST", login.host());
    environment.put("PGPORT", Integer.toString(login.port()));
    environment.put("PGUSER", login.user());
    environment.put("PGPASSFILE", home.secretFile("pgpass", passwordLine(login)).toString());
    environment.put("PGAPPNAME", Identifiers.checked(call.application()));
    environment.put("PGCONNECT_TIMEOUT", "10");
    environment.put("PGOPTIONS", options(call.settings()));
    return environment;
  }

  private static String passwordLine(Login login) {
    return "*:*:*:*:" + login.password().reveal().replace("\\", "\\\\").replace(":", "\\:") + "\n";
  }

  private static String options(Map<String, String> settings) {
    var text =
        new StringBuilder(
            "-c row_security=off -c statement_timeout=0 -c tcp_keepalives_idle=10 -c"
                + " tcp_keepalives_interval=5 -c tcp_keepalives_count=3");
    new java.util.TreeMap<>(settings)
        .forEach((name, value) -> text.append(" -c ").append(name).append('=').append(value));
    return text.toString();
  }

  /** A connection string that names a database, whatever letters its name has. */
  public static String database(String name) {
    return "dbname='" + name.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }

  private static void await(
      String doing, Call call, Process child, Scratch home, Stop stop, Watch watch)
      throws InterruptedException, ActionFailed {
    while (!child.waitFor(LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS)) {
      stop.check();
      watch.look();
      // without a login it fetches no rows: no tenant stays closed because dumps fill the disk
      if (call.login() != null && home.free() < LEAST_FREE_BYTES) {
        throw new ActionFailed(
            new Problem(
                doing,
                "the disk of the scratch folder has less than 256 MB left, so it was ended.",
                "Free space in " + home.folder().getParent() + " on the bot's host and retry."));
      }
    }
  }

  /** Reads to the end, so that the child never blocks; keeps a bounded, reduced part. */
  private static void read(Call call, Process child, List<String> kept) {
    try (var in = child.errorReader(StandardCharsets.UTF_8)) {
      BoundedLines.each(
          in,
          LINE_LENGTH,
          line -> {
            // without a login it is none of PostgreSQL's programs: nobody can judge its words
            if (call.login() != null && kept.size() < ERROR_LINES) {
              ClientErrors.reduced(line).ifPresent(kept::add);
            }
          });
    } catch (IOException killed) {
      // the stream of a killed child ends like this; its exit code tells the rest
    }
  }

  private static void kill(Process child) {
    child.descendants().forEach(ProcessHandle::destroyForcibly);
    child.destroyForcibly();
  }

  private static Problem problem(String doing, Call call, int code, List<String> errors) {
    var program = call.program().getFileName();
    var said = errors.isEmpty() ? "it said nothing that may be shown" : String.join("; ", errors);
    var known = Symptoms.of(said);
    return new Problem(
        doing,
        program
            + " ended with code "
            + code
            + ": "
            + said
            + "."
            + known.map(it -> " " + it.cause()).orElse(""),
        known.map(Symptoms.Answer::fix).orElse("Remove the cause, then retry the step."));
  }
}
