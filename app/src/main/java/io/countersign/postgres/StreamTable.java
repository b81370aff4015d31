package io.countersign.postgres;

import io.countersign.postgres.TableHashes.Table;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A table whose rows are streamed: ordinary tables, leaf partitions and parents in an inheritance
 * (each only its own rows), and what extensions declare as configuration.
 *
 * @param columns those that are stored; dropped and generated ones are not among them
 * @param asText where the binary form says too much (OIDs of {@code regclass} and its like, which
 *     the copy does not keep) or does not exist
 * @param heap whether its rows may be written frozen
 * @param alone whether its statistics depend on no other table and on nothing that is made after
 *     all rows (extended statistics)
 * @param condition of an extension's configuration table, which rows are the tenant's; empty for
 *     tables of his own
 * @param bytes on disk with TOAST, without indexes
 */
record StreamTable(
    long oid,
    Table table,
    List<String> columns,
    boolean asText,
    boolean heap,
    boolean alone,
    Optional<String> condition,
    long bytes) {
  private static final String TABLES =
      """
      WITH RECURSIVE part (top, oid) AS (
        SELECT DISTINCT a.atttypid, a.atttypid
          FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
         WHERE c.relkind = 'r' AND c.oid >= 16384 AND a.attnum > 0 AND NOT a.attisdropped
        UNION
        SELECT p.top, inner_type.oid
          FROM part p JOIN pg_type y ON y.oid = p.oid
          CROSS JOIN LATERAL (
            SELECT y.typbasetype AS oid WHERE y.typtype = 'd'
            UNION ALL SELECT y.typelem WHERE y.typcategory = 'A'
            UNION ALL SELECT a.atttypid FROM pg_attribute a
                       WHERE y.typrelid <> 0 AND a.attrelid = y.typrelid AND a.attnum > 0
                         AND NOT a.attisdropped
            UNION ALL SELECT r.rngsubtype FROM pg_range r
                       WHERE y.oid IN (r.rngtypid, r.rngmultitypid)) AS inner_type),
      only_text (oid) AS (
        SELECT DISTINCT p.top FROM part p JOIN pg_type y ON y.oid = p.oid
         WHERE y.typsend = 0 OR y.typreceive = 0
            OR y.oid < 16384 AND (y.typname ~ '^reg' OR y.typname = 'xml'))
      SELECT c.oid, n.nspname, c.relname, pg_table_size(c.oid) AS bytes, m.amname = 'heap' AS heap,
             ARRAY(SELECT a.attname::text FROM pg_attribute a
                    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                      AND a.attgenerated = '' ORDER BY a.attnum) AS columns,
             EXISTS (SELECT 1 FROM pg_attribute a JOIN only_text t ON t.oid = a.atttypid
                      WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                        AND a.attgenerated = '') AS as_text,
             x.oid IS NULL
               AND NOT EXISTS (SELECT 1 FROM pg_inherits i WHERE c.oid IN (i.inhrelid, i.inhparent))
               AND NOT EXISTS (SELECT 1 FROM pg_statistic_ext s WHERE s.stxrelid = c.oid) AS alone,
             x.condition
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_am m ON m.oid = c.relam
        LEFT JOIN (SELECT unnest(extconfig) AS oid, unnest(extcondition) AS condition
                     FROM pg_extension) x ON x.oid = c.oid
       WHERE c.relkind = 'r' AND c.relpersistence <> 't'
         AND (x.oid IS NOT NULL
              OR n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
                 AND NOT EXISTS (SELECT 1 FROM pg_depend e
                                  WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid
                                    AND e.deptype = 'e'))
       ORDER BY bytes DESC, n.nspname, c.relname
      """;

  StreamTable {
    columns = List.copyOf(columns);
  }

  /** All of them, the largest first. */
  static List<StreamTable> all(Connection source) throws SQLException {
    var tables = new ArrayList<StreamTable>();
    try (var statement = source.createStatement();
        var row = statement.executeQuery(TABLES)) {
      while (row.next()) {
        tables.add(read(row));
      }
    }
    return tables;
  }

  private static StreamTable read(ResultSet row) throws SQLException {
    return new StreamTable(
        row.getLong("oid"),
        new Table(row.getString("nspname"), row.getString("relname")),
        List.of((String[]) row.getArray("columns").getArray()),
        row.getBoolean("as_text"),
        row.getBoolean("heap"),
        row.getBoolean("alone"),
        Optional.ofNullable(row.getString("condition")),
        row.getLong("bytes"));
  }

  /** Whether the copy's table holds nothing that must stay. */
  boolean whole() {
    return condition.isEmpty();
  }

  String out() {
    var from =
        condition
            .map(
                it ->
                    "(SELECT "
                        + (columns.isEmpty() ? "" : names())
                        + " FROM ONLY "
                        + table.quoted()
                        + " "
                        + it
                        + ")")
            .orElse(target());
    return "COPY " + from + " TO STDOUT (FORMAT " + format() + ")";
  }

  String in() {
    return "COPY "
        + target()
        + " FROM STDIN (FORMAT "
        + format()
        + (whole() && heap ? ", FREEZE" : "")
        + ")";
  }

  String truncate() {
    return "TRUNCATE ONLY " + table.quoted();
  }

  private String format() {
    return asText ? "text" : "binary";
  }

  private String target() {
    return table.quoted() + (columns.isEmpty() ? "" : " (" + names() + ")");
  }

  private String names() {
    return columns.stream().map(Identifiers::quoted).collect(Collectors.joining(", "));
  }
}
