package io.countersign.postgres;

import io.countersign.Problem;
import io.countersign.Secret;
import io.countersign.estate.DatabaseRef;
import io.countersign.estate.Estate;
import io.countersign.estate.Login;
import io.countersign.estate.SecretStore;
import io.countersign.estate.ServerRef;
import io.countersign.estate.TenantRef;
import io.countersign.sandbox.postgres.PgPrograms;
import io.countersign.support.SampleEstate;
import java.io.IOException;
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
import java.util.Optional;

/**
 * One PostgreSQL server with WAL archiving, a registry, the tenant acme and a bot that is no
 * superuser; made once for all tests of a JVM and removed at its end.
 */
public final class OneServer {
  public static final String ESTATE = "medsuite";
  public static final ServerRef SERVER = new ServerRef(ESTATE, "pg-1");
  public static final TenantRef ACME = new TenantRef(ESTATE, "acme");
  private static final PgPrograms PROGRAMS = PgPrograms.find();
  private static final Map<String, String> PASSWORDS =
      Map.of("postgres", "root-pw", "bot", "bot-pw", "acme_app", "acme-pw", "weak", "weak-pw");
  private static final List<OneServer> MADE = new ArrayList<>();

  private final Path folder;
  private final int port;

  private OneServer(Path folder, int port) {
    this.folder = folder;
    this.port = port;
  }

  public static synchronized OneServer shared() {
    if (MADE.isEmpty()) {
      try {
        MADE.add(make());
      } catch (IOException | SQLException | InterruptedException error) {
        throw new IllegalStateException("no server for the tests", error);
      }
    }
    return MADE.getFirst();
  }

  private static OneServer make() throws IOException, SQLException, InterruptedException {
    var folder = Files.createTempDirectory("countersign-actions-");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    var server = new OneServer(folder, freePort());
    Runtime.getRuntime().addShutdownHook(new Thread(server::stop));
    server.start();
    server.fill();
    server.baseBackup("first");
    return server;
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private void start() throws IOException, InterruptedException {
    for (var name : List.of("archive", "bases", "copies")) {
      Files.createDirectory(folder.resolve(name));
    }
    Files.writeString(folder.resolve("pw"), "root-pw");
    PROGRAMS.own(folder);
    run(
        "initdb",
        "-D",
        data(),
        "-U",
        "postgres",
        "-A",
        "scram-sha-256",
        "--pwfile=" + folder.resolve("pw"),
        "-E",
        "UTF8",
        "--locale=C.UTF-8",
        "-N");
    Files.writeString(
        Path.of(data(), "postgresql.auto.conf"),
        """
        listen_addresses = '127.0.0.1'
        port = %d
        unix_socket_directories = ''
        fsync = off
        wal_level = logical
        max_prepared_transactions = 5
        max_connections = 60
        shared_buffers = '16MB'
        archive_mode = on
        archive_command = 'cp "%%p" "%s/archive/%%f.half" && mv "%s/archive/%%f.half" "%s/archive/%%f"'
        """
            .formatted(port, folder, folder, folder));
    PROGRAMS.own(Path.of(data()));
    run("pg_ctl", "start", "-D", data(), "-w", "-s", "-l", folder.resolve("log").toString());
  }

  private void fill() throws SQLException {
    var roles =
        """
        CREATE ROLE bot LOGIN CREATEDB CREATEROLE PASSWORD 'bot-pw';
        GRANT pg_signal_backend, pg_read_all_stats TO bot;
        GRANT EXECUTE ON FUNCTION pg_switch_wal() TO bot;
        CREATE ROLE weak LOGIN PASSWORD 'weak-pw';
        CREATE ROLE acme_app LOGIN PASSWORD 'acme-pw';
        GRANT acme_app TO bot;
        """;
    execute("postgres", "postgres", roles);
    execute("postgres", "postgres", "CREATE DATABASE registry OWNER bot");
    execute("postgres", "postgres", "CREATE DATABASE tenant_acme OWNER acme_app");
    execute(
        "tenant_acme",
        "acme_app",
        "CREATE SCHEMA members; CREATE SCHEMA pgboss;"
            + " CREATE TABLE members.member (id int PRIMARY KEY, name text);"
            + " CREATE TABLE pgboss.job (id int)");
    execute(
        "registry",
        "bot",
        """
        CREATE TABLE tenant (slug text, id uuid, display_name text,
          status text CHECK (status IN ('active', 'read_only', 'suspended')), db text, server text, secret text);
        CREATE TABLE db_server (name text, host text, port int, admin_secret text);
        CREATE TABLE tenant_audit (id uuid, action text, actor text, detail jsonb, key text UNIQUE);
        INSERT INTO tenant VALUES ('acme', '11111111-2222-3333-4444-555555555555', 'Canary Roe', 'active',
          'tenant_acme', 'pg-1', 'tenant-db-acme');
        INSERT INTO db_server VALUES ('pg-1', '127.0.0.1', %d, 'admin');
        """
            .formatted(port));
  }

  /** Makes a base backup of this name. */
  public void baseBackup(String name) throws IOException, InterruptedException {
    run(
        "pg_basebackup",
        "-d",
        "postgresql://postgres:root-pw@127.0.0.1:" + port + "/postgres",
        "-D",
        bases().resolve(name).toString(),
        "-c",
        "fast",
        "-X",
        "stream");
  }

  public Path bases() {
    return folder.resolve("bases");
  }

  public Path archive() {
    return folder.resolve("archive");
  }

  public Path copies() {
    return folder.resolve("copies");
  }

  public Estate.RestoreSource restoreSource() {
    return new Estate.RestoreSource(
        bases().toString(),
        archive().toString(),
        copies().toString(),
        PROGRAMS.unusual().map(Path::toString).orElse(""));
  }

  public Estate estate(Duration statusTtl) {
    return sample(statusTtl).estate();
  }

  /** To be completed. */
  public SampleEstate sample(Duration statusTtl) {
    var columns = "slug, id, display_name, status, db AS database, server, secret";
    var queries =
        Map.of(
            "tenants",
            "SELECT " + columns + " FROM public.tenant",
            "tenant",
            "SELECT " + columns + " FROM public.tenant WHERE slug = :slug",
            "server",
            "SELECT name, host, port, admin_secret FROM public.db_server WHERE name = :name",
            "set-status",
            "UPDATE public.tenant SET status = :wanted WHERE slug = :slug AND status = :expected",
            "invalidate",
            "SELECT pg_notify('tenant.status.changed', :id)",
            "audit",
            "INSERT INTO public.tenant_audit VALUES"
                + " (:id::uuid, :action, :actor, :detail::jsonb, :key) ON CONFLICT DO NOTHING");
    return SampleEstate.named(ESTATE)
        .ttls(statusTtl, Duration.ofSeconds(30))
        .queues("pgboss")
        .queries(queries)
        .restore(restoreSource());
  }

  /** The bot's own logins. */
  public SecretStore secrets() {
    return secrets("bot");
  }

  public SecretStore secrets(String admin) {
    return name ->
        switch (name.value()) {
          case "admin" -> login("postgres", admin);
          case "registry" -> login("registry", "bot");
          case "tenant-db-acme" -> login("tenant_acme", "acme_app");
          default ->
              throw new SecretStore.SecretUnavailable(
                  new Problem("reading the secret " + name, "there is none.", "Create it."));
        };
  }

  public Login login(String database, String user) {
    return new Login(
        "127.0.0.1", port, database, user, new Secret(PASSWORDS.getOrDefault(user, "")));
  }

  public Connection connect(String database, String user) throws SQLException {
    return connect(login(database, user));
  }

  public static Connection connect(Login login) throws SQLException {
    return DriverManager.getConnection(
        "jdbc:postgresql://" + login.host() + ":" + login.port() + "/" + login.database(),
        login.user(),
        login.password().reveal());
  }

  public void execute(String database, String user, String sql) throws SQLException {
    try (var session = connect(database, user);
        var statement = session.createStatement()) {
      statement.execute(sql);
    }
  }

  /** One text, as the superuser; empty for NULL or no row. */
  public Optional<String> ask(String database, String sql) throws SQLException {
    try (var session = connect(database, "postgres")) {
      return ask(session, sql);
    }
  }

  /** The first value of the last statement. */
  public static Optional<String> ask(Connection session, String sql) throws SQLException {
    try (var statement = session.createStatement()) {
      boolean rowsCome = statement.execute(sql);
      while (!rowsCome) {
        rowsCome = statement.getMoreResults();
      }
      try (var rows = statement.getResultSet()) {
        return rows.next() ? Optional.ofNullable(rows.getString(1)) : Optional.empty();
      }
    }
  }

  public DatabaseRef acme() throws SQLException {
    var oid = ask("postgres", "SELECT oid FROM pg_database WHERE datname = 'tenant_acme'");
    return new DatabaseRef(SERVER, Long.parseLong(oid.orElseThrow()), "tenant_acme");
  }

  private String data() {
    return folder.resolve("data").toString();
  }

  private static void run(String program, String... arguments) {
    PROGRAMS.run(program, arguments).orFail(program);
  }

  private void stop() {
    try {
      try (var left = Files.newDirectoryStream(copies())) {
        for (var copy : left) {
          if (Files.exists(copy.resolve("data/postmaster.pid"))) {
            run("pg_ctl", "stop", "-D", copy.resolve("data").toString(), "-m", "immediate", "-s");
          }
        }
      }
      if (Files.exists(Path.of(data(), "postmaster.pid"))) {
        run("pg_ctl", "stop", "-D", data(), "-m", "immediate", "-s");
      }
      new ProcessBuilder("rm", "-rf", folder.toString()).start().waitFor();
    } catch (IOException | InterruptedException error) {
      System.err.println("the tests' server could not be removed: " + error);
    }
  }
}
