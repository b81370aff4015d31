package io.countersign.action.database;

import static io.countersign.action.database.SwapStage.WHERE_AM_I;
import static io.countersign.action.database.TwoServers.LIVE;
import static io.countersign.action.database.TwoServers.NAME;
import static io.countersign.action.database.TwoServers.begun;
import static io.countersign.action.database.TwoServers.once;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.action.Finding;
import io.countersign.action.Outcome;
import io.countersign.action.Stop;
import io.countersign.estate.Neighbours;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The swap behind a real PgBouncer in transaction mode. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PooledSwapTest {
  private static final Executor BESIDE = it -> Thread.ofVirtual().start(it);
  private PgBouncerProcess pgbouncer;
  private SwapStage stage;

  @BeforeAll
  void aPgBouncerStandsBeforeTheServer() throws Exception {
    pgbouncer = new PgBouncerProcess(TwoServers.shared().livePort, "transaction");
  }

  @AfterAll
  void itGoes() throws Exception {
    pgbouncer.close();
  }

  @BeforeEach
  void aRestoredDatabaseStandsReady() throws Exception {
    stage = staged(pgbouncer);
  }

  @AfterEach
  void theFirstDatabaseIsLiveAgain() throws Exception {
    stage.setBack();
  }

  private static SwapStage staged(PgBouncerProcess pgbouncer) throws SQLException {
    return new SwapStage(
        new Neighbours(List.of(pgbouncer.console()), List.of()),
        Map.of(PgBouncerProcess.SECRET.value(), pgbouncer.login()));
  }

  /** Clients of the pool, each with one session for good; an error is counted, and they go on. */
  private static final class Clients implements AutoCloseable {
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final AtomicLong errors = new AtomicLong();
    private final AtomicLong served = new AtomicLong();
    private final List<Thread> threads = new ArrayList<>();
    private final List<AtomicLong> lastSeen = new ArrayList<>();

    Clients(PgBouncerProcess pgbouncer, int number) {
      for (int i = 0; i < number; i++) {
        var seen = new AtomicLong();
        lastSeen.add(seen);
        threads.add(Thread.ofVirtual().start(() -> work(pgbouncer, seen)));
      }
    }

    private void work(PgBouncerProcess pgbouncer, AtomicLong seen) {
      while (!stopped.get()) {
        try (var client = pgbouncer.client();
            var statement = client.createStatement()) {
          while (!stopped.get()) {
            try (var row =
                statement.executeQuery(WHERE_AM_I + " AND pg_sleep(0.003) IS NOT NULL")) {
              row.next();
              seen.set(row.getLong(1));
              served.incrementAndGet();
            }
          }
        } catch (SQLException refused) {
          errors.incrementAndGet();
        }
      }
    }

    void awaitAllIn(long oid) {
      Awaitility.await().until(() -> lastSeen.stream().allMatch(it -> it.get() == oid));
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
  void pooled_clients_wait_and_none_gets_an_error() throws Exception {
    try (var clients = new Clients(pgbouncer, 40)) {
      clients.awaitAllIn(stage.live.oid());
      var outcome = once(stage.action(_ -> {}), stage.inputs(), "cutover");
      assertThat(outcome).isInstanceOf(Outcome.Done.class);
      assertThat(((Outcome.Done<?>) outcome).said())
          .contains("nobody could connect for")
          .containsPattern("no session had to be ended; PgBouncer held its clients for [0-9]+ ms");
      clients.awaitAllIn(stage.restored.oid());
      System.out.println(((Outcome.Done<?>) outcome).said());
      System.out.println("served " + clients.served + ", errors " + clients.errors);
      assertThat(clients.errors).hasValue(0);
    }
  }

  /** The step of an application that never commits: PAUSE does not come, and the lock ends it. */
  @Test
  void a_transaction_that_does_not_end_is_cut_off_and_all_others_wait() throws Exception {
    try (var idle = pgbouncer.client();
        var clients = new Clients(pgbouncer, 5)) {
      idle.setAutoCommit(false);
      idle.createStatement().execute("SELECT 1");
      clients.awaitAllIn(stage.live.oid());
      var outcome = once(stage.action(_ -> {}), stage.inputs(), "cutover");
      assertThat(((Outcome.Done<?>) outcome).said())
          .contains("1 session was ended")
          .contains("did not wait for those that were at work longer than 3 s");
      clients.awaitAllIn(stage.restored.oid());
      assertThat(clients.errors).hasValue(0);
      assertThatThrownBy(() -> idle.createStatement().execute("SELECT 1"))
          .isInstanceOf(SQLException.class);
    }
  }

  @Test
  void after_a_failed_swap_clients_go_on_in_the_old_database() throws Exception {
    for (var point : List.of("paused", "alone", "before COMMIT")) {
      Consumer<String> failing =
          it -> {
            if (it.equals(point)) {
              throw new Stop.Stopped(Stop.Why.LEASE_LOST);
            }
          };
      var attempt = begun(stage.action(failing), stage.inputs(), "cutover", 1);
      assertThatThrownBy(() -> stage.action(failing).act(attempt)).isInstanceOf(Stop.Stopped.class);
      try (var client = pgbouncer.client()) {
        assertThat(whereabouts(client)).isEqualTo(stage.live.oid());
      }
    }
  }

  /** The bot dies between PAUSE and COMMIT: here it hangs there while somebody else looks. */
  @Test
  void what_a_dead_bot_paused_goes_on_when_the_next_one_looks_or_clears() throws Exception {
    for (var look : List.of("probe", "clear")) {
      var early = pgbouncer.client();
      assertThat(whereabouts(early)).isEqualTo(stage.live.oid());
      var reached = new CountDownLatch(1);
      var mayGo = new CountDownLatch(1);
      var action =
          stage.action(
              point -> {
                if (point.equals("paused")) {
                  reached.countDown();
                  await(mayGo);
                }
              });
      var dead = begun(action, stage.inputs(), "cutover", 1);
      var died = CompletableFuture.supplyAsync(() -> action.act(dead), BESIDE);
      assertThat(reached.await(20, TimeUnit.SECONDS)).isTrue();
      var waiting = CompletableFuture.supplyAsync(() -> served(early), BESIDE);
      Awaitility.await().until(() -> clientsWaiting() > 0);
      assertThat(waiting).isNotDone();
      var next = stage.action(_ -> {});
      if (look.equals("probe")) {
        assertThat(next.probe(dead)).isInstanceOf(Finding.NotDone.class);
      } else {
        next.clear(dead);
      }
      assertThat(waiting.get(20, TimeUnit.SECONDS)).isEqualTo(stage.live.oid());
      mayGo.countDown();
      assertThat(died.get(20, TimeUnit.SECONDS)).isInstanceOf(Outcome.Failed.class);
      try (var client = pgbouncer.client()) {
        assertThat(whereabouts(client)).isEqualTo(stage.live.oid());
      }
    }
    assertThat(once(stage.action(_ -> {}), stage.inputs(), "cutover"))
        .isInstanceOf(Outcome.Done.class);
  }

  private long clientsWaiting() throws SQLException {
    return pgbouncer.waiting();
  }

  private static long served(Connection client) {
    try (client) {
      return whereabouts(client);
    } catch (SQLException refused) {
      throw new IllegalStateException(refused);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static long whereabouts(Connection client) throws SQLException {
    try (var statement = client.createStatement();
        var row = statement.executeQuery(WHERE_AM_I)) {
      row.next();
      return row.getLong(1);
    }
  }

  @Test
  void a_console_that_does_not_answer_refuses_before_anything_is_changed() throws Exception {
    var gone = new PgBouncerProcess(TwoServers.shared().livePort, "transaction");
    stage.setBack();
    stage = staged(gone);
    gone.close();
    try (var client = stage.servers.connect(LIVE, NAME, "acme_app")) {
      var outcome = (Outcome.Failed<?>) once(stage.action(_ -> {}), stage.inputs(), "cutover");
      assertThat(outcome.problem().happened())
          .contains("the console of PgBouncer " + gone.console() + " cannot be used");
      assertThat(outcome.problem().next()).contains("admin_users");
      assertThat(client.isValid(2)).isTrue();
    }
    assertThat(stage.nameOf(stage.live.oid())).isEqualTo(NAME);
    // and who has to clear up says that it could not
    var attempt = begun(stage.action(_ -> {}), stage.inputs(), "cutover", 1);
    assertThatThrownBy(() -> stage.action(_ -> {}).clear(attempt))
        .hasMessageContaining("RECONNECT and RESUME");
  }

  @Test
  void somebody_elses_pause_is_named_and_stays() throws Exception {
    pgbouncer.console("PAUSE " + PgBouncerProcess.ALIAS);
    try {
      var outcome = (Outcome.Failed<?>) once(stage.action(_ -> {}), stage.inputs(), "cutover");
      assertThat(outcome.problem().happened()).contains("acme is paused on PgBouncer");
    } finally {
      pgbouncer.console("RESUME " + PgBouncerProcess.ALIAS);
    }
  }
}
