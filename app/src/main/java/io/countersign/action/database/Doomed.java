package io.countersign.action.database;

import io.countersign.Problem;
import io.countersign.action.ActionFailed;
import io.countersign.action.Visit;
import io.countersign.estate.DatabaseRef;
import io.countersign.postgres.DatabaseDrop;
import io.countersign.postgres.Databases;
import io.countersign.postgres.Obstacles;
import io.countersign.postgres.Servers;
import io.countersign.postgres.SwapLook;
import io.countersign.postgres.TenantDatabases;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/** What holds for every database that may have to go for ever, whatever it was. Changes nothing. */
final class Doomed {
  private static final Duration ANSWERED_WITHIN = Duration.ofSeconds(10);

  private Doomed() {}

  static Connection session(Servers servers, Visit<?> visit, DatabaseRef database)
      throws ActionFailed, SQLException {
    return Databases.answeringWithin(
        ANSWERED_WITHIN,
        servers.open(database.server(), Servers.MAINTENANCE, visit.applicationName()));
  }

  /**
   * Under the name that it bears now: its own, or the one it gets on the way out.
   *
   * @throws ActionFailed where its OID bears another name, or the server is no primary
   */
  static DatabaseRef bearing(Connection session, DatabaseRef database)
      throws ActionFailed, SQLException {
    Databases.requirePrimary(session, database.server().name());
    var onItsWay =
        new DatabaseRef(database.server(), database.oid(), DatabaseDrop.dropName(database));
    var found = TenantDatabases.byOid(session, database.oid());
    if (found.isPresent() && found.get().name().equals(onItsWay.name())) {
      return onItsWay;
    }
    TenantDatabases.pinned(session, database);
    return database;
  }

  /**
   * Which one it is, for an intent; any of it that differs later is another one.
   *
   * @param also what goes with it
   */
  static Map<String, String> identity(
      Servers servers, Connection session, DatabaseRef database, Map<String, String> also)
      throws ActionFailed, SQLException {
    var facts = new TreeMap<>(also);
    facts.put("server", servers.identity(database.server()));
    facts.put("server.system", SwapLook.systemIdentifier(session));
    facts.put("database.oid", Long.toString(database.oid()));
    facts.put("database.name", database.name());
    facts.put("drop.name", DatabaseDrop.dropName(database));
    return facts;
  }

  /** On some of these DROP would fail, and slots it would remove without a word. */
  static void requireNothingStanding(
      Connection session, DatabaseRef database, DatabaseRef bearing, String next)
      throws ActionFailed, SQLException {
    var standing = Obstacles.standing(session, bearing.name());
    if (!standing.isEmpty()) {
      var first = standing.getFirst();
      throw refused(database, first.what() + " (" + first.remedy() + ")", next);
    }
  }

  static long bytes(Connection session, DatabaseRef database) throws SQLException {
    try (var query = session.prepareStatement("SELECT pg_database_size(?::text::oid)")) {
      query.setString(1, Long.toString(database.oid()));
      try (var row = query.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    }
  }

  static ActionFailed refused(DatabaseRef database, String why, String next) {
    return new ActionFailed(
        new Problem(
            "looking whether " + database.name() + " may go",
            why + ". Nothing was changed.",
            "It stays. Find out who uses it; " + next));
  }
}
