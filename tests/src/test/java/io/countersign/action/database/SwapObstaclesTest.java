package io.countersign.action.database;

import static io.countersign.action.database.SwapStage.RESTORED;
import static io.countersign.action.database.TwoServers.LIVE;
import static io.countersign.action.database.TwoServers.NAME;
import static io.countersign.action.database.TwoServers.once;
import static io.countersign.action.database.TwoServers.visit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.action.ActionFailed;
import io.countersign.action.Outcome;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What may come between the preflight and the swap, and is named before anybody is disturbed. */
class SwapObstaclesTest {
  private static final String SLOT =
      "SELECT pg_create_logical_replication_slot('reader', 'test_decoding')";
  private SwapStage stage = new SwapStage();

  SwapObstaclesTest() throws SQLException {}

  @BeforeEach
  void aRestoredDatabaseStandsReady() throws SQLException {
    stage.setBack();
    stage = new SwapStage();
  }

  @AfterEach
  void theFirstDatabaseIsLiveAgain() throws SQLException {
    stage.setBack();
  }

  private void refused(String what, String remedy) throws Exception {
    try (var client = stage.servers.connect(LIVE, NAME, "acme_app")) {
      var outcome = (Outcome.Failed<?>) once(stage.action(_ -> {}), stage.inputs(), "cutover");
      assertThat(outcome.problem().happened()).contains(what);
      assertThat(outcome.problem().next()).contains("Nothing was changed").contains(remedy);
      assertThat(client.isValid(2)).isTrue();
    }
    assertThat(stage.nameOf(stage.live.oid())).isEqualTo(NAME);
  }

  private void root(String database, String sql) throws SQLException {
    stage.servers.execute(LIVE, database, "postgres", sql);
  }

  private void inRestored(String sql) throws SQLException {
    stage.admin("ALTER DATABASE " + RESTORED + " ALLOW_CONNECTIONS true");
    root(RESTORED, sql);
    stage.admin("ALTER DATABASE " + RESTORED + " ALLOW_CONNECTIONS false");
  }

  @Test
  void a_logical_slot_of_the_live_database() throws Exception {
    root(NAME, SLOT);
    try {
      refused("logical replication slots read the database: reader", "pg_drop_replication_slot");
    } finally {
      root(NAME, "SELECT pg_drop_replication_slot('reader')");
    }
  }

  @Test
  void a_logical_slot_or_a_prepared_transaction_of_the_copy() throws Exception {
    inRestored("BEGIN; CREATE TABLE x (i int); PREPARE TRANSACTION 'left'");
    try {
      refused(RESTORED + ": prepared transactions are open: left", "ROLLBACK PREPARED");
    } finally {
      inRestored("ROLLBACK PREPARED 'left'");
    }
    inRestored(SLOT);
    try {
      refused(RESTORED + ": logical replication slots", "pg_drop_replication_slot");
    } finally {
      inRestored("SELECT pg_drop_replication_slot('reader')");
    }
  }

  @Test
  void a_subscription() throws Exception {
    root(NAME, "CREATE SUBSCRIPTION s CONNECTION 'dbname=x' PUBLICATION p WITH (connect = false)");
    try {
      refused("subscriptions write into the database: s", "drop them");
    } finally {
      root(NAME, "ALTER SUBSCRIPTION s SET (slot_name = NONE); DROP SUBSCRIPTION s");
    }
  }

  @Test
  void jobs_of_pg_cron() throws Exception {
    root(
        "postgres",
        "CREATE SCHEMA cron; CREATE TABLE cron.job (jobid int, active bool, database text); INSERT"
            + " INTO cron.job VALUES (7, true, 'tenant_acme'), (8, false, 'tenant_acme')");
    root("postgres", "ALTER ROLE bot SET cron.database_name = 'postgres'");
    try {
      refused("the bot may not read cron.job", "GRANT SELECT ON cron.job");
      root("postgres", "GRANT USAGE ON SCHEMA cron TO bot; GRANT SELECT ON cron.job TO bot");
      refused("pg_cron runs jobs in the database: 7.", "SET active = false");
    } finally {
      root("postgres", "ALTER ROLE bot RESET cron.database_name; DROP SCHEMA cron CASCADE");
    }
  }

  /** It belongs to the database, not to its name: renaming neither runs nor loses it. */
  @Test
  void an_event_trigger_of_the_live_database_blocks_no_swap_and_stays_where_it_is()
      throws Exception {
    root(
        NAME,
        "CREATE FUNCTION public.no() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN RAISE"
            + " EXCEPTION ''no DDL''; END'; CREATE EVENT TRIGGER no_ddl ON ddl_command_start"
            + " EXECUTE FUNCTION public.no()");
    try {
      assertThat(once(stage.action(_ -> {}), stage.inputs(), "cutover"))
          .isInstanceOf(Outcome.Done.class);
    } finally {
      stage.setBack();
      assertThat(stage.servers.ask(LIVE, NAME, "SELECT evtname FROM pg_event_trigger"))
          .contains("no_ddl");
      root(NAME, "DROP EVENT TRIGGER no_ddl; DROP FUNCTION public.no()");
    }
  }

  /** DROP DATABASE removes an idle slot without a word. */
  @Test
  void a_kept_database_with_a_slot_stays() throws Exception {
    inRestored(SLOT);
    try {
      assertThatThrownBy(
              () -> stage.drop().intent(visit(new DatabaseDropKept.In(stage.restored), "drop", 1)))
          .isInstanceOfSatisfying(
              ActionFailed.class,
              it -> assertThat(it.problem().happened()).contains("logical replication slots"));
    } finally {
      inRestored("SELECT pg_drop_replication_slot('reader')");
    }
  }
}
