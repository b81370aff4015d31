package io.countersign.sandbox.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Comparator;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MedsuiteWorldTest {
  private static final String GLOBEX = "tenant_globex";
  private static final String CLINIC = "tenant_north_clinic";

  private Path folder;
  private LocalCluster cluster;
  private MedsuiteWorld world;

  @BeforeAll
  void makeTheWorld() throws IOException, SQLException {
    folder = Files.createTempDirectory("countersign-medsuite-");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    long begun = System.nanoTime();
    cluster = LocalCluster.create(folder.resolve("live"), PgPrograms.find());
    cluster.start();
    long started = System.nanoTime();
    world = MedsuiteEstate.create(cluster, folder, MedsuiteEstate.Size.STANDARD);
    System.out.printf(
        "cluster %d ms, estate with base backup %d ms%n",
        TimeUnit.NANOSECONDS.toMillis(started - begun),
        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started));
  }

  @AfterAll
  void removeTheWorld() throws IOException {
    cluster.close();
    try (var all = Files.walk(folder)) {
      for (var each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }

  @Test
  void a_fingerprint_does_not_change_by_itself() throws SQLException {
    assertThat(
            TenantFingerprint.differences(
                TenantFingerprint.of(cluster, CLINIC), TenantFingerprint.of(cluster, CLINIC)))
        .isEmpty();
  }

  @ParameterizedTest(name = "{1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          grant on relation members.claim           | GRANT DELETE ON members.claim TO reporting
          grant on column identity.organization.name| GRANT UPDATE (name) ON identity.organization TO reporting
          grant on database                         | GRANT CREATE ON DATABASE tenant_globex TO reporting
          relation members.address                  | ALTER TABLE members.address OWNER TO postgres
          routine members.touch()                   | ALTER FUNCTION members.touch() OWNER TO postgres
          schema pgboss                             | ALTER SCHEMA pgboss OWNER TO postgres
          setting for everybody work_mem            | ALTER DATABASE tenant_globex SET work_mem = '7MB'
          setting for tenant_globex_app             | ALTER ROLE tenant_globex_app IN DATABASE tenant_globex SET lock_timeout = '6s'
          policy security.app_user                  | ALTER POLICY own_organization ON security.app_user USING (true)
          relation security.app_user                | ALTER TABLE security.app_user DISABLE ROW LEVEL SECURITY
          relation members.claim                    | ALTER TABLE members.claim FORCE ROW LEVEL SECURITY
          comment on table column                   | COMMENT ON COLUMN members.member.code IS 'other'
          database comment                          | COMMENT ON DATABASE tenant_globex IS 'other'
          grant on default for tenant_globex_owner  | ALTER DEFAULT PRIVILEGES FOR ROLE tenant_globex_owner GRANT DELETE ON TABLES TO reporting
          sequence "members"."claim_number_seq"     | SELECT setval('members.claim_number_seq', 7000000)
          sequence members.claim_number_seq         | ALTER SEQUENCE members.claim_number_seq INCREMENT 2
          database owner                            | ALTER DATABASE tenant_globex CONNECTION LIMIT 91
          extension pg_trgm                         | UPDATE pg_extension SET extowner = 10 WHERE extname = 'pg_trgm'
          trigger members.member                    | ALTER TABLE members.member DISABLE TRIGGER member_touch
          type members.claim_status                 | ALTER TYPE members.claim_status ADD VALUE 'lost'
          constraint members.claim                  | ALTER TABLE members.claim DROP CONSTRAINT claim_amount_check
          column members.member.contact             | ALTER TABLE members.member ALTER contact DROP DEFAULT
          relation members.claim_open               | DROP INDEX members.claim_open
          table "members"."address"                 | UPDATE members.address SET street = upper(street) WHERE id = 3
          table "pgboss"."job"                      | DELETE FROM pgboss.job WHERE id = (SELECT min(id::text)::uuid FROM pgboss.job)
          """)
  void a_fingerprint_shows(String line, String change) throws SQLException {
    try (var session = cluster.admin(GLOBEX)) {
      var before = TenantFingerprint.of(session);
      execute(session, change);
      assertThat(TenantFingerprint.differences(before, TenantFingerprint.of(session)))
          .anyMatch(each -> each.substring(2).startsWith(line));
    }
  }

  @Test
  void a_bad_migration_changes_rows_and_nothing_else() throws SQLException {
    var before = TenantFingerprint.of(cluster, "tenant_acme");

    var moments = Mangle.badMigration(world, "acme");

    var after = TenantFingerprint.of(cluster, "tenant_acme");
    assertThat(moments.deletedMembers()).isEqualTo(1000);
    assertThat(moments.before()).isBefore(moments.after());
    assertThat(TenantFingerprint.differences(before.catalogue(), after.catalogue())).isEmpty();
    assertThat(TenantFingerprint.differences(before.data(), after.data()))
        .hasSize(6)
        .anyMatch(line -> line.startsWith("+ table \"members\".\"member\" 3003 rows"));
  }

  @Test
  void the_bot_creates_a_tenant_s_database_with_an_OID_of_its_choice_and_renames_it()
      throws SQLException {
    try (var bot = LocalCluster.open(world.botLogin())) {
      execute(bot, "CREATE DATABASE x OWNER tenant_acme_owner TEMPLATE template0 OID = 2000000123");
      execute(bot, "ALTER DATABASE x RENAME TO y");
      assertThat(number(bot, "SELECT oid FROM pg_database WHERE datname = 'y'"))
          .isEqualTo(2_000_000_123);
      execute(bot, "DROP DATABASE y");
    }
  }

  @Test
  void the_bot_is_no_superuser_and_no_secret_is_readable_by_others()
      throws SQLException, IOException {
    try (var bot = LocalCluster.open(world.botLogin())) {
      assertThat(number(bot, "SELECT count(*) FROM pg_roles WHERE rolsuper AND rolname = user"))
          .isZero();
      assertThatThrownBy(() -> execute(bot, "ALTER SYSTEM SET fsync = on"))
          .isInstanceOf(SQLException.class);
    }
    try (var secrets = Files.list(world.secrets())) {
      for (var secret : secrets.toList()) {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(secret)))
            .isEqualTo("rw-------");
      }
    }
  }

  @Test
  void the_bot_ends_sessions_of_the_application_which_comes_back() throws SQLException {
    try (var traffic = Traffic.start(world, "north-clinic", 5, Duration.ofMillis(200));
        var bot = LocalCluster.open(world.botLogin())) {
      await().until(() -> traffic.writes() > 20);

      execute(
          bot,
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
              + " WHERE usename = 'tenant_north_clinic_app'");

      await().until(() -> traffic.failed() >= 5);
      long writes = traffic.writes();
      await().until(() -> traffic.writes() > writes + 20);
    }
  }

  @Test
  void the_application_stops_writing_when_the_registry_says_read_only() throws SQLException {
    try (var traffic = Traffic.start(world, "acme", 5, Duration.ofMillis(100));
        var registry = LocalCluster.open(world.botLogin().withDatabase("medsuite"))) {
      await().until(() -> traffic.writes() > 20);
      setStatus(registry, "read_only");
      var seen = new AtomicLong();
      await()
          .during(Duration.ofMillis(500))
          .until(() -> seen.getAndSet(traffic.writes()) == seen.get());
      long ok = traffic.ok();
      await().until(() -> traffic.ok() > ok + 20);
      assertThat(traffic.failed()).isZero();
      setStatus(registry, "active");
    }
  }

  @Test
  void the_bot_ends_the_current_WAL_file_and_the_server_archives_it() throws SQLException {
    try (var bot = LocalCluster.open(world.botLogin());
        var statement = bot.createStatement()) {
      execute(bot, "SELECT pg_current_xact_id()");
      try (var rows = statement.executeQuery("SELECT pg_walfile_name(pg_switch_wal())")) {
        rows.next();
        var file = world.archive().resolve(rows.getString(1));
        await().until(() -> Files.exists(file));
      }
      assertThat(number(bot, "SELECT system_identifier FROM pg_control_system()")).isPositive();
    }
  }

  @Test
  void the_bot_dumps_a_tenant_s_database_with_the_rows_behind_row_security()
      throws IOException, InterruptedException {
    var dump = folder.resolve("acme.dump");
    var builder =
        new ProcessBuilder(
            cluster.programs().bin().resolve("pg_dump").toString(),
            "--format=custom",
            "--no-password",
            "--host=127.0.0.1",
            "--port=" + cluster.port(),
            "--username=" + world.botLogin().user(),
            "--file=" + dump,
            "tenant_acme");
    builder.environment().put("PGPASSWORD", world.botLogin().password().reveal());

    var process = builder.inheritIO().start();

    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
    assertThat(dump).isNotEmptyFile();
  }

  @Test
  void the_bot_s_own_database_belongs_to_another_login_than_the_bot_s() throws SQLException {
    try (var journal = LocalCluster.open(world.journalLogin())) {
      assertThatThrownBy(() -> execute(journal, "CREATE TABLE countersign.try (id int)"))
          .hasMessageContaining("permission denied for schema countersign");
    }
    try (var owner = LocalCluster.open(world.journalOwner())) {
      execute(owner, "CREATE TABLE countersign.try (id int)");
      execute(owner, "DROP TABLE countersign.try");
    }
  }

  @Test
  void a_killed_server_starts_again_with_all_that_was_committed() throws IOException, SQLException {
    var own = folder.resolve("killed");
    try (var other = LocalCluster.create(own, PgPrograms.find())) {
      other.start();
      try (var session = other.admin("postgres")) {
        execute(session, "CREATE TABLE kept AS SELECT 1 AS id");
      }

      other.kill9();
      other.start();

      try (var session = other.admin("postgres")) {
        assertThat(number(session, "SELECT count(*) FROM kept")).isEqualTo(1);
      }
    }
    assertThat(own.resolve("data/postmaster.pid")).doesNotExist();
  }

  private static void setStatus(Connection registry, String status) throws SQLException {
    execute(
        registry,
        "UPDATE identity.tenant SET status = '%s', status_changed_at = now() WHERE slug = 'acme'"
            .formatted(status));
  }

  private static void execute(Connection session, String sql) throws SQLException {
    try (var statement = session.createStatement()) {
      statement.execute(sql);
    }
  }

  private static long number(Connection session, String query) throws SQLException {
    try (var statement = session.createStatement();
        var rows = statement.executeQuery(query)) {
      rows.next();
      return rows.getLong(1);
    }
  }
}
