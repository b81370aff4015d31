package io.countersign.action.database;

import static io.countersign.action.database.TwoServers.LIVE;
import static io.countersign.action.database.TwoServers.NAME;

import io.countersign.RunId;
import io.countersign.action.ActionFailed;
import io.countersign.action.Attempt;
import io.countersign.action.tenant.DiscardSecret;
import io.countersign.action.tenant.MakeSecret;
import io.countersign.estate.DatabaseRef;
import io.countersign.estate.Estate;
import io.countersign.estate.Login;
import io.countersign.estate.Registry;
import io.countersign.estate.RunSecrets;
import io.countersign.estate.SecretName;
import io.countersign.postgres.FileSecrets;
import io.countersign.postgres.QueryRegistry;
import io.countersign.postgres.Servers;
import io.countersign.postgres.WriteCounters;
import io.countersign.support.SampleEstate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The live database, a closed restored one beside it that holds the same, a real registry on the
 * same server, and secrets in a folder. The new secret is made.
 */
final class FlipStage implements AutoCloseable {
  static final String RESTORED = "tenant_acme_restore_20261121155200_a1";
  static final SecretName OLD = new SecretName("tenant-db-acme");
  private static final String REGISTRY = "flip_registry";

  final TwoServers servers = TwoServers.shared();
  final Path folder;
  final FileSecrets secrets;
  final Registry registry;
  final DatabaseRef live;
  DatabaseRef restored;
  final SecretName made;
  private final Estate estate;
  private final Servers known;

  FlipStage() throws SQLException, IOException, ActionFailed {
    folder = Files.createTempDirectory("countersign-flip-");
    secrets = new FileSecrets(folder);
    store("admin", servers.login(LIVE, "postgres", "bot"));
    store("registry", servers.login(LIVE, REGISTRY, "bot"));
    store(OLD.value(), servers.login(LIVE, NAME, "acme_app"));
    estate = estate();
    registry = new QueryRegistry(estate, secrets);
    known = servers(registry);
    servers.tidy();
    makeRegistry();
    live = servers.database(NAME);
    restored = makeRestored();
    made = RunSecrets.name(OLD, "20261121155200", new RunId("7k2m9qxd"), 1);
    setBack();
  }

  private DatabaseRef makeRestored() throws SQLException {
    admin("CREATE DATABASE " + RESTORED + " OWNER acme_owner TEMPLATE " + NAME);
    return servers.database(RESTORED);
  }

  /** Nothing is flipped; the new secret is made. */
  void setBack() throws SQLException, ActionFailed {
    for (var name : List.of(NAME, restored.name())) {
      admin("ALTER DATABASE " + name + " RESET default_transaction_read_only");
    }
    admin("ALTER DATABASE " + NAME + " ALLOW_CONNECTIONS true");
    admin("ALTER DATABASE " + restored.name() + " ALLOW_CONNECTIONS false");
    inRegistry("UPDATE public.tenant SET db = '" + NAME + "', secret = '" + OLD + "'");
    TwoServers.once(makeSecret(), new MakeSecret.Inputs(OLD, restored), "login");
  }

  /** After a test that dropped it, or wrote to it. */
  void restoreAnew() throws SQLException {
    admin("DROP DATABASE IF EXISTS " + RESTORED + " WITH (FORCE)");
    restored = makeRestored();
  }

  private void makeRegistry() throws SQLException {
    admin("DROP DATABASE IF EXISTS " + REGISTRY + " WITH (FORCE)");
    admin("CREATE DATABASE " + REGISTRY + " OWNER bot");
    servers.execute(
        LIVE,
        REGISTRY,
        "bot",
        """
        CREATE TABLE tenant (slug text, id text, display_name text, status text, db text, server text, secret text);
        CREATE TABLE db_server (name text, host text, port int, admin_secret text);
        INSERT INTO tenant VALUES ('acme', '1', 'Acme', 'active', 'tenant_acme', 'pg-1', 'tenant-db-acme');
        INSERT INTO db_server VALUES ('pg-1', '127.0.0.1', %d, 'admin')\
        """
            .formatted(servers.livePort));
  }

  private static Estate estate() {
    var tenant =
        "SELECT slug, id, display_name, status, db AS database, server, secret FROM public.tenant";
    var queries =
        Map.of(
            "tenants",
            tenant,
            "tenant",
            tenant + " WHERE slug = :slug",
            "server",
            "SELECT name, host, port, admin_secret FROM public.db_server WHERE name = :name",
            "set-reference",
            """
            UPDATE public.tenant SET db = :database, secret = :secret
             WHERE slug = :slug AND db = :expected_database AND secret = :expected_secret\
            """);
    return SampleEstate.named("medsuite")
        .ttls(Duration.ZERO, Duration.ofSeconds(2))
        .queues("pgboss")
        .queries(queries)
        .estate();
  }

  private Servers servers(Registry registry) {
    return new Servers(registry, secrets, servers.restorerOfNothing());
  }

  private void store(String name, Login login) throws IOException {
    var file = folder.resolve(name);
    Files.writeString(
        file,
        "{\"host\": \"%s\", \"port\": %d, \"database\": \"%s\", \"user\": \"%s\", \"password\": \"%s\"}"
            .formatted(
                login.host(),
                login.port(),
                login.database(),
                login.user(),
                login.password().reveal().replace("\\", "\\\\")));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }

  void admin(String sql) throws SQLException {
    servers.execute(LIVE, "postgres", "postgres", sql);
  }

  void inRegistry(String sql) throws SQLException {
    servers.execute(LIVE, REGISTRY, "postgres", sql);
  }

  /** {@code tenant_acme by tenant-db-acme}. */
  String row() throws SQLException {
    return servers
        .ask(LIVE, REGISTRY, "SELECT db || ' by ' || secret FROM public.tenant WHERE slug = 'acme'")
        .orElseThrow();
  }

  /** What the row says before a flip. */
  static String before() {
    return NAME + " by " + OLD;
  }

  /** What it says after one. */
  String after() {
    return RESTORED + " by " + made;
  }

  boolean open(DatabaseRef database) throws SQLException {
    return servers
        .ask(
            LIVE,
            "postgres",
            "SELECT datallowconn FROM pg_database WHERE datname = '%s' AND oid = %d"
                .formatted(database.name(), database.oid()))
        .orElseThrow()
        .equals("t");
  }

  Duration metadataTtl() {
    return estate.metadataTtl();
  }

  ReferenceFlip action(Consumer<String> between) {
    return action(registry, between);
  }

  ReferenceFlip action(Registry registry, Consumer<String> between) {
    return new ReferenceFlip(servers(registry), estate, registry, secrets, between);
  }

  ReferenceFlipBack back(Consumer<String> between) {
    return new ReferenceFlipBack(known, estate, registry, secrets, between);
  }

  DatabaseDropKept drop() {
    return new DatabaseDropKept(known, registry, secrets);
  }

  DiscardSecret discardSecret() {
    return new DiscardSecret(registry, secrets);
  }

  MakeSecret makeSecret() {
    return new MakeSecret(known, secrets);
  }

  ReferenceFlip.In inputs() throws SQLException {
    var reading = reading(live);
    return new ReferenceFlip.In(
        live, restored, made, "c0ffee", reading.writes(), reading.since(), reading.tables());
  }

  ReferenceFlipBack.In inputsBack(Flipped flipped) throws SQLException {
    var reading = reading(flipped.live());
    return new ReferenceFlipBack.In(
        flipped.live(),
        flipped.kept(),
        flipped.keptSecret(),
        flipped.keptSecretVersion(),
        reading.writes(),
        reading.since(),
        reading.tables());
  }

  WriteCounters.Reading reading(DatabaseRef database) throws SQLException {
    try (var inside = servers.connect(LIVE, database.name(), "bot")) {
      return WriteCounters.read(inside, List.of("pgboss"));
    }
  }

  /** As a later holder of the run's attempt does: looks, and clears what was not done. */
  <I extends Record, O extends Record> io.countersign.action.Finding<O> recovered(
      io.countersign.action.Action<I, O> action, Attempt<I> attempt) {
    var finding = action.probe(attempt);
    if (finding instanceof io.countersign.action.Finding.NotDone) {
      action.clear(attempt);
    }
    return finding;
  }

  /** The first database is live again, open, and there is no other. */
  @Override
  public void close() throws SQLException, IOException {
    admin("ALTER DATABASE " + NAME + " ALLOW_CONNECTIONS true");
    admin("ALTER DATABASE " + NAME + " RESET default_transaction_read_only");
    admin("DROP DATABASE IF EXISTS " + REGISTRY + " WITH (FORCE)");
    servers.tidy();
    try (var files = Files.list(folder)) {
      for (var file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }
}
