package io.countersign.sandbox;

import java.sql.SQLException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Deletes a row of the restored database while indexes are still being built over it, so that it
 * must differ from its source: the demo that shows that parity is not a formality.
 */
final class Saboteur implements AutoCloseable {
  private static final String COPY =
      "SELECT datname FROM pg_database WHERE datname LIKE 'tenant\\_acme\\_restore\\_%'";

  private final SandboxWorld world;
  private final ScheduledExecutorService eye = Executors.newSingleThreadScheduledExecutor();

  private Saboteur(SandboxWorld world) {
    this.world = world;
  }

  static Saboteur start(SandboxWorld world) {
    var saboteur = new Saboteur(world);
    var _ = saboteur.eye.scheduleWithFixedDelay(saboteur::look, 0, 20, TimeUnit.MILLISECONDS);
    return saboteur;
  }

  private void look() {
    var copy = world.one("postgres", COPY);
    if (copy.equals("(no row)")) {
      return;
    }
    try (var connection = world.medsuite().live().admin(copy);
        var statement = connection.createStatement()) {
      statement.execute("SET lock_timeout = '10s'");
      if (statement.executeUpdate(
              "DELETE FROM members.claim WHERE id = (SELECT min(id) FROM members.claim)")
          == 1) {
        eye.shutdown();
      }
    } catch (SQLException tooEarly) {
      // the table is not there yet, or the database is being made: look again
    }
  }

  @Override
  public void close() {
    eye.shutdownNow();
  }
}
