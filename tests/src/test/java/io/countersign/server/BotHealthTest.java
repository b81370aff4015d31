package io.countersign.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.slack.SlackEdge;
import java.util.Map;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.junit.jupiter.api.Test;

/** What whoever watches over the bot reads. */
class BotHealthTest {
  private static HealthCheckResponse asked(boolean database, SlackEdge.Standing standing) {
    var health = new BotHealth();
    health.watch(() -> database, () -> standing);
    return health.call();
  }

  @Test
  void a_bot_is_ready_without_slack_and_not_with_a_token_that_slack_refuses() {
    var away = new SlackEdge.Standing(true, Map.of("slack", "away since noon"));
    var refused = new SlackEdge.Standing(false, Map.of("slack", "refuses the bot's token"));

    assertThat(asked(true, away).getStatus()).isEqualTo(HealthCheckResponse.Status.UP);
    assertThat(asked(false, away).getStatus()).isEqualTo(HealthCheckResponse.Status.DOWN);
    assertThat(asked(true, refused).getStatus()).isEqualTo(HealthCheckResponse.Status.DOWN);
    assertThat(asked(true, refused).getData().orElseThrow())
        .containsEntry("slack", "refuses the bot's token")
        .containsEntry("database", "answers");
  }
}
