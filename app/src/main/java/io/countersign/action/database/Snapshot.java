package io.countersign.action.database;

import io.countersign.action.ActionFailed;
import io.countersign.estate.DatabaseRef;
import io.countersign.estate.Registry;
import io.countersign.estate.RunSecrets;
import io.countersign.estate.SecretName;
import io.countersign.postgres.ReaderRole;
import io.countersign.postgres.Servers;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;

/**
 * A snapshot before it goes: its database must bear its OID and name, its reader and its secret
 * must be those of one run, and no tenant may live in it. Changes nothing.
 */
final class Snapshot {
  private static final String NEXT = "it is asked about again.";
  private final Servers servers;
  private final Registry registry;

  Snapshot(Servers servers, Registry registry) {
    this.servers = servers;
    this.registry = registry;
  }

  /** What is to go. */
  record Body(DatabaseRef database, String reader, SecretName secret) {}

  /**
   * Its identity, for an intent.
   *
   * @throws ActionFailed with the reason where it may not go; nothing was changed
   */
  Map<String, String> mayGo(Connection session, Body body) throws ActionFailed, SQLException {
    var database = body.database();
    var bearing = Doomed.bearing(session, database);
    requireApart(body);
    Doomed.requireNothingStanding(session, database, bearing, NEXT);
    return Doomed.identity(
        servers,
        session,
        database,
        Map.of("reader.role", body.reader(), "reader.secret", body.secret().value()));
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
    return Doomed.refused(body.database(), why, NEXT);
  }
}
