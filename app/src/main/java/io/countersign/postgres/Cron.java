package io.countersign.postgres;

import io.countersign.action.ActionFailed;
import io.countersign.estate.DatabaseRef;
import io.countersign.postgres.Obstacles.Check;
import io.countersign.postgres.Obstacles.Obstacle;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** pg_cron's rows name databases, so its jobs would go on in whatever bears the name. */
public final class Cron {
  private static final String UNDEFINED_TABLE = "42P01";

  private static final Check CHECK =
      new Check(
          "pg_cron runs jobs in the database: %s",
          "pause them: UPDATE cron.job SET active = false WHERE …",
          "SELECT jobid::text FROM cron.job WHERE active AND database = ?");

  private final Servers servers;

  public Cron(Servers servers) {
    this.servers = servers;
  }

  /** The active jobs of a database; jobs that the bot may not see count as found. */
  public List<Obstacle> obstacles(DatabaseRef database, String application)
      throws ActionFailed, SQLException {
    String home;
    try (var outside = servers.open(database.server(), Servers.MAINTENANCE, application)) {
      home = home(outside);
    }
    if (home.isEmpty()) {
      return List.of();
    }
    try (var session = servers.open(database.server(), home, application)) {
      return obstacles(session, database.name());
    }
  }

  /** The database in which pg_cron keeps its jobs; empty where it is not loaded. */
  private static String home(Connection session) throws SQLException {
    try (var statement = session.createStatement();
        var rows =
            statement.executeQuery(
                "SELECT coalesce(current_setting('cron.database_name', true), '')")) {
      rows.next();
      return rows.getString(1);
    }
  }

  private static List<Obstacle> obstacles(Connection session, String database) throws SQLException {
    try {
      return Obstacles.check(session, List.of(CHECK), database);
    } catch (SQLException refused) {
      if (UNDEFINED_TABLE.equals(refused.getSQLState())) {
        return List.of();
      }
      return List.of(
          new Obstacle(
              "the bot may not read cron.job (" + ServerErrors.reduced(refused) + ")",
              "GRANT SELECT ON cron.job TO the bot's role and let its policy show all jobs"));
    }
  }
}
