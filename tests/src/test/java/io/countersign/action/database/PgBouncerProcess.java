package io.countersign.action.database;

import io.countersign.Secret;
import io.countersign.estate.Login;
import io.countersign.estate.Neighbours.PgBouncer;
import io.countersign.estate.SecretName;
import io.countersign.sandbox.postgres.PgPrograms;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** A real PgBouncer before the live server of {@link TwoServers}; it ends with this JVM. */
final class PgBouncerProcess implements AutoCloseable {
  static final SecretName SECRET = new SecretName("pgbouncer");
  static final String ALIAS = "acme";

  /** The pipe to it closes when this JVM dies, however it dies. */
  private static final String SCRIPT = "\"$1\" -q \"$2\" & p=$!; read -r _; kill -9 $p; wait";

  private static final Path PROGRAM = Path.of("/usr/sbin/pgbouncer");
  private static final PgPrograms POSTGRES = PgPrograms.find();

  private final Path folder = PgPrograms.newWorkFolder("cs-pgbouncer-");
  private final int port;
  private final Process process;

  PgBouncerProcess(int serverPort, String mode) throws IOException, InterruptedException {
    if (!Files.isExecutable(PROGRAM)) {
      throw new IllegalStateException("there is no " + PROGRAM + ": apt-get install pgbouncer");
    }
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    Files.writeString(
        folder.resolve("users.txt"),
        "\"countersign\" \"console-pw\"\n\"acme_app\" \"acme-pw\"\n\"exporter\" \"exporter-pw\"\n");
    Files.writeString(
        folder.resolve("pgbouncer.ini"),
        """
        [databases]
        %1$s = host=127.0.0.1 port=%2$d dbname=%3$s
        other = host=127.0.0.1 port=%2$d dbname=postgres
        [pgbouncer]
        listen_addr = 127.0.0.1
        listen_port = %4$d
        unix_socket_dir =
        auth_type = scram-sha-256
        auth_file = %5$s/users.txt
        admin_users = countersign
        ignore_startup_parameters = extra_float_digits
        pool_mode = %6$s
        default_pool_size = 10
        max_client_conn = 400
        """
            .formatted(ALIAS, serverPort, TwoServers.NAME, port, folder, mode));
    POSTGRES.own(folder);
    process = begun();
    Awaitility.await().until(this::answers);
  }

  private Process begun() throws IOException {
    var line = new ArrayList<String>();
    if (!POSTGRES.serverUser().isEmpty()) {
      var user = POSTGRES.serverUser();
      var group = user.equals("nobody") ? "nogroup" : user;
      line.addAll(
          List.of("setpriv", "--reuid=" + user, "--regid=" + group, "--clear-groups", "--"));
    }
    line.addAll(
        List.of(
            "/bin/sh",
            "-c",
            SCRIPT,
            "pgbouncer",
            PROGRAM.toString(),
            folder.resolve("pgbouncer.ini").toString()));
    return new ProcessBuilder(line)
        .directory(Path.of("/").toFile())
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  private boolean answers() {
    try (var _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return true;
    } catch (IOException notYet) {
      return false;
    }
  }

  PgBouncer console() {
    return new PgBouncer("127.0.0.1", port, SECRET);
  }

  Login login() {
    return new Login("127.0.0.1", port, "pgbouncer", "countersign", new Secret("console-pw"));
  }

  /** A client of the tenant, through the pool. */
  Connection client() throws SQLException {
    var settings = new Properties();
    settings.setProperty("user", "acme_app");
    settings.setProperty("password", "acme-pw");
    settings.setProperty("prepareThreshold", "0");
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:" + port + "/" + ALIAS, settings);
  }

  /** How many clients it lets wait. */
  long waiting() throws SQLException {
    try (var session = administrator();
        var statement = session.createStatement();
        var rows = statement.executeQuery("SHOW POOLS")) {
      long waiting = 0;
      while (rows.next()) {
        waiting += rows.getString("database").equals(ALIAS) ? rows.getLong("cl_waiting") : 0;
      }
      return waiting;
    }
  }

  /** What an administrator types on the console. */
  void console(String command) throws SQLException {
    try (var session = administrator();
        var statement = session.createStatement()) {
      statement.execute(command);
    }
  }

  private Connection administrator() throws SQLException {
    var settings = new Properties();
    settings.setProperty("user", "countersign");
    settings.setProperty("password", "console-pw");
    settings.setProperty("preferQueryMode", "simple");
    settings.setProperty("replication", "false");
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:" + port + "/pgbouncer", settings);
  }

  @Override
  public void close() throws IOException {
    process.getOutputStream().close();
    process.onExit().orTimeout(10, TimeUnit.SECONDS).join();
    for (var file : List.of("users.txt", "pgbouncer.ini")) {
      Files.delete(folder.resolve(file));
    }
    Files.delete(folder);
  }
}
