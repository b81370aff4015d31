package io.countersign.postgres;

import io.countersign.Problem;
import io.countersign.estate.ServerRestorer.RestorerUnavailable;
import io.countersign.postgres.CopyFolder.Prepared;
import io.countersign.postgres.CopyFolder.Started;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The server process of one copy, in quarantine: it listens on the loopback address alone, lets
 * nobody in but the bot's role, archives nothing, replicates nothing, loads no libraries and starts
 * no background workers. Everything the source's configuration said is replaced.
 */
final class CopyServer {
  private static final Duration PROGRAM_LIMIT = Duration.ofSeconds(15);
  private static final int LOG_TAIL = 64 * 1024;
  private static final Pattern FATAL =
      Pattern.compile("(?:FATAL|PANIC):  (?!the database system|terminating )(.*)");
  private static final Pattern RESTORED =
      Pattern.compile("restored log file \"([0-9A-F]{24})\" from archive");
  private static final DateTimeFormatter MICROSECONDS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSSSSS").withZone(ZoneOffset.UTC);

  private final CopyFolder folder;
  private final ServerPrograms programs;

  CopyServer(CopyFolder folder, ServerPrograms programs) {
    this.folder = folder;
    this.programs = programs;
  }

  /**
   * Whether the postmaster of this very folder runs; a number given to another process is not it.
   */
  boolean alive() {
    return process().isPresent();
  }

  /**
   * Configures the copy and starts it; returns before it is up.
   *
   * @param archive the folder with the archived WAL
   */
  void start(Prepared prepared, Instant target, Path archive) {
    int times = folder.read(Started.class).map(Started::times).orElse(0);
    try {
      var owner = owner();
      int port = freePort();
      var data = folder.data();
      owner.write(data.resolve("postgresql.conf"), configuration(prepared, port, target, archive));
      owner.write(data.resolve("postgresql.auto.conf"), "");
      owner.write(data.resolve("pg_ident.conf"), "");
      owner.write(data.resolve("pg_hba.conf"), admission(prepared.user()));
      if (times == 0) {
        Files.deleteIfExists(data.resolve("standby.signal"));
        owner.write(data.resolve("recovery.signal"), "");
      }
      folder.write(new Started(port, times + 1));
    } catch (IOException error) {
      throw failed("configuring the server copy", "the file system refused.");
    }
    control("start", "-W", "-s", "-l", folder.log().toString());
  }

  /** Ends recovery; returns before it has ended. Repeatable. */
  void promote() {
    control("promote", "-W", "-s");
  }

  /** Stops the server of this folder and no other; nothing happens where it does not run. */
  void stop() {
    var process = process();
    if (process.isEmpty()) {
      return;
    }
    try {
      control("stop", "-m", "immediate", "-w", "-t", "10", "-s");
    } catch (RestorerUnavailable withoutPrograms) {
      process.get().destroyForcibly();
    }
    if (alive()) {
      process.get().destroyForcibly();
    }
  }

  /** The last fatal message of the server's log; it never holds a row. */
  Optional<String> lastWords() {
    return logTail()
        .lines()
        .map(FATAL::matcher)
        .filter(it -> it.find())
        .reduce((a, b) -> b)
        .map(it -> it.group(1));
  }

  /** The WAL file that recovery read last; its first eight digits are the timeline. */
  Optional<String> lastRestored() {
    return logTail()
        .lines()
        .map(RESTORED::matcher)
        .filter(it -> it.find())
        .reduce((a, b) -> b)
        .map(it -> it.group(1));
  }

  private void control(String... arguments) {
    var argv = new java.util.ArrayList<>(List.of(arguments));
    argv.addFirst(programs.path(major(), "pg_ctl"));
    argv.addAll(2, List.of("-D", folder.data().toString()));
    try {
      var ended =
          programs.run(owner(), folder.path(), folder.output("pg_ctl"), PROGRAM_LIMIT, argv);
      if (ended.exit() != 0) {
        throw failed(
            "asking the server copy to " + arguments[0], "pg_ctl ended with " + ended.exit() + ".");
      }
    } catch (IOException error) {
      throw failed("asking the server copy to " + arguments[0], "its folder cannot be read.");
    }
  }

  private FileOwner owner() throws IOException {
    return FileOwner.of(folder.data());
  }

  private int major() {
    try {
      return Integer.parseInt(Files.readString(folder.data().resolve("PG_VERSION")).strip());
    } catch (IOException | NumberFormatException unreadable) {
      throw failed("reading the version of the server copy", "PG_VERSION cannot be read.");
    }
  }

  private Optional<ProcessHandle> process() {
    try {
      var lines = Files.readAllLines(folder.data().resolve("postmaster.pid"));
      var handle = ProcessHandle.of(Long.parseLong(lines.getFirst().strip()));
      return handle.filter(ProcessHandle::isAlive).filter(this::servesThisFolder);
    } catch (IOException | NumberFormatException | java.util.NoSuchElementException none) {
      return Optional.empty();
    }
  }

  private boolean servesThisFolder(ProcessHandle process) {
    var data = folder.data().toString();
    return process
        .info()
        .arguments()
        .map(it -> List.of(it).contains(data))
        .orElseGet(() -> process.info().commandLine().filter(it -> it.contains(data)).isPresent());
  }

  private static String configuration(Prepared prepared, int port, Instant target, Path archive) {
    var text = new StringBuilder();
    new TreeMap<>(prepared.settings()).forEach((name, value) -> text.append(line(name, value)));
    if (prepared.major() >= 17) {
      text.append(line("event_triggers", "off"));
    }
    text.append(line("port", Integer.toString(port)))
        .append(line("recovery_target_time", MICROSECONDS.format(target) + "+00"))
        .append(line("restore_command", "cp '" + archive + "/%f' '%p'"));
    return text.append(QUARANTINE).toString();
  }

  private static final String QUARANTINE =
      """
      recovery_target_inclusive = on
      recovery_target_action = 'pause'
      recovery_target_timeline = 'latest'
      listen_addresses = '127.0.0.1'
      unix_socket_directories = ''
      ssl = off
      hot_standby = on
      wal_level = replica
      archive_mode = off
      autovacuum = off
      max_logical_replication_workers = 0
      shared_preload_libraries = ''
      session_preload_libraries = ''
      local_preload_libraries = ''
      logging_collector = off
      log_destination = 'stderr'
      log_timezone = 'UTC'
      log_error_verbosity = terse
      log_min_error_statement = panic
      log_statement = 'none'
      lc_messages = 'C'
      """;

  private static String line(String name, String value) {
    return name + " = " + configured(value) + "\n";
  }

  /** In a configuration file a backslash escapes and a quote is doubled. */
  private static String configured(String value) {
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'";
  }

  private static String admission(String user) {
    if (user.indexOf('"') >= 0 || user.indexOf('\n') >= 0) {
      throw failed("closing the server copy to others", "the bot's role has a quote in its name.");
    }
    return "host all \"" + user + "\" 127.0.0.1/32 scram-sha-256\n";
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private String logTail() {
    try (var log = new RandomAccessFile(folder.log().toFile(), "r")) {
      log.seek(Math.max(0, log.length() - LOG_TAIL));
      var bytes = new byte[LOG_TAIL];
      int read = log.read(bytes);
      return read <= 0 ? "" : new String(bytes, 0, read, StandardCharsets.UTF_8);
    } catch (IOException none) {
      return "";
    }
  }

  private static RestorerUnavailable failed(String doing, String happened) {
    return new RestorerUnavailable(
        new Problem(doing, happened, "Look into the copy's server.log on the host, then retry."));
  }
}
