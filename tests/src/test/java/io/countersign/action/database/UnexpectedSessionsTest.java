package io.countersign.action.database;

import static io.countersign.action.database.TwoServers.LIVE;
import static io.countersign.action.database.TwoServers.NAME;
import static io.countersign.action.database.TwoServers.once;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.action.Outcome;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

/** Workers in the live database that nobody thought of. */
class UnexpectedSessionsTest {
  private SwapStage stage;

  @BeforeEach
  void aRestoredDatabaseStandsReady() throws SQLException {
    stage = new SwapStage();
  }

  @AfterEach
  void theFirstDatabaseIsLiveAgain() throws SQLException {
    stage.setBack();
  }

  private Connection worker() throws SQLException {
    var session = stage.servers.connect(LIVE, NAME, "acme_app");
    try (var statement = session.createStatement()) {
      statement.execute("SET application_name = 'pg-boss'");
    }
    return session;
  }

  @Test
  void whoever_was_ended_by_the_swap_is_named() throws Exception {
    var in = stage.inputs();
    try (var one = worker();
        var other = worker()) {
      var outcome = once(stage.action(_ -> {}), in, "cutover");
      assertThat(((Outcome.Done<?>) outcome).said()).contains("2 sessions were ended (pg-boss 2)");
      assertThat(one.isValid(1) || other.isValid(1)).isFalse();
    }
  }

  @Test
  void a_worker_that_does_not_go_is_named_with_the_cause_and_everything_is_rolled_back()
      throws Exception {
    var in = stage.inputs();
    try (var stuck = worker()) {
      int pid = stuck.unwrap(PGConnection.class).getBackendPID();
      signal("STOP", pid);
      try {
        var outcome = once(stage.action(_ -> {}), in, "cutover");
        assertThat(((Outcome.Failed<?>) outcome).problem().line())
            .contains("did not end within 4.5 s, so everything was rolled back: pid " + pid)
            .contains("(pg-boss as acme_app)", "Background workers, such as pg-boss")
            .contains("Pause pg-boss", "suspended for a moment, then retry");
      } finally {
        signal("CONT", pid);
      }
    }
    assertThat(stage.nameOf(stage.live.oid())).isEqualTo(NAME);
    assertThat(stage.nameOf(stage.restored.oid())).isEqualTo(SwapStage.RESTORED);
  }

  private static void signal(String name, int pid) throws IOException, InterruptedException {
    var kill = new ProcessBuilder("kill", "-" + name, Integer.toString(pid)).start();
    assertThat(kill.waitFor()).isZero();
  }
}
