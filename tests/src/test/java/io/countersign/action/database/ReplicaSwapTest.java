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
import io.countersign.estate.Neighbours;
import io.countersign.postgres.Replicas;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The swap with a real standby, whose sessions it does not end by itself. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReplicaSwapTest {
  private Standby standby;
  private SwapStage stage;

  @BeforeAll
  void aStandbyFollows() throws Exception {
    stage = new SwapStage();
    stage.setBack();
    standby = new Standby(TwoServers.shared());
  }

  @AfterAll
  void itGoes() throws Exception {
    standby.close();
  }

  @AfterEach
  void theFirstDatabaseIsLiveAgain() throws SQLException {
    stage.setBack();
  }

  private void stage(Neighbours beside) throws SQLException {
    stage = new SwapStage(beside, Map.of());
  }

  private Neighbours listed() {
    return new Neighbours(List.of(), List.of(standby.replica()));
  }

  private static long whereabouts(Connection client) throws SQLException {
    try (var statement = client.createStatement();
        var row = statement.executeQuery(WHERE_AM_I)) {
      row.next();
      return row.getLong(1);
    }
  }

  @Test
  void a_session_on_a_standby_is_ended_and_a_new_one_reads_the_restored_rows() throws Exception {
    stage(listed());
    try (var before = standby.connect(NAME, "acme_app")) {
      assertThat(whereabouts(before)).isEqualTo(stage.live.oid());
      var outcome = (Outcome.Done<?>) once(stage.action(_ -> {}), stage.inputs(), "cutover");
      assertThat(outcome.said()).contains("1 session was ended on the standby 127.0.0.1:");
      assertThatThrownBy(() -> whereabouts(before)).isInstanceOf(SQLException.class);
    }
    try (var after = standby.connect(NAME, "acme_app")) {
      assertThat(whereabouts(after)).isEqualTo(stage.restored.oid());
    }
  }

  /** The bot died after COMMIT: whoever finds the swap done ends them. */
  @Test
  void a_swap_that_is_found_done_ends_them_too() throws Exception {
    stage(listed());
    var blind = new Unaware(stage);
    var attempt = begun(blind.action(), stage.inputs(), "cutover", 1);
    Awaitility.await().until(this::follows);
    try (var before = standby.connect(NAME, "acme_app")) {
      assertThat(blind.action().act(attempt)).isInstanceOf(Outcome.Done.class);
      assertThat(whereabouts(before)).as("as it is without us").isEqualTo(stage.live.oid());
      assertThat(stage.action(_ -> {}).probe(attempt))
          .isInstanceOfSatisfying(
              Finding.Done.class, it -> assertThat(it.said()).contains("1 session was ended"));
      assertThatThrownBy(() -> whereabouts(before)).isInstanceOf(SQLException.class);
    }
  }

  private boolean follows() throws SQLException {
    try (var session = standby.connect("postgres", "bot");
        var query =
            session.prepareStatement("SELECT 1 FROM pg_database WHERE oid = ? AND datname = ?")) {
      query.setLong(1, stage.restored.oid());
      query.setString(2, SwapStage.RESTORED);
      return query.executeQuery().next();
    }
  }

  /** The same stage as an estate sees it that lists no standby. */
  private record Unaware(SwapStage stage) {
    DatabaseSwap action() {
      return new DatabaseSwap(stage.known(), stage.servers.estate(), _ -> {});
    }
  }

  @Test
  void a_standby_that_cannot_be_asked_is_told_and_the_swap_stands() throws Exception {
    stage(new Neighbours(List.of(), List.of(new Neighbours.Replica("127.0.0.1", 1))));
    var outcome = (Outcome.Done<?>) once(stage.action(_ -> {}), stage.inputs(), "cutover");
    assertThat(outcome.said())
        .contains("sessions on the standby 127.0.0.1:1 may still read the old rows")
        .contains(
            "pg_terminate_backend(pid) FROM pg_stat_activity WHERE datid = " + stage.live.oid());
    assertThat(stage.nameOf(stage.restored.oid())).isEqualTo(NAME);
  }

  /** Where a replica's row is wrong, it must not cost anybody a session. */
  @Test
  void a_server_that_is_no_standby_is_left_alone() throws Exception {
    var port = TwoServers.shared().copyPort;
    stage(new Neighbours(List.of(), List.of(new Neighbours.Replica("127.0.0.1", port))));
    // a physical copy: its database has the live one's OID
    try (var other = stage.servers.connect(TwoServers.COPY, NAME, "acme_app")) {
      assertThat(whereabouts(other)).isEqualTo(stage.live.oid());
      var outcome = (Outcome.Done<?>) once(stage.action(_ -> {}), stage.inputs(), "cutover");
      assertThat(outcome.said()).contains("does not show the swap");
      assertThat(other.isValid(2)).isTrue();
    }
  }

  @Test
  void a_standby_that_the_estate_does_not_list_is_noted() throws Exception {
    stage(Neighbours.NONE);
    try (var primary = stage.servers.connect(LIVE, "postgres", "postgres")) {
      assertThat(new Replicas(stage.known(), stage.estate(), LIVE).notes(primary, "cs/x"))
          .singleElement()
          .asString()
          .contains("(127.0.0.1) replicates the server and the estate does not list it");
      stage.setBack();
      stage(listed());
      assertThat(new Replicas(stage.known(), stage.estate(), LIVE).notes(primary, "cs/x"))
          .isEmpty();
    }
  }
}
