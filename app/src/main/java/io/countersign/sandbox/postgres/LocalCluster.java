package io.countersign.sandbox.postgres;

import io.countersign.Secret;
import io.countersign.estate.Login;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One PostgreSQL server of our own on 127.0.0.1 and a unix socket, with WAL archiving on.
 * Everything of it lies below its folder: {@code data}, {@code archive}, {@code server.log}.
 *
 * <p>It leaves no process behind: it stops when it is closed, when this JVM ends, and when this JVM
 * is killed. Files that a killed JVM leaves are removed by {@link #sweep}.
 */
public final class LocalCluster implements AutoCloseable {
  /** The superuser. Only the sandbox uses it; the bot never does. */
  public static final String ADMIN = "postgres";

  private static final long COMMAND_SECONDS = 120;
  private static final int START_ATTEMPTS = 3;

  private final PgPrograms programs;
  private final ClusterFiles files;
  private final ClusterOptions options;
  private final Path sockets;
  private final Thread hook;
  private int port;
  private boolean startedBefore;
  private @Nullable Guardian guardian;

  private LocalCluster(PgPrograms programs, ClusterFiles files, ClusterOptions options) {
    this.programs = programs;
    this.files = files;
    this.options = options;
    // not below the folder: the path of a unix socket has 107 bytes at most
    this.sockets = PgPrograms.newWorkFolder("cs-");
    this.port = freePort();
    this.hook = new Thread(this::cleanUp, "stop-" + files.folder().getFileName());
  }

  /** Makes a server in a new or empty folder and leaves it stopped; closing it keeps its files. */
  public static LocalCluster create(Path folder, PgPrograms programs) {
    return create(folder, programs, ClusterOptions.kept());
  }

  /**
   * Makes a server in a new or empty folder and leaves it stopped.
   *
   * @throws IllegalStateException where the folder cannot be used or initdb fails, with the remedy
   */
  public static LocalCluster create(Path folder, PgPrograms programs, ClusterOptions options) {
    var files = prepared(folder, programs);
    ClusterFiles.makeFolder(files.archive());
    files.writePassword(new Secret("not-a-secret-admin-" + UUID.randomUUID()));
    programs.own(files.folder());
    programs
        .run(
            "initdb",
            "--no-sync",
            "--data-checksums",
            "--wal-segsize=4",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--lc-messages=C",
            "--auth=scram-sha-256",
            "--username=" + ADMIN,
            "--pwfile=" + files.passwordFile(),
            "--pgdata=" + files.data())
        .orFail("Making a PostgreSQL server in " + files.folder());
    files.writeAccess();
    return registered(new LocalCluster(programs, files, options));
  }

  /**
   * Copies a stopped server with its archive and whatever else lies in its folder, and leaves the
   * copy stopped. Much faster than making and filling a new one. The copy gets a port of its own.
   */
  public static LocalCluster copyOf(
      Path stopped, Path target, PgPrograms programs, ClusterOptions options) {
    if (new ClusterFiles(stopped).postmaster().isPresent()) {
      throw new IllegalStateException("Stop the server in " + stopped + " before copying it.");
    }
    var files = prepared(target, programs);
    ProgramRun.of(
            List.of("cp", "-a", stopped + "/.", files.folder().toString()),
            Map.of(),
            Duration.ofSeconds(COMMAND_SECONDS))
        .orFail("Copying the server in " + stopped);
    return registered(new LocalCluster(programs, files, options));
  }

  /** The same with the programs found, and a copy that closing removes. */
  public static LocalCluster copyOf(Path stopped, Path target) {
    return copyOf(stopped, target, PgPrograms.find(), ClusterOptions.disposable());
  }

  /**
   * Stops and removes servers directly below a folder that a killed JVM left behind; only such as
   * their own record names, by process id and data folder.
   *
   * @return the folders that were cleaned up
   */
  public static List<Path> sweep(Path workFolder, PgPrograms programs) {
    return ClusterRecord.sweep(workFolder, programs);
  }

  private static ClusterFiles prepared(Path folder, PgPrograms programs) {
    var files = new ClusterFiles(folder);
    programs.checkReachable(files.folder());
    ClusterFiles.makeFolder(files.folder());
    return files;
  }

  private static LocalCluster registered(LocalCluster cluster) {
    Runtime.getRuntime().addShutdownHook(cluster.hook);
    cluster.programs.own(cluster.sockets);
    return cluster;
  }

  private static int freePort() {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException failed) {
      throw new UncheckedIOException("Looking for a free port failed.", failed);
    }
  }

  /** Starts the server and waits until it takes connections. Nothing happens where it runs. */
  public synchronized void start() {
    for (int attempt = 1; !running(); attempt++) {
      files.writeSettings(port, sockets, options);
      var start = control("--log=" + files.log(), "start");
      if (running()) {
        break;
      }
      // somebody else may have taken the port between our look and the server's bind
      if (startedBefore
          || attempt == START_ATTEMPTS
          || !files.logTail().contains("could not bind")) {
        throw new IllegalStateException(
            "Starting the server in %s failed: %s%n%s"
                .formatted(files.folder(), start.output().strip(), files.logTail()));
      }
      port = freePort();
    }
    startedBefore = true;
    if (guardian == null) {
      guardian = Guardian.of(programs, files.data());
      ClusterRecord.ofOurs(files, sockets, options).write(files.folder());
    }
  }

  /** Ends all sessions and stops the server in order. Nothing happens where it does not run. */
  public void stop() {
    stop(StopMode.FAST);
  }

  /** Stops the server. Nothing happens where it does not run. */
  public synchronized void stop(StopMode mode) {
    releaseGuardian();
    if (running()) {
      var stop = control("--mode=" + mode.argument(), "stop");
      if (running()) {
        throw new IllegalStateException(
            "Stopping the server in " + files.folder() + " failed: " + stop.output().strip());
      }
    }
  }

  public void restart() {
    restart(StopMode.FAST);
  }

  public synchronized void restart(StopMode mode) {
    stop(mode);
    start();
  }

  /** Kills the server as a power failure would; returns when all its processes are gone. */
  public synchronized void kill9() {
    releaseGuardian();
    var postmaster = files.postmaster().orElseThrow(() -> new IllegalStateException("not running"));
    var all = new ArrayList<>(postmaster.descendants().toList());
    all.add(postmaster);
    postmaster.destroyForcibly();
    // the others notice by themselves; until they have, a new server refuses the shared memory
    var gone = all.stream().map(ProcessHandle::onExit).toArray(CompletableFuture<?>[]::new);
    CompletableFuture.allOf(gone).orTimeout(COMMAND_SECONDS, TimeUnit.SECONDS).join();
  }

  public boolean running() {
    return files.postmaster().isPresent();
  }

  public String host() {
    return "127.0.0.1";
  }

  public int port() {
    return port;
  }

  public Path folder() {
    return files.folder();
  }

  public Path archiveFolder() {
    return files.archive();
  }

  public Path dataFolder() {
    return files.data();
  }

  /** The folder of the unix socket; its superuser needs no password there. */
  public Path socketFolder() {
    return sockets;
  }

  public PgPrograms programs() {
    return programs;
  }

  public String jdbcUrl(String database) {
    return "jdbc:postgresql://" + host() + ":" + port + "/" + database;
  }

  /** The superuser's login, for tests and for building estates. */
  public Login adminLogin(String database) {
    return login(database, ADMIN, files.password());
  }

  /** A login to this server. */
  public Login login(String database, String user, Secret secret) {
    return new Login(host(), port, database, user, secret);
  }

  /** A session as the superuser. */
  public Connection admin(String database) throws SQLException {
    return open(adminLogin(database));
  }

  /** A session with any login. Silent servers are given up after 10 s, also while connecting. */
  public static Connection open(Login login) throws SQLException {
    return open(login, new Properties());
  }

  /** The same with settings of the driver, which win over ours. */
  static Connection open(Login login, Properties more) throws SQLException {
    var settings = new Properties();
    settings.setProperty("user", login.user());
    settings.setProperty("password", login.password().reveal());
    settings.setProperty("connectTimeout", "10");
    settings.putAll(more);
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
    programs
        .run(
            "pg_basebackup",
            "--pgdata=" + target,
            "--checkpoint=fast",
            "--wal-method=stream",
            "--no-sync",
            "--no-password",
            "--host=" + sockets,
            "--port=" + port,
            "--username=" + ADMIN)
        .orFail("Taking a base backup into " + target);
  }

  /** Stops the server at once; its files stay or go as its options say. */
  @Override
  public void close() {
    cleanUp();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException shuttingDown) {
      // the hook runs already and finds everything cleaned up
    }
  }

  private synchronized void cleanUp() {
    stop(StopMode.IMMEDIATE);
    ClusterFiles.deleteTree(sockets);
    ClusterRecord.erase(files.folder());
    if (options.deleteOnClose()) {
      ClusterFiles.deleteTree(files.folder());
    }
  }

  private void releaseGuardian() {
    if (guardian != null) {
      guardian.close();
      guardian = null;
    }
  }

  private ProgramRun control(String... arguments) {
    var line = new ArrayList<>(List.of("--pgdata=" + files.data(), "--wait", "--timeout=60"));
    line.addAll(List.of(arguments));
    return programs.run("pg_ctl", line.toArray(String[]::new));
  }
}
