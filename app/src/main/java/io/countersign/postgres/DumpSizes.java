package io.countersign.postgres;

import io.countersign.Bytes;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * What makes a dump large.
 *
 * @param queues schemas of pg-boss that the estate's file does not leave out
 * @param largest the three largest tables with their sizes, the largest first
 */
public record DumpSizes(List<String> queues, List<String> largest) {
  /** pg-boss's own tables, whatever the schema is called. */
  private static final String QUEUES =
      """
      SELECT n.nspname
        FROM pg_namespace n
       WHERE n.nspname <> ALL (?)
         AND EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = n.oid AND c.relname = 'job')
         AND (n.nspname ~ 'pg_?boss'
              OR EXISTS (SELECT FROM pg_class c
                          WHERE c.relnamespace = n.oid AND c.relname = 'schedule')
             AND EXISTS (SELECT FROM pg_class c
                          WHERE c.relnamespace = n.oid AND c.relname = 'version'))
       ORDER BY 1
      """;

  private static final String LARGEST =
      """
      SELECT n.nspname || '.' || c.relname, pg_table_size(c.oid)
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind IN ('r', 'm') AND n.nspname !~ '^pg_'
         AND n.nspname <> 'information_schema' AND n.nspname <> ALL (?)
       ORDER BY 2 DESC, 1 LIMIT 3
      """;

  public DumpSizes {
    queues = List.copyOf(queues);
    largest = List.copyOf(largest);
  }

  /**
   * Looks, from a session inside the database.
   *
   * @param without schemas that are left out of dumps
   */
  public static DumpSizes of(Connection inside, List<String> without) throws SQLException {
    var queues = new ArrayList<String>();
    var largest = new ArrayList<String>();
    try (var query = inside.prepareStatement(QUEUES)) {
      query.setArray(1, inside.createArrayOf("text", without.toArray()));
      try (var row = query.executeQuery()) {
        while (row.next()) {
          queues.add(row.getString(1));
        }
      }
    }
    try (var query = inside.prepareStatement(LARGEST)) {
      query.setArray(1, inside.createArrayOf("text", without.toArray()));
      try (var row = query.executeQuery()) {
        while (row.next()) {
          largest.add(row.getString(1) + " (" + Bytes.shown(row.getLong(2)) + ")");
        }
      }
    }
    return new DumpSizes(queues, largest);
  }
}
