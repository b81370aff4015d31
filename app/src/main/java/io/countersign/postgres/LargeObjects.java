package io.countersign.postgres;

import io.countersign.postgres.SchemaArchive.Entry;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.LongConsumer;

/**
 * Carries large objects with their OIDs, contents, owners, grants, comments and labels. pg_dump
 * counts them among the definitions up to version 16 and among the rows from 17 on, so they are not
 * taken from its archive. Small ones go in bunches, big ones in pieces; at most 4 MB at a time.
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

  /**
   * The statements that make one of them what it is at the source, in order. Its owner comes after
   * its contents, because an owner may have taken the right to write from himself; grants of others
   * are made as those others, so that they are recorded as theirs.
   */
  private static final String TRAITS =
      """
      SELECT s.statement
        FROM pg_largeobject_metadata l
        CROSS JOIN LATERAL (
          SELECT 1 AS step, 0::bigint AS place,
                 format('COMMENT ON LARGE OBJECT %s IS %L', l.oid, d.description) AS statement
            FROM pg_description d
           WHERE d.classoid = 'pg_largeobject'::regclass AND d.objoid = l.oid
          UNION ALL
          SELECT 2, 0, format('SECURITY LABEL FOR %I ON LARGE OBJECT %s IS %L', b.provider, l.oid, b.label)
            FROM pg_seclabel b
           WHERE b.classoid = 'pg_largeobject'::regclass AND b.objoid = l.oid
          UNION ALL
          SELECT 3, 0, format('ALTER LARGE OBJECT %s OWNER TO %I', l.oid, pg_get_userbyid(l.lomowner))
          UNION ALL
          SELECT 4, 0, format('REVOKE ALL ON LARGE OBJECT %s FROM %I', l.oid, pg_get_userbyid(l.lomowner))
           WHERE l.lomacl IS NOT NULL
          UNION ALL
          SELECT CASE WHEN a.grantor = l.lomowner THEN 5 ELSE 6 END, a.place * 3 + g.part,
                 CASE g.part
                   WHEN 0 THEN format('SET ROLE %I', pg_get_userbyid(a.grantor))
                   WHEN 1 THEN format('GRANT %s ON LARGE OBJECT %s TO %s%s', a.privilege_type, l.oid,
                     CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END,
                     CASE WHEN a.is_grantable AND a.grantee <> l.lomowner THEN ' WITH GRANT OPTION' ELSE '' END)
                   ELSE 'RESET ROLE'
                 END
            FROM aclexplode(l.lomacl) WITH ORDINALITY
                   AS a (grantor, grantee, privilege_type, is_grantable, place),
                 generate_series(0, 2) AS g (part)
           WHERE g.part = 1 OR a.grantor <> l.lomowner) AS s
       WHERE l.oid > ?::text::oid AND l.oid <= ?::text::oid
       ORDER BY l.oid, s.step, s.place
      """;

  private LargeObjects() {}

  /** Whether an entry of pg_dump's archive makes one or says something of one. */
  static boolean isOfOne(Entry entry) {
    return switch (entry.kind()) {
      case "BLOB", "BLOB METADATA" -> true;
      case "ACL", "COMMENT", "SECURITY LABEL" ->
          entry.schema().isEmpty() && entry.tag().startsWith("LARGE OBJECT ");
      default -> false;
    };
  }

  /** Whether there are any. */
  static boolean any(Connection source) throws SQLException {
    return Databases.number(source, "SELECT count(*) FROM pg_largeobject_metadata") > 0;
  }

  /**
   * Copies all.
   *
   * @param source inside its snapshot
   * @param target in autocommit
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
        var make = target.prepareStatement("SELECT lo_create(?::text::oid)");
        var put = target.prepareStatement(PUT)) {
      list.setInt(1, PIECE);
      list.setString(2, Long.toString(after));
      list.setInt(3, BUNCH);
      try (var row = list.executeQuery()) {
        while (row.next()) {
          last = row.getLong(1);
          var piece = row.getBytes(2);
          make.setString(1, Long.toString(last));
          make.execute();
          put(put, last, 0, piece);
          carried.accept(piece.length);
          if (piece.length == PIECE) {
            rest(source, put, last, carried);
          }
        }
      }
    }
    traits(source, target, after, last);
    return last;
  }

  private static void traits(Connection source, Connection target, long after, long last)
      throws SQLException {
    try (var list = source.prepareStatement(TRAITS);
        var statement = target.createStatement()) {
      statement.setEscapeProcessing(false);
      list.setString(1, Long.toString(after));
      list.setString(2, Long.toString(last));
      try (var row = list.executeQuery()) {
        while (row.next()) {
          statement.execute(row.getString(1));
        }
      }
    }
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
