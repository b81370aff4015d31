package io.countersign.postgres;

import static io.countersign.postgres.Identifiers.quoted;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Gives NOT NULL constraints the names that they have at the source. From PostgreSQL 18 on (in
 * domains from 17 on) they have names, and pg_dump leaves a preset one out. The copy's server then
 * chooses anew and takes another where a table that is made earlier bears it, as each table does
 * that was made LIKE this one.
 */
final class NotNullNames {
  /** A parent's new name becomes its children's, which are looked at once more after it. */
  private static final int ROUNDS = 3;

  private static final String NAMES =
      """
      SELECT format('TABLE %I.%I', n.nspname, c.relname) AS owner, a.attname::text AS place,
             k.conname, k.coninhcount = 0 AS own
        FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.conkey[1]
       WHERE k.contype = 'n' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
      UNION ALL
      SELECT format('DOMAIN %I.%I', n.nspname, y.typname), '', k.conname, true
        FROM pg_constraint k JOIN pg_type y ON y.oid = k.contypid
        JOIN pg_namespace n ON n.oid = y.typnamespace
       WHERE k.contype = 'n' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
       ORDER BY 1, 2
      """;

  /**
   * @param owner the table or domain, as it stands in a statement
   * @param column empty in a domain
   */
  private record Place(String owner, String column) {}

  /**
   * @param own whether it can be renamed here, and not only with a parent's
   */
  private record Named(String name, boolean own) {}

  private NotNullNames() {}

  /** Renames what differs. What only a parent could rename is left, and parity names it. */
  static void match(Connection source, Connection target) throws SQLException {
    var wanted = read(source);
    for (int round = 0; round < ROUNDS; round++) {
      if (rename(wanted, read(target), target) == 0) {
        return;
      }
    }
  }

  private static Map<Place, Named> read(Connection session) throws SQLException {
    var names = new LinkedHashMap<Place, Named>();
    try (var statement = session.createStatement();
        var row = statement.executeQuery(NAMES)) {
      while (row.next()) {
        names.put(
            new Place(row.getString("owner"), row.getString("place")),
            new Named(row.getString("conname"), row.getBoolean("own")));
      }
    }
    return names;
  }

  private static int rename(Map<Place, Named> wanted, Map<Place, Named> present, Connection target)
      throws SQLException {
    int renamed = 0;
    for (var each : present.entrySet()) {
      var is = each.getValue();
      var was = wanted.get(each.getKey());
      if (was != null && is.own() && !was.name().equals(is.name())) {
        Databases.execute(
            target,
            "ALTER "
                + each.getKey().owner()
                + " RENAME CONSTRAINT "
                + quoted(is.name())
                + " TO "
                + quoted(was.name()));
        renamed++;
      }
    }
    return renamed;
  }
}
