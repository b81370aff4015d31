package io.countersign.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What a person should know of a copy that was made: what was left out, what may differ. */
final class CopyNotes {
  private static final String SUBSCRIPTIONS =
      """
      SELECT quote_ident(s.subname) FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid
       WHERE d.datname = current_database() ORDER BY 1
      """;

  /** The collations that the database uses, with the version recorded and the one at work. */
  private static final String COLLATIONS =
      """
      SELECT 'the database''s collation' AS name, d.datcollversion AS recorded,
             pg_database_collation_actual_version(d.oid) AS actual
        FROM pg_database d WHERE d.datname = current_database()
      UNION ALL
      SELECT 'the collation ' || quote_ident(n.nspname) || '.' || quote_ident(c.collname),
             c.collversion, pg_collation_actual_version(c.oid)
        FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace
       WHERE c.collprovider IN ('c', 'i')
         AND (c.oid >= 16384
              OR EXISTS (SELECT 1 FROM pg_attribute a
                          WHERE a.attcollation = c.oid AND a.attrelid >= 16384))
      """;

  private record Version(String recorded, String actual) {}

  private CopyNotes() {}

  /**
   * Looks at both databases after the copy.
   *
   * @return sentences without a full stop
   */
  static List<String> of(Connection source, Connection target) throws SQLException {
    var notes = new ArrayList<String>();
    var subscriptions = new ArrayList<String>();
    try (var statement = source.createStatement();
        var row = statement.executeQuery(SUBSCRIPTIONS)) {
      while (row.next()) {
        subscriptions.add(row.getString(1));
      }
    }
    if (!subscriptions.isEmpty()) {
      notes.add(
          "left out the subscription "
              + String.join(", ", subscriptions)
              + ", because a copy must never connect to its publisher");
    }
    notes.addAll(drift(versions(source), versions(target)));
    return notes;
  }

  private static Map<String, Version> versions(Connection session) throws SQLException {
    var versions = new HashMap<String, Version>();
    try (var statement = session.createStatement();
        var row = statement.executeQuery(COLLATIONS)) {
      while (row.next()) {
        versions.put(
            row.getString("name"),
            new Version(
                Objects.requireNonNullElse(row.getString("recorded"), ""),
                Objects.requireNonNullElse(row.getString("actual"), "")));
      }
    }
    return versions;
  }

  private static List<String> drift(Map<String, Version> source, Map<String, Version> target) {
    var notes = new ArrayList<String>();
    source.forEach(
        (name, was) -> {
          var is = target.getOrDefault(name, was);
          if (!was.recorded().isEmpty() && !was.recorded().equals(is.actual())) {
            notes.add(
                name
                    + " was of version "
                    + was.recorded()
                    + " and is of "
                    + is.actual()
                    + ": text may be sorted otherwise than before; all indexes of the copy are made"
                    + " with the new one");
          }
        });
    notes.sort(null);
    return notes;
  }
}
