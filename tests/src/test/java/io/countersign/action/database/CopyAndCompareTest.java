package io.countersign.action.database;

import static io.countersign.action.database.TwoServers.CANARY_ROW;
import static io.countersign.action.database.TwoServers.COPY;
import static io.countersign.action.database.TwoServers.LIVE;
import static io.countersign.action.database.TwoServers.NAME;
import static io.countersign.action.database.TwoServers.begun;
import static io.countersign.action.database.TwoServers.once;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.action.Outcome;
import io.countersign.estate.DatabaseRef;
import java.nio.file.Files;
import java.sql.SQLException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class CopyAndCompareTest {
  private final TwoServers servers = TwoServers.shared();

  @AfterEach
  void tidy() throws SQLException {
    servers.tidy();
  }

  private DatabaseRef copied() throws Exception {
    var in = new DatabaseCopy.In(COPY, servers.database(NAME), "restore", null);
    var outcome = once(servers.copyAction(), in, "copy");
    assertThat(outcome).isInstanceOf(Outcome.Done.class);
    return ((Outcome.Done<DatabaseCopy.Out>) outcome).outputs().database();
  }

  private Outcome<Parity> compared(DatabaseRef restored) throws Exception {
    var in = new DatabaseCompare.In(COPY, restored, servers.database(NAME));
    return once(servers.compareAction(), in, "parity");
  }

  @Test
  void a_copy_equals_its_source_and_is_closed_after_parity() throws Exception {
    var restored = copied();
    assertThat(restored.oid()).isGreaterThanOrEqualTo(2_000_000_000L);
    assertThat(restored.name()).isEqualTo("tenant_acme_restore_20261121155200_a1");

    var outcome = compared(restored);

    assertThat(outcome).isInstanceOf(Outcome.Done.class);
    var done = (Outcome.Done<Parity>) outcome;
    assertThat(done.outputs().verdict()).isEqualTo("equal by value (3 tables without record hash)");
    // two jobs wait, and they wait in the live database too
    assertThat(done.outputs().queueJobs()).isZero();
    assertThat(done.outputs().numbersAgain()).isZero();
    assertThat(done.outputs().comeBack() + done.outputs().go() + done.outputs().change()).isZero();
    assertThat(done.said()).contains("extension pg_trgm now belongs to bot");
    assertThat(allows(restored)).isEqualTo("f");
    // a repeated attempt opens it, compares and finds the same
    var again = (Outcome.Done<Parity>) compared(restored);
    assertThat(again.outputs().contentHash()).isEqualTo(done.outputs().contentHash());
    assertThat(again.outputs().queueJobs()).isZero();
    assertThat(leftInScratch()).isZero();
  }

  private String allows(DatabaseRef database) throws SQLException {
    return servers
        .ask(LIVE, "postgres", "SELECT datallowconn FROM pg_database WHERE oid = " + database.oid())
        .orElseThrow();
  }

  private long leftInScratch() throws Exception {
    try (Stream<java.nio.file.Path> files = Files.list(servers.scratch())) {
      return files.count();
    }
  }

  @Test
  void database_traits_come_along_but_the_freeze_does_not() throws Exception {
    servers.execute(
        COPY,
        "postgres",
        "postgres",
        "ALTER DATABASE tenant_acme SET default_transaction_read_only = on");
    try {
      var restored = copied();
      var sql =
          """
          SELECT concat_ws('|', pg_get_userbyid(datdba), datconnlimit,
                   ARRAY(SELECT a::text FROM unnest(datacl) a ORDER BY 1),
                   shobj_description(oid, 'pg_database'),
                   (SELECT string_agg(concat_ws(':', setrole::regrole, setconfig), ';' ORDER BY setrole)
                      FROM pg_db_role_setting WHERE setdatabase = d.oid))
            FROM pg_database d WHERE datname = '%s'
          """;
      assertThat(servers.ask(LIVE, "postgres", sql.formatted(restored.name())))
          .isEqualTo(servers.ask(LIVE, "postgres", sql.formatted(NAME)));
    } finally {
      servers.execute(
          COPY,
          "postgres",
          "postgres",
          "ALTER DATABASE tenant_acme RESET default_transaction_read_only");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "UPDATE members.member SET paid = 5 WHERE id = 7 | rows of members.member",
        "UPDATE members.visit SET note = '{}' WHERE id = 7 | rows of members.visit",
        "ALTER TABLE members.member OWNER TO acme_reports_owner | table members.member",
        "GRANT DELETE ON members.visit TO exporter | table members.visit",
        "GRANT SELECT (note) ON members.visit TO exporter | column members.visit.note",
        "ALTER TABLE members.member DISABLE ROW LEVEL SECURITY | table members.member",
        "ALTER POLICY own ON members.member USING (true) | policy own on members.member",
        "ALTER DEFAULT PRIVILEGES FOR ROLE acme_owner IN SCHEMA members GRANT INSERT ON TABLES TO"
            + " exporter | default privileges of acme_owner",
        "SELECT nextval('members.number') | sequence members.number",
        "DROP EXTENSION pg_trgm | extension pg_trgm",
        "ALTER FUNCTION members.raise_all() SECURITY INVOKER | function members.raise_all()",
        "GRANT EXECUTE ON FUNCTION members.raise_all() TO exporter | function members.raise_all()",
        "ALTER TABLE members.visit DROP CONSTRAINT visit_member_fkey | FK CONSTRAINT members.visit"
            + " visit_member_fkey",
        "CREATE INDEX extra ON members.log (at) | INDEX members.extra",
        "COMMENT ON TABLE members.member IS 'others' | comment on table members.member",
        "DROP TABLE members.log | table members.log",
        "SET ROLE acme_owner; CREATE TABLE members.more () | table members.more",
        "ALTER DATABASE \"{db}\" SET work_mem = '9MB' | database settings",
        "GRANT CONNECT ON DATABASE \"{db}\" TO PUBLIC | database grants",
        "ALTER DATABASE \"{db}\" CONNECTION LIMIT 5 | database connection limit",
        "SELECT lo_put(4711, 0, 'b') | large object 4711",
      })
  void a_planted_difference_is_named_and_no_row_is(String plant, String named) throws Exception {
    namedAndNoRow(plant, named);
  }

  private static Stream<Arguments> plantsOfThisVersion() {
    return Stream.of(
            Arguments.of(
                15,
                "ALTER TABLE members.log ADD UNIQUE NULLS NOT DISTINCT (at, line)",
                "CONSTRAINT members.log log_at_line_key"),
            Arguments.of(17, "GRANT MAINTAIN ON members.visit TO exporter", "table members.visit"),
            Arguments.of(
                18,
                "ALTER TABLE members.log ADD twice text GENERATED ALWAYS AS (line || line)",
                "TABLE members.log"),
            Arguments.of(
                18,
                "ALTER TABLE members.visit ALTER CONSTRAINT visit_member_fkey NOT ENFORCED",
                "FK CONSTRAINT members.visit visit_member_fkey"),
            Arguments.of(
                18,
                "ALTER TABLE members.member RENAME CONSTRAINT member_name_not_null TO other",
                "TABLE members.member"))
        .filter(it -> (int) it.get()[0] <= TwoServers.major());
  }

  @ParameterizedTest
  @MethodSource("plantsOfThisVersion")
  void so_is_what_a_later_version_brought(int since, String plant, String named) throws Exception {
    assertThat(since).isLessThanOrEqualTo(TwoServers.major());
    namedAndNoRow(plant, named);
  }

  private void namedAndNoRow(String plant, String named) throws Exception {
    var restored = copied();
    servers.execute(LIVE, restored.name(), "postgres", plant.replace("{db}", restored.name()));

    var outcome = compared(restored);

    assertThat(outcome).isInstanceOf(Outcome.Failed.class);
    var problem = ((Outcome.Failed<Parity>) outcome).problem();
    assertThat(problem.happened()).contains(named);
    assertThat(problem.line()).doesNotContain("Canary-Roe");
  }

  @Test
  void rows_that_come_back_go_and_change_are_counted() throws Exception {
    var restored = copied();
    servers.execute(
        LIVE,
        NAME,
        "postgres",
        """
        UPDATE members.member SET paid = -1 WHERE id BETWEEN 10 AND 12;
        DELETE FROM members.visit WHERE id <= 4;
        INSERT INTO "Odd ""Schema"."Odd Table" VALUES ('new', 1), ('newer', 2);
        INSERT INTO members.log VALUES ('2026-01-01', 'x');
        INSERT INTO pgboss.job VALUES (9, 'created');
        ALTER TABLE members.part ADD COLUMN extra int DEFAULT 4;
        CREATE TABLE members.hidden AS SELECT 1 AS a;
        SET ROLE acme_owner;
        CREATE TABLE members.fresh AS SELECT 1 AS a;
        """);
    try {
      var outcome = compared(restored);
      assertThat(outcome).isInstanceOf(Outcome.Done.class);
      var out = ((Outcome.Done<Parity>) outcome).outputs();
      assertThat(((Outcome.Done<Parity>) outcome).said())
          .contains("may not read, in no count: members.hidden");
      assertThat(out.change()).isEqualTo(3);
      assertThat(out.comeBack()).isEqualTo(4);
      assertThat(out.go()).isEqualTo(2 + 1 + 1);
    } finally {
      restoreLive();
    }
  }

  /** Puts the live database back by copying it from the copy server as a superuser would. */
  private void restoreLive() throws SQLException {
    servers.execute(
        LIVE,
        NAME,
        "postgres",
        """
        UPDATE members.member SET paid = id / 3.0 WHERE paid = -1;
        INSERT INTO members.visit (id, member, note) OVERRIDING SYSTEM VALUE
          SELECT g, g, '{"x":  "Jane Canary-Roe 1947"}' FROM generate_series(1, 4) g;
        DELETE FROM "Odd ""Schema"."Odd Table" WHERE "the ""id" LIKE 'new%';
        DELETE FROM members.log WHERE line = 'x';
        DELETE FROM pgboss.job WHERE id = 9;
        ALTER TABLE members.part DROP COLUMN extra;
        DROP TABLE members.fresh, members.hidden;
        """);
  }

  @Test
  void an_empty_or_far_smaller_canary_stops_the_run() throws Exception {
    servers.execute(
        COPY,
        NAME,
        "postgres",
        "SET ROLE acme_owner; CREATE TABLE members.keep AS TABLE members.member;"
            + " RESET ROLE; DELETE FROM members.visit; DELETE FROM members.member WHERE id > 150");
    try {
      var far = (Outcome.Failed<Parity>) compared(copied());
      assertThat(far.problem().happened()).contains("orders of magnitude off");
      servers.tidy();
      servers.execute(COPY, NAME, "postgres", "DELETE FROM members.member");
      var empty = (Outcome.Failed<Parity>) compared(copied());
      assertThat(empty.problem().happened()).contains("members.member has no rows");
    } finally {
      servers.execute(
          COPY,
          NAME,
          "postgres",
          "INSERT INTO members.member SELECT * FROM members.keep ON CONFLICT DO NOTHING;"
              + " DROP TABLE members.keep; INSERT INTO members.visit (id, member, note)"
              + " OVERRIDING SYSTEM VALUE SELECT g, g, '{\"x\":  \"Jane Canary-Roe 1947\"}'"
              + " FROM generate_series(1, 500) g");
    }
  }

  @Test
  void missing_roles_and_memberships_are_named_before_anything_is_made() throws Exception {
    servers.execute(
        COPY,
        NAME,
        "postgres",
        "CREATE ROLE stranger; GRANT SELECT ON members.log TO stranger;"
            + " CREATE TABLE members.rooted ()");
    try {
      var outcome =
          once(
              servers.copyAction(),
              new DatabaseCopy.In(COPY, servers.database(NAME), "restore", null),
              "copy");
      var problem = ((Outcome.Failed<DatabaseCopy.Out>) outcome).problem();
      assertThat(problem.happened())
          .contains("the role stranger does not exist")
          .contains("table members.rooted belongs to a superuser");
      assertThat(databases()).isEqualTo("1");
    } finally {
      servers.execute(
          COPY,
          NAME,
          "postgres",
          "DROP TABLE members.rooted; DROP OWNED BY stranger; DROP ROLE stranger");
    }
  }

  @Test
  void memberships_that_are_not_good_for_all_are_named_before_anything_is_made() throws Exception {
    boolean parts = TwoServers.major() >= 16;
    var with = parts ? " WITH INHERIT TRUE, SET FALSE" : "";
    servers.execute(LIVE, "postgres", "postgres", "CREATE ROLE half; GRANT half TO bot" + with);
    servers.execute(
        COPY,
        NAME,
        "postgres",
        "CREATE ROLE half; GRANT half TO bot; CREATE TABLE members.halves (); ALTER TABLE"
            + " members.halves OWNER TO half; ALTER ROLE half IN DATABASE tenant_acme SET"
            + " work_mem = '5MB'");
    try {
      var outcome =
          once(
              servers.copyAction(),
              new DatabaseCopy.In(COPY, servers.database(NAME), "restore", null),
              "copy");
      if (parts) {
        var problem = ((Outcome.Failed<DatabaseCopy.Out>) outcome).problem();
        assertThat(problem.happened())
            .contains("no full member of half, which owns objects")
            .contains("may not alter half, which has settings in the database");
        assertThat(problem.next())
            .contains("GRANT \"half\" TO \"bot\" WITH INHERIT TRUE, SET TRUE")
            .contains("GRANT \"half\" TO \"bot\" WITH ADMIN OPTION");
        assertThat(databases()).isEqualTo("1");
      } else {
        assertThat(outcome).isInstanceOf(Outcome.Done.class);
      }
    } finally {
      servers.tidy();
      servers.execute(
          COPY,
          NAME,
          "postgres",
          "DROP TABLE members.halves; ALTER ROLE half IN DATABASE tenant_acme RESET work_mem; DROP"
              + " OWNED BY half; DROP ROLE half");
      servers.execute(LIVE, "postgres", "postgres", "DROP ROLE half");
    }
  }

  private String databases() throws SQLException {
    return servers
        .ask(LIVE, "postgres", "SELECT count(*) FROM pg_database WHERE datname LIKE 'tenant_acme%'")
        .orElseThrow();
  }

  @Test
  void a_failing_restore_tells_no_row_and_is_cleared_away() throws Exception {
    // valid when it was made, broken when it is restored: the message holds the row
    servers.execute(
        COPY,
        NAME,
        "postgres",
        "SET ROLE acme_owner; CREATE TABLE members.frail (who text);"
            + " INSERT INTO members.frail VALUES ('"
            + CANARY_ROW
            + "'); CREATE FUNCTION members.fine(who text) RETURNS boolean LANGUAGE plpgsql AS $$"
            + " BEGIN RETURN true; END $$; ALTER TABLE members.frail ADD CHECK (members.fine(who));"
            + " CREATE OR REPLACE FUNCTION members.fine(who text) RETURNS boolean LANGUAGE plpgsql"
            + " AS $$ BEGIN RAISE EXCEPTION 'Patient % is wrong', who; END $$");
    try {
      var action = servers.copyAction();
      var attempt =
          begun(
              action,
              new DatabaseCopy.In(COPY, servers.database(NAME), "restore", null),
              "copy",
              1);
      var outcome = action.act(attempt);
      var problem = ((Outcome.Failed<DatabaseCopy.Out>) outcome).problem();
      assertThat(problem.happened())
          .isEqualTo("the rows of members.frail failed: P0001 (a message that stays on the host).");
      assertThat(problem.line()).doesNotContain("Canary-Roe");
      assertThat(databases()).isEqualTo("2");
      action.clear(attempt);
      assertThat(databases()).isEqualTo("1");
      action.clear(attempt);
      assertThat(leftInScratch()).isZero();
    } finally {
      servers.execute(
          COPY, NAME, "postgres", "DROP TABLE members.frail; DROP FUNCTION members.fine");
    }
  }
}
