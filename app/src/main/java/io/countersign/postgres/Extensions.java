package io.countersign.postgres;

import static io.countersign.postgres.Identifiers.literal;
import static io.countersign.postgres.Identifiers.quoted;

import java.sql.Connection;
import java.sql.SQLException;

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

  private Extensions() {}

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
