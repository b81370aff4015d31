package io.countersign.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

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
   */
  public record Reading(long writes, String since) {}

  /**
   * Reads the counters of the session's own database.
   *
   * @param queueSchemas schemas whose writes do not count
   */
  public static Reading read(Connection inside, List<String> queueSchemas) throws SQLException {
    var sql =
        """
        SELECT (SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::bigint
                  FROM pg_stat_all_tables
                 WHERE relid = 'pg_catalog.pg_largeobject'::regclass
                    OR (schemaname NOT IN ('pg_catalog', 'information_schema')
                        AND schemaname !~ '^pg_(toast|temp_)'
                        AND schemaname <> ALL (?))) AS writes,
               concat_ws(' ',
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
      statement.setArray(1, queues);
      statement.setArray(2, queues);
      try (var rows = statement.executeQuery()) {
        rows.next();
        return new Reading(rows.getLong("writes"), rows.getString("since"));
      }
    }
  }
}
