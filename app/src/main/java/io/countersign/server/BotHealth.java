package io.countersign.server;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.function.BooleanSupplier;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/**
 * Ready while Countersign's own database answers. Slack being down does not make the bot unready:
 * runs go on.
 */
@Readiness
@ApplicationScoped
public class BotHealth implements HealthCheck {
  private volatile BooleanSupplier database = () -> false;

  /** Called once the bot stands. */
  void watch(BooleanSupplier answers) {
    database = answers;
  }

  @Override
  public HealthCheckResponse call() {
    return HealthCheckResponse.named("database").status(database.getAsBoolean()).build();
  }
}
