package io.countersign.postgres;

import io.countersign.action.Stop;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Counts tables and hashes their rows without regard to order. Two record hashes are equal by
 * value: numeric 1.0 and 1.00 are. Tables with types without a hash (json, xml, point) or with
 * types of their own (enums) are hashed by their rows' text form, which the session's settings make
 * comparable.
 */
public final class TableHashes {
  private static final String TABLES =
      """
      SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind = 'r' AND c.relpersistence <> 't'
         AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
       ORDER BY 1, 2
      """;

  /**
   * Columns whose record hash says too much or too little between two databases: an enum and a
   * {@code regclass} are hashed by OIDs, which a copy does not keep; citext and nondeterministic
   * collations are hashed without case. Only types that every database has alike are trusted.
   */
  private static final String OTHER_TYPES =
      """
      WITH RECURSIVE used (oid) AS (
        SELECT a.atttypid FROM pg_attribute a
         WHERE a.attrelid = ?::regclass AND a.attnum > 0 AND NOT a.attisdropped
        UNION
        SELECT CASE WHEN y.typtype = 'd' THEN y.typbasetype ELSE y.typelem END
          FROM used u JOIN pg_type y ON y.oid = u.oid
         WHERE y.typtype = 'd' OR y.typcategory = 'A')
      SELECT EXISTS (SELECT 1 FROM used u JOIN pg_type y ON y.oid = u.oid
                      WHERE y.oid >= 16384 AND y.typtype <> 'd' AND y.typcategory <> 'A'
                         OR y.typname ~ '^reg' AND y.oid < 16384)
          OR EXISTS (SELECT 1 FROM pg_attribute a JOIN pg_collation c ON c.oid = a.attcollation
                      WHERE a.attrelid = ?::regclass AND NOT a.attisdropped
                        AND NOT c.collisdeterministic)
      """;

  private TableHashes() {}

  /** A table or partition. */
  public record Table(String schema, String name) implements Comparable<Table> {
    /** For statements. */
    public String quoted() {
      return Identifiers.quoted(schema) + "." + Identifiers.quoted(name);
    }

    @Override
    public int compareTo(Table other) {
      int bySchema = schema.compareTo(other.schema);
      return bySchema != 0 ? bySchema : name.compareTo(other.name);
    }

    @Override
    public String toString() {
      return schema + "." + name;
    }
  }

  /** How rows are hashed. */
  public enum Method {
    RECORD,
    TEXT
  }

  /**
   * @param hash a sum of 64-bit hashes; any number of digits
   */
  public record Hash(long rows, String hash, Method method) {}

  /**
   * All tables with rows of their own, sorted. Partitioned parents have none; a materialised view's
   * rows are made anew by the restore and may rightly differ from a source that was not refreshed.
   */
  public static List<Table> tables(Connection inside) throws SQLException {
    var tables = new ArrayList<Table>();
    try (var statement = inside.createStatement();
        var row = statement.executeQuery(TABLES)) {
      while (row.next()) {
        tables.add(new Table(row.getString(1), row.getString(2)));
      }
    }
    return tables;
  }

  /**
   * Hashes tables one by one.
   *
   * @param eachDone called after each table
   * @throws Stop.Stopped where the run must end
   */
  public static Map<Table, Hash> of(
      Connection inside, List<Table> tables, Stop stop, Runnable eachDone) throws SQLException {
    var hashes = new TreeMap<Table, Hash>();
    for (var table : tables) {
      stop.check();
      hashes.put(table, of(inside, table));
      eachDone.run();
    }
    return hashes;
  }

  /** What tables hold, a line for each in their order. */
  public static String lines(Map<Table, Hash> hashes) {
    var text = new StringBuilder();
    new TreeMap<>(hashes)
        .forEach(
            (table, hash) ->
                text.append(table)
                    .append(' ')
                    .append(hash.rows())
                    .append(' ')
                    .append(hash.hash())
                    .append('\n'));
    return text.toString();
  }

  /** One table's hash, by record where its types have hashes. The session is in autocommit. */
  public static Hash of(Connection inside, Table table) throws SQLException {
    if (hasOtherTypes(inside, table)) {
      return of(inside, table, Method.TEXT);
    }
    try {
      return of(inside, table, Method.RECORD);
    } catch (SQLException refused) {
      // undefined_function: "could not identify an extended hash function for type json"
      if ("42883".equals(refused.getSQLState())) {
        return of(inside, table, Method.TEXT);
      }
      throw refused;
    }
  }

  private static boolean hasOtherTypes(Connection inside, Table table) throws SQLException {
    try (var query = inside.prepareStatement(OTHER_TYPES)) {
      query.setString(1, table.quoted());
      query.setString(2, table.quoted());
      try (var row = query.executeQuery()) {
        row.next();
        return row.getBoolean(1);
      }
    }
  }

  /** One table's hash by a given method. */
  private static Hash of(Connection inside, Table table, Method method) throws SQLException {
    var rowHash =
        switch (method) {
          case RECORD -> "hash_record_extended(t.*, 0)";
          // t alone would be a column of that name
          case TEXT -> "hashtextextended((t.*)::text, 0)";
        };
    try (var statement = inside.createStatement();
        var row =
            statement.executeQuery(
                "SELECT count(*), coalesce(sum("
                    + rowHash
                    + "::numeric), 0)::text FROM ONLY "
                    + table.quoted()
                    + " t")) {
      row.next();
      return new Hash(row.getLong(1), row.getString(2), method);
    }
  }

  /** The number of a table's rows, those of partitions and children included. */
  public static long rows(Connection inside, Table table) throws SQLException {
    return Databases.number(inside, "SELECT count(*) FROM " + table.quoted());
  }

  /** Whether there is such a table, view or partitioned table. */
  public static boolean exists(Connection inside, Table table) throws SQLException {
    try (var query = inside.prepareStatement("SELECT to_regclass(?) IS NOT NULL")) {
      query.setString(1, table.quoted());
      try (var row = query.executeQuery()) {
        row.next();
        return row.getBoolean(1);
      }
    }
  }
}
