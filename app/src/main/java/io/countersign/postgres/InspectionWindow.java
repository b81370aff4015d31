package io.countersign.postgres;

import io.countersign.Problem;
import io.countersign.action.ActionFailed;
import io.countersign.action.Attempt;
import io.countersign.estate.DatabaseRef;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.postgresql.PGConnection;

/**
 * Lets the bot alone look into a database that a swap kept, and leaves it closed. Nothing is
 * granted or revoked: a session outlives the moment in which the database takes connections. So it
 * is opened, entered by one session of ours, and closed again before anything is read; whoever came
 * in with us is ended. A crash can leave it open only within that moment, and {@link #clear} closes
 * it then.
 *
 * <p>The session is named {@code cs/<run>/<step>/<attempt>} and reads only. The kept database is
 * known by OID and name: once it is live again it bears another name, and is never closed.
 */
public final class InspectionWindow {
  private static final int LOOKS = 1_000;
  private final Servers servers;

  public InspectionWindow(Servers servers) {
    this.servers = servers;
  }

  /** What is looked at. */
  @FunctionalInterface
  public interface Look<T> {
    T in(Connection inside) throws ActionFailed, SQLException;
  }

  /** What a plan shows of a window, without what is read in it. */
  public static List<String> planned(String name, String oid) {
    return List.of(
        "ALTER DATABASE " + name + " ALLOW_CONNECTIONS true -- for one session of the bot",
        "ALTER DATABASE " + name + " ALLOW_CONNECTIONS false -- as soon as that is in",
        PlannedSql.endSessions("datid = " + oid + " and that is not the bot's own"));
  }

  /**
   * Refuses where the database is not closed: somebody opened it, and works in it for a reason.
   *
   * @param outside in the maintenance database
   * @throws ActionFailed where OID and name do not belong together, or it is open
   */
  public static void requireClosed(String doing, Connection outside, DatabaseRef kept)
      throws ActionFailed, SQLException {
    if (TenantDatabases.pinned(outside, kept).allowsConnections()) {
      throw new ActionFailed(
          new Problem(
              doing,
              "somebody has opened " + kept.name() + " to connections. Nothing was changed.",
              "Find out who uses it. If nobody does, close it (ALTER DATABASE "
                  + Identifiers.quoted(kept.name())
                  + " ALLOW_CONNECTIONS false), then start anew."));
    }
  }

  /**
   * Looks into the database. Afterwards it is closed and nobody is in it, however the look ended;
   * only where the server is lost meanwhile, {@link #clear} has to see to it.
   *
   * @throws ActionFailed where it is not closed, or others are in it that the bot may not end
   */
  public <T> T look(Attempt<?> attempt, String doing, DatabaseRef kept, Look<T> look)
      throws ActionFailed, SQLException {
    // not ended by a stop: it has to close what it opened
    try (var outside = open(attempt, kept, Servers.MAINTENANCE)) {
      Databases.requirePrimary(outside, kept.server().name());
      requireClosed(doing, outside, kept);
      try {
        return alone(attempt, doing, outside, kept, look);
      } finally {
        DatabaseDrop.emptied(doing, outside, kept);
      }
    }
  }

  private <T> T alone(
      Attempt<?> attempt, String doing, Connection outside, DatabaseRef kept, Look<T> look)
      throws ActionFailed, SQLException {
    attempt.fence();
    Databases.allowConnections(outside, kept, true);
    try (var inside = Databases.endingWith(attempt.stop(), open(attempt, kept, kept.name()))) {
      Databases.allowConnections(outside, kept, false);
      endOthers(doing, outside, kept, inside.unwrap(PGConnection.class).getBackendPID());
      TenantDatabases.pinned(inside, kept);
      Databases.execute(inside, "SET default_transaction_read_only = on");
      return look.in(inside);
    }
  }

  private Connection open(Attempt<?> attempt, DatabaseRef kept, String database)
      throws ActionFailed, SQLException {
    return servers.open(kept.server(), database, attempt.visit().applicationName());
  }

  private static void endOthers(String doing, Connection outside, DatabaseRef kept, int own)
      throws ActionFailed, SQLException {
    for (int i = 0; i < LOOKS; i++) {
      var others =
          Sessions.all(outside, kept.oid()).stream().filter(it -> it.pid() != own).toList();
      if (others.isEmpty()) {
        return;
      }
      var left = Sessions.end(outside, others);
      if (!left.isEmpty()) {
        throw stay(doing, kept, left.stream().map(Sessions.Left::session).toList());
      }
      Databases.pause(outside);
    }
    throw stay(
        doing,
        kept,
        Sessions.all(outside, kept.oid()).stream().filter(it -> it.pid() != own).toList());
  }

  private static ActionFailed stay(
      String doing, DatabaseRef kept, List<Sessions.Session> sessions) {
    return new ActionFailed(
        new Problem(
            doing,
            "others are in "
                + kept.name()
                + " and do not go: "
                + Sessions.shown(sessions)
                + ". It is closed.",
            "End them as a superuser, then retry."));
  }

  /**
   * Ends what an attempt and those before it left, then closes the database if they died in the
   * moment in which it was open. Where the OID bears another name, it is left alone: it may be
   * live.
   *
   * @throws IllegalStateException where the server cannot be asked; clearing is then repeated
   */
  public void clear(Attempt<?> attempt, DatabaseRef kept, String doing) {
    ServerWork.clearing(
        doing,
        () -> {
          try (var outside = open(attempt, kept, Servers.MAINTENANCE)) {
            // first, so that none of them opens it behind us
            StepSessions.end(outside, attempt);
            var found = TenantDatabases.byOid(outside, kept.oid());
            if (found.isPresent()
                && found.get().name().equals(kept.name())
                && found.get().allowsConnections()) {
              attempt.fence();
              Databases.allowConnections(outside, kept, false);
            }
            return kept;
          }
        });
  }
}
