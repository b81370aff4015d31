package io.countersign.postgres;

import io.countersign.action.Stop;
import io.countersign.postgres.TableHashes.Hash;
import io.countersign.postgres.TableHashes.Table;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What would change for the tenant: counts of rows, restored against live. */
public final class LiveComparison {
  private LiveComparison() {}

  /**
   * @param byTable the same by table, those in which something differs
   * @param withoutKey tables of which only the numbers of rows were compared
   * @param otherColumns tables whose columns differ; the common ones were compared
   * @param unreadable tables that the bot may not read on one side, or whose rows row security
   *     hides from it; they are in no count
   */
  public record Result(
      RowChanges.Counts counts,
      Map<Table, RowChanges.Counts> byTable,
      List<Table> withoutKey,
      List<Table> otherColumns,
      List<Table> unreadable) {
    public Result {
      byTable = Map.copyOf(byTable);
      withoutKey = List.copyOf(withoutKey);
      otherColumns = List.copyOf(otherColumns);
      unreadable = List.copyOf(unreadable);
    }
  }

  /** The tables that can be hashed whole: the bot may read them, and no policy hides rows. */
  public static List<Table> readable(Connection inside) throws SQLException {
    var readable = new ArrayList<Table>();
    for (var table : TableHashes.tables(inside)) {
      if (mayRead(inside, table)) {
        readable.add(table);
      }
    }
    return readable;
  }

  /**
   * Compares all tables outside the queue schemas. A table that only one side has comes back or
   * goes as a whole.
   *
   * @param restored inside the restored database, in autocommit
   * @param live inside the live database, in autocommit
   * @param hashes those of the restored tables; a table without one counts as unreadable
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
    var unhashed = new TreeSet<>(TableHashes.tables(restored));
    unhashed.removeAll(hashes.keySet());
    var all = new TreeSet<>(hashes.keySet());
    all.addAll(unhashed);
    all.addAll(ofLive);
    var counts = RowChanges.Counts.NONE;
    var byTable = new TreeMap<Table, RowChanges.Counts>();
    var withoutKey = new ArrayList<Table>();
    var otherColumns = new ArrayList<Table>();
    var unreadable = new ArrayList<Table>();
    for (var table : all) {
      stop.check();
      if (queueSchemas.contains(table.schema())) {
        continue;
      }
      if (unhashed.contains(table) || (ofLive.contains(table) && !mayRead(live, table))) {
        unreadable.add(table);
        continue;
      }
      var compared = one(restored, live, table, hashes.get(table), ofLive.contains(table), stop);
      counts = counts.plus(compared.counts());
      if (!compared.counts().equals(RowChanges.Counts.NONE)) {
        byTable.put(table, compared.counts());
      }
      if (!compared.byKey()) {
        withoutKey.add(table);
      }
      if (compared.otherColumns()) {
        otherColumns.add(table);
      }
      eachDone.run();
    }
    return new Result(counts, byTable, withoutKey, otherColumns, unreadable);
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
            """
            SELECT has_schema_privilege(?, 'USAGE') AND has_table_privilege(?, 'SELECT')
                   AND NOT row_security_active(?)
            """)) {
      query.setString(1, table.schema());
      query.setString(2, table.quoted());
      query.setString(3, table.quoted());
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
}
