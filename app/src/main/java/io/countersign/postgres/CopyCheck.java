package io.countersign.postgres;

import io.countersign.Problem;
import io.countersign.action.ActionFailed;
import io.countersign.postgres.Obstacles.Obstacle;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * What must exist on the target before a copy starts: roles, memberships, extensions. Everything
 * that is missing is named at once.
 */
public final class CopyCheck {
  private static final String ROLES =
      """
      SELECT r.rolname, bool_or(d.owns) AS owns
        FROM (SELECT s.refobjid AS role,
                     s.deptype = 'o' AND s.classid <> 'pg_extension'::regclass
                       AND NOT EXISTS (SELECT 1 FROM pg_depend e
                                        WHERE e.classid = s.classid AND e.objid = s.objid
                                          AND e.deptype = 'e') AS owns
                FROM pg_shdepend s, pg_database d
               WHERE d.datname = current_database() AND s.refclassid = 'pg_authid'::regclass
                 AND (s.dbid = d.oid
                      OR s.dbid = 0 AND s.classid = 'pg_database'::regclass AND s.objid = d.oid)
              UNION ALL
              SELECT s.setrole, false
                FROM pg_db_role_setting s, pg_database d
               WHERE d.datname = current_database() AND s.setdatabase = d.oid AND s.setrole <> 0
              ) d
        JOIN pg_roles r ON r.oid = d.role
       GROUP BY r.rolname ORDER BY r.rolname
      """;

  /**
   * Owned by the role that made the cluster, which no dependency records; the bot is not it. A
   * range's constructors always are, and are made with their range.
   */
  private static final String OWNED_BY_SUPERUSER =
      """
      SELECT o.kind || ' ' || o.name
        FROM (SELECT 'schema' AS kind, quote_ident(n.nspname) AS name, n.nspowner AS owner,
                     'pg_namespace'::regclass AS classid, n.oid, n.nspname
                FROM pg_namespace n
              UNION ALL
              SELECT 'table', c.oid::regclass::text, c.relowner, 'pg_class'::regclass, c.oid,
                     n.nspname
                FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
               WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
              UNION ALL
              SELECT 'function', p.oid::regprocedure::text, p.proowner, 'pg_proc'::regclass, p.oid,
                     n.nspname
                FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace) o
       WHERE o.owner = 10 AND o.nspname !~ '^pg_' AND o.nspname <> 'information_schema'
         AND NOT EXISTS (SELECT 1 FROM pg_depend e
                          WHERE e.classid = o.classid AND e.objid = o.oid
                            AND e.deptype IN ('e', 'i'))
         AND NOT %s
       ORDER BY 1 LIMIT 10
      """
          .formatted(Memberships.full("o.owner"));

  private static final String EXTENSIONS =
      """
      SELECT e.extname, e.extversion FROM pg_extension e WHERE e.extname <> 'plpgsql' ORDER BY e.oid
      """;

  /** Who is no superuser needs a grant for settings of superusers and for those with a dot. */
  private static final String SETTING_NEEDS_A_GRANT =
      """
      SELECT (? LIKE '%.%' OR EXISTS (SELECT 1 FROM pg_settings s
                                       WHERE s.name = ? AND s.context = 'superuser'))
               AND NOT has_parameter_privilege(?, 'SET'),
             current_user
      """;

  /** From 16 on CREATEROLE alone does not alter a role that somebody else has made. */
  private static final String UNALTERABLE =
      """
      SELECT current_user FROM pg_roles r
       WHERE r.rolname = ? AND current_setting('server_version_num')::int >= 160000
         AND r.rolname <> current_user
         AND NOT pg_has_role(current_user, r.oid, 'MEMBER WITH ADMIN OPTION')
         AND NOT EXISTS (SELECT FROM pg_roles b WHERE b.rolname = current_user AND b.rolsuper)
      """;

  /**
   * Tables whose rows the bot would not see, or not all of them. Without this the server would
   * refuse as well, but in the middle and one by one.
   */
  private static final String UNREADABLE =
      """
      SELECT n.nspname AS schema, c.oid::regclass::text AS name, row_security_active(c.oid) AS secured,
             pg_get_userbyid(c.relowner) AS owner, current_user AS bot,
             NOT has_schema_privilege(n.oid, 'USAGE') AS closed
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't'
         AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
         AND (NOT has_schema_privilege(n.oid, 'USAGE')
              OR NOT has_table_privilege(c.oid, 'SELECT')
              OR c.relkind = 'r' AND row_security_active(c.oid))
         AND NOT EXISTS (SELECT 1 FROM pg_depend e
                          WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid
                            AND e.deptype = 'e')
       ORDER BY 2
      """;

  private static final int NAMED = 10;

  private CopyCheck() {}

  /**
   * Compares what the source needs with what the target has.
   *
   * @param traits of the source database
   * @param source inside the source database
   * @param target any database of the target server
   * @throws ActionFailed which names what is missing, with the statements that mend it
   */
  public static void check(
      String doing, DatabaseTraits traits, Connection source, Connection target)
      throws ActionFailed, SQLException {
    var missing = new ArrayList<String>();
    var remedies = new ArrayList<String>();
    roles(source, target, missing, remedies);
    extensions(source, target, missing, remedies);
    settings(traits, target, missing, remedies);
    settingsOfRoles(traits, target, missing, remedies);
    unreadable(source, missing, remedies);
    for (var owned : texts(source, OWNED_BY_SUPERUSER)) {
      missing.add(owned + " belongs to a superuser");
      remedies.add("give " + owned + " to the tenant's owner");
    }
    if (!missing.isEmpty()) {
      throw new ActionFailed(
          new Problem(
              doing,
              "before anything was copied: " + String.join("; ", missing) + ".",
              "Mend it (" + String.join("; ", remedies) + "), then retry."));
    }
  }

  private static void roles(
      Connection source, Connection target, List<String> missing, List<String> remedies)
      throws SQLException {
    try (var roles = source.createStatement();
        var row = roles.executeQuery(ROLES);
        var known =
            target.prepareStatement(
                "SELECT "
                    + Memberships.full("r.oid")
                    + ", current_user FROM pg_roles r WHERE r.rolname = ?")) {
      while (row.next()) {
        var role = row.getString("rolname");
        known.setString(1, role);
        try (var found = known.executeQuery()) {
          if (!found.next()) {
            missing.add("the role " + role + " does not exist on the target");
            remedies.add("CREATE ROLE " + Identifiers.quoted(role));
          } else if (row.getBoolean("owns") && !found.getBoolean(1)) {
            missing.add("the bot is no full member of " + role + ", which owns objects");
            remedies.add(
                "GRANT "
                    + Identifiers.quoted(role)
                    + " TO "
                    + Identifiers.quoted(found.getString(2))
                    + options(target));
          }
        }
      }
    }
  }

  /** A grant without them may leave out one or the other. */
  private static String options(Connection target) throws SQLException {
    return Databases.major(target) >= 16 ? " WITH INHERIT TRUE, SET TRUE" : "";
  }

  private static void extensions(
      Connection source, Connection target, List<String> missing, List<String> remedies)
      throws SQLException {
    try (var extensions = source.createStatement();
        var row = extensions.executeQuery(EXTENSIONS);
        var known =
            target.prepareStatement(
                "SELECT 1 FROM pg_available_extension_versions WHERE name = ? AND version = ?")) {
      while (row.next()) {
        known.setString(1, row.getString(1));
        known.setString(2, row.getString(2));
        try (var found = known.executeQuery()) {
          if (!found.next()) {
            missing.add(
                "the extension "
                    + row.getString(1)
                    + " "
                    + row.getString(2)
                    + " is not available on the target");
            remedies.add(Extensions.remedy(Identifiers.quoted(row.getString(1))));
          }
        }
      }
    }
  }

  private static void settings(
      DatabaseTraits traits, Connection target, List<String> missing, List<String> remedies)
      throws SQLException {
    try (var needs = target.prepareStatement(SETTING_NEEDS_A_GRANT)) {
      for (var setting : traits.settings()) {
        for (int i = 1; i <= 3; i++) {
          needs.setString(i, setting.name());
        }
        try (var row = needs.executeQuery()) {
          if (row.next() && row.getBoolean(1)) {
            missing.add("the bot may not set " + setting.name() + ", a setting of the database");
            remedies.add(
                "GRANT SET ON PARAMETER "
                    + setting.name()
                    + " TO "
                    + Identifiers.quoted(row.getString(2)));
          }
        }
      }
    }
  }

  private static void settingsOfRoles(
      DatabaseTraits traits, Connection target, List<String> missing, List<String> remedies)
      throws SQLException {
    var roles =
        traits.settings().stream().flatMap(it -> it.role().stream()).distinct().sorted().toList();
    try (var alterable = target.prepareStatement(UNALTERABLE)) {
      for (var role : roles) {
        alterable.setString(1, role);
        try (var row = alterable.executeQuery()) {
          if (row.next()) {
            missing.add("the bot may not alter " + role + ", which has settings in the database");
            remedies.add(
                "GRANT "
                    + Identifiers.quoted(role)
                    + " TO "
                    + Identifiers.quoted(row.getString(1))
                    + " WITH ADMIN OPTION");
          }
        }
      }
    }
  }

  private static void unreadable(Connection source, List<String> missing, List<String> remedies)
      throws SQLException {
    for (var obstacle : unreadable(source, List.of())) {
      missing.add(obstacle.what());
      remedies.add(obstacle.remedy());
    }
  }

  /**
   * Tables whose rows the bot would not see, or not all of them; at most ten are named.
   *
   * @param source inside the database
   * @param without schemas that are left out
   */
  public static List<Obstacle> unreadable(Connection source, List<String> without)
      throws SQLException {
    var found = new ArrayList<Obstacle>();
    try (var statement = source.createStatement();
        var row = statement.executeQuery(UNREADABLE)) {
      while (row.next() && found.size() < NAMED) {
        if (!without.contains(row.getString("schema"))) {
          found.add(unreadable(row));
        }
      }
    }
    return found;
  }

  private static Obstacle unreadable(ResultSet row) throws SQLException {
    var table = row.getString("name");
    var bot = Identifiers.quoted(row.getString("bot"));
    return row.getBoolean("secured")
        ? new Obstacle(
            "row security hides rows of " + table + " from the bot",
            "ALTER ROLE " + bot + " BYPASSRLS")
        : new Obstacle(
            "the bot may not read "
                + table
                + (row.getBoolean("closed") ? ", nor use its schema" : ""),
            "let the server's secret hold its administrator's login (this is "
                + row.getString("bot")
                + "), or GRANT "
                + Identifiers.quoted(row.getString("owner"))
                + " TO "
                + bot);
  }

  private static List<String> texts(Connection session, String sql) throws SQLException {
    var texts = new ArrayList<String>();
    try (var statement = session.createStatement();
        var row = statement.executeQuery(sql)) {
      while (row.next()) {
        texts.add(row.getString(1));
      }
    }
    return texts;
  }
}
