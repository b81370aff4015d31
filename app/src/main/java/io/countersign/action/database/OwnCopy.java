package io.countersign.action.database;

import io.countersign.Problem;
import io.countersign.action.ActionFailed;
import io.countersign.action.Attempt;
import io.countersign.action.Visit;
import io.countersign.estate.DatabaseRef;
import io.countersign.estate.Registry;
import io.countersign.postgres.DatabaseDrop;
import io.countersign.postgres.Databases;
import io.countersign.postgres.MadeNames;
import io.countersign.postgres.Servers;
import io.countersign.postgres.Sessions;
import io.countersign.postgres.TenantDatabases;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import org.postgresql.PGConnection;

/**
 * The database that this run copied, changed after it was compared. It must bear the OID and name
 * that the run gave it, and nothing may lead to it. Closed before and after; in between the bot is
 * alone in it.
 */
final class OwnCopy {
  private static final int LOOKS = 1_000;

  private final Servers servers;
  private final Registry registry;

  OwnCopy(Servers servers, Registry registry) {
    this.servers = servers;
    this.registry = registry;
  }

  /** Work inside the copy. */
  @FunctionalInterface
  interface Inside<T> {
    T run(Connection inside) throws ActionFailed, SQLException;
  }

  /** Its identity, for an intent. The live database is not named: nothing is done to it. */
  Map<String, String> identity(DatabaseRef copy) throws ActionFailed {
    return Map.of(
        "server", servers.identity(copy.server()),
        "database.oid", Long.toString(copy.oid()),
        "database.name", copy.name());
  }

  /**
   * Runs work while nobody else can be inside: the copy is opened, entered, closed again to all
   * others, and those who came in between are ended. Afterwards it is closed and empty.
   */
  <T> T alone(Attempt<?> attempt, String doing, DatabaseRef copy, Inside<T> work)
      throws ActionFailed, SQLException {
    require(attempt.visit(), doing, copy);
    try (var outside = open(attempt, copy, Servers.MAINTENANCE)) {
      Databases.requirePrimary(outside, copy.server().name());
      attempt.fence();
      Databases.allowConnections(outside, copy, true);
      T done;
      try (var inside = open(attempt, copy, copy.name())) {
        Databases.allowConnections(outside, copy, false);
        others(doing, outside, copy, inside.unwrap(PGConnection.class).getBackendPID());
        TenantDatabases.pinned(inside, copy);
        attempt.fence();
        done = work.run(inside);
      }
      DatabaseDrop.emptied(doing, outside, copy);
      return done;
    }
  }

  /** Runs work while the copy is open to whoever may connect to it; closed and empty afterwards. */
  void open(Attempt<?> attempt, String doing, DatabaseRef copy, Inside<?> work)
      throws ActionFailed, SQLException {
    require(attempt.visit(), doing, copy);
    try (var outside = open(attempt, copy, Servers.MAINTENANCE)) {
      Databases.requirePrimary(outside, copy.server().name());
      attempt.fence();
      Databases.allowConnections(outside, copy, true);
      try {
        work.run(outside);
      } finally {
        DatabaseDrop.emptied(doing, outside, copy);
      }
    }
  }

  Connection open(Attempt<?> attempt, DatabaseRef database, String name)
      throws ActionFailed, SQLException {
    return Databases.endingWith(
        attempt.stop(), servers.open(database.server(), name, attempt.visit().applicationName()));
  }

  private static void others(String doing, Connection outside, DatabaseRef copy, int own)
      throws ActionFailed, SQLException {
    for (int i = 0; i < LOOKS; i++) {
      var others =
          Sessions.all(outside, copy.oid()).stream().filter(it -> it.pid() != own).toList();
      if (others.isEmpty()) {
        return;
      }
      var left = Sessions.end(outside, others);
      if (!left.isEmpty()) {
        break;
      }
      Databases.pause(outside);
    }
    throw new ActionFailed(
        new Problem(
            doing,
            "others are in "
                + copy.name()
                + " and do not go: "
                + Sessions.shown(
                    Sessions.all(outside, copy.oid()).stream()
                        .filter(it -> it.pid() != own)
                        .toList())
                + ".",
            "End them as a superuser, then retry."));
  }

  /** Fails closed: a registry or secret that cannot be read refuses. */
  void require(Visit<?> visit, String doing, DatabaseRef copy) throws ActionFailed {
    if (!MadeNames.madeBy(visit, copy.name())) {
      throw refused(doing, "its name is not one that this run gives.");
    }
    var own = registry.tenant(visit.tenant().slug()).stream().toList();
    var reference = References.to(copy, registry, servers, own);
    if (reference.isPresent()) {
      throw refused(doing, reference.get() + ".");
    }
  }

  private static ActionFailed refused(String doing, String why) {
    return new ActionFailed(
        new Problem(
            doing,
            "refused: " + why + " Nothing was changed.",
            "Only what this run copied is changed or dropped without a gate. Check the runbook."));
  }
}
