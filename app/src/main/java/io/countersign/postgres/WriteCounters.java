package io.countersign.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Counts what was written to a database. To be read by a session of ours inside it, after the
 * sessions that may have written are gone: a session's counts reach the view up to ten seconds
 * late, but at the latest when it ends.
 */
public final class WriteCounters {
  private WriteCounters() {}

  /**
   * One reading. Two readings can be compared only if {@link #since} is equal in both; else the
   * number of writes between them is unknown.
   *
   * @param writes rows inserted, updated and deleted, rolled-back ones too, by tables outside the
   *     queue schemas, and large objects; from 0
   * @param since changes when the statistics were reset, when the server was started anew or
   *     crashed, and when a table was made, dropped, truncated or rewritten (which no counter
   *     shows)
   * @param byTable the same by table, those with writes alone; empty where that is not known
   */
  public record Reading(long writes, String since, Map<String, Long> byTable) {
    private static final int NAMED = 10;

    public Reading {
      byTable = Map.copyOf(byTable);
    }

    public Reading(long writes, String since) {
      this(writes, since, Map.of());
    }

    /** As one text, a line per table; {@link #read} reads it again. */
    public String tables() {
      return new TreeMap<>(byTable)
          .entrySet().stream()
              .map(it -> it.getValue() + " " + it.getKey())
              .collect(Collectors.joining("\n"));
    }

    /** A reading of which the tables were written down with {@link #tables}. */
    public static Reading of(long writes, String since, String tables) {
      return new Reading(
          writes,
          since,
          tables
              .lines()
              .filter(it -> it.matches("[0-9]{1,18} .+"))
              .collect(
                  Collectors.toMap(
                      it -> it.substring(it.indexOf(' ') + 1),
                      it -> Long.parseLong(it.substring(0, it.indexOf(' '))),
                      Long::sum)));
    }

    /**
     * What was written after an earlier reading, for people: {@code none}, {@code members.claim 3},
     * {@code unknown}.
     */
    public String since(Reading earlier) {
      if (!earlier.since.equals(since)) {
        return "unknown: counters were reset, or tables were made, dropped or rewritten";
      }
      var names = new TreeSet<>(byTable.keySet());
      names.removeIf(
          it -> byTable.getOrDefault(it, 0L).equals(earlier.byTable.getOrDefault(it, 0L)));
      // no table and no write: nothing had been counted yet, as after a crash
      boolean byTableUnknown = earlier.byTable.isEmpty() && earlier.writes > 0;
      if (writes == earlier.writes && (names.isEmpty() || byTableUnknown)) {
        return "none";
      }
      if (names.isEmpty() || byTableUnknown) {
        long more = writes - earlier.writes;
        return more + (more == 1 ? " row" : " rows");
      }
      var named =
          names.stream()
              .limit(NAMED)
              .map(
                  it ->
                      it
                          + " "
                          + (byTable.getOrDefault(it, 0L) - earlier.byTable.getOrDefault(it, 0L)))
              .collect(Collectors.joining(", "));
      return named
          + (names.size() > NAMED ? " and " + (names.size() - NAMED) + " tables more" : "");
    }
  }

  /** Before and after as {@link Reading#since(Reading)} says them, for people. */
  public static String difference(String before, String after) {
    return "rows written since the freeze: " + before + " -> " + after;
  }

  /**
   * Reads the counters of the session's own database.
   *
   * @param queueSchemas schemas whose writes do not count
   */
  public static Reading read(Connection inside, List<String> queueSchemas) throws SQLException {
    var sql =
        """
        SELECT concat_ws(' ',
                 'reset', coalesce((SELECT extract(epoch FROM stats_reset)::text
                                      FROM pg_stat_database
                                     WHERE datname = current_database()), 'never'),
                 'started', extract(epoch FROM pg_postmaster_start_time())::text,
                 'recovered', coalesce((SELECT extract(epoch FROM stats_reset)::text
                                          FROM pg_stat_bgwriter), 'never'),
                 'storage', (SELECT md5(coalesce(string_agg(
                                       c.oid || ':' || c.relfilenode, ',' ORDER BY c.oid), ''))
                               FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                              WHERE c.relkind IN ('r', 'm', 'p')
                                AND n.nspname NOT IN ('pg_catalog', 'information_schema')
                                AND n.nspname !~ '^pg_(toast|temp_)'
                                AND n.nspname <> ALL (?))) AS since
        """;
    var queues = inside.createArrayOf("text", queueSchemas.toArray());
    try (var clear = inside.createStatement();
        var statement = inside.prepareStatement(sql)) {
      clear.execute("SELECT pg_stat_clear_snapshot()");
      var tables = byTable(inside, queues);
      statement.setArray(1, queues);
      try (var rows = statement.executeQuery()) {
        rows.next();
        long writes = tables.values().stream().mapToLong(Long::longValue).sum();
        return new Reading(writes, rows.getString("since"), tables);
      }
    }
  }

  /** One statement, so that all tables are of one look. */
  private static Map<String, Long> byTable(Connection inside, java.sql.Array queues)
      throws SQLException {
    var sql =
        """
        SELECT replace(schemaname || '.' || relname, chr(10), ' ') AS name,
               n_tup_ins + n_tup_upd + n_tup_del AS writes
          FROM pg_stat_all_tables
         WHERE n_tup_ins + n_tup_upd + n_tup_del > 0
           AND (relid = 'pg_catalog.pg_largeobject'::regclass
                OR (schemaname NOT IN ('pg_catalog', 'information_schema')
                    AND schemaname !~ '^pg_(toast|temp_)'
                    AND schemaname <> ALL (?)))
        """;
    var tables = new TreeMap<String, Long>();
    try (var statement = inside.prepareStatement(sql)) {
      statement.setArray(1, queues);
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          tables.merge(rows.getString("name"), rows.getLong("writes"), Long::sum);
        }
      }
    }
    return tables;
  }
}
