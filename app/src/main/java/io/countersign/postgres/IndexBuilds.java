package io.countersign.postgres;

import io.countersign.postgres.ParallelWork.Piece;
import io.countersign.postgres.ParallelWork.Work;
import io.countersign.postgres.SchemaArchive.Entry;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The indexes and constraints of tables, as pieces of parallel work: each begins as soon as its
 * table's rows and what pg_dump says it needs are there. What belongs to materialised views, and
 * what needs something that comes later, is left to pg_restore.
 */
final class IndexBuilds {
  private static final Set<String> KINDS =
      Set.of("INDEX", "CONSTRAINT", "FK CONSTRAINT", "INDEX ATTACH");

  /** A GIN index takes about three times as long as another one of its size. */
  private static final int GIN_WEIGHT = 3;

  /** Foreign keys only read; indexes that they need anyway go first. */
  private static final int FOREIGN_KEY_SHARE = 10;

  private static final String INDEXES =
      """
      SELECT i.indexrelid AS oid, i.indrelid AS one, 0 AS other,
             CASE WHEN x.relkind = 'i' THEN pg_relation_size(x.oid) ELSE 0 END AS bytes,
             m.amname = 'gin' AS gin
        FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
        JOIN pg_class c ON c.oid = i.indrelid
        JOIN pg_am m ON m.oid = x.relam
       WHERE c.relkind IN ('r', 'p')
      """;

  private static final String CONSTRAINTS =
      """
      SELECT k.oid, k.conrelid AS one, k.confrelid AS other,
             CASE WHEN k.contype = 'f' THEN pg_table_size(k.conrelid)
                  ELSE pg_relation_size(k.conindid) END AS bytes,
             false AS gin
        FROM pg_constraint k WHERE k.contype IN ('p', 'u', 'x', 'f')
      """;

  /** A partitioned table is locked together with all its partitions. */
  private static final String TREES =
      """
      SELECT c.oid, t.relid::oid AS member FROM pg_class c, pg_partition_tree(c.oid) t
       WHERE c.relkind = 'p'
      """;

  /**
   * What the source's catalogues say of an entry.
   *
   * @param other the table that a foreign key leads to, else 0
   */
  private record Facts(long one, long other, long bytes, boolean gin) {}

  private final Map<Integer, Entry> entries = new LinkedHashMap<>();
  private final Map<Integer, Facts> ours = new LinkedHashMap<>();
  private final Map<Long, Set<Long>> trees = new HashMap<>();

  /**
   * Reads what the catalogues say and chooses what is built here.
   *
   * @param source inside the snapshot of the archive
   */
  IndexBuilds(SchemaArchive archive, Connection source) throws SQLException {
    archive.entries().forEach(it -> entries.put(it.id(), it));
    var indexes = facts(source, INDEXES);
    var constraints = facts(source, CONSTRAINTS);
    readTrees(source);
    for (var entry : entries.values()) {
      var facts = (entry.kind().equals("INDEX") ? indexes : constraints).get(entry.oid());
      if (KINDS.contains(entry.kind()) && (facts != null || isAttach(entry))) {
        ours.put(entry.id(), facts == null ? new Facts(0, 0, 0, false) : facts);
      }
    }
    leaveWhatNeedsLaterThings();
  }

  private static boolean isAttach(Entry entry) {
    return entry.kind().equals("INDEX ATTACH");
  }

  private static Map<Long, Facts> facts(Connection source, String sql) throws SQLException {
    var facts = new HashMap<Long, Facts>();
    try (var statement = source.createStatement();
        var row = statement.executeQuery(sql)) {
      while (row.next()) {
        facts.put(
            row.getLong("oid"),
            new Facts(
                row.getLong("one"),
                row.getLong("other"),
                row.getLong("bytes"),
                row.getBoolean("gin")));
      }
    }
    return facts;
  }

  private void readTrees(Connection source) throws SQLException {
    try (var statement = source.createStatement();
        var row = statement.executeQuery(TREES)) {
      while (row.next()) {
        trees.computeIfAbsent(row.getLong(1), it -> new HashSet<>()).add(row.getLong(2));
      }
    }
  }

  private void leaveWhatNeedsLaterThings() {
    boolean left = true;
    while (left) {
      left =
          ours.keySet()
              .removeIf(
                  id ->
                      entry(id).after().stream()
                          .map(entries::get)
                          .anyMatch(
                              it -> it != null && !it.beforeRows() && !ours.containsKey(it.id())));
    }
  }

  private Entry entry(int id) {
    var entry = entries.get(id);
    if (entry == null) {
      throw new IllegalStateException("no entry " + id);
    }
    return entry;
  }

  /** Whether an entry is built here, and not by pg_restore. */
  boolean builds(Entry entry) {
    return ours.containsKey(entry.id());
  }

  /**
   * The pieces.
   *
   * @param rows the key of the piece that brings a table's rows, by OID
   */
  List<Piece> pieces(Map<Long, String> rows) {
    var pieces = new ArrayList<Piece>();
    ours.forEach((id, facts) -> pieces.add(piece(entry(id), facts, rows)));
    return pieces;
  }

  private Piece piece(Entry entry, Facts facts, Map<Long, String> rows) {
    var tables = tables(entry, facts);
    var after = new HashSet<String>();
    entry.after().stream().filter(ours::containsKey).map(IndexBuilds::key).forEach(after::add);
    tables.stream().filter(rows::containsKey).map(rows::get).forEach(after::add);
    boolean shares = entry.kind().equals("INDEX") && tables.size() == 1 && !altersItsTable(entry);
    long weight =
        entry.kind().equals("FK CONSTRAINT")
            ? facts.bytes() / FOREIGN_KEY_SHARE
            : facts.bytes() * (facts.gin() ? GIN_WEIGHT : 1);
    return new Piece(
        key(entry.id()),
        entry.shown(),
        weight,
        after,
        shares ? Set.of() : tables,
        shares ? tables : Set.of(),
        build(entry));
  }

  /**
   * CLUSTER ON and REPLICA IDENTITY stand in the index's entry and ask for the whole table in the
   * same transaction: two builds that share it would wait for each other for ever.
   */
  private static boolean altersItsTable(Entry entry) {
    return entry.definition().contains("ALTER TABLE");
  }

  private static String key(int id) {
    return "entry " + id;
  }

  /** All tables that the server locks for it. */
  private Set<Long> tables(Entry entry, Facts facts) {
    if (isAttach(entry)) {
      return entry.after().stream()
          .filter(ours::containsKey)
          .flatMap(it -> tables(entry(it), ours.getOrDefault(it, facts)).stream())
          .collect(Collectors.toSet());
    }
    var tables = new HashSet<>(trees.getOrDefault(facts.one(), Set.of(facts.one())));
    if (facts.other() != 0) {
      tables.addAll(trees.getOrDefault(facts.other(), Set.of(facts.other())));
    }
    return tables;
  }

  private static Work build(Entry entry) {
    return (sessions, carried) -> {
      try (var statement = sessions.target().createStatement()) {
        // a brace in a definition is no escape of JDBC
        statement.setEscapeProcessing(false);
        statement.execute("SET default_tablespace = " + Identifiers.literal(entry.tablespace()));
        statement.execute(entry.definition());
      }
    };
  }
}
