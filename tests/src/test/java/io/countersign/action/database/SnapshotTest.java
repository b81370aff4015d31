package io.countersign.action.database;

import static io.countersign.action.database.TwoServers.COPY;
import static io.countersign.action.database.TwoServers.LIVE;
import static io.countersign.action.database.TwoServers.NAME;
import static io.countersign.action.database.TwoServers.begun;
import static io.countersign.action.database.TwoServers.once;
import static io.countersign.action.database.TwoServers.visit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.countersign.Secret;
import io.countersign.action.ActionFailed;
import io.countersign.action.Finding;
import io.countersign.action.Outcome;
import io.countersign.estate.DatabaseRef;
import io.countersign.estate.Login;
import io.countersign.estate.OwnSecrets;
import io.countersign.estate.SecretName;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A snapshot of a tenant's past: who may read it, who may not do anything else, and how it goes.
 */
class SnapshotTest {
  private static final SecretName TENANTS = new SecretName("tenant-db-acme");
  private static final String READER = "cs_reader_7k2m9qxd";
  private static final String FAKE_PASSWORD = "fake-reader-password-";

  private final TwoServers servers = TwoServers.shared();
  private final Map<SecretName, Login> kept = new HashMap<>();
  private final AtomicInteger passwords = new AtomicInteger();
  private DatabaseRef copy = new DatabaseRef(LIVE, 1, NAME);

  private final OwnSecrets secrets =
      new OwnSecrets() {
        @Override
        public Optional<Version> current(SecretName name) {
          return Optional.empty();
        }

        @Override
        public Version make(SecretName name, Login login, String owner) {
          assertThat(owner).isEqualTo("7k2m9qxd/secret.make");
          kept.put(name, login);
          return new Version(name, "1");
        }

        @Override
        public void remove(SecretName name, String owner) {
          kept.remove(name);
        }
      };

  @BeforeEach
  void copied() throws Exception {
    tidy();
    copy =
        ((Outcome.Done<DatabaseCopy.Out>)
                once(
                    servers.copyAction(),
                    new DatabaseCopy.In(COPY, servers.database(NAME), "as_of", null),
                    "copy"))
            .outputs()
            .database();
  }

  @AfterEach
  void tidy() throws SQLException {
    servers.tidy();
    servers.execute(LIVE, "postgres", "postgres", "DROP ROLE IF EXISTS " + READER);
  }

  private SnapshotOpen open() {
    return new SnapshotOpen(
        servers.servers(),
        servers.registry(),
        secrets,
        () -> new Secret(FAKE_PASSWORD + passwords.incrementAndGet()));
  }

  private SnapshotOpen.In in(DatabaseRef database) {
    return new SnapshotOpen.In(
        database, TENANTS, Instant.parse("2026-04-22T14:30:00Z"), "exact", Duration.ofDays(14));
  }

  private SnapshotOpen.Out opened() throws ActionFailed {
    var outcome = once(open(), in(copy), "open");
    assertThat(outcome).as(outcome.toString()).isInstanceOf(Outcome.Done.class);
    return ((Outcome.Done<SnapshotOpen.Out>) outcome).outputs();
  }

  private Connection reading(SecretName secret) throws SQLException {
    var login = Optional.ofNullable(kept.get(secret)).orElseThrow();
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:" + login.port() + "/" + login.database(),
        login.user(),
        login.password().reveal());
  }

  private static void refused(Connection session, String sql) throws SQLException {
    try (var statement = session.createStatement()) {
      assertThatThrownBy(() -> statement.execute(sql))
          .isInstanceOf(SQLException.class)
          .hasMessageMatching("(?s).*(permission denied|must be owner|must be able).*");
    }
  }

  private boolean stands(String question) throws SQLException {
    return servers.ask(LIVE, "postgres", question).isPresent();
  }

  private boolean roleStands() throws SQLException {
    return stands("SELECT 1 FROM pg_roles WHERE rolname = '" + READER + "'");
  }

  private boolean databaseStands(DatabaseRef database) throws SQLException {
    return stands("SELECT 1 FROM pg_database WHERE oid = " + database.oid());
  }

  @Test
  void its_login_reads_every_row_and_writes_nothing_even_without_the_read_only_preset()
      throws Exception {
    servers.execute(
        LIVE, "postgres", "postgres", "ALTER DATABASE " + copy.name() + " ALLOW_CONNECTIONS true");
    servers.execute(
        LIVE,
        copy.name(),
        "postgres",
        """
        GRANT ALL ON members.log TO PUBLIC;
        GRANT ALL ON SCHEMA members TO PUBLIC;
        GRANT EXECUTE ON FUNCTION members.raise_all() TO PUBLIC;
        GRANT ALL ON SEQUENCE members.number TO PUBLIC;
        """);
    var out = opened();

    assertThat(out.reader()).isEqualTo(READER);
    assertThat(out.secret().value()).isEqualTo("tenant-db-acme-20261121155200-7k2m9qxd-1");
    try (var session = reading(out.secret());
        var statement = session.createStatement()) {
      try (var rows = statement.executeQuery("SELECT count(*) FROM members.member")) {
        rows.next();
        assertThat(rows.getInt(1)).as("although row security is on").isEqualTo(2000);
      }
      assertThatThrownBy(() -> statement.execute("CREATE TABLE mine (id int)"))
          .hasMessageContaining("read-only transaction");
      statement.execute("SET default_transaction_read_only = off");
      for (var sql :
          new String[] {
            "UPDATE members.member SET name = name",
            "INSERT INTO members.log VALUES (now(), 'x')",
            "SELECT nextval('members.number')",
            "CREATE TABLE members.mine (id int)",
            "CREATE TEMP TABLE mine (id int)",
            "SELECT members.raise_all()",
            "ALTER DATABASE " + copy.name() + " RESET default_transaction_read_only"
          }) {
        refused(session, sql);
      }
    }
  }

  @Test
  void nobody_else_comes_in_and_the_live_database_is_not_touched() throws Exception {
    var before =
        servers.ask(
            LIVE,
            "postgres",
            "SELECT row(d.*)::text FROM pg_database d WHERE datname = '" + NAME + "'");
    var out = opened();

    for (var stranger : new String[] {"acme_app", "exporter"}) {
      assertThatThrownBy(() -> servers.connect(LIVE, copy.name(), stranger))
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("permission denied for database");
    }
    assertThatThrownBy(
            () ->
                servers.execute(
                    LIVE,
                    NAME,
                    "acme_app",
                    "GRANT CONNECT ON DATABASE " + copy.name() + " TO acme_app"))
        .isInstanceOf(SQLException.class);
    try (var session = servers.connect(LIVE, NAME, "acme_app")) {
      assertThat(session.isValid(5)).isTrue();
    }
    assertThat(out.rows()).isPositive();
    assertThat(
            servers.ask(
                LIVE,
                "postgres",
                "SELECT row(d.*)::text FROM pg_database d WHERE datname = '" + NAME + "'"))
        .isEqualTo(before);
  }

  @Test
  void rows_that_a_restrictive_policy_hides_from_its_reader_fail_it_by_name() throws Exception {
    servers.execute(
        LIVE, "postgres", "postgres", "ALTER DATABASE " + copy.name() + " ALLOW_CONNECTIONS true");
    servers.execute(
        LIVE,
        copy.name(),
        "postgres",
        "CREATE POLICY hidden ON members.member AS RESTRICTIVE USING (id > 3)");

    var outcome = once(open(), in(copy), "open");

    assertThat(outcome)
        .isInstanceOfSatisfying(
            Outcome.Failed.class,
            it ->
                assertThat(it.problem().line())
                    .contains("its reader sees 1997 of the 2000 rows of members.member"));
    assertThat(kept).as("no login to what is not whole").isEmpty();
    assertThat(stands("SELECT 1 FROM pg_database WHERE datallowconn AND oid = " + copy.oid()))
        .isFalse();
  }

  @Test
  void only_what_this_run_copied_is_opened() throws Exception {
    var live = servers.database(NAME);

    assertThat(once(open(), in(live), "open"))
        .isInstanceOfSatisfying(
            Outcome.Failed.class,
            it ->
                assertThat(it.problem().line())
                    .contains("its name is not one that this run gives"));
    assertThat(roleStands()).isFalse();
  }

  @Test
  void an_attempt_that_was_cut_off_is_done_anew_and_its_login_is_gone() throws Exception {
    var first = begun(open(), in(copy), "open", 1);
    assertThat(open().act(first)).isInstanceOf(Outcome.Done.class);
    var login = kept.values().iterator().next();
    open().clear(first);
    assertThat(kept).isEmpty();

    assertThat(open().act(begun(open(), in(copy), "open", 2))).isInstanceOf(Outcome.Done.class);

    assertThat(kept).containsOnlyKeys(new SecretName("tenant-db-acme-20261121155200-7k2m9qxd-2"));
    assertThat(kept.values().iterator().next().password().reveal())
        .isNotEqualTo(login.password().reveal());
  }

  private SnapshotDrop drop() {
    return new SnapshotDrop(servers.servers(), servers.registry(), secrets);
  }

  private SnapshotDrop.In gone(SnapshotOpen.Out out) {
    return new SnapshotDrop.In(copy, out.reader(), out.secret().value());
  }

  @Test
  void it_goes_with_its_reader_its_sessions_and_its_secret_and_is_found_gone() throws Exception {
    var in = gone(opened());
    var attempt = begun(drop(), in, "remove", 1);
    assertThat(drop().probe(attempt)).isInstanceOf(Finding.NotDone.class);
    try (var inside = reading(new SecretName(in.secret()))) {
      assertThat(drop().act(attempt)).isInstanceOf(Outcome.Done.class);
      assertThat(inside.isValid(5)).isFalse();
    }

    assertThat(databaseStands(copy)).isFalse();
    assertThat(roleStands()).isFalse();
    assertThat(kept).isEmpty();
    assertThat(databaseStands(servers.database(NAME))).isTrue();
    assertThat(drop().probe(attempt)).isInstanceOf(Finding.Done.class);
  }

  private String refusal(SnapshotDrop.In in) {
    var refused =
        catchThrowableOfType(ActionFailed.class, () -> drop().intent(visit(in, "remove", 1)));
    assertThat(refused).isNotNull();
    return refused.problem().happened();
  }

  @Test
  void neither_a_live_database_nor_another_runs_reader_or_secret_goes() throws Exception {
    var out = opened();
    var live = servers.database(NAME);

    assertThat(refusal(new SnapshotDrop.In(live, READER, out.secret().value())))
        .contains("the registry names it as the database of medsuite/acme");
    assertThat(refusal(new SnapshotDrop.In(copy, "acme_owner", out.secret().value())))
        .contains("acme_owner is no role that a run made");
    assertThat(refusal(new SnapshotDrop.In(copy, READER, "tenant-db-acme")))
        .contains("the secret tenant-db-acme is not that of " + READER);
    assertThat(
            refusal(new SnapshotDrop.In(copy, READER, "tenant-db-acme-20261121155200-00000000-1")))
        .contains("is not that of");
    var other = new DatabaseRef(LIVE, copy.oid() + 1, copy.name());
    assertThat(refusal(new SnapshotDrop.In(other, READER, out.secret().value()))).contains("OID");
    assertThat(databaseStands(copy)).isTrue();
    assertThat(roleStands()).isTrue();
  }

  @Test
  void on_abort_the_reader_goes_after_the_snapshot_and_never_before() throws Exception {
    opened();
    var discard = new SnapshotDiscard(servers.servers());
    var in = new SnapshotDiscard.In(copy);
    assertThat(once(discard, in, "abort-2"))
        .isInstanceOfSatisfying(
            Outcome.Failed.class, it -> assertThat(it.problem().line()).contains("is still there"));

    assertThat(
            once(
                new DatabaseDiscard(servers.servers(), servers.registry()),
                new DatabaseDiscard.In(copy),
                "abort-1"))
        .isInstanceOf(Outcome.Done.class);
    assertThat(once(discard, in, "abort-2")).isInstanceOf(Outcome.Done.class);
    assertThat(once(discard, in, "abort-2")).isInstanceOf(Outcome.Done.class);
    assertThat(roleStands()).isFalse();
  }
}
