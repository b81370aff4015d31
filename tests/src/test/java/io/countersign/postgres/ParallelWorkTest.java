package io.countersign.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.Mockito.mock;

import io.countersign.action.ActionFailed;
import io.countersign.action.Stop;
import io.countersign.postgres.ParallelWork.Piece;
import io.countersign.postgres.ParallelWork.Sessions;
import io.countersign.postgres.ParallelWork.Work;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

class ParallelWorkTest {
  /** Never asked: these pieces work on nothing. */
  private static final Sessions NONE = new Sessions(mock(Connection.class), mock(Connection.class));

  private final List<String> done = Collections.synchronizedList(new ArrayList<>());

  private Piece piece(String key, long weight, Set<String> after, Set<Long> alone, Work work) {
    return new Piece(key, "piece " + key, weight, after, alone, Set.of(), work);
  }

  private Work noted(String key) {
    return (sessions, carried) -> done.add(key);
  }

  private static void run(List<Piece> pieces, int workers, Stop stop) throws ActionFailed {
    ParallelWork.run("copying", pieces, workers, inner -> NONE, stop, (bytes, ended) -> {});
  }

  @Test
  void the_heaviest_comes_first_but_never_before_what_it_waits_for() throws ActionFailed {
    run(
        List.of(
            piece("light", 1, Set.of(), Set.of(), noted("light")),
            piece("heaviest", 9, Set.of("light"), Set.of(), noted("heaviest")),
            piece("heavy", 5, Set.of(), Set.of(), noted("heavy"))),
        1,
        new Stop());
    assertThat(done).containsExactly("heavy", "light", "heaviest");
  }

  @Test
  void two_that_want_one_table_alone_never_work_together() throws ActionFailed {
    var together = new AtomicInteger();
    var most = new AtomicInteger();
    var pieces = new ArrayList<Piece>();
    for (int i = 0; i < 200; i++) {
      Work work =
          (sessions, carried) -> {
            most.accumulateAndGet(together.incrementAndGet(), Math::max);
            assertThat("row".repeat(20_000).chars().sum()).isPositive();
            together.decrementAndGet();
          };
      pieces.add(piece("p" + i, i, Set.of(), Set.of(7L, (long) (100 + i)), work));
    }
    run(pieces, 8, new Stop());
    assertThat(most).hasValue(1);
  }

  @Test
  void those_that_share_a_table_do_work_together() throws ActionFailed {
    var both = new CountDownLatch(2);
    Work meets =
        (sessions, carried) -> {
          both.countDown();
          assertThat(waited(both)).isTrue();
        };
    run(
        List.of(
            new Piece("a", "a", 1, Set.of(), Set.of(), Set.of(7L), meets),
            new Piece("b", "b", 1, Set.of(), Set.of(), Set.of(7L), meets)),
        2,
        new Stop());
    assertThat(both.getCount()).isZero();
  }

  private static boolean waited(CountDownLatch latch) {
    try {
      return latch.await(20, TimeUnit.SECONDS);
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }

  @Test
  void the_first_failure_ends_all_and_tells_where_but_no_row() {
    var refused =
        new PSQLException(
            new ServerErrorMessage("SERROR\0CP0001\0MPatient Jane Roe is wrong\0ss\0tfrail\0"));
    Work fails =
        (sessions, carried) -> {
          throw refused;
        };
    var pieces =
        List.of(
            piece("bad", 2, Set.of(), Set.of(), fails),
            piece("never", 1, Set.of("bad"), Set.of(), noted("never")));
    assertThatThrownBy(() -> run(pieces, 2, new Stop()))
        .isInstanceOf(ActionFailed.class)
        .hasMessageContaining("piece bad failed: P0001")
        .hasMessageContaining("s.frail")
        .hasMessageNotContaining("Roe");
    assertThat(done).isEmpty();
  }

  @Test
  void a_stop_ends_workers_that_wait() {
    var stop = new Stop();
    Work stops =
        (sessions, carried) -> {
          stop.request(Stop.Why.LEASE_LOST);
          throw new SQLException("the session was cut", "08006");
        };
    assertThatThrownBy(
            () ->
                run(
                    List.of(
                        piece("a", 1, Set.of(), Set.of(), stops),
                        piece("b", 1, Set.of("a"), Set.of(), noted("b"))),
                    2,
                    stop))
        .isInstanceOfSatisfying(
            Stop.Stopped.class, it -> assertThat(it.why()).isEqualTo(Stop.Why.LEASE_LOST));
    assertThat(done).isEmpty();
  }

  @Test
  void bytes_add_up_to_the_weights_whatever_was_told_on_the_way() throws ActionFailed {
    var told = new ArrayList<Long>();
    Work toldTooMuch = (sessions, carried) -> carried.accept(50);
    ParallelWork.run(
        "copying",
        List.of(
            piece("a", 10, Set.of(), Set.of(), toldTooMuch),
            piece("b", 20, Set.of(), Set.of(), (sessions, carried) -> carried.accept(5)),
            piece("c", 0, Set.of("a", "b"), Set.of(), (sessions, carried) -> waitForATick(told))),
        1,
        inner -> NONE,
        new Stop(),
        (bytes, ended) -> {
          synchronized (told) {
            told.add(bytes);
            told.notifyAll();
          }
        });
    assertThat(told.getLast()).isEqualTo(30);
  }

  private static void waitForATick(List<Long> told) {
    synchronized (told) {
      try {
        for (int before = told.size(); told.size() <= before + 1; ) {
          told.wait(20_000);
        }
      } catch (InterruptedException interrupted) {
        throw new IllegalStateException(interrupted);
      }
    }
  }
}
