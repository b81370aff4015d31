package io.countersign.action.database;

import static io.countersign.action.database.TwoServers.LIVE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.action.Intent;
import io.countersign.action.NoOutputs;
import io.countersign.action.Stop;
import io.countersign.postgres.StepSessions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Two bots work on one step for a moment when one stood still and wakes. */
class StepSessionsTest {
  private final TwoServers servers = TwoServers.shared();

  @Test
  void a_late_clear_up_ends_its_own_and_earlier_attempts_and_leaves_later_ones_at_work()
      throws Exception {
    try (var first = named("cs/7k2m9qxd/copy/1");
        var second = named("cs/7k2m9qxd/copy/2");
        var tenth = named("cs/7k2m9qxd/copy/10");
        var otherStep = named("cs/7k2m9qxd/copy-on/1");
        var late = named("cs/7k2m9qxd/copy/2")) {
      StepSessions.end(late, attempt(2, new Stop()));

      assertThat(List.of(first, second)).noneMatch(StepSessionsTest::works);
      assertThat(List.of(tenth, otherStep, late)).allMatch(StepSessionsTest::works);
    }
  }

  @Test
  void whoever_lost_the_run_ends_nothing() throws Exception {
    var stop = new Stop();
    stop.request(Stop.Why.LEASE_LOST);
    try (var first = named("cs/7k2m9qxd/copy/1");
        var late = named("cs/7k2m9qxd/copy/2")) {
      assertThatThrownBy(() -> StepSessions.end(late, attempt(2, stop)))
          .isInstanceOf(Stop.Stopped.class);

      assertThat(works(first)).isTrue();
    }
  }

  private Connection named(String application) throws SQLException {
    var session = servers.connect(LIVE, "postgres", "postgres");
    try (var statement = session.createStatement()) {
      statement.execute("SET application_name = '" + application + "'");
    }
    return session;
  }

  private static boolean works(Connection session) {
    try (var statement = session.createStatement()) {
      return statement.execute("SELECT 1");
    } catch (SQLException ended) {
      return false;
    }
  }

  private static TwoServers.Try<NoOutputs> attempt(int number, Stop stop) {
    return new TwoServers.Try<>(
        TwoServers.visit(new NoOutputs(), "copy", number),
        new Intent(Map.of()),
        stop,
        new ArrayList<>(),
        new ArrayList<>());
  }
}
