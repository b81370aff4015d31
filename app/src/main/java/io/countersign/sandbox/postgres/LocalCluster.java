package io.countersign.sandbox.postgres;

import io.countersign.Secret;
import io.countersign.estate.Login;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * One PostgreSQL server of our own on 127.0.0.1, with WAL archiving on. Everything of it lies below
 * its folder: {@code data}, {@code archive}, {@code server.log}. Fast, not durable: a power failure
 * loses it, a killed process does not.
 */
public final class LocalCluster implements AutoCloseable {
  /** The superuser. Only the sandbox uses it; the bot never does. */
  public static final String ADMIN = "postgres";

  private static final long COMMAND_SECONDS = 120;

  private final Path folder;
  private final PgPrograms programs;
  private final int port;
  private final Secret password;
  private final Thread hook;

  private LocalCluster(Path folder, PgPrograms programs, int port, Secret password) {
    this.folder = folder;
    this.programs = programs;
    this.port = port;
    this.password = password;
    this.hook = new Thread(this::stopNow, "stop-" + folder.getFileName());
  }

  /**
   * Makes a server in a new or empty folder and leaves it stopped.
   *
   * @throws IllegalStateException where the folder cannot be used or initdb fails, with the remedy
   */
  public static LocalCluster create(Path folder, PgPrograms programs) {
    var home = folder.toAbsolutePath().normalize();
    programs.checkReachable(home);
    var cluster =
        new LocalCluster(
            home, programs, freePort(), new Secret("not-a-secret-admin-" + UUID.randomUUID()));
    try {
      Files.createDirectories(home);
      Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
      Files.createDirectory(cluster.archiveFolder());
      cluster.initialise();
    } catch (IOException failed) {
      throw new UncheckedIOException("Making a PostgreSQL server in " + home + " failed.", failed);
    }
    Runtime.getRuntime().addShutdownHook(cluster.hook);
    return cluster;
  }

  private static int freePort() {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException failed) {
      throw new UncheckedIOException("Looking for a free port failed.", failed);
    }
  }

  private void initialise() throws IOException {
    var passwordFile = folder.resolve("password");
    Files.createFile(
        passwordFile,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try {
      Files.writeString(passwordFile, password.reveal() + "\n");
      programs.own(folder);
      run(
          Map.of(),
          "initdb",
          "--no-sync",
          "--encoding=UTF8",
          "--locale=C.UTF-8",
          "--lc-messages=C",
          "--auth=scram-sha-256",
          "--username=" + ADMIN,
          "--pwfile=" + passwordFile,
          "--pgdata=" + dataFolder());
    } finally {
      Files.delete(passwordFile);
    }
    Files.writeString(
        dataFolder().resolve("postgresql.conf"), settings(), StandardOpenOption.APPEND);
  }

  private String settings() {
    return """

    listen_addresses = '127.0.0.1'
    port = %d
    unix_socket_directories = ''
    max_connections = 300
    shared_buffers = 64MB
    fsync = off
    wal_level = replica
    archive_mode = on
    archive_command = 'test ! -f "%2$s/%%f" && cp "%%p" "%2$s/%%f.part" && mv "%2$s/%%f.part" "%2$s/%%f"'
    log_line_prefix = '%%m [%%p] %%u@%%d '
    log_timezone = 'UTC'
    timezone = 'UTC'
    """
        .formatted(port, archiveFolder());
  }

  /** Starts the server and waits until it takes connections. Nothing happens where it runs. */
  public void start() {
    if (postmaster().isEmpty()) {
      run(
          Map.of(),
          "pg_ctl",
          "--wait",
          "--pgdata=" + dataFolder(),
          "--log=" + folder.resolve("server.log"),
          "start");
    }
  }

  /** Ends all sessions and stops the server in order. Nothing happens where it does not run. */
  public void stop() {
    stop("fast");
  }

  public void restart() {
    stop();
    start();
  }

  /** Kills the server as a power failure would; returns when all its processes are gone. */
  public void kill9() {
    var postmaster = postmaster().orElseThrow(() -> new IllegalStateException("not running"));
    var all = new ArrayList<>(postmaster.descendants().toList());
    all.add(postmaster);
    postmaster.destroyForcibly();
    // the others notice by themselves; until they have, a new server refuses the shared memory
    var gone = all.stream().map(ProcessHandle::onExit).toArray(CompletableFuture<?>[]::new);
    CompletableFuture.allOf(gone).orTimeout(COMMAND_SECONDS, TimeUnit.SECONDS).join();
  }

  public boolean running() {
    return postmaster().isPresent();
  }

  public int port() {
    return port;
  }

  public Path folder() {
    return folder;
  }

  public Path archiveFolder() {
    return folder.resolve("archive");
  }

  public Path dataFolder() {
    return folder.resolve("data");
  }

  public PgPrograms programs() {
    return programs;
  }

  /** The superuser's login, for tests and for building estates. */
  public Login adminLogin(String database) {
    return login(database, ADMIN, password);
  }

  /** A login to this server. */
  public Login login(String database, String user, Secret secret) {
    return new Login("127.0.0.1", port, database, user, secret);
  }

  /** A session as the superuser. */
  public Connection admin(String database) throws SQLException {
    return open(adminLogin(database));
  }

  /** A session with any login. */
  public static Connection open(Login login) throws SQLException {
    var settings = new Properties();
    settings.setProperty("user", login.user());
    settings.setProperty("password", login.password().reveal());
    settings.setProperty("connectTimeout", "10");
    return DriverManager.getConnection(
        "jdbc:postgresql://" + login.host() + ":" + login.port() + "/" + login.database(),
        settings);
  }

  /** Takes a base backup with the WAL it needs into a new folder, owned by the server's user. */
  public void baseBackup(Path target) {
    programs.checkReachable(target);
    try {
      Files.createDirectories(target);
      Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rwx------"));
    } catch (IOException failed) {
      throw new UncheckedIOException("Preparing " + target + " failed.", failed);
    }
    programs.own(target);
    run(
        Map.of("PGPASSWORD", password.reveal()),
        "pg_basebackup",
        "--pgdata=" + target,
        "--checkpoint=fast",
        "--wal-method=stream",
        "--no-sync",
        "--no-password",
        "--host=127.0.0.1",
        "--port=" + port,
        "--username=" + ADMIN);
  }

  /** Stops the server at once; its files stay. */
  @Override
  public void close() {
    stopNow();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException shuttingDown) {
      // the hook runs already and finds the server stopped
    }
  }

  private void stopNow() {
    stop("immediate");
  }

  private void stop(String mode) {
    if (postmaster().isPresent()) {
      run(Map.of(), "pg_ctl", "--wait", "--pgdata=" + dataFolder(), "--mode=" + mode, "stop");
    }
  }

  /** The server's first process, where it lives: a killed server leaves its pid file behind. */
  private Optional<ProcessHandle> postmaster() {
    var file = dataFolder().resolve("postmaster.pid");
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      var lines = Files.readAllLines(file);
      return lines.isEmpty()
          ? Optional.empty()
          : ProcessHandle.of(Long.parseLong(lines.getFirst().strip()))
              .filter(ProcessHandle::isAlive)
              .filter(LocalCluster::isServer);
    } catch (NoSuchFileException stoppedMeanwhile) {
      return Optional.empty();
    } catch (IOException failed) {
      throw new UncheckedIOException("Reading " + file + " failed.", failed);
    }
  }

  /** A stale pid file may name a process of somebody else. */
  private static boolean isServer(ProcessHandle process) {
    return process.info().command().filter(command -> command.endsWith("/postgres")).isPresent();
  }

  private void run(Map<String, String> environment, String program, String... arguments) {
    // a file, not a pipe: the server inherits it and would keep a pipe open
    var output = folder.resolve("programs.log").toFile();
    var builder =
        new ProcessBuilder(programs.command(program, arguments))
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(output));
    builder.environment().putAll(environment);
    try {
      var process = builder.start();
      if (!process.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IllegalStateException(
            program + " took over " + COMMAND_SECONDS + " s; see " + output + ".");
      }
      if (process.exitValue() != 0) {
        throw new IllegalStateException(
            "%s failed (%d): %s"
                .formatted(program, process.exitValue(), lastLines(output.toPath())));
      }
    } catch (IOException failed) {
      throw new UncheckedIOException("Running " + program + " failed.", failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while " + program + " ran", interrupted);
    }
  }

  private static String lastLines(Path output) throws IOException {
    List<String> lines = Files.readAllLines(output);
    return String.join("\n", lines.subList(Math.max(0, lines.size() - 10), lines.size()));
  }
}
