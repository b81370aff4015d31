package io.countersign.server;

import io.countersign.slack.SlackEdge;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/**
 * Ready while Countersign's own database answers and Slack takes the bot's tokens. Slack being away
 * does not make the bot unready: runs go on. A token that is refused does: nobody can be told
 * anything or vote, and a new version with a wrong one should not take an old one's place.
 */
@Readiness
@ApplicationScoped
public class BotHealth implements HealthCheck {
  private volatile BooleanSupplier database = () -> false;
  private volatile Supplier<SlackEdge.Standing> slack =
      () -> new SlackEdge.Standing(true, Map.of());

  /** Called once the bot stands. */
  void watch(BooleanSupplier answers, Supplier<SlackEdge.Standing> standing) {
    database = answers;
    slack = standing;
  }

  @Override
  public HealthCheckResponse call() {
    boolean answers = database.getAsBoolean();
    var standing = slack.get();
    var response =
        HealthCheckResponse.named("countersign")
            .status(answers && standing.usable())
            .withData("database", answers ? "answers" : "does not answer");
    standing.says().forEach(response::withData);
    return response.build();
  }
}
