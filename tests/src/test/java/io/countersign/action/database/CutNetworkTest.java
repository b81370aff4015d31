package io.countersign.action.database;

import static io.countersign.action.database.SwapStage.RESTORED;
import static io.countersign.action.database.TwoServers.LIVE;
import static io.countersign.action.database.TwoServers.NAME;
import static io.countersign.action.database.TwoServers.begun;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.action.Action;
import io.countersign.action.Finding;
import io.countersign.action.Outcome;
import io.countersign.action.database.StatementProxy.Cut;
import io.countersign.action.database.StatementProxy.Point;
import io.countersign.estate.DatabaseRef;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The network is cut, and the server dies, at each statement of a swap, of the way back and of a
 * drop. Afterwards exactly one database bears the live name and can be reached, the other one is
 * kept, and what the action says is true.
 */
class CutNetworkTest {
  private static final List<String> POINTS =
      List.of(
          "asked for the lock",
          "locked",
          "alone",
          "measured",
          "left",
          "live renamed",
          "restored renamed",
          "opened and closed",
          "before COMMIT");

  private SwapStage stage = new SwapStage();
  private final StatementProxy network = new StatementProxy(stage.servers.livePort);
  private final Map<Cut, Integer> cuts = new EnumMap<>(Cut.class);

  CutNetworkTest() throws SQLException, IOException {}

  @AfterEach
  void theFirstDatabaseIsLiveAgain() throws Exception {
    network.close();
    stage.servers.botPort = stage.servers.livePort;
    stage.setBack();
  }

  /** What is tried. */
  enum Deed {
    SWAP,
    BACK,
    DROP
  }

  private void stagedAnew() throws SQLException {
    network.heal();
    stage.servers.botPort = stage.servers.livePort;
    stage.setBack();
    stage = new SwapStage();
  }

  private interface Begun {
    Outcome<?> act();

    default Finding<?> probe() {
      throw new UnsupportedOperationException();
    }
  }

  private <I extends Record, O extends Record> Begun begin(Action<I, O> action, I inputs)
      throws Exception {
    stage.servers.botPort = network.port();
    var attempt = begun(action, inputs, "cutover", 1);
    return new Begun() {
      @Override
      public Outcome<?> act() {
        return action.act(attempt);
      }

      @Override
      public Finding<?> probe() {
        return action.probe(attempt);
      }
    };
  }

  private Begun begin(Deed deed, Consumer<String> between) throws Exception {
    return switch (deed) {
      case SWAP -> begin(stage.action(between), stage.inputs());
      case BACK -> {
        var in = stage.inputs();
        yield begin(
            stage.back(between),
            new DatabaseSwapBack.In(
                in.live(),
                new DatabaseRef(LIVE, stage.restored.oid(), RESTORED),
                "rolled_back",
                in.writesAtFreeze(),
                in.statisticsSince(),
                in.writesByTable()));
      }
      case DROP -> begin(stage.drop(), new DatabaseDropKept.In(stage.restored));
    };
  }

  private List<Point> points(Deed deed) throws Exception {
    stagedAnew();
    var begun = begin(deed, _ -> {});
    network.record();
    assertThat(begun.act()).isInstanceOf(Outcome.Done.class);
    return network.seen();
  }

  private void cut(Deed deed, Point point, Cut how) throws Exception {
    stagedAnew();
    var begun = begin(deed, _ -> {});
    network.cutAt(point, how);
    var outcome = begun.act();
    if (network.happened()) {
      cuts.merge(how, 1, Integer::sum);
    }
    truth(deed, outcome, begun, deed + ", " + how + " at " + point);
  }

  private void truth(Deed deed, Outcome<?> outcome, Begun begun, String where) throws Exception {
    reachable(where);
    var live = stage.nameOf(stage.live.oid());
    var other = stage.nameOf(stage.restored.oid());
    boolean done;
    if (deed == Deed.DROP) {
      assertThat(live).as(where).isEqualTo(NAME);
      done = other.equals("(gone)");
    } else {
      done = other.equals(NAME);
      assertThat(Set.of(live, other)).as(where).contains(NAME);
      assertThat(done ? live : other)
          .as(where)
          .isEqualTo(
              done
                  ? NAME + (deed == Deed.SWAP ? "_pre_pitr_" : "_rolled_back_") + "20261121155200"
                  : RESTORED);
    }
    switch (outcome) {
      case Outcome.Done<?> _ -> assertThat(done).as(where).isTrue();
      case Outcome.Failed<?> _, Outcome.Drifted<?> _ -> assertThat(done).as(where).isFalse();
      case Outcome.Unknown<?>(var check) -> assertThat(check).as(where).contains("SELECT");
      case Outcome.Park<?> _ -> throw new AssertionError(where);
    }
    assertThat(begun.probe())
        .as(where)
        .isInstanceOf(done ? Finding.Done.class : Finding.NotDone.class);
  }

  private void reachable(String where) {
    Awaitility.await(where)
        .atMost(Duration.ofSeconds(15))
        .ignoreExceptions()
        .until(
            () -> {
              try (var client = stage.servers.connect(LIVE, NAME, "acme_app")) {
                return client.isValid(2);
              }
            });
  }

  private void swept(Deed deed, List<Point> points, List<Cut> hows) throws Exception {
    for (var point : points) {
      for (var how : hows) {
        // a DROP may take minutes, so its answer is waited for so long
        if (how != Cut.STALL || !point.text().startsWith("DROP")) {
          cut(deed, point, how);
        }
      }
    }
    System.out.println(deed + ": " + points.size() + " statements, cut " + cuts);
    assertThat(cuts).isNotEmpty();
  }

  /** The statements that change something, and the last one. */
  @ParameterizedTest
  @EnumSource(Deed.class)
  void cut_at_the_statements_that_change_something(Deed deed) throws Exception {
    var changing = points(deed).stream().filter(it -> it.text().matches(CHANGING)).toList();
    swept(deed, changing, List.of(Cut.BEFORE_THE_ANSWER));
  }

  private static final String CHANGING =
      ".*\\b(ALTER DATABASE .* RENAME|DROP DATABASE|COMMIT)\\b.*";

  @Tag("chaos")
  @ParameterizedTest
  @EnumSource(Deed.class)
  void cut_at_every_statement(Deed deed) throws Exception {
    swept(deed, points(deed), List.of(Cut.BEFORE, Cut.BEFORE_THE_ANSWER));
  }

  @Tag("chaos")
  @ParameterizedTest
  @EnumSource(Deed.class)
  void silent_at_every_statement(Deed deed) throws Exception {
    swept(deed, points(deed), List.of(Cut.STALL));
  }

  /** The network is silent when the answer to COMMIT is waited for. */
  @Tag("chaos")
  @Test
  void a_silent_network_keeps_nobody_waiting_for_ever() throws Exception {
    var commit =
        points(Deed.SWAP).stream().filter(it -> it.text().equals("COMMIT")).toList().getLast();
    cut(Deed.SWAP, commit, Cut.STALL);
    assertThat(cuts).containsKey(Cut.STALL);
  }

  private void died(Deed deed, String where) throws Exception {
    stagedAnew();
    var begun =
        begin(
            deed,
            point -> {
              if (point.equals(where)) {
                stage.servers.crash();
              }
            });
    truth(deed, begun.act(), begun, deed + ", the server died: " + where);
  }

  @Test
  void the_server_dies_before_it_commits() throws Exception {
    died(Deed.SWAP, "before COMMIT");
  }

  @Tag("chaos")
  @Test
  void the_server_dies_at_every_point() throws Exception {
    var tried = new ArrayList<String>();
    for (var deed : List.of(Deed.SWAP, Deed.BACK)) {
      for (var point : POINTS) {
        died(deed, point);
        tried.add(point);
      }
    }
    System.out.println("the server died at " + tried.size() + " points");
  }
}
