package io.countersign.action.database;

import static io.countersign.action.database.TwoServers.COPY;
import static io.countersign.action.database.TwoServers.LIVE;
import static io.countersign.action.database.TwoServers.NAME;
import static io.countersign.action.database.TwoServers.once;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.action.Outcome;
import io.countersign.estate.DatabaseRef;
import io.countersign.estate.Policies;
import io.countersign.sandbox.postgres.PgPrograms;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What an estate wants done about jobs and numbers that come back with the past, on a real copy.
 */
class PoliciesTest {
  private static final String PSQL = PgPrograms.find().program("psql");
  private final TwoServers servers = TwoServers.shared();
  private final DatabaseRef live = servers.database(NAME);
  private DatabaseRef restored = live;

  PoliciesTest() throws SQLException {}

  @BeforeEach
  void theLiveDatabaseHasGoneOnSinceTheCopy() throws Exception {
    var in = new DatabaseCopy.In(COPY, live, "restore", null);
    restored =
        ((Outcome.Done<DatabaseCopy.Out>) once(servers.copyAction(), in, "copy"))
            .outputs()
            .database();
    inLive(
        """
        UPDATE pgboss.job SET state = 'completed' WHERE id = 2;
        INSERT INTO pgboss.job VALUES (9, 'created');
        SELECT nextval('members.number'), nextval('members.number'), nextval('members.number');
        """);
  }

  @AfterEach
  void asBefore() throws SQLException {
    inLive(
        """
        UPDATE pgboss.job SET state = 'active' WHERE id = 2;
        DELETE FROM pgboss.job WHERE id = 9;
        SELECT setval('members.number', 100, true);
        """);
    servers.tidy();
  }

  private void inLive(String sql) throws SQLException {
    servers.execute(LIVE, NAME, "postgres", sql);
  }

  /** As the superuser, while the copy is open for that one look. */
  private String inCopy(String sql) throws SQLException {
    allow(true);
    try {
      return servers.ask(LIVE, restored.name(), sql).orElse("");
    } finally {
      allow(false);
    }
  }

  private void allow(boolean allow) throws SQLException {
    servers.execute(
        LIVE,
        "postgres",
        "postgres",
        "ALTER DATABASE " + restored.name() + " ALLOW_CONNECTIONS " + allow);
  }

  private Policies policies(Policies.Queues queues, Policies.Sequences sequences) {
    return new Policies(queues, sequences, Optional.empty());
  }

  private DatabaseQueues queues(Policies.Queues queues) {
    return new DatabaseQueues(
        servers.servers(),
        servers.registry(),
        servers.estate(policies(queues, Policies.Sequences.KEEP_AHEAD)));
  }

  private DatabaseSequences sequences(Policies.Sequences sequences) {
    return new DatabaseSequences(
        servers.servers(),
        servers.registry(),
        servers.estate(policies(Policies.Queues.DISCARD, sequences)));
  }

  private DatabaseAfterRestore afterRestore(Duration timeOut, String... argv) {
    var command = new Policies.OwnCommand(List.of(argv), timeOut);
    return new DatabaseAfterRestore(
        servers.servers(),
        servers.registry(),
        servers.estate(
            new Policies(
                Policies.Queues.DISCARD, Policies.Sequences.KEEP_AHEAD, Optional.of(command))),
        servers.programs());
  }

  private static <O extends Record> O done(Outcome<O> outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Done.class);
    return ((Outcome.Done<O>) outcome).outputs();
  }

  @Test
  void what_would_happen_again_is_counted_in_both_databases() throws Exception {
    var in = new DatabaseCompare.In(COPY, restored, live);
    var found = done(once(servers.compareAction(), in, "parity"));
    assertThat(found.queueJobs()).as("job 2 has run since, job 3 waits in both").isEqualTo(1);
    assertThat(found.numbersAgain()).isEqualTo(3);
    assertThat(found.sequencesBehind()).isEqualTo("3 members.number");
    assertThat(found.liveBytes()).isPositive();
    assertThat(found.restoredBytes()).isPositive();
  }

  @Test
  void queues_are_emptied_filled_from_the_live_ones_or_left_and_never_the_live_ones_changed()
      throws Exception {
    var in = new DatabaseQueues.In(restored, live);
    var left = done(once(queues(Policies.Queues.AS_RESTORED), in, "queues"));
    assertThat(left.policy()).isEqualTo("as-restored");
    var rows = "SELECT string_agg(id || ' ' || state, ', ' ORDER BY id) FROM pgboss.job";
    assertThat(inCopy(rows)).isEqualTo("1 completed, 2 active, 3 created");

    var live = done(once(queues(Policies.Queues.KEEP_LIVE), in, "queues"));
    assertThat(live.jobs()).isEqualTo(4);
    assertThat(inCopy(rows)).isEqualTo("1 completed, 2 completed, 3 created, 9 created");
    // begun anew after a crash it ends the same
    assertThat(done(once(queues(Policies.Queues.KEEP_LIVE), in, "queues"))).isEqualTo(live);

    var none = done(once(queues(Policies.Queues.DISCARD), in, "queues"));
    assertThat(none.jobs()).isEqualTo(4);
    assertThat(inCopy("SELECT count(*) FROM pgboss.job")).isEqualTo("0");
    var again = done(once(queues(Policies.Queues.DISCARD), in, "queues"));
    assertThat(again.content()).isEqualTo(none.content()).isNotEqualTo(left.content());
    assertThat(servers.ask(LIVE, NAME, "SELECT count(*) FROM pgboss.job")).contains("4");
    closedAndEmpty();
  }

  @Test
  void sequences_are_put_ahead_and_never_the_live_ones_changed() throws Exception {
    var in = new DatabaseSequences.In(restored, live);
    var last = "SELECT last_value FROM members.number";
    assertThat(done(once(sequences(Policies.Sequences.AS_RESTORED), in, "seq")).raised()).isZero();
    assertThat(inCopy(last)).isEqualTo("100");
    assertThat(done(once(sequences(Policies.Sequences.KEEP_AHEAD), in, "seq")).raised())
        .isEqualTo(1);
    assertThat(inCopy("SELECT nextval('members.number')")).isEqualTo("104");
    assertThat(done(once(sequences(Policies.Sequences.KEEP_AHEAD), in, "seq")).raised())
        .as("what is ahead already is never put back")
        .isZero();
    assertThat(servers.ask(LIVE, NAME, last)).contains("103");
    closedAndEmpty();
  }

  @Test
  void the_products_own_command_runs_on_the_copy_within_its_time_and_its_end_is_believed()
      throws Exception {
    var in = new DatabaseAfterRestore.In(restored);
    var minute = Duration.ofMinutes(1);
    var ran =
        done(
            once(
                afterRestore(
                    minute,
                    PSQL,
                    "-Xqd",
                    "{database}",
                    "-c",
                    "DELETE FROM members.log -- {tenant}"),
                in,
                "heal"));
    assertThat(ran.command()).contains(restored.name(), "-- acme").doesNotContain("bot:p");
    assertThat(inCopy("SELECT count(*) FROM members.log")).isEqualTo("0");
    assertThat(servers.ask(LIVE, NAME, "SELECT count(*) FROM members.log")).contains("50");

    assertThat(problem(once(afterRestore(minute, PSQL, "-Xqd", "{database}", "-c", "no"), in, "h")))
        .contains("psql ended with code 1");
    assertThat(problem(once(afterRestore(Duration.ofMillis(300), "/bin/sleep", "60"), in, "heal")))
        .contains("it took longer than");
    assertThat(problem(once(afterRestore(minute, "/nowhere/heal"), in, "heal")))
        .contains("/nowhere/heal cannot be run");
    closedAndEmpty();
  }

  @Test
  void only_what_this_run_copied_is_touched() throws Exception {
    assertThat(
            problem(
                once(queues(Policies.Queues.DISCARD), new DatabaseQueues.In(live, live), "queues")))
        .contains("refused: its name is not one that this run gives");
    assertThat(
            problem(
                once(
                    sequences(Policies.Sequences.KEEP_AHEAD),
                    new DatabaseSequences.In(
                        new DatabaseRef(LIVE, live.oid(), restored.name()), live),
                    "sequences")))
        .contains(restored.name());
    assertThat(servers.ask(LIVE, NAME, "SELECT count(*) FROM pgboss.job")).contains("4");
  }

  private static String problem(Outcome<?> outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Failed.class);
    return ((Outcome.Failed<?>) outcome).problem().line();
  }

  private void closedAndEmpty() throws SQLException {
    assertThat(
            servers.ask(
                LIVE,
                "postgres",
                "SELECT datallowconn || ' ' || (SELECT count(*) FROM pg_stat_activity a WHERE"
                    + " a.datid = d.oid) FROM pg_database d WHERE oid = "
                    + restored.oid()))
        .contains("false 0");
  }
}
