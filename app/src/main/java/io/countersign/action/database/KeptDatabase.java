package io.countersign.action.database;

import io.countersign.action.ActionFailed;
import io.countersign.estate.DatabaseRef;
import io.countersign.estate.Registry;
import io.countersign.postgres.Servers;
import io.countersign.postgres.Sessions;
import io.countersign.postgres.TenantDatabases;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;

/**
 * A database that a swap kept, looked at before it may go: its OID must bear the recorded name (or
 * the name that a drop gives it on the way), it must be closed, nobody connected, and neither
 * registry nor secrets may lead to it. Changes nothing.
 */
final class KeptDatabase {
  private static final String NEXT =
      "if it is not needed any more, close it, and it is asked about again.";

  private final Servers servers;
  private final Registry registry;

  KeptDatabase(Servers servers, Registry registry) {
    this.servers = servers;
    this.registry = registry;
  }

  /**
   * Its identity, for an intent.
   *
   * @throws ActionFailed with the reason where it may not go; nothing was changed
   */
  Map<String, String> mayGo(Connection session, DatabaseRef database)
      throws ActionFailed, SQLException {
    var bearing = Doomed.bearing(session, database);
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
    Doomed.requireNothingStanding(session, database, bearing, NEXT);
    return Doomed.identity(servers, session, database, Map.of());
  }

  private static ActionFailed refused(DatabaseRef database, String why) {
    return Doomed.refused(database, why, NEXT);
  }
}
