package io.countersign.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Lists and ends the sessions of one database, from a session outside it. */
public final class Sessions {
  private static final int SHOWN = 5;

  private Sessions() {}

  /**
   * One session. Autovacuum's workers are never listed: PostgreSQL cancels them itself.
   *
   * @param application what the client calls itself
   * @param started when it began; empty where the server hides it from a bot without
   *     pg_read_all_stats
   */
  public record Session(
      int pid, String user, String application, String type, Optional<Instant> started) {
    /** For people: {@code pid 4711 (exporter as monitoring)}. */
    public String shown() {
      return "pid "
          + pid
          + " ("
          + (application.isEmpty() ? type : application)
          + " as "
          + user
          + ")";
    }
  }

  /**
   * A session that we may not end.
   *
   * @param why the server's reduced answer
   */
  public record Left(Session session, String why) {}

  /** All sessions of the database but the caller's own. */
  public static List<Session> all(Connection session, long database) throws SQLException {
    return olderThan(session, database, Instant.parse("9999-01-01T00:00:00Z"));
  }

  /**
   * The sessions that began, or whose transaction began, before a moment: they may still work with
   * what was true before it. A session whose beginning is hidden counts as older.
   */
  public static List<Session> olderThan(Connection session, long database, Instant moment)
      throws SQLException {
    var sql =
        """
        SELECT pid, coalesce(usename, '') AS usename, coalesce(application_name, '') AS application,
               coalesce(backend_type, '') AS backend_type, backend_start
          FROM pg_stat_activity
         WHERE datid = ?::text::oid
           AND pid <> pg_backend_pid()
           AND backend_type IS DISTINCT FROM 'autovacuum worker'
           AND (backend_start < ?::timestamptz OR xact_start < ?::timestamptz
                OR (backend_start IS NULL AND usesysid IS NOT NULL))
         ORDER BY backend_start
        """;
    clearSnapshot(session);
    try (var statement = session.prepareStatement(sql)) {
      statement.setString(1, Long.toString(database));
      statement.setString(2, moment.toString());
      statement.setString(3, moment.toString());
      var sessions = new ArrayList<Session>();
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          sessions.add(
              new Session(
                  rows.getInt("pid"),
                  rows.getString("usename"),
                  rows.getString("application"),
                  rows.getString("backend_type"),
                  Optional.ofNullable(rows.getObject("backend_start", OffsetDateTime.class))
                      .map(OffsetDateTime::toInstant)));
        }
      }
      return sessions;
    }
  }

  /**
   * Ends sessions one by one: a single one that we may not end would abort a statement over all.
   * Returns as soon as all have been told; they go a moment later.
   *
   * @return those that we may not end
   */
  public static List<Left> end(Connection session, List<Session> sessions) throws SQLException {
    var left = new ArrayList<Left>();
    for (var each : sessions) {
      try {
        end(session, each);
      } catch (SQLException refused) {
        if (session.isClosed()) {
          throw refused;
        }
        left.add(new Left(each, ServerErrors.reduced(refused)));
      }
    }
    return left;
  }

  /** Names sessions for people: the first five, then how many more. */
  public static String shown(List<Session> sessions) {
    var names = sessions.stream().limit(SHOWN).map(Session::shown).toList();
    int more = sessions.size() - names.size();
    return String.join(", ", names) + (more > 0 ? " and " + more + " more" : "");
  }

  /**
   * Names who is connected, without the bot: {@code rcm-core 41, reporting 2}. A session without a
   * name is called by its user.
   */
  public static String byApplication(List<Session> sessions) {
    var counts = new java.util.TreeMap<String, Integer>();
    sessions.stream()
        .filter(it -> !it.application().startsWith("cs/"))
        .map(it -> it.application().isBlank() ? it.user() : it.application())
        .forEach(it -> counts.merge(it, 1, Integer::sum));
    var named =
        counts.entrySet().stream()
            .sorted(java.util.Map.Entry.<String, Integer>comparingByValue().reversed())
            .limit(SHOWN)
            .map(it -> it.getKey() + " " + it.getValue())
            .toList();
    int more = counts.size() - named.size();
    return counts.isEmpty()
        ? "nobody"
        : String.join(", ", named) + (more > 0 ? " and " + more + " programs more" : "");
  }

  /** The number of a process is given anew after its end, so its start is compared as well. */
  private static void end(Connection session, Session which) throws SQLException {
    var sql =
        """
        SELECT pg_terminate_backend(pid)
          FROM pg_stat_activity
         WHERE pid = ? AND backend_start IS NOT DISTINCT FROM ?::timestamptz
        """;
    clearSnapshot(session);
    try (var statement = session.prepareStatement(sql)) {
      statement.setInt(1, which.pid());
      statement.setString(2, which.started().map(Instant::toString).orElse(null));
      statement.execute();
    }
  }

  private static void clearSnapshot(Connection session) throws SQLException {
    try (var statement = session.createStatement()) {
      statement.execute("SELECT pg_stat_clear_snapshot()");
    }
  }
}
