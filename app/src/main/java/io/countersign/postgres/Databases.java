package io.countersign.postgres;

import io.countersign.Problem;
import io.countersign.action.ActionFailed;
import io.countersign.action.Stop;
import io.countersign.estate.DatabaseRef;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.postgresql.PGConnection;

/** Small things that every action on whole databases needs. */
public final class Databases {
  private Databases() {}

  /**
   * Opens a database to those who may connect, or closes it to everybody, superusers too. The name
   * is checked to belong to the OID in the same transaction: closing another one would be an
   * outage.
   *
   * @param session outside that database, in autocommit
   * @throws ActionFailed where OID and name no longer belong together; nothing has been changed
   */
  public static void allowConnections(Connection session, DatabaseRef database, boolean allow)
      throws ActionFailed, SQLException {
    inTransaction(
        session,
        () -> {
          TenantDatabases.pinned(session, database);
          execute(
              session,
              "ALTER DATABASE "
                  + Identifiers.quoted(database.name())
                  + " ALLOW_CONNECTIONS "
                  + allow);
          TenantDatabases.pinned(session, database);
        });
  }

  /** A part of a transaction. */
  @FunctionalInterface
  public interface Part {
    void run() throws ActionFailed, SQLException;
  }

  /** Runs one transaction; anything thrown rolls it back. */
  public static void inTransaction(Connection session, Part part)
      throws ActionFailed, SQLException {
    session.setAutoCommit(false);
    boolean committed = false;
    try {
      part.run();
      session.commit();
      committed = true;
    } finally {
      if (!session.isClosed()) {
        if (!committed) {
          session.rollback();
        }
        session.setAutoCommit(true);
      }
    }
  }

  /** The server's major version, for example 15. */
  public static int major(Connection session) throws SQLException {
    return (int) number(session, "SELECT current_setting('server_version_num')::int / 10000");
  }

  /** The single number that a statement without parameters gives. */
  public static long number(Connection session, String sql) throws SQLException {
    try (var statement = session.createStatement();
        var row = statement.executeQuery(sql)) {
      row.next();
      return row.getLong(1);
    }
  }

  /** Runs statements one by one. */
  public static void execute(Connection session, List<String> statements) throws SQLException {
    try (var statement = session.createStatement()) {
      for (var sql : statements) {
        statement.execute(sql);
      }
    }
  }

  public static void execute(Connection session, String sql) throws SQLException {
    execute(session, List.of(sql));
  }

  /** Waits on the server, at most 5 ms: how bounded loops pause between two looks. */
  public static void pause(Connection session) throws SQLException {
    execute(session, "SELECT pg_sleep(0.005)");
  }

  /**
   * Bounds how long a session waits for an answer: where the network is cut without a word, the
   * server's own time-outs are not heard of. The session is lost then.
   */
  public static Connection answeringWithin(Duration limit, Connection session) throws SQLException {
    session.setNetworkTimeout(Runnable::run, Math.toIntExact(limit.toMillis()));
    return session;
  }

  /**
   * Ends a session's work when the run must end: its statement is cancelled and the session cut.
   * What follows on it fails, and the caller asks {@link Stop#check}.
   */
  public static Connection endingWith(Stop stop, Connection session) {
    stop.onRequest(
        () -> {
          try {
            if (!session.isClosed()) {
              session.unwrap(PGConnection.class).cancelQuery();
              session.abort(Runnable::run);
            }
          } catch (SQLException gone) {
            // it is over already, which is what was asked for
          }
        });
    return session;
  }

  /**
   * The server must be a primary: on a standby nothing can be changed, and what it shows is old.
   *
   * @throws ActionFailed where it is in recovery
   */
  public static void requirePrimary(Connection session, String server)
      throws ActionFailed, SQLException {
    if (number(session, "SELECT pg_is_in_recovery()::int") != 0) {
      throw new ActionFailed(
          new Problem(
              "looking at the server " + server,
              "it is in recovery, so it is not the primary.",
              "Check the server's address in the registry: it must lead to the primary."));
    }
  }
}
