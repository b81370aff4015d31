package io.countersign.action.database;

import io.countersign.action.ActionFailed;
import io.countersign.action.Attempt;
import io.countersign.estate.DatabaseRef;
import io.countersign.estate.ServerRef;
import io.countersign.postgres.DatabaseDrop;
import io.countersign.postgres.ServerWork;
import io.countersign.postgres.Servers;
import io.countersign.postgres.StepSessions;
import io.countersign.postgres.TenantDatabases;
import java.sql.Connection;
import java.sql.SQLException;

/** What an attempt left that made a database and did not come to its end. */
final class HalfMade {
  private HalfMade() {}

  /**
   * Ends the attempt's sessions on the server, and drops the half-made database where both its OID
   * and its name are those of the intent ({@code target.oid}, {@code target.name}).
   *
   * @throws IllegalStateException where the server cannot be asked; clearing is repeated
   */
  static void remove(Servers servers, Attempt<?> attempt, ServerRef server) {
    var intent = attempt.intent();
    var made =
        new DatabaseRef(
            server, Long.parseLong(intent.fact("target.oid")), intent.fact("target.name"));
    var doing = "removing the half-made database " + made;
    ServerWork.clearing(
        doing,
        () -> {
          var name = attempt.visit().applicationName();
          try (var session = servers.open(server, Servers.MAINTENANCE, name)) {
            StepSessions.end(session, attempt);
            return dropped(doing, session, made, attempt);
          }
        });
  }

  /** The name alone may be another's, and so may the OID alone: then nothing of ours is left. */
  private static DatabaseDrop.Result dropped(
      String doing, Connection session, DatabaseRef made, Attempt<?> attempt)
      throws ActionFailed, SQLException {
    var name = TenantDatabases.byOid(session, made.oid()).map(TenantDatabases.Found::name);
    boolean ours =
        name.isPresent()
            && (name.get().equals(made.name()) || name.get().equals(DatabaseDrop.dropName(made)));
    return ours
        ? DatabaseDrop.drop(doing, session, made, attempt::fence)
        : DatabaseDrop.Result.ALREADY_GONE;
  }
}
