package io.countersign.sandbox.postgres;

import static io.countersign.postgres.Identifiers.quoted;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Stream;

/**
 * One database in sorted lines that say nothing of its name and OIDs: two databases with the same
 * lines are the same to their application. Written without the bot's code, so that it can judge it.
 *
 * @param data per table and materialised view its rows: count and an order-free hash of their texts
 * @param sequences per sequence its last value. After recovery it may be up to 32 ahead
 * @param catalogue everything else: owners, grants, settings, policies, definitions, comments
 */
public record TenantFingerprint(List<String> data, List<String> sequences, List<String> catalogue) {
  public TenantFingerprint {
    data = data.stream().sorted().toList();
    sequences = sequences.stream().sorted().toList();
    catalogue = catalogue.stream().sorted().toList();
  }

  /** Reads one database, as the superuser and in one snapshot. */
  public static TenantFingerprint of(LocalCluster cluster, String database) throws SQLException {
    try (var session = cluster.admin(database)) {
      return of(session);
    }
  }

  /** Reads the database of a session that sees everything; ends its transaction. */
  public static TenantFingerprint of(Connection session) throws SQLException {
    session.setAutoCommit(false);
    session.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
    try (var statement = session.createStatement()) {
      statement.execute(
          """
          SET LOCAL search_path = pg_catalog;
          SET LOCAL row_security = off;
          SET LOCAL statement_timeout = 0;
          SET LOCAL TimeZone = 'UTC';
          SET LOCAL DateStyle = 'ISO, YMD';
          SET LOCAL IntervalStyle = 'postgres';
          SET LOCAL extra_float_digits = 3\
          """);
    }
    try {
      return new TenantFingerprint(
          data(session), sequences(session), lines(session, Script.text("tenant-fingerprint.sql")));
    } finally {
      session.rollback();
      session.setAutoCommit(true);
    }
  }

  /** What differs: lines of the first with {@code -}, lines of the second with {@code +}. */
  public static List<String> differences(TenantFingerprint first, TenantFingerprint second) {
    return differences(first.lines(), second.lines());
  }

  /** As above, for one part of each. */
  public static List<String> differences(List<String> first, List<String> second) {
    var inFirst = new HashSet<>(first);
    var inSecond = new HashSet<>(second);
    return Stream.concat(
            first.stream().filter(line -> !inSecond.contains(line)).map(line -> "- " + line),
            second.stream().filter(line -> !inFirst.contains(line)).map(line -> "+ " + line))
        .toList();
  }

  /** All lines, part by part. */
  public List<String> lines() {
    return Stream.of(data, sequences, catalogue).flatMap(List::stream).toList();
  }

  // texts, not records: the record hash of an enum value is that of its OID, which a copy changes
  private static List<String> data(Connection session) throws SQLException {
    var all = new ArrayList<String>();
    for (var table : relations(session, "'r', 'm'")) {
      var rows =
          lines(
              session,
              "SELECT count(*) || ' rows, hash ' || coalesce(sum(hashtextextended((t.*)::text,"
                  + " 0)::numeric), 0) FROM ONLY "
                  + table
                  + " t");
      all.add("table " + table + " " + rows.getFirst());
    }
    return all;
  }

  private static List<String> sequences(Connection session) throws SQLException {
    var all = new ArrayList<String>();
    for (var sequence : relations(session, "'S'")) {
      var value = lines(session, "SELECT last_value || ' called ' || is_called FROM " + sequence);
      all.add("sequence " + sequence + " at " + value.getFirst());
    }
    return all;
  }

  private static List<String> relations(Connection session, String kinds) throws SQLException {
    var names = new ArrayList<String>();
    try (var statement = session.createStatement();
        var rows =
            statement.executeQuery(
                "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n"
                    + " ON n.oid = c.relnamespace WHERE n.nspname !~ '^pg_' AND n.nspname <>"
                    + " 'information_schema' AND c.relispopulated AND c.relkind IN ("
                    + kinds
                    + ")")) {
      while (rows.next()) {
        names.add(quoted(rows.getString(1)) + "." + quoted(rows.getString(2)));
      }
    }
    return names;
  }

  private static List<String> lines(Connection session, String query) throws SQLException {
    var lines = new ArrayList<String>();
    try (var statement = session.createStatement();
        var rows = statement.executeQuery(query)) {
      while (rows.next()) {
        // definitions of views come in several lines
        lines.add(String.valueOf(rows.getString(1)).replace('\n', ' '));
      }
    }
    return lines;
  }
}
