package io.countersign.postgres;

import io.countersign.action.Stop;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How many rows of a table come back, go and change when the restored database takes the live one's
 * place, by primary key. The server sends digests of keys and hashes of rows, sorted; no row and no
 * key leaves it. Keys are spread over buckets, and only buckets that differ are looked at row by
 * row, a limited number of rows at a time: neither our memory nor what the live server sorts on its
 * disk grows with the table.
 */
public final class RowChanges {
  private static final int FETCHED_AT_ONCE = 5_000;
  private static final int BUCKETS = 1024;

  private static final long SORTED_AT_ONCE = 2_000_000;

  private static final String COLUMNS =
      """
      SELECT a.attname, format_type(a.atttypid, a.atttypmod) AS type,
             coalesce(a.attnum = ANY (i.indkey), false) AS key
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
       WHERE n.nspname = ? AND c.relname = ? AND a.attnum > 0 AND NOT a.attisdropped
       ORDER BY a.attnum
      """;

  private static final Bucket NO_ROWS = new Bucket(0, "0");

  private RowChanges() {}

  /**
   * Counts of rows.
   *
   * @param comeBack in the restored database only
   * @param go in the live one only
   * @param change in both, different in a column that both have
   */
  public record Counts(long comeBack, long go, long change) {
    public static final Counts NONE = new Counts(0, 0, 0);

    public long all() {
      return comeBack + go + change;
    }

    public Counts plus(Counts other) {
      return new Counts(comeBack + other.comeBack, go + other.go, change + other.change);
    }
  }

  /**
   * @param byKey false where the two tables have no common primary key: only numbers of rows were
   *     compared
   * @param otherColumns whether the columns differ
   */
  public record Compared(Counts counts, boolean byKey, boolean otherColumns) {}

  private record Shape(Map<String, String> columns, Map<String, String> key) {}

  /**
   * Compares one table that both databases have. Both sessions are in a transaction (a cursor needs
   * one).
   */
  public static Compared of(
      Connection restored, Connection live, TableHashes.Table table, Stop stop)
      throws SQLException {
    return of(restored, live, table, stop, SORTED_AT_ONCE);
  }

  /**
   * The same.
   *
   * @param sorted rows that a server sorts at once, unless one bucket alone has more
   */
  static Compared of(
      Connection restored, Connection live, TableHashes.Table table, Stop stop, long sorted)
      throws SQLException {
    var shape = shape(restored, table);
    var other = shape(live, table);
    boolean otherColumns = !shape.columns().equals(other.columns());
    if (shape.key().isEmpty() || !shape.key().equals(other.key())) {
      long back = TableHashes.rows(restored, table);
      long now = TableHashes.rows(live, table);
      return new Compared(
          new Counts(Math.max(0, back - now), Math.max(0, now - back), 0), false, otherColumns);
    }
    var common =
        new TreeSet<>(
            shape.columns().entrySet().stream()
                .filter(it -> it.getValue().equals(other.columns().get(it.getKey())))
                .map(Map.Entry::getKey)
                .toList());
    var key = List.copyOf(shape.key().keySet());
    var columns = List.copyOf(common);
    var counts = Counts.NONE;
    for (var some : differing(restored, live, buckets(table, key, columns), stop, sorted)) {
      var sql = rows(table, key, columns, some);
      try (var back = restored.createStatement();
          var now = live.createStatement()) {
        back.setFetchSize(FETCHED_AT_ONCE);
        now.setFetchSize(FETCHED_AT_ONCE);
        try (var left = back.executeQuery(sql);
            var right = now.executeQuery(sql)) {
          counts = counts.plus(merged(left, right, stop));
        }
      }
    }
    return new Compared(counts, true, otherColumns);
  }

  /**
   * @param rows how many keys fall into it
   * @param sum of their rows' hashes
   */
  private record Bucket(long rows, String sum) {}

  /** Buckets in which the two sides differ, in groups that may be sorted at once. */
  private static List<List<Integer>> differing(
      Connection restored, Connection live, String sql, Stop stop, long sorted)
      throws SQLException {
    var back = buckets(restored, sql);
    stop.check();
    var now = buckets(live, sql);
    stop.check();
    var all = new TreeSet<>(back.keySet());
    all.addAll(now.keySet());
    var groups = new ArrayList<List<Integer>>();
    long rows = sorted;
    for (int bucket : all) {
      var left = back.getOrDefault(bucket, NO_ROWS);
      var right = now.getOrDefault(bucket, NO_ROWS);
      if (left.equals(right)) {
        continue;
      }
      long more = Math.max(left.rows(), right.rows());
      if (rows + more > sorted) {
        groups.add(new ArrayList<>());
        rows = 0;
      }
      groups.getLast().add(bucket);
      rows += more;
    }
    return groups;
  }

  private static Map<Integer, Bucket> buckets(Connection session, String sql) throws SQLException {
    var buckets = new HashMap<Integer, Bucket>();
    try (var statement = session.createStatement();
        var row = statement.executeQuery(sql)) {
      while (row.next()) {
        buckets.put(row.getInt(1), new Bucket(row.getLong(2), row.getString(3)));
      }
    }
    return buckets;
  }

  /**
   * How many rows that meet a condition in one database do not meet its own in the other, or are
   * not there; by primary key. Empty where the two tables have no common one.
   */
  static java.util.OptionalLong missing(
      Connection restored,
      String ofRestored,
      Connection live,
      String ofLive,
      TableHashes.Table table,
      Stop stop)
      throws SQLException {
    var key = shape(restored, table).key();
    if (key.isEmpty() || !key.equals(shape(live, table).key())) {
      return java.util.OptionalLong.empty();
    }
    var sql =
        "SELECT sha256(convert_to("
            + row(List.copyOf(key.keySet()))
            + "::text, 'UTF8')) AS key, 0::bigint AS hash FROM "
            + table.quoted()
            + " t";
    restored.setAutoCommit(false);
    live.setAutoCommit(false);
    try (var back = restored.createStatement();
        var now = live.createStatement()) {
      back.setFetchSize(FETCHED_AT_ONCE);
      now.setFetchSize(FETCHED_AT_ONCE);
      try (var left = back.executeQuery(sql + ofRestored + " ORDER BY 1");
          var right = now.executeQuery(sql + ofLive + " ORDER BY 1")) {
        return java.util.OptionalLong.of(merged(left, right, stop).comeBack());
      }
    } finally {
      restored.rollback();
      live.rollback();
      restored.setAutoCommit(true);
      live.setAutoCommit(true);
    }
  }

  private static Shape shape(Connection session, TableHashes.Table table) throws SQLException {
    var columns = new LinkedHashMap<String, String>();
    var key = new LinkedHashMap<String, String>();
    try (var query = session.prepareStatement(COLUMNS)) {
      query.setString(1, table.schema());
      query.setString(2, table.name());
      try (var row = query.executeQuery()) {
        while (row.next()) {
          columns.put(row.getString("attname"), row.getString("type"));
          if (row.getBoolean("key")) {
            key.put(row.getString("attname"), row.getString("type"));
          }
        }
      }
    }
    return new Shape(columns, key);
  }

  private static String buckets(TableHashes.Table table, List<String> key, List<String> columns) {
    return "SELECT "
        + bucket(key)
        + " AS bucket, count(*), sum("
        + hash(columns)
        + "::numeric)::text FROM ONLY "
        + table.quoted()
        + " t GROUP BY 1";
  }

  private static String rows(
      TableHashes.Table table, List<String> key, List<String> columns, List<Integer> buckets) {
    return "SELECT sha256(convert_to("
        + row(key)
        + "::text, 'UTF8')) AS key, "
        + hash(columns)
        + " AS hash FROM ONLY "
        + table.quoted()
        + " t WHERE "
        + bucket(key)
        + buckets.stream().map(String::valueOf).collect(Collectors.joining(", ", " IN (", ")"))
        + " ORDER BY 1";
  }

  private static String bucket(List<String> key) {
    return "(hashtextextended(" + row(key) + "::text, 0) & " + (BUCKETS - 1) + ")";
  }

  /** By text, since live and restored may differ in what can be hashed; both sides alike. */
  private static String hash(List<String> columns) {
    return "hashtextextended(" + row(columns) + "::text, 0)";
  }

  private static String row(List<String> columns) {
    return columns.stream()
        .map(it -> "t." + Identifiers.quoted(it))
        .collect(Collectors.joining(", ", "ROW(", ")"));
  }

  private static final class Row {
    private final byte[] key;
    private final long hash;

    Row(byte[] key, long hash) {
      this.key = key;
      this.hash = hash;
    }
  }

  private static Counts merged(ResultSet restored, ResultSet live, Stop stop) throws SQLException {
    long back = 0;
    long go = 0;
    long change = 0;
    long seen = 0;
    var left = next(restored);
    var right = next(live);
    while (left != null || right != null) {
      if (++seen % FETCHED_AT_ONCE == 0) {
        stop.check();
      }
      int order = order(left, right);
      if (order < 0) {
        back++;
      } else if (order > 0) {
        go++;
      } else if (left != null && right != null && left.hash != right.hash) {
        change++;
      }
      left = order <= 0 ? next(restored) : left;
      right = order >= 0 ? next(live) : right;
    }
    return new Counts(back, go, change);
  }

  private static int order(@Nullable Row left, @Nullable Row right) {
    if (left == null) {
      return 1;
    }
    return right == null ? -1 : Arrays.compareUnsigned(left.key, right.key);
  }

  private static @Nullable Row next(ResultSet rows) throws SQLException {
    return rows.next() ? new Row(rows.getBytes(1), rows.getLong(2)) : null;
  }
}
