package io.countersign.action.database;

import io.countersign.estate.Neighbours.Replica;
import io.countersign.sandbox.postgres.PgPrograms;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Map;

/** A real standby of the live server of {@link TwoServers}. */
final class Standby implements AutoCloseable {
  private static final PgPrograms PROGRAMS = PgPrograms.find();
  private final Path folder = PgPrograms.newWorkFolder("cs-standby-");
  private final Path data = folder.resolve("data");
  private final TwoServers primary;
  private final int port;
  private final Thread hook = new Thread(this::stop);

  Standby(TwoServers primary) throws IOException {
    this.primary = primary;
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    Files.createDirectory(data);
    var root = primary.login(TwoServers.LIVE, "postgres", "postgres");
    PROGRAMS
        .runClient(
            "pg_basebackup",
            Map.of("PGPASSWORD", root.password().reveal()),
            "--pgdata=" + data,
            "--checkpoint=fast",
            "--wal-method=stream",
            "--write-recovery-conf",
            "--no-sync",
            "--host=127.0.0.1",
            "--port=" + primary.livePort,
            "--username=postgres")
        .orFail("making a standby");
    Files.writeString(
        data.resolve("postgresql.auto.conf"), "port = " + port + "\n", StandardOpenOption.APPEND);
    Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwx------"));
    PROGRAMS.own(folder);
    Runtime.getRuntime().addShutdownHook(hook);
    PROGRAMS
        .run(
            "pg_ctl",
            "start",
            "-D",
            data.toString(),
            "-w",
            "-s",
            "-l",
            data.resolve("log").toString())
        .orFail("starting a standby");
  }

  Replica replica() {
    return new Replica("127.0.0.1", port);
  }

  Connection connect(String database, String user) throws SQLException {
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:" + port + "/" + database,
        user,
        primary.login(TwoServers.LIVE, database, user).password().reveal());
  }

  private void stop() {
    if (Files.exists(data.resolve("postmaster.pid"))) {
      PROGRAMS.run("pg_ctl", "stop", "-D", data.toString(), "-m", "immediate", "-s");
    }
  }

  @Override
  public void close() throws IOException {
    stop();
    Runtime.getRuntime().removeShutdownHook(hook);
    new ProcessBuilder("rm", "-rf", folder.toString()).start().onExit().join();
  }
}
