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
import org.jspecify.annotations.Nullable;

/** What would change for the tenant: counts of rows, restored against live. */
public final class LiveComparison {
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
   * @param unreadable live tables that the bot may not read; what goes with them is in no count
   */
  public record Result(
      RowChanges.Counts counts,
      List<Table> withoutKey,
      List<Table> otherColumns,
      List<Table> unreadable) {
    public Result {
      withoutKey = List.copyOf(withoutKey);
      otherColumns = List.copyOf(otherColumns);
      unreadable = List.copyOf(unreadable);
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
    var ofLive = new TreeSet<>(TableHashes.tables(live));
    var all = new TreeSet<>(hashes.keySet());
    all.addAll(ofLive);
    var counts = RowChanges.Counts.NONE;
    var withoutKey = new ArrayList<Table>();
    var otherColumns = new ArrayList<Table>();
    var unreadable = new ArrayList<Table>();
    for (var table : all) {
      stop.check();
      if (queueSchemas.contains(table.schema())) {
        continue;
      }
      if (ofLive.contains(table) && !mayRead(live, table)) {
        unreadable.add(table);
        continue;
      }
      var compared = one(restored, live, table, hashes.get(table), ofLive.contains(table), stop);
      counts = counts.plus(compared.counts());
      if (!compared.byKey()) {
        withoutKey.add(table);
      }
      if (compared.otherColumns()) {
        otherColumns.add(table);
      }
      eachDone.run();
    }
    return new Result(counts, withoutKey, otherColumns, unreadable);
  }

  /**
   * @param hash empty where the restored database does not have the table
   */
  private static RowChanges.Compared one(
      Connection restored,
      Connection live,
      Table table,
      @Nullable Hash hash,
      boolean isLive,
      Stop stop)
      throws SQLException {
    if (hash == null) {
      var go = new RowChanges.Counts(0, onlyRows(live, table), 0);
      return new RowChanges.Compared(go, true, false);
    }
    if (!isLive) {
      var back = new RowChanges.Counts(hash.rows(), 0, 0);
      return new RowChanges.Compared(back, true, false);
    }
    if (hash.equals(TableHashes.of(live, table))) {
      return new RowChanges.Compared(RowChanges.Counts.NONE, true, false);
    }
    return inCursors(restored, live, table, stop);
  }

  private static boolean mayRead(Connection session, Table table) throws SQLException {
    try (var query =
        session.prepareStatement(
            "SELECT has_schema_privilege(?, 'USAGE') AND has_table_privilege(?, 'SELECT')")) {
      query.setString(1, table.schema());
      query.setString(2, table.quoted());
      try (var row = query.executeQuery()) {
        row.next();
        return row.getBoolean(1);
      }
    }
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
