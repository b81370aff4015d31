package io.countersign.postgres;

import static io.countersign.postgres.Identifiers.literal;
import static io.countersign.postgres.Identifiers.quoted;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;

/**
 * Creates a copy's extensions before the restore, each in the original's version and, where the bot
 * may act as its owner, with the original's owner. An extension of a superuser becomes the bot's.
 */
final class Extensions {
  private static final String OF_SOURCE =
      """
      SELECT e.extname, e.extversion, n.nspname, pg_get_userbyid(e.extowner) AS owner
        FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
       WHERE e.extname <> 'plpgsql'
       ORDER BY e.oid
      """;

  private static final String MAY_ACT_AS =
      """
      SELECT EXISTS (SELECT 1 FROM pg_roles r
                      WHERE r.rolname = ? AND NOT r.rolsuper
                        AND pg_has_role(current_user, r.oid, %s)),
             EXISTS (SELECT 1 FROM pg_namespace n WHERE n.nspname = ?)
      """
          .formatted(Memberships.SET);

  /** The extension's own, then the database's. */
  private static final String OWNERS =
      """
      SELECT pg_get_userbyid(o.owner)
        FROM (SELECT e.extowner AS owner, 1 AS place FROM pg_extension e WHERE e.extname = ?
              UNION ALL
              SELECT d.datdba, 2 FROM pg_database d WHERE d.datname = current_database()) o
       ORDER BY o.place
      """;

  private Extensions() {}

  /** What makes one available, a clause. */
  static String remedy(String names) {
    return "install it on the live server (its package; in Azure, azure.extensions), until CREATE"
        + " EXTENSION "
        + names
        + " works there";
  }

  static void create(Connection source, Connection target) throws SQLException {
    try (var list = source.createStatement();
        var row = list.executeQuery(OF_SOURCE);
        var may = target.prepareStatement(MAY_ACT_AS)) {
      while (row.next()) {
        may.setString(1, row.getString("owner"));
        may.setString(2, row.getString("nspname"));
        try (var answer = may.executeQuery()) {
          answer.next();
          create(
              target,
              row.getString("extname"),
              row.getString("extversion"),
              answer.getBoolean(2) ? " SCHEMA " + quoted(row.getString("nspname")) : "",
              answer.getBoolean(1) ? row.getString("owner") : "");
        }
      }
    }
  }

  /**
   * Creates one of a dump: as whoever owns it in the live database, else as the database's owner,
   * else as the bot.
   *
   * @param definition as pg_dump wrote it
   */
  static void create(Connection live, Connection target, String name, String definition)
      throws SQLException {
    var owner = owner(live, target, name);
    if (owner.isPresent()) {
      Databases.execute(target, "SET ROLE " + quoted(owner.get()));
    }
    Databases.execute(target, definition);
    Databases.execute(target, "RESET ROLE");
  }

  private static Optional<String> owner(Connection live, Connection target, String name)
      throws SQLException {
    try (var known = live.prepareStatement(OWNERS);
        var may = target.prepareStatement(MAY_ACT_AS)) {
      known.setString(1, name);
      try (var row = known.executeQuery()) {
        while (row.next()) {
          may.setString(1, row.getString(1));
          may.setString(2, "");
          try (var answer = may.executeQuery()) {
            answer.next();
            if (answer.getBoolean(1)) {
              return Optional.of(row.getString(1));
            }
          }
        }
      }
    }
    return Optional.empty();
  }

  private static void create(
      Connection target, String name, String version, String schema, String owner)
      throws SQLException {
    if (!owner.isEmpty()) {
      Databases.execute(target, "SET ROLE " + quoted(owner));
    }
    Databases.execute(
        target,
        "CREATE EXTENSION IF NOT EXISTS "
            + quoted(name)
            + " WITH"
            + schema
            + " VERSION "
            + literal(version));
    Databases.execute(target, "RESET ROLE");
  }
}
