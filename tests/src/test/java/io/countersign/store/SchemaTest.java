package io.countersign.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.countersign.Secret;
import io.countersign.sandbox.postgres.LocalCluster;
import io.countersign.support.OurDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * One login owns the schema, a lesser one serves. That the lesser one suffices is shown by every
 * story of a whole bot: the sandbox is set up so.
 */
class SchemaTest {
  private static final Secret PASSWORD = new Secret("not-a-secret");
  private static final String OWNER = "schema_owner";
  private static final String SERVE = "schema_serve";
  private static final LocalCluster CLUSTER = OurDatabase.cluster();

  @BeforeAll
  static void logins() throws SQLException {
    for (var login : new String[] {OWNER, SERVE}) {
      administer("CREATE ROLE " + login + " LOGIN PASSWORD 'not-a-secret'");
    }
    administer("CREATE DATABASE schema_test OWNER " + OWNER);
    administer("CREATE DATABASE schema_empty OWNER " + OWNER);
    try (var schema = as(OWNER, "schema_test")) {
      assertThatCode(schema::migrate).doesNotThrowAnyException();
      assertThatCode(() -> schema.grantTo(SERVE)).doesNotThrowAnyException();
    }
  }

  @AfterAll
  static void gone() throws SQLException {
    administer("DROP DATABASE schema_test WITH (FORCE)");
    administer("DROP DATABASE schema_empty WITH (FORCE)");
    administer("DROP ROLE " + OWNER);
    administer("DROP ROLE " + SERVE);
  }

  @Test
  void every_table_has_its_line_in_what_a_serving_bot_may_do() throws SQLException {
    var tables = new TreeSet<String>();
    try (var session = CLUSTER.admin("schema_test");
        var statement = session.createStatement();
        var rows =
            statement.executeQuery(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'countersign'")) {
      while (rows.next()) {
        tables.add(rows.getString(1));
      }
    }

    assertThat(tables)
        .as("a new table: say in store/Grants what a serving bot may do with it, and why")
        .containsExactlyInAnyOrderElementsOf(
            Grants.SERVE.stream().map(Grants.Grant::table).toList());
  }

  @Test
  void the_lesser_login_opens_an_up_to_date_database_and_writes() throws SQLException {
    var login = CLUSTER.login("schema_test", SERVE, PASSWORD);
    try (var database = Database.open(CLUSTER.jdbcUrl("schema_test"), SERVE, PASSWORD, 2);
        var session = LocalCluster.open(login)) {
      assertThat(database.answers()).isTrue();
      assertThatCode(
              () ->
                  execute(
                      session,
                      "INSERT INTO countersign.request (key, kind, body) VALUES ('a', 'b', '{}')"))
          .doesNotThrowAnyException();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ALTER TABLE countersign.run_event DISABLE TRIGGER append_only",
        "ALTER TABLE countersign.vote DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
        "DELETE FROM countersign.run_event",
        "UPDATE countersign.run_event SET body = '{}'",
        "TRUNCATE countersign.run_event",
        "DELETE FROM countersign.vote",
        "UPDATE countersign.vote SET choice = 'APPROVE'",
        "TRUNCATE countersign.vote CASCADE",
        "DELETE FROM countersign.gate",
        "UPDATE countersign.gate SET digest = ''",
        "UPDATE countersign.run SET requester = 'T/U'",
        "TRUNCATE countersign.run CASCADE",
        "DELETE FROM countersign.step_attempt",
        "UPDATE countersign.step_attempt SET intent = '{}'",
        "DROP TRIGGER append_only ON countersign.vote",
        "DROP TABLE countersign.vote",
        "CREATE OR REPLACE FUNCTION countersign.now() RETURNS timestamptz LANGUAGE sql AS 'SELECT"
            + " NULL::timestamptz'",
        "CREATE TABLE countersign.mine ()",
        "UPDATE countersign.audit_link SET hash = ''",
        "INSERT INTO countersign.audit_link SELECT * FROM countersign.audit_link",
        "DELETE FROM countersign.audit_link",
        "TRUNCATE countersign.audit_link",
        "UPDATE countersign.audit_head SET anchored = n",
        "DELETE FROM countersign.audit_anchor_head",
        "INSERT INTO countersign.audit_anchor (occasion, hash) VALUES ('INTERVAL', '')",
        "UPDATE countersign.audit_anchor SET hash = ''",
        "DELETE FROM countersign.audit_read",
        "UPDATE countersign.notice SET person = 'T/U'",
        "UPDATE countersign.audit_read SET who = 'nobody'",
        "SELECT countersign.audit_append('reads', 'audit_read', '{}')",
        "SELECT countersign.audit_cover_new_columns()",
        "CREATE OR REPLACE FUNCTION countersign.audit_hash(text) RETURNS text LANGUAGE sql AS"
            + " 'SELECT $1'",
        "DELETE FROM countersign.flyway_schema_history",
        "SET ROLE schema_owner"
      })
  void the_lesser_login_cannot_get_round_what_the_database_keeps(String sql) throws SQLException {
    try (var session = LocalCluster.open(CLUSTER.login("schema_test", SERVE, PASSWORD))) {
      assertThatThrownBy(() -> execute(session, sql))
          .isInstanceOfSatisfying(
              SQLException.class, it -> assertThat(it.getSQLState()).isEqualTo("42501"));
    }
  }

  @Test
  void what_was_granted_by_hand_is_taken_away_again() throws Exception {
    administer("schema_test", "GRANT ALL ON countersign.vote TO " + SERVE);

    try (var schema = as(OWNER, "schema_test")) {
      schema.grantTo(SERVE);
    }

    try (var session = LocalCluster.open(CLUSTER.login("schema_test", SERVE, PASSWORD))) {
      assertThatThrownBy(() -> execute(session, "DELETE FROM countersign.vote"))
          .hasMessageContaining("permission denied");
    }
  }

  @Test
  void a_login_that_may_not_migrate_is_refused_on_a_schema_that_is_behind() {
    var refused =
        catchThrowableOfType(
            Database.Unreachable.class,
            () -> Database.open(CLUSTER.jdbcUrl("schema_empty"), SERVE, PASSWORD, 2));

    assertThat(refused)
        .hasMessageContaining("The schema countersign lacks V1 journal")
        .hasMessageContaining("Run countersign migrate")
        .hasMessageContaining("--grant-to schema_serve");
  }

  @Test
  void the_owner_and_superusers_are_no_logins_to_serve_with() throws SQLException {
    try (var schema = as(OWNER, "schema_test")) {
      for (var login : Set.of(OWNER, LocalCluster.ADMIN)) {
        assertThatThrownBy(() -> schema.grantTo(login))
            .isInstanceOf(Schema.Refused.class)
            .hasMessageContaining("switch the journal's triggers off");
      }
      assertThatThrownBy(() -> schema.grantTo("nobody_of_that_name"))
          .hasMessageContaining("Create it: CREATE ROLE nobody_of_that_name LOGIN");
    }
  }

  private static Schema as(String user, String database) {
    return Schema.open(CLUSTER.jdbcUrl(database), user, PASSWORD);
  }

  private static void administer(String sql) throws SQLException {
    administer("postgres", sql);
  }

  private static void administer(String database, String sql) throws SQLException {
    try (var session = CLUSTER.admin(database)) {
      execute(session, sql);
    }
  }

  private static void execute(Connection session, String sql) throws SQLException {
    try (var statement = session.createStatement()) {
      statement.execute(sql);
    }
  }
}
