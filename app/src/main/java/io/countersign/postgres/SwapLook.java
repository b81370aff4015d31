package io.countersign.postgres;

import io.countersign.action.ActionFailed;
import io.countersign.estate.DatabaseRef;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What is looked at before a swap and after one whose end was not seen. */
public final class SwapLook {
  private static final String SUPERUSERS =
      """
      SELECT a.pid, a.usename, coalesce(a.application_name, '') AS application,
             coalesce(a.backend_type, '') AS backend_type
        FROM pg_stat_activity a JOIN pg_roles r ON r.oid = a.usesysid
       WHERE a.datid = ? AND r.rolsuper AND a.backend_type IS DISTINCT FROM 'autovacuum worker'
       ORDER BY a.pid
      """;

  private SwapLook() {}

  /** Whose names the two OIDs bear. */
  public enum Names {
    SWAPPED,
    AS_BEFORE,
    NEITHER
  }

  /** Looks at both OIDs in one statement. */
  public static Names names(
      Connection session, DatabaseRef live, DatabaseRef restored, String keptName)
      throws SQLException {
    var sql =
        """
        SELECT (SELECT datname FROM pg_database WHERE oid = ?) AS live,
               (SELECT datname FROM pg_database WHERE oid = ?) AS restored
        """;
    try (var query = session.prepareStatement(sql)) {
      query.setLong(1, live.oid());
      query.setLong(2, restored.oid());
      try (var row = query.executeQuery()) {
        row.next();
        var ofLive = row.getString("live");
        var ofRestored = row.getString("restored");
        if (keptName.equals(ofLive) && live.name().equals(ofRestored)) {
          return Names.SWAPPED;
        }
        return live.name().equals(ofLive) && restored.name().equals(ofRestored)
            ? Names.AS_BEFORE
            : Names.NEITHER;
      }
    }
  }

  /** What a person runs where nobody knows. */
  public static String check(DatabaseRef live, DatabaseRef restored, String keptName) {
    return "On "
        + live.server().name()
        + " run: SELECT oid, datname, datallowconn FROM pg_database WHERE oid IN ("
        + live.oid()
        + ", "
        + restored.oid()
        + "); the swap is done if "
        + restored.oid()
        + " is called "
        + live.name()
        + " and "
        + live.oid()
        + " is called "
        + keptName
        + "; it is not if they are called "
        + restored.name()
        + " and "
        + live.name()
        + ".";
  }

  /** The name of an OID for an intent; {@code (gone)} where nothing bears it. */
  public static String name(Connection session, long oid) throws SQLException {
    return TenantDatabases.byOid(session, oid).map(TenantDatabases.Found::name).orElse("(gone)");
  }

  /** The cluster's identifier; {@code (not readable)} where the right to read it was revoked. */
  public static String systemIdentifier(Connection session) throws SQLException {
    try {
      return TenantDatabases.server(session).systemIdentifier();
    } catch (SQLException refused) {
      if ("42501".equals(refused.getSQLState())) {
        return "(not readable)";
      }
      throw refused;
    }
  }

  /**
   * Finds, before anybody is disturbed, what would make the swap fail in the middle, or would stay
   * behind with the old database. All of it may have come since the preflight.
   *
   * @param coming the database that becomes live
   * @throws ActionFailed which names all of it with the remedies
   */
  public static void refuse(String doing, Connection session, DatabaseRef live, DatabaseRef coming)
      throws ActionFailed, SQLException {
    var found = new ArrayList<>(Obstacles.standing(session, live.name()));
    for (var each : Obstacles.standing(session, coming.name())) {
      found.add(new Obstacles.Obstacle(coming.name() + ": " + each.what(), each.remedy()));
    }
    found.addAll(superusers(session, live.oid()));
    found.addAll(superusers(session, coming.oid()));
    if (!found.isEmpty()) {
      throw new ActionFailed(Obstacles.problem(doing, found));
    }
  }

  /** Sessions that the bot may not end, where there are some. */
  static List<Obstacles.Obstacle> superusers(Connection session, long database)
      throws SQLException {
    var superusers = new ArrayList<Sessions.Session>();
    try (var query = session.prepareStatement(SUPERUSERS)) {
      query.setLong(1, database);
      try (var row = query.executeQuery()) {
        while (row.next()) {
          superusers.add(
              new Sessions.Session(
                  row.getInt("pid"),
                  row.getString("usename"),
                  row.getString("application"),
                  row.getString("backend_type"),
                  Optional.empty()));
        }
      }
    }
    return superusers.isEmpty()
        ? List.of()
        : List.of(
            new Obstacles.Obstacle(
                "sessions of superusers may not be ended by the bot: " + Sessions.shown(superusers),
                "stop these programs, or end their sessions as a superuser (SELECT"
                    + " pg_terminate_backend(pid))"));
  }
}
