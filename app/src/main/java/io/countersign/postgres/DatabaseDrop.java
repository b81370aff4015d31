package io.countersign.postgres;

import static io.countersign.postgres.Identifiers.quoted;

import io.countersign.Problem;
import io.countersign.action.ActionFailed;
import io.countersign.action.Symptoms;
import io.countersign.estate.DatabaseRef;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;

/**
 * Drops one database and certainly no other: OID and recorded name must belong together, it is
 * closed and emptied, renamed to a name that holds its OID, looked at again, and dropped by that
 * name. Repeatable from any point.
 */
public final class DatabaseDrop {
  private static final int LOOKS = 1_000;
  private static final Duration DROPPED_WITHIN = Duration.ofMinutes(30);

  private DatabaseDrop() {}

  /** Whether there was anything to drop. */
  public enum Result {
    DROPPED,
    ALREADY_GONE
  }

  /** {@code <name>_drop_<oid>}; where that is longer than a name may be, {@code drop_<oid>}. */
  public static String dropName(DatabaseRef database) {
    var name = database.name() + "_drop_" + database.oid();
    return name.getBytes(StandardCharsets.UTF_8).length <= Identifiers.MAX_BYTES
        ? name
        : "drop_" + database.oid();
  }

  /**
   * Drops it. Whether it may be dropped is the caller's question.
   *
   * @param session in the maintenance database, in autocommit
   * @param fence called before each irreversible statement
   * @throws ActionFailed where OID and name do not belong together, or somebody stays connected
   */
  public static Result drop(String doing, Connection session, DatabaseRef database, Runnable fence)
      throws ActionFailed, SQLException {
    var found = TenantDatabases.byOid(session, database.oid());
    var named = TenantDatabases.byName(session, database.name());
    if (found.isEmpty() && named.isEmpty()) {
      return Result.ALREADY_GONE;
    }
    var renamed = new DatabaseRef(database.server(), database.oid(), dropName(database));
    if (found.isEmpty() || !found.get().name().equals(renamed.name())) {
      TenantDatabases.pinned(session, database);
      emptied(doing, session, database);
      fence.run();
      Databases.inTransaction(session, () -> rename(session, database, renamed));
    }
    emptied(doing, session, renamed);
    fence.run();
    // a checkpoint and a million files may take their time
    Databases.answeringWithin(DROPPED_WITHIN, session);
    Databases.execute(session, "DROP DATABASE " + quoted(renamed.name()));
    return Result.DROPPED;
  }

  private static void rename(Connection session, DatabaseRef from, DatabaseRef to)
      throws ActionFailed, SQLException {
    Databases.execute(session, "SET LOCAL lock_timeout = '5s'");
    Databases.execute(
        session, "ALTER DATABASE " + quoted(from.name()) + " RENAME TO " + quoted(to.name()));
    TenantDatabases.pinned(session, to);
  }

  /**
   * Closes a database and ends its sessions until nobody is connected.
   *
   * @throws ActionFailed where somebody stays, by name
   */
  public static void emptied(String doing, Connection session, DatabaseRef database)
      throws ActionFailed, SQLException {
    emptiedBut(doing, session, database, OptionalInt.empty());
  }

  /**
   * The same, leaving one session of ours in it.
   *
   * @param own its process id
   * @return how many others were ended
   */
  public static int emptiedBut(
      String doing, Connection session, DatabaseRef database, OptionalInt own)
      throws ActionFailed, SQLException {
    Databases.allowConnections(session, database, false);
    var ended = new HashSet<Integer>();
    for (int i = 0; i < LOOKS; i++) {
      var sessions = others(session, database, own);
      sessions.forEach(it -> ended.add(it.pid()));
      if (sessions.isEmpty()) {
        return ended.size();
      }
      var left = Sessions.end(session, sessions);
      if (!left.isEmpty()) {
        throw new ActionFailed(
            new Problem(
                doing,
                "these sessions may not be ended by the bot: "
                    + Sessions.shown(left.stream().map(Sessions.Left::session).toList())
                    + ".",
                "End them as a superuser, then retry."));
      }
      Databases.pause(session);
    }
    throw new ActionFailed(
        new Problem(
            doing,
            "sessions do not end: "
                + Sessions.shown(others(session, database, own))
                + ". "
                + Symptoms.sessionsStay().cause(),
            Symptoms.sessionsStay().fix()));
  }

  private static List<Sessions.Session> others(
      Connection session, DatabaseRef database, OptionalInt own) throws SQLException {
    return Sessions.all(session, database.oid()).stream()
        .filter(it -> own.isEmpty() || it.pid() != own.getAsInt())
        .toList();
  }
}
