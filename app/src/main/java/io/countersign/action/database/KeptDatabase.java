package io.countersign.action.database;

import io.countersign.Problem;
import io.countersign.action.ActionFailed;
import io.countersign.action.Visit;
import io.countersign.estate.DatabaseRef;
import io.countersign.estate.Registry;
import io.countersign.postgres.DatabaseDrop;
import io.countersign.postgres.Databases;
import io.countersign.postgres.Obstacles;
import io.countersign.postgres.Servers;
import io.countersign.postgres.Sessions;
import io.countersign.postgres.SwapLook;
import io.countersign.postgres.TenantDatabases;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/**
 * A database that a swap kept, looked at before it may go: its OID must bear the recorded name (or
 * the name that a drop gives it on the way), it must be closed, nobody connected, and neither
 * registry nor secrets may lead to it. Changes nothing.
 */
final class KeptDatabase {
  private static final Duration ANSWERED_WITHIN = Duration.ofSeconds(10);
  private final Servers servers;
  private final Registry registry;

  KeptDatabase(Servers servers, Registry registry) {
    this.servers = servers;
    this.registry = registry;
  }

  Connection session(Visit<?> visit, DatabaseRef database) throws ActionFailed, SQLException {
    return Databases.answeringWithin(
        ANSWERED_WITHIN,
        servers.open(database.server(), Servers.MAINTENANCE, visit.applicationName()));
  }

  /**
   * Its identity, for an intent.
   *
   * @throws ActionFailed with the reason where it may not go; nothing was changed
   */
  Map<String, String> mayGo(Connection session, DatabaseRef database)
      throws ActionFailed, SQLException {
    Databases.requirePrimary(session, database.server().name());
    var bearing = bearing(session, database);
    var reference = References.to(database, registry, servers, registry.tenants());
    if (reference.isPresent()) {
      throw refused(database, reference.get());
    }
    if (TenantDatabases.pinned(session, bearing).allowsConnections()) {
      throw refused(database, "somebody has opened it to connections");
    }
    var sessions = Sessions.all(session, database.oid());
    if (!sessions.isEmpty()) {
      throw refused(database, "somebody is connected to it, " + Sessions.shown(sessions));
    }
    var standing = Obstacles.standing(session, bearing.name());
    if (!standing.isEmpty()) {
      // DROP would fail on some, and remove slots without a word
      var first = standing.getFirst();
      throw refused(database, first.what() + " (" + first.remedy() + ")");
    }
    var facts = new TreeMap<String, String>();
    facts.put("server", servers.identity(database.server()));
    facts.put("server.system", SwapLook.systemIdentifier(session));
    facts.put("database.oid", Long.toString(database.oid()));
    facts.put("database.name", database.name());
    facts.put("drop.name", DatabaseDrop.dropName(database));
    return facts;
  }

  /** Under the name that it bears now: its own, or the one it gets on the way out. */
  static DatabaseRef bearing(Connection session, DatabaseRef database)
      throws ActionFailed, SQLException {
    var onItsWay =
        new DatabaseRef(database.server(), database.oid(), DatabaseDrop.dropName(database));
    var found = TenantDatabases.byOid(session, database.oid());
    if (found.isPresent() && found.get().name().equals(onItsWay.name())) {
      return onItsWay;
    }
    TenantDatabases.pinned(session, database);
    return database;
  }

  private static ActionFailed refused(DatabaseRef database, String why) {
    return new ActionFailed(
        new Problem(
            "looking whether " + database.name() + " may go",
            why + ". Nothing was changed.",
            "It stays. Find out who uses it; if it is not needed any more, close it, and it is"
                + " asked about again."));
  }
}
