package io.countersign.postgres;

import io.countersign.Problem;
import io.countersign.action.ActionFailed;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How a database's contents are carried to another server. */
public enum CopyMethod {
  /** Rows go from server to server, table by table, in several sessions. */
  STREAM,
  /** pg_dump into the scratch folder, then pg_restore. */
  DUMP;

  /** Encodings that go by way of UTF-8, as the driver speaks it, and come back the same. */
  private static final Set<String> STREAMED =
      Set.of(
          "UTF8",
          "LATIN1",
          "LATIN2",
          "LATIN3",
          "LATIN4",
          "LATIN5",
          "LATIN6",
          "LATIN7",
          "LATIN8",
          "LATIN9",
          "LATIN10",
          "ISO_8859_5",
          "ISO_8859_6",
          "ISO_8859_7",
          "ISO_8859_8",
          "WIN1250",
          "WIN1251",
          "WIN1252",
          "WIN1253",
          "WIN1254",
          "WIN1255",
          "WIN1256",
          "WIN1257",
          "WIN1258",
          "WIN866",
          "WIN874",
          "KOI8R",
          "KOI8U");

  /** An enum's hash is that of an OID, which a copy does not keep: its rows change partitions. */
  private static final String UNSTEADY_PARTITIONS =
      """
      WITH RECURSIVE used (relation, type) AS (
        SELECT p.partrelid, coalesce(a.atttypid, 0)
          FROM pg_partitioned_table p CROSS JOIN unnest(p.partattrs) AS k (number)
          LEFT JOIN pg_attribute a ON a.attrelid = p.partrelid AND a.attnum = k.number
         WHERE p.partstrat = 'h'
        UNION
        SELECT u.relation, CASE WHEN y.typtype = 'd' THEN y.typbasetype ELSE y.typelem END
          FROM used u JOIN pg_type y ON y.oid = u.type
         WHERE y.typtype = 'd' OR y.typcategory = 'A')
      SELECT DISTINCT u.relation::regclass::text
        FROM used u LEFT JOIN pg_type y ON y.oid = u.type
       WHERE y.oid IS NULL OR y.typtype IN ('e', 'c', 'r', 'm') AND y.oid >= 16384
          OR y.oid < 16384 AND y.typname ~ '^reg'
       ORDER BY 1
      """;

  /**
   * What was chosen.
   *
   * @param because why it is not the usual one; empty where it is
   */
  public record Chosen(CopyMethod method, Optional<String> because) {}

  /** The word in runbooks: {@code stream}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Chooses, before anything is made.
   *
   * @param wanted as the runbook says it; null for the usual one
   * @param source inside the source database
   * @throws ActionFailed where the runbook insists on what cannot be, or says a word of its own
   */
  public static Chosen choose(@Nullable String wanted, int major, Connection source)
      throws ActionFailed, SQLException {
    if (wanted != null && wanted.equals(DUMP.word())) {
      return new Chosen(DUMP, Optional.of("the runbook says so"));
    }
    if (wanted != null && !wanted.equals(STREAM.word())) {
      throw new ActionFailed(
          new Problem(
              "choosing how to copy",
              "the runbook's method is " + wanted + ".",
              "Write stream or dump, or leave it out."));
    }
    var against = against(major, source);
    if (against.isEmpty()) {
      return new Chosen(STREAM, Optional.empty());
    }
    var because = String.join("; ", against);
    if (wanted != null) {
      throw new ActionFailed(
          new Problem(
              "choosing how to copy",
              "the runbook wants the method stream, which cannot carry this: " + because + ".",
              "Leave `method` out: then it goes by pg_dump and pg_restore."));
    }
    return new Chosen(DUMP, Optional.of(because));
  }

  /** What a stream could not carry, for people. */
  private static List<String> against(int major, Connection source) throws SQLException {
    var against = new ArrayList<String>();
    if (!SchemaArchive.knows(major)) {
      against.add("archives of pg_dump " + major + " are not known to this bot");
    }
    try (var statement = source.createStatement()) {
      try (var row =
          statement.executeQuery(
              "SELECT pg_encoding_to_char(encoding) FROM pg_database"
                  + " WHERE datname = current_database()")) {
        row.next();
        if (!STREAMED.contains(row.getString(1))) {
          against.add("the encoding " + row.getString(1) + " does not go by way of UTF-8");
        }
      }
      try (var row = statement.executeQuery(UNSTEADY_PARTITIONS)) {
        while (row.next()) {
          against.add(row.getString(1) + " has hash partitions that differ between servers");
        }
      }
    }
    return against;
  }
}
