package io.countersign.action.database;

import static io.countersign.action.database.TwoServers.LIVE;
import static io.countersign.action.database.TwoServers.NAME;
import static io.countersign.action.database.TwoServers.begun;
import static io.countersign.action.database.TwoServers.once;
import static io.countersign.action.database.TwoServers.visit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.action.ActionFailed;
import io.countersign.action.Finding;
import io.countersign.action.Outcome;
import io.countersign.action.Stop;
import io.countersign.estate.DatabaseRef;
import io.countersign.postgres.WriteCounters;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SwapAndDiscardTest {
  private static final String RESTORED = "tenant_acme_restore_20261121155200_a1";
  private static final String KEPT = "tenant_acme_pre_pitr_20261121155200";
  private final TwoServers servers = TwoServers.shared();
  private DatabaseRef live = servers.database(NAME);
  private DatabaseRef restored = live;

  SwapAndDiscardTest() throws SQLException {}

  @BeforeEach
  void aClosedRestoredDatabaseStandsBesideTheLiveOne() throws SQLException {
    admin("CREATE DATABASE " + RESTORED + " OWNER acme_owner TEMPLATE template0");
    admin("ALTER DATABASE " + RESTORED + " ALLOW_CONNECTIONS false");
    live = servers.database(NAME);
    restored = servers.database(RESTORED);
  }

  @AfterEach
  void theOldDatabaseIsLiveAgain() throws SQLException {
    if (!nameOf(live.oid()).equals(NAME)) {
      admin(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datid = " + restored.oid());
      admin("DROP DATABASE " + NAME + " WITH (FORCE)");
      admin("ALTER DATABASE " + KEPT + " RENAME TO " + NAME);
      admin("ALTER DATABASE " + NAME + " ALLOW_CONNECTIONS true");
    }
    servers.tidy();
  }

  private void admin(String sql) throws SQLException {
    servers.execute(LIVE, "postgres", "postgres", sql);
  }

  private String nameOf(long oid) throws SQLException {
    return servers
        .ask(LIVE, "postgres", "SELECT datname FROM pg_database WHERE oid = " + oid)
        .orElse("(gone)");
  }

  private DatabaseSwap.In inputs() throws SQLException {
    try (var inside = servers.connect(LIVE, NAME, "bot")) {
      var reading = WriteCounters.read(inside, List.of("pgboss"));
      return new DatabaseSwap.In(
          live,
          restored,
          "c0ffee",
          "pre_pitr",
          reading.writes(),
          reading.since(),
          reading.tables());
    }
  }

  private DatabaseSwap action(Consumer<String> between) {
    return new DatabaseSwap(servers.servers(), servers.estate(), between);
  }

  private DatabaseSwap action() {
    return action(point -> {});
  }

  private void nothingWasChanged() throws SQLException {
    assertThat(nameOf(live.oid())).isEqualTo(NAME);
    assertThat(nameOf(restored.oid())).isEqualTo(RESTORED);
    try (var client = servers.connect(LIVE, NAME, "acme_app")) {
      assertThat(client.isValid(2)).isTrue();
    }
  }

  @Test
  void the_intent_is_equal_on_each_call_and_holds_no_attempt() throws Exception {
    var in = inputs();
    assertThat(action().intent(visit(in, "cutover", 1)))
        .isEqualTo(action().intent(visit(in, "cutover", 2)));
  }

  /** Clients that reconnect at once, forever. */
  private final class Clients implements AutoCloseable {
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final AtomicLong worstNanos = new AtomicLong();
    private final List<Thread> threads = new ArrayList<>();

    Clients(int number) {
      for (int i = 0; i < number; i++) {
        // the exporter's sessions are hidden from a bot without pg_read_all_stats
        var user = i % 3 == 0 ? "exporter" : "acme_app";
        threads.add(Thread.ofVirtual().start(() -> work(user)));
      }
    }

    private void work(String user) {
      long served = System.nanoTime();
      while (!stopped.get()) {
        try (var client = servers.connect(LIVE, NAME, user);
            var statement = client.createStatement()) {
          while (!stopped.get()) {
            statement.execute("SELECT pg_sleep(0.02)");
            long now = System.nanoTime();
            long gap = now - served;
            worstNanos.accumulateAndGet(gap, Math::max);
            served = now;
          }
        } catch (SQLException ended) {
          // connects again
        }
      }
    }

    @Override
    public void close() {
      stopped.set(true);
      threads.forEach(
          it -> {
            try {
              it.join();
            } catch (InterruptedException interrupted) {
              Thread.currentThread().interrupt();
            }
          });
    }
  }

  @Test
  void swaps_under_traffic_at_the_first_try() throws Exception {
    admin("ALTER DATABASE " + NAME + " CONNECTION LIMIT -1");
    var blackouts = new ArrayList<Long>();
    for (int round = 0; round < 6; round++) {
      try (var clients = new Clients(35)) {
        awaitClients(35);
        var outcome = once(action(), inputs(), "cutover");
        assertThat(outcome).isInstanceOf(Outcome.Done.class);
        var out = ((Outcome.Done<DatabaseSwap.Out>) outcome).outputs();
        assertThat(out.live()).isEqualTo(new DatabaseRef(LIVE, restored.oid(), NAME));
        assertThat(out.kept()).isEqualTo(new DatabaseRef(LIVE, live.oid(), KEPT));
        blackouts.add(out.blackout().toMillis());
        assertThat(clients.worstNanos.get()).isLessThan(Duration.ofSeconds(20).toNanos());
      }
      assertThat(nameOf(restored.oid())).isEqualTo(NAME);
      assertThatThrownBy(() -> servers.connect(LIVE, KEPT, "postgres"))
          .hasMessageContaining("not currently accepting connections");
      theOldDatabaseIsLiveAgain();
      aClosedRestoredDatabaseStandsBesideTheLiveOne();
    }
    System.out.println("blackout ms under 35 reconnecting clients: " + blackouts);
    admin("ALTER DATABASE " + NAME + " CONNECTION LIMIT 90");
  }

  private void awaitClients(int number) throws SQLException {
    try (var session = servers.connect(LIVE, "postgres", "postgres");
        var statement = session.createStatement()) {
      for (int i = 0; i < 2_000; i++) {
        try (var row =
            statement.executeQuery(
                "SELECT pg_sleep(0.005), (SELECT count(*) FROM pg_stat_activity WHERE usename IN"
                    + " ('acme_app', 'exporter'))")) {
          row.next();
          if (row.getLong(2) >= number) {
            return;
          }
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"asked for the lock", "early"})
  void a_row_written_after_the_freeze_opens_the_gate_anew(String when) throws Exception {
    var in = inputs();
    var writer = servers.connect(LIVE, NAME, "acme_app");
    Runnable write =
        () -> {
          try (var statement = writer.createStatement()) {
            statement.execute("UPDATE members.member SET paid = paid WHERE id = 1");
          } catch (SQLException ended) {
            throw new IllegalStateException(ended);
          }
        };
    var action =
        action(
            point -> {
              if (point.equals(when)) {
                write.run();
              }
            });
    var attempt = begun(action, in, "cutover", 1);
    if (when.equals("early")) {
      write.run();
      writer.close();
    }
    assertThat(action.act(attempt))
        .isEqualTo(
            new Outcome.Drifted<>("rows written since the freeze: none -> members.member 1"));
    nothingWasChanged();
    writer.close();
    // the order made anew holds what was written, so a second approval lets it go
    assertThat(once(action(), in, "cutover")).isInstanceOf(Outcome.Done.class);
  }

  @Test
  void writes_to_a_queue_schema_do_not_open_the_gate_anew() throws Exception {
    var in = inputs();
    var attempt = begun(action(), in, "cutover", 1);
    servers.execute(LIVE, NAME, "postgres", "INSERT INTO pgboss.job VALUES (4, 'created')");
    try {
      assertThat(action().act(attempt)).isInstanceOf(Outcome.Done.class);
    } finally {
      theOldDatabaseIsLiveAgain();
      servers.execute(LIVE, NAME, "postgres", "DELETE FROM pgboss.job WHERE id = 4");
    }
  }

  @Test
  void a_superusers_session_is_named_and_stays() throws Exception {
    var in = inputs();
    try (var root = servers.connect(LIVE, NAME, "postgres")) {
      var outcome = (Outcome.Failed<DatabaseSwap.Out>) once(action(), in, "cutover");
      assertThat(outcome.problem().happened()).contains("as postgres").contains("pid ");
      assertThat(root.isValid(1)).isTrue();
    }
    nothingWasChanged();
  }

  @Test
  void a_superuser_who_comes_in_the_middle_makes_it_roll_back() throws Exception {
    var in = inputs();
    var roots = new ArrayList<Connection>();
    var outcome =
        once(
            new DatabaseSwap(
                new CountingServers(() -> roots.add(connectAsRoot())).servers(),
                servers.estate(),
                point -> {}),
            in,
            "cutover");
    assertThat(((Outcome.Failed<DatabaseSwap.Out>) outcome).problem().happened())
        .contains("superusers")
        .contains("as postgres");
    assertThat(roots).hasSize(1);
    nothingWasChanged();
    for (var root : roots) {
      root.close();
    }
  }

  private Connection connectAsRoot() {
    try {
      return servers.connect(LIVE, NAME, "postgres");
    } catch (SQLException refused) {
      throw new IllegalStateException(refused);
    }
  }

  /** Lets somebody in when the third session (R) is opened: all looks beforehand are over. */
  private final class CountingServers {
    private final Runnable third;
    private int asked;

    CountingServers(Runnable third) {
      this.third = third;
    }

    io.countersign.postgres.Servers servers() {
      var registry = servers.registry();
      return new io.countersign.postgres.Servers(
          registry,
          name -> {
            if (++asked == 5) {
              third.run();
            }
            return servers.login(LIVE, "postgres", "bot");
          },
          servers.restorerOfNothing());
    }
  }

  @Test
  void prepared_transactions_are_named_before_anybody_is_disturbed() throws Exception {
    var in = inputs();
    servers.execute(
        LIVE, NAME, "postgres", "BEGIN; SELECT 1 FROM members.log; PREPARE TRANSACTION 'x'");
    try {
      var outcome = (Outcome.Failed<DatabaseSwap.Out>) once(action(), in, "cutover");
      assertThat(outcome.problem().line())
          .contains("prepared transactions are open: x")
          .contains("ROLLBACK PREPARED");
      nothingWasChanged();
    } finally {
      servers.execute(LIVE, NAME, "postgres", "ROLLBACK PREPARED 'x'");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "asked for the lock",
        "locked",
        "alone",
        "measured",
        "left",
        "live renamed",
        "restored renamed",
        "opened and closed",
        "before COMMIT"
      })
  void cut_at_any_point_the_live_name_is_reachable_and_the_probe_tells(String cut)
      throws Exception {
    var action =
        action(
            point -> {
              if (point.equals(cut)) {
                endOurs();
              }
            });
    var attempt = begun(action, inputs(), "cutover", 1);
    var outcome = action.act(attempt);
    assertThat(outcome).isInstanceOf(Outcome.Failed.class);
    assertThat(action.probe(attempt)).isInstanceOf(Finding.NotDone.class);
    nothingWasChanged();
  }

  /** Every session of the bot ends, as if the network had been cut. */
  private void endOurs() {
    try {
      admin("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'bot'");
    } catch (SQLException refused) {
      throw new IllegalStateException(refused);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"alone", "left", "restored renamed", "before COMMIT"})
  void a_stop_or_a_bug_in_the_middle_rolls_back(String where) throws Exception {
    var stop = new Stop();
    var action =
        action(
            point -> {
              if (point.equals(where)) {
                stop.request(Stop.Why.LEASE_LOST);
                throw new Stop.Stopped(Stop.Why.LEASE_LOST);
              }
            });
    var first = begun(action, inputs(), "cutover", 1);
    var attempt =
        new TwoServers.Try<>(first.visit(), first.intent(), stop, first.done(), first.also());
    assertThatThrownBy(() -> action.act(attempt)).isInstanceOf(Stop.Stopped.class);
    nothingWasChanged();
    assertThat(action().probe(first)).isInstanceOf(Finding.NotDone.class);
  }

  /** The bot hangs (SIGSTOP): the client, who waits for the lock, gets in while it still hangs. */
  @ParameterizedTest
  @ValueSource(strings = {"locked", "alone", "left", "restored renamed", "before COMMIT"})
  void while_the_bot_hangs_the_live_name_becomes_reachable_by_itself(String where)
      throws Exception {
    var waited = new AtomicLong();
    var action =
        action(
            point -> {
              if (point.equals(where)) {
                long began = System.nanoTime();
                try (var client = servers.connect(LIVE, NAME, "acme_app")) {
                  waited.set(Duration.ofNanos(System.nanoTime() - began).toMillis());
                  assertThat(client.getCatalog()).isEqualTo(NAME);
                } catch (SQLException refused) {
                  throw new IllegalStateException(refused);
                }
              }
            });
    var attempt = begun(action, inputs(), "cutover", 1);
    assertThat(action.act(attempt)).isInstanceOf(Outcome.Failed.class);
    assertThat(waited.get()).isBetween(0L, 8_000L);
    System.out.println("bot hangs at '" + where + "': reachable after " + waited + " ms");
    nothingWasChanged();
  }

  @Test
  void an_answer_lost_at_commit_is_found_out() throws Exception {
    try (var relay = new Relay(servers.livePort)) {
      servers.botPort = relay.port();
      var action =
          action(
              point -> {
                if (point.equals("before COMMIT")) {
                  relay.swallowAnswers();
                }
              });
      var attempt = begun(action, inputs(), "cutover", 1);
      var outcome = action.act(attempt);
      assertThat(outcome).isInstanceOf(Outcome.Done.class);
      assertThat(nameOf(restored.oid())).isEqualTo(NAME);
      assertThat(action.probe(attempt)).isInstanceOf(Finding.Done.class);
    } finally {
      servers.botPort = servers.livePort;
    }
  }

  @Test
  void an_unreachable_server_is_unknown_and_says_what_to_check() throws Exception {
    var attempt = begun(action(), inputs(), "cutover", 1);
    servers.botPort = 1;
    try {
      var finding = (Finding.Unknown<DatabaseSwap.Out>) action().probe(attempt);
      assertThat(finding.check()).contains("SELECT oid, datname");
    } finally {
      servers.botPort = servers.livePort;
    }
  }

  @Test
  void a_world_that_differs_from_the_approved_one_is_not_touched() throws Exception {
    var attempt = begun(action(), inputs(), "cutover", 1);
    admin("ALTER DATABASE " + RESTORED + " RENAME TO tenant_acme_other");
    assertThat(action().act(attempt)).isInstanceOf(Outcome.Drifted.class);
    admin("ALTER DATABASE tenant_acme_other RENAME TO " + RESTORED);
    admin("ALTER DATABASE " + RESTORED + " ALLOW_CONNECTIONS true");
    assertThat(action().act(attempt)).isInstanceOf(Outcome.Drifted.class);
    nothingWasChanged();
  }

  @Test
  void after_a_swap_neither_database_is_discarded() throws Exception {
    assertThat(once(action(), inputs(), "cutover")).isInstanceOf(Outcome.Done.class);
    for (var database :
        List.of(
            restored,
            new DatabaseRef(LIVE, restored.oid(), NAME),
            new DatabaseRef(LIVE, live.oid(), KEPT),
            live)) {
      assertThat(discarded(database, NAME)).isInstanceOf(Outcome.Failed.class);
    }
    assertThat(nameOf(restored.oid())).isEqualTo(NAME);
    assertThat(nameOf(live.oid())).isEqualTo(KEPT);
  }

  private Outcome<DatabaseDiscard.Out> discarded(DatabaseRef database, String registered)
      throws ActionFailed {
    var action = new DatabaseDiscard(servers.servers(), servers.registry(registered));
    return once(action, new DatabaseDiscard.In(database), "discard");
  }

  @Test
  void what_the_run_made_is_dropped_once_and_what_it_did_not_never() throws Exception {
    var wrongOid = new DatabaseRef(LIVE, restored.oid() + 1, RESTORED);
    assertThat(discarded(wrongOid, NAME)).isInstanceOf(Outcome.Failed.class);
    assertThat(discarded(restored, RESTORED)).isInstanceOf(Outcome.Failed.class);
    assertThat(discarded(new DatabaseRef(LIVE, live.oid(), NAME), "other"))
        .isInstanceOf(Outcome.Failed.class);
    assertThat(nameOf(restored.oid())).isEqualTo(RESTORED);
    assertThat(nameOf(live.oid())).isEqualTo(NAME);

    admin("ALTER DATABASE " + RESTORED + " ALLOW_CONNECTIONS true");
    try (var client = servers.connect(LIVE, RESTORED, "acme_app")) {
      assertThat(discarded(restored, NAME)).isInstanceOf(Outcome.Done.class);
      assertThat(client.isValid(1)).isFalse();
    }
    assertThat(nameOf(restored.oid())).isEqualTo("(gone)");
    assertThat(((Outcome.Done<?>) discarded(restored, NAME)).said()).contains("gone already");
  }

  @Test
  void a_drop_that_was_cut_off_after_its_rename_is_finished() throws Exception {
    admin("ALTER DATABASE " + RESTORED + " RENAME TO " + RESTORED + "_drop_" + restored.oid());
    assertThat(discarded(restored, NAME)).isInstanceOf(Outcome.Done.class);
    assertThat(nameOf(restored.oid())).isEqualTo("(gone)");
  }
}
