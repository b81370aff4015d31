package io.countersign.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.LongConsumer;

/**
 * Carries the contents of large objects, which pg_restore has made with their OIDs, owners, grants
 * and comments. Small ones go in bunches, big ones in pieces; at most 4 MB at a time.
 */
final class LargeObjects {
  private static final int PIECE = 1 << 18;
  private static final int BUNCH = 16;

  private static final String NEXT =
      """
      SELECT oid, lo_get(oid, 0, ?) FROM pg_largeobject_metadata
       WHERE oid > ?::text::oid ORDER BY oid LIMIT ?
      """;

  private static final String PUT = "SELECT lo_put(?::text::oid, ?, ?)";

  private LargeObjects() {}

  /** Whether there are any. */
  static boolean any(Connection source) throws SQLException {
    return Databases.number(source, "SELECT count(*) FROM pg_largeobject_metadata") > 0;
  }

  /**
   * Copies all.
   *
   * @param source inside its snapshot
   * @param target in autocommit; each bunch is a transaction
   */
  static void copy(Connection source, Connection target, LongConsumer carried) throws SQLException {
    long last = 0;
    for (var next = bunch(source, target, last, carried);
        next > last;
        next = bunch(source, target, last, carried)) {
      last = next;
    }
  }

  /** Copies the next few after an OID, and gives the last one's OID. */
  private static long bunch(Connection source, Connection target, long after, LongConsumer carried)
      throws SQLException {
    long last = after;
    try (var list = source.prepareStatement(NEXT);
        var put = target.prepareStatement(PUT)) {
      list.setInt(1, PIECE);
      list.setString(2, Long.toString(after));
      list.setInt(3, BUNCH);
      try (var row = list.executeQuery()) {
        while (row.next()) {
          last = row.getLong(1);
          var piece = row.getBytes(2);
          put(put, last, 0, piece);
          carried.accept(piece.length);
          if (piece.length == PIECE) {
            rest(source, put, last, carried);
          }
        }
      }
    }
    return last;
  }

  private static void rest(
      Connection source, java.sql.PreparedStatement put, long oid, LongConsumer carried)
      throws SQLException {
    try (var get = source.prepareStatement("SELECT lo_get(?::text::oid, ?, ?)")) {
      get.setString(1, Long.toString(oid));
      get.setInt(3, PIECE);
      int length = PIECE;
      for (long at = PIECE; length == PIECE; at += length) {
        get.setLong(2, at);
        try (var row = get.executeQuery()) {
          row.next();
          var piece = row.getBytes(1);
          length = piece.length;
          put(put, oid, at, piece);
          carried.accept(length);
        }
      }
    }
  }

  private static void put(java.sql.PreparedStatement put, long oid, long at, byte[] piece)
      throws SQLException {
    if (piece.length == 0) {
      return;
    }
    put.setString(1, Long.toString(oid));
    put.setLong(2, at);
    put.setBytes(3, piece);
    put.execute();
  }
}
