package io.countersign.action.database;

import static io.countersign.action.database.TwoServers.ACME;
import static io.countersign.action.database.TwoServers.LIVE;
import static io.countersign.action.database.TwoServers.NAME;
import static io.countersign.action.database.TwoServers.begun;
import static io.countersign.action.database.TwoServers.once;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.Digest;
import io.countersign.RunId;
import io.countersign.action.Outcome;
import io.countersign.action.Stop;
import io.countersign.estate.Backup;
import io.countersign.estate.Backup.TableRows;
import io.countersign.estate.DatabaseRef;
import io.countersign.postgres.Databases;
import io.countersign.postgres.InspectionWindow;
import io.countersign.support.MemoryBackups;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A rehearsal's copy against what the newest good backup counted. */
class CompareKnownTest {
  private static final String DRILL = "tenant_acme_drill_20261121155200_a1";
  private static final Instant TO = Instant.parse("2026-11-21T15:30:00Z");

  private final TwoServers servers = TwoServers.shared();
  private final MemoryBackups backups = new MemoryBackups();
  private DatabaseRef drill = new DatabaseRef(LIVE, 1, DRILL);
  private long members;

  @BeforeEach
  void aCopyAsTheComparisonLeavesIt() throws SQLException {
    admin("CREATE DATABASE " + DRILL + " OWNER acme_owner TEMPLATE " + NAME);
    members =
        Long.parseLong(
            servers.ask(LIVE, DRILL, "SELECT count(*) FROM members.member").orElseThrow());
    drill = servers.database(DRILL);
    admin("ALTER DATABASE " + DRILL + " ALLOW_CONNECTIONS false");
  }

  @AfterEach
  void tidy() throws SQLException {
    servers.tidy();
  }

  private void admin(String sql) throws SQLException {
    servers.execute(LIVE, "postgres", "postgres", sql);
  }

  private void counted(Duration before, boolean whole, TableRows... tables) {
    var at = TO.minus(before);
    backups.add(
        new Backup(
            "b" + backups.rows().size(),
            new RunId("7k2m9qxc"),
            ACME,
            new DatabaseRef(LIVE, 2, NAME),
            "medsuite/acme/b" + backups.rows().size(),
            10,
            Digest.of("b"),
            15,
            at,
            List.of(tables),
            at.plus(Duration.ofDays(30)),
            whole ? Optional.of(at) : Optional.empty()));
  }

  private static TableRows rows(long rows, String table) {
    return new TableRows("members", table, rows);
  }

  private Outcome<CompareKnown.Out> compared() throws Exception {
    return once(
        new CompareKnown(servers.servers(), servers.estate(), () -> backups),
        new CompareKnown.In(drill, TO),
        "known");
  }

  private CompareKnown.Out good() throws Exception {
    var outcome = compared();
    assertThat(outcome).isInstanceOf(Outcome.Done.class);
    assertThat(servers.ask(LIVE, "postgres", allows())).contains("f");
    return ((Outcome.Done<CompareKnown.Out>) outcome).outputs();
  }

  private static String allows() {
    return "SELECT datallowconn FROM pg_database WHERE datname = '" + DRILL + "'";
  }

  private String bad() throws Exception {
    var outcome = compared();
    assertThat(outcome).isInstanceOf(Outcome.Failed.class);
    assertThat(servers.ask(LIVE, "postgres", allows())).contains("f");
    return ((Outcome.Failed<?>) outcome).problem().line();
  }

  @Test
  void the_newest_good_backup_from_before_the_moment_is_what_is_known() throws Exception {
    counted(Duration.ofDays(2), true, rows(members * 1_000, "member"));
    counted(Duration.ofDays(1), true, rows(members - 1, "member"), rows(0, "part"));
    counted(Duration.ofHours(1), false, rows(members * 1_000, "member"));
    counted(Duration.ofMinutes(-5), true, rows(members * 1_000, "member"));

    var out = good();

    assertThat(out.tables()).isEqualTo(2);
    assertThat(out.off()).isZero();
    assertThat(out.verdict())
        .isEqualTo("2 tables hold about as many rows as in the backup of 2026-11-20T15:30:00Z");
  }

  @Test
  void without_one_it_says_so_and_how_to_get_one() throws Exception {
    counted(Duration.ofMinutes(-5), true, rows(1, "member"));
    assertThat(good().tables()).isZero();
    assertThat(((Outcome.Done<?>) compared()).said()).contains("no good backup", "/tenant-backup");
  }

  @Test
  void a_canary_off_by_an_order_of_magnitude_fails() throws Exception {
    counted(Duration.ofDays(1), true, rows(members * 10, "member"));
    assertThat(bad())
        .contains(
            "members.member had " + members * 10 + " rows and has " + members,
            "before anybody relies on this restore");
    backups.rows().clear();
    counted(Duration.ofDays(1), true, rows(members / 10, "member"));
    assertThat(bad()).contains("members.member");
  }

  @Test
  void a_canary_that_is_empty_or_gone_fails() throws Exception {
    counted(Duration.ofDays(1), true, rows(1, "member"));
    in("TRUNCATE members.member CASCADE");
    assertThat(bad()).contains("members.member had 1 rows and has none");
    in("DROP TABLE members.member CASCADE");
    assertThat(bad()).contains("members.member had 1 rows and is missing");
  }

  private void in(String sql) throws SQLException {
    admin("ALTER DATABASE " + DRILL + " ALLOW_CONNECTIONS true");
    servers.execute(LIVE, DRILL, "postgres", sql);
    admin("ALTER DATABASE " + DRILL + " ALLOW_CONNECTIONS false");
  }

  @Test
  void other_tables_that_are_off_are_named_and_fail_nothing() throws Exception {
    counted(
        Duration.ofDays(1), true, rows(members, "member"), rows(5, "never"), rows(0, "not_yet"));
    var out = good();
    assertThat(out.off()).isEqualTo(1);
    assertThat(out.verdict())
        .contains("2 tables hold", "but for 1", "members.never had 5 rows and is missing");
  }

  @Test
  void few_rows_may_become_ten_times_as_many() throws Exception {
    in("DELETE FROM members.part WHERE id > 20");
    var parts =
        servers.ask(LIVE, NAME, "SELECT count(*) FROM members.part WHERE id <= 20").orElseThrow();
    assertThat(Long.parseLong(parts)).isBetween(10L, 99L);
    counted(Duration.ofDays(1), true, rows(1, "part"));
    assertThat(good().off()).isZero();
  }

  // The window

  @Test
  void the_bot_cannot_write_into_a_copy_without_a_preset() throws Exception {
    var window = new InspectionWindow(servers.servers());
    var attempt =
        begun(
            new CompareKnown(servers.servers(), servers.estate(), () -> backups),
            new CompareKnown.In(drill, TO),
            "known",
            1);
    assertThatThrownBy(
            () ->
                window.look(
                    attempt,
                    "looking",
                    drill,
                    inside -> Databases.number(inside, "SELECT nextval('members.number')")))
        .hasMessageContaining("read-only");
  }

  @Test
  void where_the_bot_itself_cannot_enter_it_is_closed_again() throws Exception {
    admin("ALTER DATABASE " + DRILL + " CONNECTION LIMIT 0");
    counted(Duration.ofDays(1), true, rows(members, "member"));
    assertThat(bad()).contains("too many connections");
  }

  @Test
  void whoever_has_lost_the_run_does_not_open_it() throws Exception {
    counted(Duration.ofDays(1), true, rows(members, "member"));
    var action = new CompareKnown(servers.servers(), servers.estate(), () -> backups);
    var attempt = begun(action, new CompareKnown.In(drill, TO), "known", 1);
    var version = "SELECT xmin FROM pg_database WHERE datname = '" + DRILL + "'";
    var before = servers.ask(LIVE, "postgres", version);
    attempt.stop().request(Stop.Why.CANCELLED);
    assertThatThrownBy(() -> action.act(attempt)).isInstanceOf(Stop.Stopped.class);
    assertThat(servers.ask(LIVE, "postgres", version)).isEqualTo(before);
  }
}
