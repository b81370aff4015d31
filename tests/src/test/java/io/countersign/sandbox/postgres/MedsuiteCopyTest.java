package io.countersign.sandbox.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.estate.Login;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** An estate that is made once and copied, and what the bot's rights allow on a copy. */
class MedsuiteCopyTest {
  private static final String ACME = "tenant_acme";
  private static final String COPY = "tenant_acme_restore";

  private static Path work;
  private static LocalCluster copy;
  private static MedsuiteWorld world;
  private static TenantFingerprint original;

  @BeforeAll
  static void makeOneAndCopyIt() throws SQLException {
    work = PgPrograms.newWorkFolder("cs-estate-");
    var folder = work.resolve("template");
    long begun = System.nanoTime();
    try (var template = LocalCluster.create(folder, PgPrograms.find())) {
      template.start();
      MedsuiteEstate.create(template, folder.resolve("estate"), MedsuiteEstate.Size.STANDARD);
      report("estate made", begun);
      original = TenantFingerprint.of(template, ACME);
      template.stop();
    }
    begun = System.nanoTime();
    copy = LocalCluster.copyOf(folder, work.resolve("copy"));
    copy.start();
    world = MedsuiteEstate.reopen(copy, copy.folder().resolve("estate"));
    report("estate copied and reopened", begun);
  }

  @AfterAll
  static void removeBoth() {
    copy.close();
    ClusterFiles.deleteTree(work);
  }

  @Test
  void a_copied_estate_holds_what_the_first_one_held() throws SQLException {
    var copied = TenantFingerprint.of(copy, ACME);
    assertThat(TenantFingerprint.differences(original, copied)).isEmpty();
    assertThat(original.data()).hasSizeGreaterThan(8);
  }

  @Test
  void its_secrets_and_registry_name_the_copy() throws SQLException {
    for (var login : new Login[] {world.botLogin(), world.tenantLogin("acme")}) {
      assertThat(login.port()).isEqualTo(copy.port());
      try (var session = LocalCluster.open(login)) {
        assertThat(text(session, "SELECT current_user")).isEqualTo(login.user());
      }
    }
    try (var registry = LocalCluster.open(world.registryReader())) {
      assertThat(text(registry, "SELECT port FROM identity.db_server"))
          .isEqualTo(Integer.toString(copy.port()));
    }
  }

  @Test
  void its_base_backup_came_along() {
    copy.programs()
        .run("pg_verifybackup", world.baseBackups().resolve("0").toString())
        .orFail("Verifying the copied base backup");
  }

  @Test
  void the_bot_may_freeze_and_unfreeze_a_tenant_s_database() throws SQLException {
    try (var bot = LocalCluster.open(world.botLogin())) {
      execute(bot, "ALTER DATABASE tenant_globex SET default_transaction_read_only = on");
      assertThat(asApplication("SHOW default_transaction_read_only")).isEqualTo("on");
      execute(bot, "ALTER DATABASE tenant_globex RESET default_transaction_read_only");
      assertThat(asApplication("SHOW default_transaction_read_only")).isEqualTo("off");
    }
  }

  private static String asApplication(String query) throws SQLException {
    try (var session = LocalCluster.open(world.tenantLogin("globex"))) {
      return text(session, query);
    }
  }

  @Test
  void the_bot_may_only_append_to_the_audit() throws SQLException {
    try (var bot = LocalCluster.open(world.botLogin().withDatabase("medsuite"))) {
      execute(
          bot,
          "INSERT INTO identity.tenant_audit (tenant_id, action, actor) SELECT id,"
              + " 'TENANT_PITR_RESTORED', 'test' FROM identity.tenant WHERE slug = 'acme'");
      for (var forbidden :
          new String[] {
            "UPDATE identity.tenant_audit SET actor = 'x'",
            "DELETE FROM identity.tenant_audit",
            "TRUNCATE identity.tenant_audit",
            "UPDATE identity.tenant SET slug = 'x'"
          }) {
        assertThat(refusal(bot, forbidden)).as(forbidden).isEqualTo("42501");
      }
    }
  }

  @Test
  void the_bot_s_dump_restores_with_owners_and_grants_beside_the_live_database()
      throws SQLException {
    var dump = work.resolve("acme.dump").toString();
    try (var bot = LocalCluster.open(world.botLogin())) {
      execute(
          bot,
          "CREATE DATABASE tenant_acme_restore OWNER tenant_acme_owner TEMPLATE template0"
              + " OID = 2000000123");
      client("pg_dump", "--format=custom", "--compress=0", "--file=" + dump, ACME);
      client("pg_restore", "--exit-on-error", "--role=tenant_acme_owner", "--dbname=" + COPY, dump);
      execute(
          bot,
          "ALTER ROLE tenant_acme_app IN DATABASE tenant_acme_restore SET lock_timeout = '5s'");
    }
    assertThat(TenantFingerprint.differences(original, TenantFingerprint.of(copy, COPY)))
        .as("what no dump carries: rights and settings of the database itself")
        .allMatch(it -> isOfTheDatabase(it) || isAPresetNameOfNotNull(it));
  }

  /** From 18 on they have names, and another table of the estate is made LIKE this one. */
  private static boolean isAPresetNameOfNotNull(String line) {
    return line.matches("[-+] constraint pgboss\\.job job_\\w+_not_null1? NOT NULL .*");
  }

  private static boolean isOfTheDatabase(String line) {
    return line.matches("[-+] (database|grant on database|setting for) .*");
  }

  private static void client(String program, String... arguments) {
    var bot = world.botLogin();
    copy.programs()
        .runClient(
            program,
            Map.of(
                "PGHOST", bot.host(),
                "PGPORT", Integer.toString(bot.port()),
                "PGUSER", bot.user(),
                "PGPASSWORD", bot.password().reveal()),
            arguments)
        .orFail(program);
  }

  @Test
  void the_application_survives_the_end_of_its_server() {
    try (var traffic = Traffic.start(world, "north-clinic", 3, Duration.ofMillis(200))) {
      Awaitility.await().until(() -> traffic.writes() > 10);
      copy.kill9();
      copy.start();
      long before = traffic.writes();
      Awaitility.await().until(() -> traffic.writes() > before + 10);
      System.out.printf(
          "TIME outage of a kill -9 and restart: %d ms%n", traffic.longestOutageMillis());
    }
  }

  private static String refusal(Connection session, String sql) {
    try {
      execute(session, sql);
      return "not refused";
    } catch (SQLException refused) {
      return refused.getSQLState();
    }
  }

  private static void execute(Connection session, String sql) throws SQLException {
    try (var statement = session.createStatement()) {
      statement.execute(sql);
    }
  }

  private static String text(Connection session, String query) throws SQLException {
    try (var statement = session.createStatement();
        var rows = statement.executeQuery(query)) {
      rows.next();
      return rows.getString(1);
    }
  }

  private static void report(String what, long begun) {
    System.out.printf(
        "TIME %s: %d ms%n", what, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun));
  }
}
