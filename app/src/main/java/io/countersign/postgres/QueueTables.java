package io.countersign.postgres;

import io.countersign.Digest;
import io.countersign.Problem;
import io.countersign.action.ActionFailed;
import io.countersign.action.Stop;
import io.countersign.postgres.TableHashes.Table;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.postgresql.PGConnection;

/** The tables of an estate's queue schemas: counted, emptied, carried over. No row leaves. */
public final class QueueTables {
  private static final String JOBS =
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

  private static final String COLUMNS =
      """
      SELECT a.attname, format_type(a.atttypid, a.atttypmod) AS type
        FROM pg_attribute a
       WHERE a.attrelid = ?::regclass AND a.attnum > 0 AND NOT a.attisdropped
         AND a.attgenerated = ''
       ORDER BY a.attnum
      """;

  private static final String REFERENCES =
      """
      SELECT DISTINCT f.nspname AS from_schema, c.relname AS from_table,
                      t.nspname AS to_schema, d.relname AS to_table
        FROM pg_constraint k
        JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace f ON f.oid = c.relnamespace
        JOIN pg_class d ON d.oid = k.confrelid JOIN pg_namespace t ON t.oid = d.relnamespace
       WHERE k.contype = 'f' AND k.conrelid <> k.confrelid AND f.nspname = ANY (?)
      """;

  private QueueTables() {}

  /**
   * Which jobs wait or run: all but those whose state says that they are over. Where a table has no
   * state, all of its rows.
   */
  private static final String PENDING =
      " WHERE state::text NOT IN ('completed', 'cancelled', 'failed', 'expired')";

  /** A table of jobs and the condition for those that are not over. */
  private record Jobs(Table table, String pending) {}

  private static List<Jobs> jobs(Connection inside, List<String> schemas) throws SQLException {
    var jobs = new ArrayList<Jobs>();
    try (var query = inside.prepareStatement(JOBS)) {
      query.setArray(1, inside.createArrayOf("text", schemas.toArray()));
      try (var row = query.executeQuery()) {
        while (row.next()) {
          jobs.add(
              new Jobs(
                  new Table(row.getString(1), row.getString(2)), row.getBoolean(3) ? PENDING : ""));
        }
      }
    }
    return jobs;
  }

  /**
   * Jobs that would run again: they wait in the restored database, and in the live one they are
   * over or gone. By primary key; where there is no common one, all that wait in the restored one.
   */
  public static long again(Connection restored, Connection live, List<String> schemas, Stop stop)
      throws SQLException {
    long again = 0;
    var ofLive = jobs(live, schemas).stream().collect(Collectors.toMap(Jobs::table, it -> it));
    for (var jobs : jobs(restored, schemas)) {
      stop.check();
      var other = ofLive.get(jobs.table());
      var missing =
          other == null
              ? java.util.OptionalLong.empty()
              : RowChanges.missing(
                  restored, jobs.pending(), live, other.pending(), jobs.table(), stop);
      again += missing.isPresent() ? missing.getAsLong() : count(restored, jobs);
    }
    return again;
  }

  private static long count(Connection inside, Jobs jobs) throws SQLException {
    return Databases.number(
        inside, "SELECT count(*) FROM " + jobs.table().quoted() + jobs.pending());
  }

  /** What {@link #discard} runs, for a plan. */
  public static List<String> plannedDiscard(List<String> schemas) {
    return schemas.stream()
        .map(it -> "DELETE FROM " + Identifiers.quoted(it) + ".job -- in the copy")
        .toList();
  }

  /**
   * Removes all jobs in one transaction; what queues keep about themselves stays.
   *
   * @return how many rows went
   */
  public static long discard(Connection copy, List<String> schemas)
      throws ActionFailed, SQLException {
    var gone = new long[1];
    Databases.inTransaction(
        copy,
        () -> {
          for (var jobs : jobs(copy, schemas)) {
            try (var statement = copy.createStatement()) {
              gone[0] += statement.executeLargeUpdate("DELETE FROM " + jobs.table().quoted());
            }
          }
        });
    return gone[0];
  }

  /**
   * Gives the copy the rows of the live database's queue tables, in one transaction.
   *
   * @return how many rows there are now
   * @throws ActionFailed where a table or its columns are not alike on both sides
   */
  public static long keepLive(
      String doing, Connection copy, Connection live, List<String> schemas, Stop stop)
      throws ActionFailed, SQLException {
    var tables = ordered(copy, of(copy, schemas), schemas);
    alike(doing, copy, live, tables, of(live, schemas));
    if (tables.isEmpty()) {
      return 0;
    }
    var rows = new long[1];
    live.setAutoCommit(false);
    try {
      // all tables as of one moment
      Databases.execute(live, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY");
      Databases.inTransaction(
          copy,
          () -> {
            Databases.execute(
                copy,
                "TRUNCATE ONLY "
                    + tables.stream().map(Table::quoted).collect(Collectors.joining(", ")));
            for (var table : tables) {
              stop.check();
              rows[0] += carried(copy, live, table, columns(copy, table).keySet());
            }
          });
    } finally {
      live.rollback();
      live.setAutoCommit(true);
    }
    return rows[0];
  }

  private static long carried(
      Connection copy, Connection live, Table table, java.util.Set<String> columns)
      throws SQLException {
    var list =
        columns.stream().map(Identifiers::quoted).collect(Collectors.joining(", ", "(", ")"));
    var out =
        live.unwrap(PGConnection.class)
            .getCopyAPI()
            .copyOut("COPY " + table.quoted() + list + " TO STDOUT (FORMAT binary)");
    var in =
        copy.unwrap(PGConnection.class)
            .getCopyAPI()
            .copyIn("COPY " + table.quoted() + list + " FROM STDIN (FORMAT binary)");
    try {
      byte[] piece;
      while ((piece = out.readFromCopy()) != null) {
        in.writeToCopy(piece, 0, piece.length);
      }
      return in.endCopy();
    } finally {
      if (in.isActive()) {
        in.cancelCopy();
      }
      if (out.isActive()) {
        out.cancelCopy();
      }
    }
  }

  private static List<Table> of(Connection inside, List<String> schemas) throws SQLException {
    return TableHashes.tables(inside).stream().filter(it -> schemas.contains(it.schema())).toList();
  }

  /** What the queue tables hold, as one digest. */
  public static Digest content(Connection inside, List<String> schemas, Stop stop)
      throws SQLException {
    var hashes = TableHashes.of(inside, of(inside, schemas), stop, () -> {});
    return Digest.of(TableHashes.lines(hashes));
  }

  private static void alike(
      String doing, Connection copy, Connection live, List<Table> ofCopy, List<Table> ofLive)
      throws ActionFailed, SQLException {
    var different = new LinkedHashSet<String>();
    ofCopy.stream().filter(it -> !ofLive.contains(it)).forEach(it -> different.add(it.toString()));
    ofLive.stream().filter(it -> !ofCopy.contains(it)).forEach(it -> different.add(it.toString()));
    for (var table : ofCopy) {
      if (ofLive.contains(table) && !columns(copy, table).equals(columns(live, table))) {
        different.add(table.toString());
      }
    }
    if (!different.isEmpty()) {
      throw new ActionFailed(
          new Problem(
              doing,
              "the queue's tables are not alike in the copy and in the live database: "
                  + String.join(", ", different.stream().limit(5).toList())
                  + ". The queue was upgraded after the moment that is restored.",
              "Set `queues: discard` for this estate, or take a later moment."));
    }
  }

  private static Map<String, String> columns(Connection inside, Table table) throws SQLException {
    var columns = new LinkedHashMap<String, String>();
    try (var query = inside.prepareStatement(COLUMNS)) {
      query.setString(1, table.quoted());
      try (var row = query.executeQuery()) {
        while (row.next()) {
          columns.put(row.getString("attname"), row.getString("type"));
        }
      }
    }
    return columns;
  }

  /** Those that others refer to come first; what refers in a circle stays in the order of names. */
  private static List<Table> ordered(Connection copy, List<Table> tables, List<String> schemas)
      throws SQLException {
    var needs = new TreeMap<Table, LinkedHashSet<Table>>();
    try (var query = copy.prepareStatement(REFERENCES)) {
      query.setArray(1, copy.createArrayOf("text", schemas.toArray()));
      try (var row = query.executeQuery()) {
        while (row.next()) {
          needs
              .computeIfAbsent(
                  new Table(row.getString("from_schema"), row.getString("from_table")),
                  _ -> new LinkedHashSet<>())
              .add(new Table(row.getString("to_schema"), row.getString("to_table")));
        }
      }
    }
    var ordered = new LinkedHashSet<Table>();
    for (int pass = 0; pass < tables.size(); pass++) {
      tables.stream()
          .filter(
              it ->
                  needs.getOrDefault(it, new LinkedHashSet<>()).stream()
                      .allMatch(to -> ordered.contains(to) || !tables.contains(to)))
          .toList()
          .forEach(ordered::add);
    }
    ordered.addAll(tables);
    return List.copyOf(ordered);
  }
}
