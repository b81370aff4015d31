package io.countersign.action.tenant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.action.ActionFailed;
import io.countersign.action.Outcome;
import io.countersign.action.TestAttempt;
import io.countersign.estate.DatabaseRef;
import io.countersign.postgres.ArchiveRestorer;
import io.countersign.postgres.OneServer;
import io.countersign.postgres.QueryRegistry;
import io.countersign.postgres.Servers;
import io.countersign.postgres.WriteCounters;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FreezeTenantTest {
  private static final String SETTING =
      "SELECT count(*) FROM pg_db_role_setting WHERE setconfig::text LIKE '%read_only%'";
  private final OneServer server = OneServer.shared();
  private final io.countersign.estate.Estate estate = server.estate(Duration.ofMillis(300));
  private final QueryRegistry registry = new QueryRegistry(estate, server.secrets());
  private final Servers servers =
      new Servers(
          registry,
          server.secrets(),
          new ArchiveRestorer(server.restoreSource(), registry, server.secrets()));
  private final FreezeTenant freeze = new FreezeTenant(estate, registry, servers);
  private final SettleTenant settle = new SettleTenant(estate, servers);
  private final UnfreezeTenant unfreeze = new UnfreezeTenant(estate, registry, servers);

  @AfterEach
  void open() throws SQLException {
    server.execute("postgres", "postgres", "ALTER DATABASE tenant_acme RESET ALL");
    setStatus("active");
  }

  @Test
  void aFreezeEndsWritersAndAnUnfreezeLetsThemWriteAgain() throws Exception {
    try (var writer = server.connect("tenant_acme", "acme_app")) {
      writer.setAutoCommit(false);
      OneServer.ask(writer, "SELECT count(*) FROM members.member");
      var frozen = frozen();
      assertThat(frozen.previousStatus()).isEqualTo("active");
      assertThat(status()).isEqualTo("read_only");
      Awaitility.await().until(() -> !writer.isValid(1));
      assertThatThrownBy(() -> insert(1000)).hasMessageContaining("read-only transaction");
    }
    var reader = server.connect("tenant_acme", "acme_app");
    var outcome =
        TestAttempt.once(unfreeze, new UnfreezeTenant.Inputs(server.acme(), "active"), "unfreeze");
    var done = (Outcome.Done<UnfreezeTenant.Outputs>) outcome;
    assertThat(done.outputs().status()).isEqualTo("active");
    assertThat(done.said()).isEqualTo("status active, as before the freeze");
    // a session opened in the freeze would stay read-only, so it is ended
    Awaitility.await().until(() -> !reader.isValid(1));
    reader.close();
    insert(1000);
    var again =
        TestAttempt.once(unfreeze, new UnfreezeTenant.Inputs(server.acme(), "active"), "unfreeze");
    assertThat(((Outcome.Done<UnfreezeTenant.Outputs>) again).outputs().status())
        .isEqualTo("active");
  }

  @Test
  void clearingAHalfDoneFreezeTakesBackBothChanges() throws Exception {
    var attempt = TestAttempt.begun(freeze, new FreezeTenant.Inputs(server.acme()), "freeze");
    freeze.act(attempt);
    freeze.clear(attempt);
    freeze.clear(attempt);
    assertThat(status()).isEqualTo("active");
    assertThat(server.ask("postgres", SETTING)).contains("0");
  }

  @Test
  void clearingAnAttemptCutOffBetweenItsTwoChangesTakesBackTheOne() throws Exception {
    var attempt = TestAttempt.begun(freeze, new FreezeTenant.Inputs(server.acme()), "freeze");
    server.execute(
        "postgres", "bot", "ALTER DATABASE tenant_acme SET default_transaction_read_only = on");
    freeze.clear(attempt);
    assertThat(status()).isEqualTo("active");
    assertThat(server.ask("postgres", SETTING)).contains("0");
  }

  @Test
  void whereTheDatabaseWasReadOnlyBeforeClearingGivesTheStatusBackAndLeavesItSo() throws Exception {
    server.execute(
        "postgres", "bot", "ALTER DATABASE tenant_acme SET default_transaction_read_only = on");
    try {
      var attempt = TestAttempt.begun(freeze, new FreezeTenant.Inputs(server.acme()), "freeze");
      freeze.act(attempt);
      assertThat(status()).isEqualTo("read_only");
      freeze.clear(attempt);
      assertThat(status()).isEqualTo("active");
      assertThat(server.ask("postgres", SETTING)).contains("1");
    } finally {
      server.execute(
          "postgres", "bot", "ALTER DATABASE tenant_acme RESET default_transaction_read_only");
    }
  }

  @Test
  void aStatusChangedMeanwhileFailsTheFreezeAndIsLeftAsItIs() throws Exception {
    var attempt = TestAttempt.begun(freeze, new FreezeTenant.Inputs(server.acme()), "freeze");
    setStatus("read_only");
    var failed = (Outcome.Failed<FreezeTenant.Outputs>) freeze.act(attempt);
    assertThat(failed.problem().happened()).contains("no longer active");
    freeze.clear(attempt);
    assertThat(status()).isEqualTo("read_only");
    assertThat(server.ask("postgres", SETTING)).contains("0");
  }

  @Test
  void aTenantFrozenByAPersonStaysFrozen() throws Exception {
    setStatus("read_only");
    assertThat(frozen().previousStatus()).isEqualTo("read_only");
    var outcome =
        TestAttempt.once(unfreeze, new UnfreezeTenant.Inputs(server.acme(), "read_only"), "un");
    assertThat(((Outcome.Done<UnfreezeTenant.Outputs>) outcome).outputs().status())
        .isEqualTo("read_only");
    assertThat(server.ask("postgres", SETTING)).contains("0");
  }

  @Test
  void aStatusGivenDuringTheFreezeIsLeftAndSaid() throws Exception {
    frozen();
    setStatus("suspended");
    var outcome =
        TestAttempt.once(unfreeze, new UnfreezeTenant.Inputs(server.acme(), "active"), "unfreeze");
    var done = (Outcome.Done<UnfreezeTenant.Outputs>) outcome;
    assertThat(done.outputs().status()).isEqualTo("suspended");
    assertThat(done.said()).startsWith("somebody set the status to suspended meanwhile");
  }

  @Test
  void aSessionThatTheBotMayNotEndIsNamed() throws Exception {
    try (var admin = server.connect("tenant_acme", "postgres")) {
      OneServer.ask(admin, "SET application_name = 'exporter'; SELECT 1");
      var attempt = TestAttempt.begun(freeze, new FreezeTenant.Inputs(server.acme()), "freeze");
      var failed = (Outcome.Failed<FreezeTenant.Outputs>) freeze.act(attempt);
      assertThat(failed.problem().happened()).contains("exporter as postgres").contains("42501");
      assertThat(admin.isValid(1)).isTrue();
      freeze.clear(attempt);
      assertThat(status()).isEqualTo("active");
    }
  }

  @Test
  void aSessionWhoseBeginningIsHiddenCountsAsOlder() throws Exception {
    server.execute("postgres", "postgres", "REVOKE pg_read_all_stats FROM bot");
    try (var admin = server.connect("tenant_acme", "postgres")) {
      var attempt = TestAttempt.begun(freeze, new FreezeTenant.Inputs(server.acme()), "freeze");
      var failed = (Outcome.Failed<FreezeTenant.Outputs>) freeze.act(attempt);
      assertThat(failed.problem().happened()).contains("as postgres");
      assertThat(admin.isValid(1)).isTrue();
      freeze.clear(attempt);
    } finally {
      server.execute("postgres", "postgres", "GRANT pg_read_all_stats TO bot");
    }
  }

  @Test
  void anotherDatabaseOfTheSameNameIsNotFrozen() throws Exception {
    var stale = new DatabaseRef(OneServer.SERVER, 4_000_000_000L, "tenant_acme");
    assertThatThrownBy(() -> TestAttempt.begun(freeze, new FreezeTenant.Inputs(stale), "freeze"))
        .isInstanceOf(ActionFailed.class)
        .hasMessageContaining("no database has this OID any more");
  }

  @Test
  void settlingWaitsForCachesAndForTheLastOldTransaction() throws Exception {
    var frozen = frozen();
    var inputs = new SettleTenant.Inputs(server.acme(), frozen.frozenAt());
    assertThat(TestAttempt.once(settle, inputs, "settle")).isInstanceOf(Outcome.Park.class);
    var settled = settled(inputs);
    try (var inside = server.connect("tenant_acme", "bot")) {
      var unchanged = WriteCounters.read(inside, estate.queueSchemas());
      assertThat(unchanged.writes()).isEqualTo(settled.writes());
      assertThat(unchanged.since()).isEqualTo(settled.statisticsSince());
      sneak("INSERT INTO members.member VALUES (2000, 'late')");
      sneak("INSERT INTO pgboss.job VALUES (1)");
      Awaitility.await()
          .until(
              () -> WriteCounters.read(inside, List.of("pgboss")).writes() == settled.writes() + 1);
      assertThat(WriteCounters.read(inside, List.of("pgboss")).since())
          .isEqualTo(settled.statisticsSince());
      sneak("TRUNCATE members.member");
      assertThat(WriteCounters.read(inside, List.of("pgboss")).since())
          .isNotEqualTo(settled.statisticsSince());
    }
  }

  @Test
  void settlingWaitsWhileAnOlderTransactionIsOpen() throws Exception {
    try (var old = server.connect("tenant_acme", "acme_app")) {
      old.setAutoCommit(false);
      OneServer.ask(old, "SELECT count(*) FROM members.member");
      var inputs = new SettleTenant.Inputs(server.acme(), Instant.now());
      Awaitility.await().pollDelay(Duration.ofMillis(400)).until(() -> true);
      var parked = (Outcome.Park<SettleTenant.Outputs>) TestAttempt.once(settle, inputs, "settle");
      assertThat(parked.said()).startsWith("waiting for pid");
      var longAgo =
          new SettleTenant.Inputs(server.acme(), Instant.now().minus(Duration.ofMinutes(10)));
      assertThat(TestAttempt.once(settle, longAgo, "settle")).isInstanceOf(Outcome.Done.class);
      old.rollback();
    }
  }

  @Test
  void aPreparedTransactionIsNamed() throws Exception {
    server.execute(
        "tenant_acme",
        "acme_app",
        "BEGIN; INSERT INTO members.member VALUES (3000, 'p'); PREPARE TRANSACTION 'tx-acme'");
    try {
      var inputs = new SettleTenant.Inputs(server.acme(), Instant.now().minusSeconds(1));
      var failed =
          (Outcome.Failed<SettleTenant.Outputs>)
              Awaitility.await()
                  .until(
                      () -> TestAttempt.once(settle, inputs, "settle"),
                      it -> !(it instanceof Outcome.Park));
      assertThat(failed.problem().happened()).contains("tx-acme");
    } finally {
      server.execute("tenant_acme", "acme_app", "ROLLBACK PREPARED 'tx-acme'");
    }
  }

  private void sneak(String sql) throws SQLException {
    server.execute(
        "tenant_acme", "acme_app", "BEGIN; SET TRANSACTION READ WRITE; " + sql + "; COMMIT");
  }

  private SettleTenant.Outputs settled(SettleTenant.Inputs inputs) {
    var outcome =
        Awaitility.await()
            .until(
                () -> TestAttempt.once(settle, inputs, "settle"),
                it -> !(it instanceof Outcome.Park));
    assertThat(outcome).isInstanceOf(Outcome.Done.class);
    return ((Outcome.Done<SettleTenant.Outputs>) outcome).outputs();
  }

  private FreezeTenant.Outputs frozen() throws Exception {
    var outcome = TestAttempt.once(freeze, new FreezeTenant.Inputs(server.acme()), "freeze");
    assertThat(outcome).isInstanceOf(Outcome.Done.class);
    return ((Outcome.Done<FreezeTenant.Outputs>) outcome).outputs();
  }

  private void insert(int id) throws SQLException {
    server.execute(
        "tenant_acme",
        "acme_app",
        "INSERT INTO members.member VALUES (" + id + ", 'x') ON CONFLICT DO NOTHING");
  }

  private String status() {
    return registry.tenant("acme").orElseThrow().status();
  }

  private void setStatus(String status) throws SQLException {
    server.execute("registry", "bot", "UPDATE tenant SET status = '" + status + "'");
  }
}
