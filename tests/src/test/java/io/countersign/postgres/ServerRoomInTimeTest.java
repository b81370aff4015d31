package io.countersign.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.action.ActionFailed;
import io.countersign.action.Stop;
import io.countersign.estate.CopyLimits;
import java.sql.SQLException;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/** A copy's limits as time goes by; what is measured and the clock are the test's. */
class ServerRoomInTimeTest {
  private static final OptionalLong NONE = OptionalLong.empty();
  private static final long LIMIT = 1_000;

  private final Pace pace = new Pace(NONE, new Stop());
  private long now = Duration.ofHours(1).toNanos();
  private long wal;
  private boolean silent;

  private ServerRoom room(boolean pauses) {
    var limits = new CopyLimits(4, NONE, NONE, OptionalLong.of(LIMIT));
    var gauge =
        new ServerRoom.Gauge() {
          @Override
          public long databases() {
            return 0;
          }

          @Override
          public long wal() throws SQLException {
            if (silent) {
              throw new SQLException("terminating connection", "57P01");
            }
            return wal;
          }
        };
    return new ServerRoom("copying", limits, gauge, () -> now, pauses);
  }

  private void later(Duration by, ServerRoom room) throws ActionFailed {
    now += by.toNanos();
    room.look(pace);
  }

  @Test
  void a_copy_that_waits_goes_on_by_itself_and_says_for_how_long_it_waited() throws Exception {
    var room = room(true);
    wal = LIMIT + 1;
    room.look(pace);
    assertThat(room.pauses()).isTrue();
    wal = LIMIT;
    later(Duration.ofSeconds(90), room);

    pace.take(1);
    assertThat(room.pauses()).isFalse();
    assertThat(room.notes())
        .containsExactly("paused for 90 s, until the WAL on the live server had become less");
  }

  @Test
  void wal_that_does_not_become_less_ends_the_copy_after_ten_minutes() throws Exception {
    var room = room(true);
    wal = 5 * LIMIT;
    room.look(pace);
    later(Duration.ofMinutes(10), room);
    assertThatThrownBy(() -> later(Duration.ofSeconds(2), room))
        .isInstanceOf(ActionFailed.class)
        .hasMessageContaining("did not become less in 10 minutes")
        .hasMessageContaining("pg_replication_slots");
  }

  @Test
  void what_cannot_pause_does_not_say_that_it_does_but_ends_all_the_same() throws Exception {
    var room = room(false);
    wal = 5 * LIMIT;
    room.look(pace);
    assertThat(room.pauses()).isFalse();
    later(Duration.ofMinutes(10), room);
    assertThatThrownBy(() -> later(Duration.ofSeconds(2), room)).isInstanceOf(ActionFailed.class);
    wal = 0;
    later(Duration.ofSeconds(2), room);
    assertThat(room.notes()).isEmpty();
    pace.take(1);
  }

  @Test
  void one_look_that_fails_ends_nothing_but_a_minute_without_any_does() throws Exception {
    var room = room(true);
    room.look(pace);
    silent = true;
    assertThatCode(() -> later(Duration.ofMinutes(1), room)).doesNotThrowAnyException();
    silent = false;
    later(Duration.ofSeconds(2), room);
    silent = true;
    later(Duration.ofMinutes(1), room);
    assertThatThrownBy(() -> later(Duration.ofSeconds(2), room))
        .isInstanceOf(ActionFailed.class)
        .hasMessageContaining("could not be seen any more");
  }

  @Test
  void who_waits_is_let_go_when_the_copy_has_failed_elsewhere() {
    pace.pause(true);
    var waiting = CompletableFuture.runAsync(() -> pace.take(1));
    pace.end();
    assertThatThrownBy(waiting::join)
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(Stop.Stopped.class);
  }
}
