package io.countersign.story;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.sandbox.postgres.Traffic;
import io.countersign.sandbox.slack.Workspace;
import io.countersign.support.Stage;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What somebody writes past the freeze is told before it is lost, once, while the application goes
 * on trying to write.
 */
@Tag("chaos")
class WrittenAfterTheFreezeTest {
  private static final String WRITE =
      """
      BEGIN READ WRITE;
      UPDATE members.claim SET amount = amount + 1 WHERE id IN (SELECT id FROM members.claim ORDER BY id LIMIT 3);
      COMMIT
      """;

  @Test
  void a_write_past_the_freeze_is_asked_about_once_and_the_running_traffic_never()
      throws Exception {
    try (var stage = Stage.open();
        var traffic = Traffic.start(stage.world().medsuite(), "acme", 6, Duration.ofSeconds(1))) {
      var run = stage.start("acme");
      var first = stage.awaitCard(run);
      stage.world().execute("tenant_acme", WRITE);

      stage.click(Workspace.BOB, first, Stage.APPROVE);
      Stage.await(
          "the second card",
          () -> stage.card(run).filter(it -> !it.ts().equals(first.ts())).isPresent());
      assertThat(stage.awaitCard(run).rendered())
          .contains("rows of members.claim written since the freeze: 0 -> 3");
      assertThat(stage.besides("acme"))
          .as("nothing was swapped")
          .noneMatch(it -> it.contains("_pre_pitr_"));

      stage.click(Workspace.BOB, stage.awaitCard(run), Stage.APPROVE);
      assertThat(stage.awaitEnded(run)).as(stage.thread(run)).startsWith("acme is back");
      assertThat(stage.events(run)).filteredOn("gate-opened"::equals).hasSize(2);
      assertThat(stage.events(run)).filteredOn("gate-lapsed"::equals).hasSize(1);
      long writes = traffic.writes();
      Stage.await("acme's application writes again", () -> traffic.writes() > writes);
    }
  }
}
