package io.countersign.postgres;

import io.countersign.action.Stop;
import io.countersign.postgres.TableHashes.Hash;
import io.countersign.postgres.TableHashes.Table;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** What would change for the tenant: counts of rows, restored against live. */
public final class LiveComparison {
  private static final String MATERIALISED =
      """
      SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind = 'm'
      """;

  private static final String QUEUE_TABLES =
      """
      SELECT n.nspname, c.relname,
             EXISTS (SELECT 1 FROM pg_attribute a
                      WHERE a.attrelid = c.oid AND a.attname = 'state' AND NOT a.attisdropped)
               AS has_state
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relname = 'job'
         AND n.nspname = ANY (?)
       ORDER BY 1
      """;

  private LiveComparison() {}

  /**
   * @param withoutKey tables of which only the numbers of rows were compared
   * @param otherColumns tables whose columns differ; the common ones were compared
   */
  public record Result(RowChanges.Counts counts, List<Table> withoutKey, List<Table> otherColumns) {
    public Result {
      withoutKey = List.copyOf(withoutKey);
      otherColumns = List.copyOf(otherColumns);
    }
  }

  /**
   * Compares all tables outside the queue schemas. A table that only one side has comes back or
   * goes as a whole.
   *
   * @param restored inside the restored database, in autocommit
   * @param live inside the live database, in autocommit
   * @param hashes those of the restored tables
   */
  public static Result of(
      Connection restored,
      Connection live,
      Map<Table, Hash> hashes,
      List<String> queueSchemas,
      Stop stop,
      Runnable eachDone)
      throws SQLException {
    var derived = tables(restored, MATERIALISED);
    derived.addAll(tables(live, MATERIALISED));
    var ofLive = new TreeSet<>(TableHashes.tables(live));
    var all = new TreeSet<>(hashes.keySet());
    all.addAll(ofLive);
    var counts = RowChanges.Counts.NONE;
    var withoutKey = new ArrayList<Table>();
    var otherColumns = new ArrayList<Table>();
    for (var table : all) {
      stop.check();
      var hash = hashes.get(table);
      if (derived.contains(table) || queueSchemas.contains(table.schema())) {
        continue;
      }
      if (hash == null) {
        counts = counts.plus(new RowChanges.Counts(0, onlyRows(live, table), 0));
      } else if (!ofLive.contains(table)) {
        counts = counts.plus(new RowChanges.Counts(hash.rows(), 0, 0));
      } else if (!hash.equals(TableHashes.of(live, table))) {
        var compared = inCursors(restored, live, table, stop);
        counts = counts.plus(compared.counts());
        if (!compared.byKey()) {
          withoutKey.add(table);
        }
        if (compared.otherColumns()) {
          otherColumns.add(table);
        }
      }
      eachDone.run();
    }
    return new Result(counts, withoutKey, otherColumns);
  }

  private static long onlyRows(Connection session, Table table) throws SQLException {
    return Databases.number(session, "SELECT count(*) FROM ONLY " + table.quoted());
  }

  private static RowChanges.Compared inCursors(
      Connection restored, Connection live, Table table, Stop stop) throws SQLException {
    restored.setAutoCommit(false);
    live.setAutoCommit(false);
    var compared = RowChanges.of(restored, live, table, stop);
    restored.rollback();
    live.rollback();
    restored.setAutoCommit(true);
    live.setAutoCommit(true);
    return compared;
  }

  private static java.util.Set<Table> tables(Connection session, String sql) throws SQLException {
    var tables = new TreeSet<Table>();
    try (var statement = session.createStatement();
        var row = statement.executeQuery(sql)) {
      while (row.next()) {
        tables.add(new Table(row.getString(1), row.getString(2)));
      }
    }
    return tables;
  }

  /**
   * Jobs that would run again: rows of tables called {@code job} in the queue schemas that are not
   * completed; where such a table has no state, all of its rows.
   */
  public static long queueJobs(Connection restored, List<String> queueSchemas) throws SQLException {
    long jobs = 0;
    try (var query = restored.prepareStatement(QUEUE_TABLES)) {
      query.setArray(1, restored.createArrayOf("text", queueSchemas.toArray()));
      try (var row = query.executeQuery()) {
        while (row.next()) {
          var table = new Table(row.getString(1), row.getString(2));
          jobs +=
              Databases.number(
                  restored,
                  "SELECT count(*) FROM "
                      + table.quoted()
                      + (row.getBoolean(3) ? " WHERE state::text <> 'completed'" : ""));
        }
      }
    }
    return jobs;
  }
}
