package io.countersign.action.database;

import io.countersign.Problem;
import io.countersign.action.ActionFailed;
import io.countersign.action.Visit;
import io.countersign.estate.DatabaseRef;
import io.countersign.estate.Registry;
import io.countersign.estate.RunSecrets;
import io.countersign.estate.SecretName;
import io.countersign.postgres.DatabaseDrop;
import io.countersign.postgres.Databases;
import io.countersign.postgres.Obstacles;
import io.countersign.postgres.ReaderRole;
import io.countersign.postgres.Servers;
import io.countersign.postgres.TenantDatabases;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/**
 * A snapshot before it goes: its database must bear its OID and name, its reader and its secret
 * must be those of one run, and no tenant may live in it. Changes nothing.
 */
final class Snapshot {
  private static final Duration ANSWERED_WITHIN = Duration.ofSeconds(10);
  private final Servers servers;
  private final Registry registry;

  Snapshot(Servers servers, Registry registry) {
    this.servers = servers;
    this.registry = registry;
  }

  Servers servers() {
    return servers;
  }

  /** What is to go. */
  record Body(DatabaseRef database, String reader, SecretName secret) {}

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
  Map<String, String> mayGo(Connection session, Body body) throws ActionFailed, SQLException {
    var database = body.database();
    Databases.requirePrimary(session, database.server().name());
    var bearing = KeptDatabase.bearing(session, database);
    requireApart(body);
    var standing = Obstacles.standing(session, bearing.name());
    if (!standing.isEmpty()) {
      var first = standing.getFirst();
      throw refused(body, first.what() + " (" + first.remedy() + ")");
    }
    var facts = new TreeMap<String, String>();
    facts.put("server", servers.identity(database.server()));
    facts.put("server.system", TenantDatabases.server(session).systemIdentifier());
    facts.put("database.oid", Long.toString(database.oid()));
    facts.put("database.name", database.name());
    facts.put("drop.name", DatabaseDrop.dropName(database));
    facts.put("reader.role", body.reader());
    facts.put("reader.secret", body.secret().value());
    return facts;
  }

  private void requireApart(Body body) throws ActionFailed {
    var run = ReaderRole.run(body.reader());
    if (run.isEmpty()) {
      throw refused(body, body.reader() + " is no role that a run made to read a snapshot");
    }
    if (!RunSecrets.owner(body.secret()).equals(run.map(RunSecrets::owner))) {
      throw refused(body, "the secret " + body.secret() + " is not that of " + body.reader());
    }
    var reference = References.to(body.database(), registry, servers, registry.tenants());
    if (reference.isPresent()) {
      throw refused(body, reference.get());
    }
  }

  private static ActionFailed refused(Body body, String why) {
    return new ActionFailed(
        new Problem(
            "looking whether " + body.database().name() + " may go",
            why + ". Nothing was changed.",
            "It stays. Find out who uses it; it is asked about again."));
  }
}
