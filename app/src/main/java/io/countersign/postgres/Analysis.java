package io.countersign.postgres;

import io.countersign.action.ActionFailed;
import io.countersign.action.Stop;
import io.countersign.postgres.DatabaseCopier.Job;
import io.countersign.postgres.ParallelWork.Piece;
import io.countersign.postgres.ParallelWork.Sessions;
import io.countersign.postgres.TableHashes.Table;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Gives a copy's planner its statistics, table by table and several at a time. */
final class Analysis {
  /**
   * A partitioned table is analysed together with its partitions. Not where one of them is a
   * foreign table: its rows would be asked for at another server, and a copy talks to none. Then
   * its own partitions are analysed one by one.
   */
  private static final String TABLES =
      """
      WITH RECURSIVE below (top, oid) AS (
        SELECT inhparent, inhrelid FROM pg_inherits
        UNION
        SELECT b.top, i.inhrelid FROM below b JOIN pg_inherits i ON i.inhparent = b.oid),
      abroad (oid) AS (
        SELECT b.top FROM below b JOIN pg_class c ON c.oid = b.oid WHERE c.relkind = 'f')
      SELECT n.nspname, c.relname, pg_table_size(c.oid) AS bytes
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind IN ('r', 'm', 'p') AND c.relpersistence <> 't'
         AND n.nspname <> 'information_schema'
         AND c.oid NOT IN (SELECT oid FROM abroad)
         AND (NOT c.relispartition
              OR EXISTS (SELECT 1 FROM pg_inherits i JOIN abroad a ON a.oid = i.inhparent
                          WHERE i.inhrelid = c.oid))
      """;

  private Analysis() {}

  /**
   * Analyses what is left.
   *
   * @param done tables that have been
   */
  static void run(Job job, int workers, Set<Table> done, Stop stop)
      throws ActionFailed, SQLException {
    var pieces = new ArrayList<Piece>();
    try (var statement = job.target().createStatement();
        var row = statement.executeQuery(TABLES)) {
      while (row.next()) {
        var table = new Table(row.getString(1), row.getString(2));
        if (!done.contains(table)) {
          pieces.add(piece(table, row.getLong(3)));
        }
      }
    }
    ParallelWork.run(
        job.doing(),
        pieces,
        workers,
        inner -> {
          var session = CopySettings.target(job, "on", inner);
          return new Sessions(session, session);
        },
        stop,
        (bytes, ended) -> {});
  }

  /** As soon as a table's rows and all that is built on it are there. */
  static Piece piece(StreamTable table, List<Piece> before) {
    var after =
        before.stream()
            .filter(it -> it.alone().contains(table.oid()) || it.shared().contains(table.oid()))
            .map(Piece::key)
            .collect(Collectors.toSet());
    return new Piece(
        "analyse " + table.oid(),
        "ANALYZE " + table.table(),
        0,
        after,
        Set.of(table.oid()),
        Set.of(),
        (sessions, carried) ->
            Databases.execute(sessions.target(), "ANALYZE " + table.table().quoted()));
  }

  private static Piece piece(Table table, long bytes) {
    return new Piece(
        "analyse " + table,
        "ANALYZE " + table,
        bytes,
        Set.of(),
        Set.of(),
        Set.of(),
        (sessions, carried) -> Databases.execute(sessions.target(), "ANALYZE " + table.quoted()));
  }
}
