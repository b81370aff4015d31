package io.countersign.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.audit.Verification;
import io.countersign.sandbox.postgres.LocalCluster;
import io.countersign.support.OurDatabase;
import java.sql.SQLException;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;

/** What was written before there were chains is chained by the migration that brings them. */
class AuditMigrationTest {
  private static final LocalCluster CLUSTER = OurDatabase.cluster();

  @Test
  void a_database_of_an_earlier_version_verifies_after_the_update() throws SQLException {
    execute("postgres", "CREATE DATABASE audit_migration");
    var login = CLUSTER.adminLogin("audit_migration");
    Flyway.configure()
        .dataSource(CLUSTER.jdbcUrl("audit_migration"), login.user(), login.password().reveal())
        .schemas(Schema.NAME)
        .createSchemas(true)
        .locations("classpath:io/countersign/store/migrations")
        .target("2")
        .load()
        .migrate();
    execute("audit_migration", BEFORE);

    try (var database =
        Database.open(CLUSTER.jdbcUrl("audit_migration"), login.user(), login.password(), 2)) {
      var verified = database.audit().look(Verification::of);
      assertThat(verified.findings()).isEmpty();
      assertThat(verified.runs()).isEqualTo(1);
      assertThat(verified.rows()).isEqualTo(6);
      // the vote has a second link, over the roles that votes came to have later
      assertThat(verified.links()).isEqualTo(7);

      execute(
          "audit_migration",
          "SET session_replication_role = replica; UPDATE countersign.vote SET person ="
              + " 'T0DEMO/U0MALLORY'");
      assertThat(database.audit().look(Verification::of).findings()).isNotEmpty();
    } finally {
      execute("postgres", "DROP DATABASE audit_migration WITH (FORCE)");
    }
  }

  private static final String BEFORE =
      """
      SET timezone = 'Europe/Madrid';
      INSERT INTO countersign.run (id, subject, estate, runbook, runbook_digest, requester, channel, draft, epoch, seq, requested_at)
      VALUES ('7k2m9qxd', 'medsuite/acme', 'medsuite', 'tenant-restore', repeat('a', 64), 'T0DEMO/U0ALICE', 'C0', 'd', 1, 2, now());
      INSERT INTO countersign.run_event (run, seq, kind, v, body, at)
      VALUES ('7k2m9qxd', 1, 'begun', 1, '{"b": "é", "a": [1, 2.50]}', now()), ('7k2m9qxd', 2, 'begun', 1, '{}', now());
      INSERT INTO countersign.gate (id, run, step, opening, digest, nonce, requester, approvals, policy, order_text, opened_at, expires_at)
      VALUES ('00000000-0000-4000-8000-000000000001', '7k2m9qxd', 'swap', 1, repeat('b', 64), repeat('n', 16), 'T0DEMO/U0ALICE', 1,
        '{}', 'order', now(), now() + interval '1 hour');
      INSERT INTO countersign.vote (gate, requester, person, choice, reason, door, at)
      VALUES ('00000000-0000-4000-8000-000000000001', 'T0DEMO/U0ALICE', 'T0DEMO/U0BOB', 'APPROVE', '', 'button', now());
      INSERT INTO countersign.step_attempt (run, step, attempt, epoch, risk, action, intent, started_at)
      VALUES ('7k2m9qxd', 'copy', 1, 1, 'OWNED', 'database.copy', '{"made.oid": "17"}', now());
      """;

  private static void execute(String database, String sql) throws SQLException {
    try (var session = CLUSTER.admin(database);
        var statement = session.createStatement()) {
      statement.execute(sql);
    }
  }
}
