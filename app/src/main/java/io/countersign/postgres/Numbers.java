package io.countersign.postgres;

import io.countersign.Digest;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** Sequences of two databases: which numbers the restored one would give a second time. */
public final class Numbers {
  private static final String SEQUENCES =
      """
      SELECT n.nspname, c.relname, q.seqincrement AS step, q.seqmin, q.seqmax, q.seqstart AS first,
             has_sequence_privilege(c.oid, 'USAGE, SELECT') AS readable,
             CASE WHEN has_sequence_privilege(c.oid, 'USAGE, SELECT')
                  THEN pg_sequence_last_value(c.oid) END AS last
        FROM pg_sequence q JOIN pg_class c ON c.oid = q.seqrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relpersistence <> 't' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
       ORDER BY 1, 2
      """;

  private Numbers() {}

  /**
   * One sequence.
   *
   * @param given how many numbers it has given, counted from its start; 0 where none
   * @param last the last one; its start where none was given
   * @param readable whether the bot may see where it stands; else the two above mean nothing
   */
  public record Sequence(
      long step, long min, long max, long last, BigInteger given, boolean readable) {}

  /** All sequences by schema and name. */
  public static Map<TableHashes.Table, Sequence> read(Connection inside) throws SQLException {
    var sequences = new TreeMap<TableHashes.Table, Sequence>();
    try (var statement = inside.createStatement();
        var row = statement.executeQuery(SEQUENCES)) {
      while (row.next()) {
        long last = row.getLong("last");
        boolean none = row.wasNull();
        long step = row.getLong("step");
        long first = row.getLong("first");
        var given =
            none
                ? BigInteger.ZERO
                : BigInteger.valueOf(last)
                    .subtract(BigInteger.valueOf(first))
                    .divide(BigInteger.valueOf(step))
                    .add(BigInteger.ONE);
        sequences.put(
            new TableHashes.Table(row.getString(1), row.getString(2)),
            new Sequence(
                step,
                row.getLong("seqmin"),
                row.getLong("seqmax"),
                none ? first : last,
                given,
                row.getBoolean("readable")));
      }
    }
    return sequences;
  }

  /**
   * The sequences of which the live database has given more, and how many numbers; only those that
   * both have and that count alike.
   */
  public static Map<TableHashes.Table, BigInteger> again(
      Map<TableHashes.Table, Sequence> restored, Map<TableHashes.Table, Sequence> live) {
    var again = new LinkedHashMap<TableHashes.Table, BigInteger>();
    restored.forEach(
        (name, back) -> {
          var now = live.get(name);
          if (now != null
              && now.readable()
              && back.readable()
              && now.step() == back.step()
              && now.given().compareTo(back.given()) > 0) {
            again.put(name, now.given().subtract(back.given()));
          }
        });
    return again;
  }

  /** {@code SELECT setval(...)}: the next number is the one after {@code last}. */
  public static void setLast(Connection copy, TableHashes.Table sequence, long last)
      throws SQLException {
    try (var statement = copy.prepareStatement("SELECT setval(?::text::regclass, ?, true)")) {
      statement.setString(1, sequence.quoted());
      statement.setLong(2, last);
      statement.execute();
    }
  }

  /** Where all sequences stand, as one digest. */
  public static Digest content(Map<TableHashes.Table, Sequence> sequences) {
    var text = new StringBuilder();
    new TreeMap<>(sequences)
        .forEach(
            (name, it) ->
                text.append(name)
                    .append(' ')
                    .append(it.last())
                    .append(' ')
                    .append(it.given())
                    .append('\n'));
    return Digest.of(text.toString());
  }
}
