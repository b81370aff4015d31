package io.countersign.action.database;

import static io.countersign.action.database.TwoServers.LIVE;
import static io.countersign.action.database.TwoServers.NAME;
import static io.countersign.action.database.TwoServers.begun;
import static io.countersign.action.database.TwoServers.once;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.action.Action;
import io.countersign.action.Outcome;
import io.countersign.action.backup.BackupCheck;
import io.countersign.estate.BackupRef;
import io.countersign.estate.DatabaseRef;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;

/** A real dump of a real tenant, restored beside it. */
class RestoreBackupTest extends WithBackups {
  @Test
  void a_backup_is_restored_with_owners_and_grants_and_is_the_live_one_but_for_its_jobs()
      throws Exception {
    var backup = backup();
    var live = servers.database(NAME);

    assertThat(once(check(), new BackupCheck.In(BackupRef.of(backup), live, null), "check"))
        .isInstanceOfSatisfying(
            Outcome.Done.class,
            it -> assertThat(it.said()).contains("unchanged since it was verified", "pgboss"));
    var restored = restored(backup);
    assertThat(restored.oid()).isGreaterThanOrEqualTo(2_000_000_000L);
    assertThat(restored.name()).isEqualTo("tenant_acme_restore_20261121155200_a1");

    var parity = (Outcome.Done<Parity>) compared(backup, restored);
    assertThat(parity.said()).contains("every table has the rows that were counted");
    assertThat(parity.outputs().tables()).isGreaterThan(5);
    assertThat(parity.outputs().comeBack() + parity.outputs().go() + parity.outputs().change())
        .isZero();
    assertThat(allows(restored)).isEqualTo("f");
    // held against the live one by the measure of a copy: all but the queue's rows is equal
    var asCopy =
        once(servers.compareAction(), new DatabaseCompare.In(LIVE, restored, live), "as-copy");
    assertThat(told(asCopy)).contains("differs from its source: rows of pgboss.job. ");
  }

  private String allows(DatabaseRef database) throws SQLException {
    return servers
        .ask(LIVE, "postgres", "SELECT datallowconn FROM pg_database WHERE oid = " + database.oid())
        .orElseThrow();
  }

  @Test
  void a_large_database_is_dumped_in_pieces_that_are_one_file_and_is_restored_as_well()
      throws Exception {
    var backup = backupInPieces();
    var live = servers.database(NAME);

    assertThat(backup.key()).endsWith(".dump.zip");
    try (var packed = new ZipFile(file(backup).toFile())) {
      assertThat(packed.stream().map(ZipEntry::getName))
          .contains("toc.dat")
          .hasSizeGreaterThan(backup.tables().size());
    }
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file(backup))))
        .isEqualTo("rw-------");
    assertThat(once(check(), new BackupCheck.In(BackupRef.of(backup), live, null), "check"))
        .isInstanceOf(Outcome.Done.class);
    var parity = (Outcome.Done<Parity>) compared(backup, restored(backup));
    assertThat(parity.said()).contains("every table has the rows that were counted");
    assertThat(parity.outputs().comeBack() + parity.outputs().go() + parity.outputs().change())
        .isZero();
  }

  @Test
  void what_was_dropped_or_changed_since_in_the_live_database_comes_back() throws Exception {
    var backup = backup();
    servers.execute(
        LIVE,
        NAME,
        "postgres",
        """
        ALTER SCHEMA "Odd ""Schema" RENAME TO gone;
        ALTER TABLE members.log RENAME TO log_gone;
        DELETE FROM members.visit WHERE id <= 3;
        """);
    try {
      var restored = restored(backup);
      var parity = (Outcome.Done<Parity>) compared(backup, restored);
      assertThat(parity.outputs().rowsByTable()).contains("3 0 0 members.visit");
      assertThat(parity.outputs().comeBack()).isEqualTo(3 + 50 + 2);
      assertThat(parity.outputs().go()).isEqualTo(50 + 2);
    } finally {
      servers.execute(
          LIVE,
          NAME,
          "postgres",
          """
          ALTER SCHEMA gone RENAME TO "Odd ""Schema";
          ALTER TABLE members.log_gone RENAME TO log;
          INSERT INTO members.visit (id, member, note) OVERRIDING SYSTEM VALUE
            SELECT g, g, '{"x":  "Jane Canary-Roe 1947"}' FROM generate_series(1, 3) g;
          """);
    }
  }

  @Test
  void a_restored_database_that_lacks_a_row_or_has_a_table_more_is_not_used() throws Exception {
    var backup = backup();
    var restored = restored(backup);
    servers.execute(
        LIVE,
        restored.name(),
        "postgres",
        "DELETE FROM members.log WHERE line = 'l7'; CREATE TABLE members.more ();"
            + " ALTER TABLE members.more OWNER TO acme_owner");

    assertThat(told(compared(backup, restored)))
        .contains("members.log has 49 rows and had 50", "members.more was not there", "Do not use");
  }

  @Test
  void a_login_that_may_not_enter_the_restored_database_stops_the_run() throws Exception {
    var backup = backup();
    var restored = restored(backup);
    servers.execute(
        LIVE,
        "postgres",
        "postgres",
        "REVOKE CONNECT ON DATABASE \"" + restored.name() + "\" FROM acme_app CASCADE");

    assertThat(told(compared(backup, restored))).contains("logging in to", "42501");
  }

  // What is made, and what is taken back

  @Test
  void a_name_that_is_taken_is_left_alone_whosever_it_is() throws Exception {
    var backup = backup();
    var attempt = begun(restore(), in(backup), "restore", 1);
    var name = attempt.intent().fact("target.name");
    servers.execute(LIVE, "postgres", "postgres", "CREATE DATABASE \"" + name + "\"");

    assertThat(told(restore().act(attempt))).contains("is taken", "Nothing was changed");
    restore().clear(attempt);

    assertThat(
            servers.ask(
                LIVE,
                "postgres",
                "SELECT count(*) FROM pg_database WHERE datname = '" + name + "'"))
        .hasValue("1");
  }

  @Test
  void what_an_attempt_left_is_dropped_by_oid_and_name_and_the_live_one_stays() throws Exception {
    var backup = backup();
    var attempt = begun(restore(), in(backup), "restore", 1);
    assertThat(restore().act(attempt)).isInstanceOf(Outcome.Done.class);

    restore().clear(attempt);
    restore().clear(attempt);

    assertThat(
            servers.ask(
                LIVE,
                "postgres",
                "SELECT string_agg(datname, ' ') FROM pg_database WHERE datname LIKE"
                    + " 'tenant\\_acme%'"))
        .hasValue(NAME);
  }

  @Test
  void no_input_of_the_action_names_the_database_that_is_written_to() {
    var names = new ArrayList<String>();
    for (var action : List.<Action<?, ?>>of(restore())) {
      names.addAll(action.type().signature().inputs().keySet());
    }
    assertThat(names).containsExactlyInAnyOrder("backup", "database", "as");
  }

  @Test
  void a_word_that_would_make_the_live_name_makes_another() throws Exception {
    var backup = backup();
    for (var as : List.of("", "x")) {
      var in = new RestoreBackup.In(BackupRef.of(backup), servers.database(NAME), as);
      assertThat(begun(restore(), in, "restore", 1).intent().fact("target.name"))
          .isNotEqualTo(NAME)
          .endsWith("_20261121155200_a1");
    }
  }
}
