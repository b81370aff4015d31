package io.countersign.postgres;

import io.countersign.Problem;
import io.countersign.estate.ServerRestorer.RestorerUnavailable;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** What a restore asks of the server that it copies. */
final class SourceServer {
  /** A standby must have at least the primary's values of these, or replay stops. */
  private static final Map<String, String> AT_LEAST =
      Map.of(
          "max_connections", "max_connections",
          "max_worker_processes", "max_worker_processes",
          "max_wal_senders", "max_wal_senders",
          "max_prepared_transactions", "max_prepared_xacts",
          "max_locks_per_transaction", "max_locks_per_xact");

  /** Texts depend on these. */
  private static final List<String> EQUAL =
      List.of("lc_monetary", "lc_numeric", "lc_time", "default_text_search_config");

  private static final Pattern CONTROLLED = Pattern.compile("(?m)^(max_\\w+) setting: +(\\d+)$");

  private SourceServer() {}

  interface Asking<T> {
    T ask(Connection session) throws SQLException;
  }

  /**
   * What the copy must wait for and be like.
   *
   * @param awaited the WAL file with a commit after the target
   */
  record Settled(String awaited, long segmentBytes, Map<String, String> settings) {}

  /**
   * Which server it is.
   *
   * @throws RestorerUnavailable where it is a standby
   */
  static TenantDatabases.ServerFacts facts(Connection session) throws SQLException {
    var facts = TenantDatabases.server(session);
    if (facts.inRecovery()) {
      throw new RestorerUnavailable(
          new Problem(
              "asking the server how far back it can be restored",
              "it is in recovery: a standby, not the primary.",
              "Point the registry's row at the primary."));
    }
    return facts;
  }

  /** The values of {@link #AT_LEAST} when the base backup was made, from pg_controldata. */
  static Map<String, Long> controlled(ServerPrograms.Ended controldata) {
    var values = new HashMap<String, Long>();
    var lines = CONTROLLED.matcher(controldata.output());
    while (lines.find()) {
      values.put(lines.group(1), Long.valueOf(lines.group(2)));
    }
    return values;
  }

  /**
   * Commits something, so that recovery finds a commit after the target even where the server is
   * idle, and ends the WAL file, so that it is archived now.
   */
  static Settled settle(Connection session, Map<String, Long> controlled) throws SQLException {
    var live = settings(session);
    if (live.getOrDefault("archive_mode", "off").equals("off")) {
      throw new RestorerUnavailable(
          new Problem(
              "preparing the source of the server copy",
              "it does not archive its WAL (archive_mode is off).",
              "Set archive_mode and archive_command, restart it, and make a base backup."));
    }
    var settings = new HashMap<String, String>();
    EQUAL.forEach(it -> settings.put(it, live.getOrDefault(it, "")));
    AT_LEAST.forEach(
        (name, inControlFile) ->
            settings.put(
                name,
                Long.toString(
                    Math.max(
                        Long.parseLong(live.getOrDefault(name, "0")),
                        controlled.getOrDefault(inControlFile, 0L)))));
    long segment = Long.parseLong(live.getOrDefault("wal_segment_size", "16777216"));
    return new Settled(endWalFile(session), segment, settings);
  }

  private static String endWalFile(Connection session) throws SQLException {
    try (var statement = session.createStatement()) {
      statement.execute("SELECT pg_current_xact_id()");
      try (var rows = statement.executeQuery("SELECT pg_walfile_name(pg_switch_wal())")) {
        rows.next();
        return rows.getString(1);
      }
    } catch (SQLException refused) {
      if (!"42501".equals(refused.getSQLState())) {
        throw refused;
      }
      throw new RestorerUnavailable(
          new Problem(
              "ending the source's current WAL file",
              "the bot may not call pg_switch_wal().",
              "As an administrator, in the database postgres: GRANT EXECUTE ON FUNCTION"
                  + " pg_switch_wal() TO the bot's role."));
    }
  }

  private static Map<String, String> settings(Connection session) throws SQLException {
    var values = new HashMap<String, String>();
    try (var statement = session.createStatement();
        // reset_val: what the server has, not what our own session has set
        var rows = statement.executeQuery("SELECT name, reset_val FROM pg_settings")) {
      while (rows.next()) {
        var value = rows.getString("reset_val");
        values.put(rows.getString("name"), value == null ? "" : value);
      }
    }
    return values;
  }
}
