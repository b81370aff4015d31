package io.countersign.action.database;

import io.countersign.Person;
import io.countersign.Problem;
import io.countersign.RunId;
import io.countersign.Secret;
import io.countersign.action.Action;
import io.countersign.action.ActionFailed;
import io.countersign.action.Attempt;
import io.countersign.action.Intent;
import io.countersign.action.Outcome;
import io.countersign.action.Stop;
import io.countersign.action.Visit;
import io.countersign.estate.Acting;
import io.countersign.estate.CopyLimits;
import io.countersign.estate.DatabaseRef;
import io.countersign.estate.Estate;
import io.countersign.estate.Login;
import io.countersign.estate.Policies;
import io.countersign.estate.Registry;
import io.countersign.estate.SecretName;
import io.countersign.estate.SecretStore;
import io.countersign.estate.ServerRef;
import io.countersign.estate.ServerRestorer;
import io.countersign.estate.Tenant;
import io.countersign.estate.TenantRef;
import io.countersign.postgres.ClientPrograms;
import io.countersign.postgres.DatabaseCopier;
import io.countersign.postgres.Servers;
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
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A live server and a physical copy of it, as a point-in-time restore leaves them: equal OIDs and
 * system identifiers, two ports. The bot is no superuser. Made once per JVM.
 */
final class TwoServers {
  static final ServerRef LIVE = new ServerRef("medsuite", "pg-1");
  static final ServerRef COPY = new ServerRef("medsuite", "pg-1-copy");
  static final TenantRef ACME = new TenantRef("medsuite", "acme");
  static final String NAME = "tenant_acme";
  static final String CANARY_ROW = "Jane Canary-Roe 1947";
  private static final PgPrograms PROGRAMS = PgPrograms.find();
  private static final Map<String, String> PASSWORDS =
      Map.of(
          "postgres",
          "root:pw\\",
          "bot",
          "bot:p\\w",
          "acme_app",
          "acme-pw",
          "exporter",
          "exporter-pw");
  private static final List<TwoServers> MADE = new ArrayList<>();

  private final Path folder;
  final int livePort;
  final int copyPort;
  int botPort;

  private TwoServers(Path folder, int livePort, int copyPort) {
    this.folder = folder;
    this.livePort = livePort;
    this.copyPort = copyPort;
    this.botPort = livePort;
  }

  static synchronized TwoServers shared() {
    if (MADE.isEmpty()) {
      try {
        MADE.add(make());
      } catch (IOException | SQLException | InterruptedException error) {
        throw new IllegalStateException("no servers for the tests", error);
      }
    }
    var servers = MADE.getFirst();
    servers.botPort = servers.livePort;
    return servers;
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static TwoServers make() throws IOException, SQLException, InterruptedException {
    var folder = Files.createTempDirectory("countersign-databases-");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    var servers = new TwoServers(folder, freePort(), freePort());
    Runtime.getRuntime().addShutdownHook(new Thread(servers::stop));
    Files.writeString(folder.resolve("pw"), PASSWORDS.get("postgres"));
    PROGRAMS.own(folder);
    run(
        "initdb",
        "-D",
        servers.data("live"),
        "-U",
        "postgres",
        "-A",
        "scram-sha-256",
        "--pwfile=" + folder.resolve("pw"),
        "-E",
        "UTF8",
        "--locale=C.UTF-8",
        "-N");
    var access = Path.of(servers.data("live"), "pg_hba.conf");
    // many clients that connect at once would otherwise compute passwords for seconds
    Files.writeString(access, "host all pooled 127.0.0.1/32 trust\n" + Files.readString(access));
    servers.start("live", servers.livePort);
    servers.execute(LIVE, "postgres", "postgres", AcmeSql.ROLES);
    servers.execute(LIVE, "postgres", "postgres", "CREATE DATABASE tenant_acme OWNER acme_owner");
    servers.execute(LIVE, NAME, "postgres", AcmeSql.TENANT);
    servers.execute(LIVE, "postgres", "postgres", AcmeSql.DATABASE);
    run("pg_ctl", "stop", "-D", servers.data("live"), "-m", "fast", "-s", "-w");
    new ProcessBuilder("cp", "-a", servers.data("live"), servers.data("copy")).start().waitFor();
    servers.start("live", servers.livePort);
    servers.start("copy", servers.copyPort);
    return servers;
  }

  private void start(String which, int port) throws IOException, InterruptedException {
    Files.writeString(
        Path.of(data(which), "postgresql.auto.conf"),
        """
        listen_addresses = '127.0.0.1'
        port = %d
        unix_socket_directories = ''
        fsync = off
        max_prepared_transactions = 5
        max_connections = 250
        wal_level = logical
        shared_buffers = '32MB'
        """
            .formatted(port));
    PROGRAMS.own(Path.of(data(which)));
    run(
        "pg_ctl",
        "start",
        "-D",
        data(which),
        "-w",
        "-s",
        "-l",
        folder.resolve(which + ".log").toString());
  }

  /** The live server ends as by a power failure, and is started again. */
  void crash() {
    try {
      run("pg_ctl", "stop", "-D", data("live"), "-m", "immediate", "-s", "-w");
      start("live", livePort);
    } catch (IOException broken) {
      throw new java.io.UncheckedIOException(broken);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  Servers servers() {
    return new Servers(registry(), secrets(), restorer());
  }

  ClientPrograms programs() {
    return new ClientPrograms(List.of(PROGRAMS.bin()), scratch());
  }

  /** The major version of both servers. */
  static int major() {
    return PROGRAMS.major();
  }

  Path scratch() {
    return folder.resolve("scratch");
  }

  static CopyLimits workers(int workers) {
    return new CopyLimits(
        workers, OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty());
  }

  DatabaseCopy copyAction() {
    return new DatabaseCopy(
        servers(), programs(), new DatabaseCopier(programs(), workers(2)), new Random());
  }

  DatabaseCompare compareAction() {
    return new DatabaseCompare(servers(), registry(), estate(), programs());
  }

  Estate estate() {
    return sample().estate();
  }

  Estate estate(Policies policies) {
    return sample().policies(policies).estate();
  }

  /** To be completed. */
  SampleEstate sample() {
    return SampleEstate.named("medsuite")
        .canaries(new Estate.TableName("members", "member"))
        .queues("pgboss");
  }

  Login login(ServerRef server, String database, String user) {
    int port = server.equals(COPY) ? copyPort : user.equals("bot") ? botPort : livePort;
    return new Login(
        "127.0.0.1", port, database, user, new Secret(PASSWORDS.getOrDefault(user, "")));
  }

  private SecretStore secrets() {
    return name ->
        switch (name.value()) {
          case "admin" -> login(LIVE, "postgres", "bot");
          case "tenant-db-acme" -> login(LIVE, NAME, "acme_app");
          default ->
              throw new SecretStore.SecretUnavailable(
                  new Problem("reading the secret " + name, "there is none.", "Create it."));
        };
  }

  ServerRestorer restorerOfNothing() {
    return restorer();
  }

  private ServerRestorer restorer() {
    return new ServerRestorer() {
      @Override
      public Window window(ServerRef source) {
        throw new UnsupportedOperationException();
      }

      @Override
      public void begin(Copy copy) {}

      @Override
      public Progress look(Copy copy) {
        return new Progress.Absent();
      }

      @Override
      public Optional<Login> login(ServerRef copy) {
        return copy.equals(COPY)
            ? Optional.of(TwoServers.this.login(COPY, "postgres", "bot"))
            : Optional.empty();
      }

      @Override
      public void remove(Copy copy) {}
    };
  }

  Registry registry() {
    return registry(NAME);
  }

  /** A registry with the one tenant acme, in a database of this name. */
  Registry registry(String database) {
    var acme =
        new Tenant(ACME, "1", "Acme", "active", database, LIVE, new SecretName("tenant-db-acme"));
    return new Registry() {
      @Override
      public List<Tenant> tenants() {
        return List.of(acme);
      }

      @Override
      public Optional<Tenant> tenant(String slug) {
        return slug.equals("acme") ? Optional.of(acme) : Optional.empty();
      }

      @Override
      public Optional<RegisteredServer> server(String name) {
        return Optional.of(
            new RegisteredServer(LIVE, "127.0.0.1", botPort, new SecretName("admin")));
      }

      @Override
      public boolean setStatus(
          String slug, String expected, String wanted, String reason, Acting by) {
        throw new UnsupportedOperationException();
      }

      @Override
      public void invalidate(Tenant tenant) {}

      @Override
      public void audit(
          Tenant tenant, String action, String actor, String key, Map<String, String> detail) {}
    };
  }

  Connection connect(ServerRef server, String database, String user) throws SQLException {
    var login = login(server, database, user);
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:" + login.port() + "/" + database,
        user,
        login.password().reveal());
  }

  void execute(ServerRef server, String database, String user, String sql) throws SQLException {
    try (var session = connect(server, database, user);
        var statement = session.createStatement()) {
      statement.execute(sql);
    }
  }

  /** One text, as the superuser; empty for NULL or no row. */
  Optional<String> ask(ServerRef server, String database, String sql) throws SQLException {
    try (var session = connect(server, database, "postgres");
        var statement = session.createStatement();
        var rows = statement.executeQuery(sql)) {
      return rows.next() ? Optional.ofNullable(rows.getString(1)) : Optional.empty();
    }
  }

  DatabaseRef database(String name) throws SQLException {
    var oid = ask(LIVE, "postgres", "SELECT oid FROM pg_database WHERE datname = '" + name + "'");
    return new DatabaseRef(LIVE, Long.parseLong(oid.orElseThrow()), name);
  }

  /** Drops everything that tests made beside the tenant's database. */
  void tidy() throws SQLException {
    var made =
        ask(
            LIVE,
            "postgres",
            "SELECT string_agg(datname, ',') FROM pg_database WHERE datname ~"
                + " '^tenant_acme_|^drop_'");
    if (made.isPresent()) {
      for (var name : made.get().split(",", -1)) {
        execute(LIVE, "postgres", "postgres", "DROP DATABASE \"" + name + "\" WITH (FORCE)");
      }
    }
  }

  static <I extends Record> Visit<I> visit(I inputs, String step, int attempt) {
    var now = Instant.parse("2026-11-21T15:52:00Z");
    return new Visit<>(
        inputs,
        new RunId("7k2m9qxd"),
        step,
        attempt,
        ACME,
        new Person("T1", "U1"),
        "",
        now,
        now,
        now);
  }

  static <I extends Record, O extends Record> Try<I> begun(
      Action<I, O> action, I inputs, String step, int attempt) throws ActionFailed {
    var visit = visit(inputs, step, attempt);
    return new Try<>(
        visit,
        action.intent(visit),
        new Stop(),
        new CopyOnWriteArrayList<>(),
        new CopyOnWriteArrayList<>());
  }

  static <I extends Record, O extends Record> Outcome<O> once(
      Action<I, O> action, I inputs, String step) throws ActionFailed {
    return action.act(begun(action, inputs, step, 1));
  }

  /** An attempt driven by a test. */
  record Try<I extends Record>(
      Visit<I> visit, Intent intent, Stop stop, List<Long> done, List<String> also)
      implements Attempt<I> {
    @Override
    public Optional<String> memo() {
      return Optional.empty();
    }

    @Override
    public void progress(long done, long total, Unit unit, String also) {
      this.done.add(done);
      this.also.add(also);
    }

    @Override
    public void fence() {
      stop.check();
    }
  }

  private String data(String which) {
    return folder.resolve(which).toString();
  }

  private static void run(String program, String... arguments) {
    PROGRAMS.run(program, arguments).orFail(program);
  }

  private void stop() {
    try {
      for (var which : List.of("live", "copy")) {
        if (Files.exists(Path.of(data(which), "postmaster.pid"))) {
          run("pg_ctl", "stop", "-D", data(which), "-m", "immediate", "-s");
        }
      }
      new ProcessBuilder("rm", "-rf", folder.toString()).start().waitFor();
    } catch (IOException | InterruptedException error) {
      System.err.println("the tests' servers could not be removed: " + error);
    }
  }
}
