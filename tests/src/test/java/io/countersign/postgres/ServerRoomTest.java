package io.countersign.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.countersign.Bytes;
import io.countersign.action.ActionFailed;
import io.countersign.action.Stop;
import io.countersign.estate.CopyLimits;
import java.sql.SQLException;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class ServerRoomTest {
  private static final OptionalLong NONE = OptionalLong.empty();
  private static final long ONE_MB = 1_000_000;

  private final OneServer server = OneServer.shared();

  private static CopyLimits limits(OptionalLong disk, OptionalLong wal) {
    return new CopyLimits(4, NONE, disk, wal);
  }

  @Test
  void a_copy_that_the_disk_cannot_hold_is_refused_before_anything_is_made() throws Exception {
    try (var session = server.connect("postgres", "postgres")) {
      long used =
          Databases.number(session, "SELECT sum(pg_database_size(oid)) FROM pg_database")
              + Databases.number(session, "SELECT sum(size) FROM pg_ls_waldir()");
      var disk = OptionalLong.of(used * 2);
      ServerRoom.open("copying", limits(disk, NONE), session, used / 2, true);
      assertThatThrownBy(() -> ServerRoom.open("copying", limits(disk, NONE), session, used, true))
          .isInstanceOf(ActionFailed.class)
          .hasMessageContaining("the copy would need " + Bytes.shown(used) + " more")
          .hasMessageContaining("drop kept databases");
    }
  }

  @Test
  void a_disk_that_fills_up_meanwhile_ends_the_copy() throws Exception {
    try (var session = server.connect("postgres", "postgres")) {
      long used =
          Databases.number(session, "SELECT sum(pg_database_size(oid)) FROM pg_database")
              + Databases.number(session, "SELECT sum(size) FROM pg_ls_waldir()");
      var disk = OptionalLong.of((used + 2 * ONE_MB) * 100 / 90 + 100);
      var room = ServerRoom.open("copying", limits(disk, NONE), session, ONE_MB, true);
      Databases.execute(session, "CREATE DATABASE drop_somebody_elses");
      try {
        assertThatThrownBy(() -> room.look(new Pace(NONE, new Stop())))
            .isInstanceOf(ActionFailed.class)
            .hasMessageContaining("the copy was ended and is removed");
      } finally {
        Databases.execute(session, "DROP DATABASE drop_somebody_elses");
      }
    }
  }

  @Test
  void wal_that_the_bot_may_not_see_cannot_be_limited() throws SQLException {
    try (var session = server.connect("postgres", "bot")) {
      assertThatThrownBy(
              () -> ServerRoom.open("copying", limits(NONE, OptionalLong.of(1)), session, 0, true))
          .isInstanceOf(ActionFailed.class)
          .hasMessageContaining("GRANT pg_monitor");
    }
  }

  @Test
  void too_much_wal_makes_the_copy_wait_and_a_stop_ends_the_wait() throws Exception {
    var stop = new Stop();
    var pace = new Pace(NONE, stop);
    try (var session = server.connect("postgres", "postgres")) {
      var room = ServerRoom.open("copying", limits(NONE, OptionalLong.of(1)), session, 0, true);
      room.look(pace);
      assertThat(room.pauses()).isTrue();
      assertThat(room.notes()).isEmpty();
      var waiting = waiting(pace);
      stop.request(Stop.Why.CANCELLED);
      assertThatThrownBy(waiting::join)
          .isInstanceOf(CompletionException.class)
          .hasCauseInstanceOf(Stop.Stopped.class);
    }
  }

  @Test
  void a_copy_that_waited_goes_on() throws Exception {
    var pace = new Pace(NONE, new Stop());
    pace.pause(true);
    var waiting = waiting(pace);
    pace.pause(false);
    waiting.join();
  }

  /** Somebody who wants to go on and cannot. */
  private static CompletableFuture<Void> waiting(Pace pace) {
    var ended = new CompletableFuture<Void>();
    var thread =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    pace.take(1);
                    ended.complete(null);
                  } catch (RuntimeException stopped) {
                    ended.completeExceptionally(stopped);
                  }
                });
    await().until(() -> thread.getState() == Thread.State.WAITING);
    assertThat(ended).isNotDone();
    return ended;
  }

  @Test
  void all_workers_together_keep_to_the_rate() {
    var pace = new Pace(OptionalLong.of(10 * ONE_MB), new Stop());
    long began = System.nanoTime();
    for (int i = 0; i < 6; i++) {
      pace.take(ONE_MB);
    }
    // the first goes at once, so five tenths of a second are the least
    assertThat(System.nanoTime() - began).isGreaterThanOrEqualTo(500_000_000L);
  }
}
