package io.countersign.postgres;

import io.countersign.postgres.TableHashes.Table;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Carries where sequences stand: their last value, and whether it was given out. */
final class SequenceValues {
  /** Those of extensions only where the extension declares them as configuration. */
  private static final String SEQUENCES =
      """
      SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind = 'S' AND c.relpersistence <> 't'
         AND (EXISTS (SELECT 1 FROM pg_extension x WHERE c.oid = ANY (x.extconfig))
              OR n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
                 AND NOT EXISTS (SELECT 1 FROM pg_depend e
                                  WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid
                                    AND e.deptype = 'e'))
       ORDER BY 1, 2
      """;

  private SequenceValues() {}

  static void copy(Connection source, Connection target) throws SQLException {
    try (var ask = source.createStatement();
        var set = target.prepareStatement("SELECT setval(?::regclass, ?, ?)")) {
      for (var sequence : all(source)) {
        try (var row = ask.executeQuery("SELECT last_value, is_called FROM " + sequence.quoted())) {
          row.next();
          set.setString(1, sequence.quoted());
          set.setLong(2, row.getLong(1));
          set.setBoolean(3, row.getBoolean(2));
          set.execute();
        }
      }
    }
  }

  private static List<Table> all(Connection source) throws SQLException {
    var all = new ArrayList<Table>();
    try (var statement = source.createStatement();
        var row = statement.executeQuery(SEQUENCES)) {
      while (row.next()) {
        all.add(new Table(row.getString(1), row.getString(2)));
      }
    }
    return all;
  }
}
