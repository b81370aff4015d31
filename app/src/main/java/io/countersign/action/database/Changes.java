package io.countersign.action.database;

import io.countersign.action.Attempt;
import io.countersign.action.Stop;
import io.countersign.estate.DatabaseRef;
import io.countersign.postgres.Databases;
import io.countersign.postgres.LiveComparison;
import io.countersign.postgres.Numbers;
import io.countersign.postgres.QueueTables;
import io.countersign.postgres.RowChanges;
import io.countersign.postgres.Sessions;
import io.countersign.postgres.TableHashes;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What would change for the tenant if another database became live. Counts, never rows.
 *
 * @param jobs jobs that would run again: they wait in the other database, and are over in the live
 *     one
 * @param numbers how many numbers the live one's sequences have given since
 * @param comingBytes the other database's size
 * @param sessions who is connected to the live database, by application
 */
record Changes(
    LiveComparison.Result rows,
    long jobs,
    Map<TableHashes.Table, BigInteger> numbers,
    long comingBytes,
    long liveBytes,
    String sessions) {
  /** More tables than this are not listed one by one; all are in the sums. */
  static final int LINES = 5_000;

  Changes {
    numbers = Map.copyOf(numbers);
  }

  /**
   * The two databases, and a session inside each.
   *
   * @param outside in the maintenance database
   */
  record Sides(
      Connection outside,
      Connection inComing,
      DatabaseRef coming,
      Connection inLive,
      DatabaseRef live) {}

  /**
   * @param hashes those of the coming database's tables
   */
  static Changes counted(
      Sides sides,
      Map<TableHashes.Table, TableHashes.Hash> hashes,
      List<String> queueSchemas,
      Stop stop,
      Runnable eachDone)
      throws SQLException {
    var coming = sides.inComing();
    var live = sides.inLive();
    return new Changes(
        LiveComparison.of(coming, live, hashes, queueSchemas, stop, eachDone),
        QueueTables.again(coming, live, queueSchemas, stop),
        Numbers.again(Numbers.read(coming), Numbers.read(live)),
        size(sides.outside(), sides.coming()),
        size(sides.outside(), sides.live()),
        Sessions.byApplication(Sessions.all(sides.outside(), sides.live().oid())));
  }

  private static long size(Connection outside, DatabaseRef database) throws SQLException {
    return Databases.number(outside, "SELECT pg_database_size(" + database.oid() + "::oid)");
  }

  /** All numbers that would be given again. */
  long given() {
    return numbers.values().stream()
        .reduce(BigInteger.ZERO, BigInteger::add)
        .min(BigInteger.valueOf(Long.MAX_VALUE))
        .longValue();
  }

  /** "numbers schema.sequence", a line for each, the most first. */
  String sequencesBehind() {
    return numbers.entrySet().stream()
        .sorted(
            Map.Entry.<TableHashes.Table, BigInteger>comparingByValue()
                .reversed()
                .thenComparing(Map.Entry.comparingByKey()))
        .limit(LINES)
        .map(it -> it.getValue() + " " + it.getKey())
        .collect(Collectors.joining("\n"));
  }

  /** "back go change schema.table", a line for each table in which rows differ, the most first. */
  String rowsByTable() {
    return rows.byTable().entrySet().stream()
        .sorted(
            Map.Entry.<TableHashes.Table, RowChanges.Counts>comparingByValue(
                    Comparator.comparingLong(RowChanges.Counts::all).reversed())
                .thenComparing(Map.Entry.comparingByKey()))
        .limit(LINES)
        .map(
            it ->
                it.getValue().comeBack()
                    + " "
                    + it.getValue().go()
                    + " "
                    + it.getValue().change()
                    + " "
                    + it.getKey().toString().replace('\n', ' '))
        .collect(Collectors.joining("\n"));
  }

  /** For people, with all that is in no count. */
  String said() {
    var counts = rows.counts();
    var said =
        new StringBuilder()
            .append("rows that come back: ")
            .append(counts.comeBack())
            .append(", go: ")
            .append(counts.go())
            .append(", change: ")
            .append(counts.change())
            .append("; jobs that would run again: ")
            .append(jobs);
    noted(said, rows.withoutKey(), "without a common primary key only counted");
    noted(said, rows.otherColumns(), "compared in the columns that both have");
    noted(said, rows.unreadable(), "tables that the bot may not read, in no count");
    return said.toString();
  }

  private static void noted(StringBuilder said, List<TableHashes.Table> tables, String how) {
    if (!tables.isEmpty()) {
      said.append("; ").append(how).append(": ");
      said.append(
          String.join(", ", tables.stream().limit(5).map(TableHashes.Table::toString).toList()));
      if (tables.size() > 5) {
        said.append(" and ").append(tables.size() - 5).append(" more");
      }
    }
  }

  /** Counts tables for the progress bar. */
  static final class Steps {
    private final Attempt<?> attempt;
    private final long total;
    private long done;

    Steps(Attempt<?> attempt, long total) {
      this.attempt = attempt;
      this.total = total;
    }

    void next() {
      done++;
      attempt.progress(Math.min(done, total), total, Attempt.Unit.TABLES);
    }
  }
}
