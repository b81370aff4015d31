package io.countersign.action.database;

import static io.countersign.action.database.TwoServers.NAME;
import static io.countersign.action.database.TwoServers.once;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.action.Outcome;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** 150 pooled clients and 10 restless ones cannot keep a swap from succeeding at the first try. */
class FirstTryTest {
  private static final int POOLED = 150;
  private static final int RESTLESS = 10;
  private static final int MANY = Integer.getInteger("rounds", 100);
  private final SwapStage stage = new SwapStage();
  private final List<Long> blackouts = new ArrayList<>();
  private final List<Long> waits = new ArrayList<>();

  FirstTryTest() throws SQLException {}

  @AfterEach
  void theFirstDatabaseIsLiveAgain() throws SQLException {
    stage.setBack();
  }

  @Test
  void there_and_back_under_150_pooled_and_10_restless_clients() throws Exception {
    rounds(3);
  }

  @Test
  @Tag("chaos")
  void there_and_back_many_times() throws Exception {
    rounds(MANY);
  }

  private void rounds(int number) throws Exception {
    try (var clients = new SwapClients(stage.servers, POOLED, RESTLESS)) {
      for (int round = 0; round < number; round++) {
        clients.awaitAllServed();
        clients.measureAnew();
        var there = once(stage.action(_ -> {}), stage.inputs(), "cutover");
        assertThat(there).as("round %d, there", round).isInstanceOf(Outcome.Done.class);
        noted(
            ((DatabaseSwap.Out) ((Outcome.Done<?>) there).outputs()).blackout().toMillis(),
            clients);
        var back = once(stage.back(_ -> {}), stage.inputsBack(), "cutback");
        assertThat(back).as("round %d, back", round).isInstanceOf(Outcome.Done.class);
        noted(
            ((DatabaseSwapBack.Out) ((Outcome.Done<?>) back).outputs()).blackout().toMillis(),
            clients);
        assertThat(stage.nameOf(stage.live.oid())).isEqualTo(NAME);
        stage.admin(
            "ALTER DATABASE \""
                + stage.nameOf(stage.restored.oid())
                + "\" RENAME TO "
                + SwapStage.RESTORED);
      }
    }
    System.out.printf(
        "%d swaps under %d pooled and %d restless clients, all at the first try: blackout median %d"
            + " ms, max %d ms; worst client wait median %d ms, max %d ms%n",
        blackouts.size(),
        POOLED,
        RESTLESS,
        median(blackouts),
        blackouts.stream().max(Long::compare).orElseThrow(),
        median(waits),
        waits.stream().max(Long::compare).orElseThrow());
    assertThat(blackouts).hasSize(2 * number);
  }

  private void noted(long blackout, SwapClients clients) {
    blackouts.add(blackout);
    clients.awaitAllServed();
    waits.add(clients.worstClientMillis());
    clients.measureAnew();
  }

  static long median(List<Long> figures) {
    return figures.stream().sorted().skip((figures.size() - 1) / 2).findFirst().orElseThrow();
  }
}
