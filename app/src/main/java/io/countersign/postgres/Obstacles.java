package io.countersign.postgres;

import io.countersign.Problem;
import io.countersign.postgres.TenantDatabases.Found;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What would stop a copy or a swap of a database names, or would be lost in it. Each check is one
 * query that answers the offending objects' names, never rows of a tenant.
 */
public final class Obstacles {
  private static final int SHOWN = 5;

  private Obstacles() {}

  /**
   * One finding.
   *
   * @param what a clause: "the prepared transaction tx1 is open"
   * @param remedy a clause: "COMMIT PREPARED or ROLLBACK PREPARED it"
   */
  public record Obstacle(String what, String remedy) {}

  /** One check: the query takes as many text parameters as it has question marks, all alike. */
  record Check(String what, String remedy, String sql) {}

  private static final List<Check> OUTSIDE =
      List.of(
          new Check(
              "the bot's role %s may not create databases",
              "ALTER ROLE … CREATEDB",
              "SELECT rolname FROM pg_roles WHERE rolname = current_user"
                  + " AND NOT (rolcreatedb OR rolsuper)"),
          new Check(
              "the bot may not end other roles' sessions",
              "GRANT pg_signal_backend TO the bot's role",
              "SELECT current_user WHERE NOT pg_has_role(current_user, 'pg_signal_backend',"
                  + " 'USAGE')"),
          new Check(
              "the server hides from the bot when other roles' sessions began",
              "GRANT pg_read_all_stats TO the bot's role",
              "SELECT current_user WHERE NOT pg_has_role(current_user, 'pg_read_all_stats',"
                  + " 'USAGE')"),
          new Check(
              "the bot is no full member of the database's owner %s",
              "GRANT the owner TO the bot's role (from 16 on WITH INHERIT TRUE, SET TRUE)",
              """
              SELECT pg_get_userbyid(datdba) FROM pg_database
               WHERE datname = ? AND NOT %s\
              """
                  .formatted(Memberships.full("datdba"))),
          new Check(
              "the bot may not alter the roles that have settings in the database: %s",
              "GRANT each of them TO the bot's role WITH ADMIN OPTION",
              """
              SELECT pg_get_userbyid(s.setrole) FROM pg_db_role_setting s
               WHERE s.setdatabase = (SELECT oid FROM pg_database WHERE datname = ?)
                 AND s.setrole <> 0 AND pg_get_userbyid(s.setrole) <> current_user
                 AND current_setting('server_version_num')::int >= 160000
                 AND NOT pg_has_role(current_user, s.setrole, 'MEMBER WITH ADMIN OPTION')\
              """),
          new Check(
              "%s does not allow connections",
              "ALTER DATABASE … ALLOW_CONNECTIONS true, if it is meant to be open",
              "SELECT datname FROM pg_database WHERE datname = ? AND NOT datallowconn"),
          new Check(
              "the database has the encoding %s, in which texts cannot be compared",
              "convert it to UTF8 first",
              """
              SELECT pg_encoding_to_char(encoding) FROM pg_database
               WHERE datname = ? AND pg_encoding_to_char(encoding) = 'SQL_ASCII'\
              """));

  /** What may come at any time, and holds a database or is lost with it. */
  private static final List<Check> STANDING =
      List.of(
          new Check(
              "prepared transactions are open: %s",
              "COMMIT PREPARED or ROLLBACK PREPARED them",
              "SELECT gid FROM pg_prepared_xacts WHERE database = ?"),
          new Check(
              "logical replication slots read the database: %s",
              "stop their readers and drop them: SELECT pg_drop_replication_slot(…)",
              """
              SELECT slot_name FROM pg_replication_slots
               WHERE slot_type = 'logical' AND database = ?\
              """),
          new Check(
              "subscriptions write into the database: %s",
              "drop them, or make them anew after the restore",
              """
              SELECT subname FROM pg_subscription
               WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = ?)\
              """));

  private static final List<Check> INSIDE =
      List.of(
          new Check(
              "only a superuser can create the event triggers %s, so the copy would lack them",
              "as a superuser: keep their definitions (pg_dump --section=post-data), DROP EVENT"
                  + " TRIGGER …, and create them again when the run is done",
              """
              SELECT e.evtname FROM pg_event_trigger e
               WHERE NOT EXISTS (SELECT FROM pg_depend d
                                  WHERE d.classid = 'pg_event_trigger'::regclass
                                    AND d.objid = e.oid AND d.deptype = 'e')
                 AND NOT EXISTS (SELECT FROM pg_roles
                                  WHERE rolname = 'azure_pg_admin'
                                     OR (rolname = current_user AND rolsuper))\
              """),
          new Check(
              "row security hides rows of %s from the bot",
              "as an administrator: ALTER ROLE … BYPASSRLS for the bot's role",
              """
              SELECT c.oid::regclass::text FROM pg_class c
               WHERE c.relrowsecurity
                 AND (c.relforcerowsecurity OR NOT pg_has_role(current_user, c.relowner, 'USAGE'))
                 AND NOT EXISTS (SELECT FROM pg_roles
                                  WHERE rolname = current_user AND (rolbypassrls OR rolsuper))\
              """),
          new Check(
              "the bot is no full member of roles that own objects: %s",
              "GRANT each of them TO the bot's role (from 16 on WITH INHERIT TRUE, SET TRUE)",
              """
              SELECT DISTINCT pg_get_userbyid(o.owner)
                FROM (SELECT c.relowner AS owner, c.relnamespace AS namespace FROM pg_class c
                      UNION ALL SELECT p.proowner, p.pronamespace FROM pg_proc p
                      UNION ALL SELECT s.nspowner, s.oid FROM pg_namespace s) o
                JOIN pg_namespace n ON n.oid = o.namespace
               WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'public')
                 AND NOT %s\
              """
                  .formatted(Memberships.full("o.owner"))),
          new Check(
              "the server does not offer the extensions %s",
              Extensions.remedy("%s"),
              """
              SELECT quote_ident(e.extname) FROM pg_extension e
               WHERE NOT EXISTS (SELECT FROM pg_available_extensions a WHERE a.name = e.extname)\
              """),
          new Check(
              "only a superuser can create the extensions %s",
              "let them be trusted on the live server (trusted = true in their control files; in"
                  + " Azure, azure.extensions), until CREATE EXTENSION %s works there as the bot's"
                  + " login",
              """
              SELECT quote_ident(e.extname) FROM pg_extension e
                JOIN pg_available_extensions a ON a.name = e.extname
                JOIN pg_available_extension_versions v
                  ON v.name = a.name AND v.version = a.default_version
               WHERE v.superuser AND NOT v.trusted
                 AND NOT EXISTS (SELECT FROM pg_roles
                                  WHERE rolname = 'azure_pg_admin'
                                     OR (rolname = current_user AND rolsuper))\
              """));

  /** Checked from the maintenance database. */
  public static List<Obstacle> outside(Connection session, Found database) throws SQLException {
    var found = new ArrayList<>(check(session, OUTSIDE, database.name()));
    found.addAll(standing(session, database.name()));
    found.addAll(SwapLook.superusers(session, database.oid()));
    return found;
  }

  /** Checked again whenever a database is about to be renamed or dropped. */
  public static List<Obstacle> standing(Connection session, String database) throws SQLException {
    return check(session, STANDING, database);
  }

  /** One problem that names all findings with their remedies. */
  public static Problem problem(String doing, List<Obstacle> found) {
    return new Problem(
        doing,
        numbered(found.stream().map(Obstacle::what).toList()),
        "Nothing was changed. " + numbered(found.stream().map(Obstacle::remedy).toList()));
  }

  /** {@code 1) … 2) …}, or the one thing alone. */
  private static String numbered(List<String> things) {
    var text =
        things.size() == 1
            ? things.getFirst()
            : String.join(
                "; ",
                IntStream.range(0, things.size())
                    .mapToObj(it -> (it + 1) + ") " + things.get(it))
                    .toList());
    return text + ".";
  }

  /** Checked from a session in the database itself. */
  public static List<Obstacle> inside(Connection session) throws SQLException {
    return check(session, INSIDE, "");
  }

  static List<Obstacle> check(Connection session, List<Check> checks, String parameter)
      throws SQLException {
    var found = new ArrayList<Obstacle>();
    for (var each : checks) {
      var names = names(session, each.sql(), parameter);
      if (!names.isEmpty()) {
        found.add(
            new Obstacle(
                each.what().replace("%s", shown(names)),
                each.remedy().replace("%s", shown(names))));
      }
    }
    return found;
  }

  private static List<String> names(Connection session, String sql, String parameter)
      throws SQLException {
    try (var statement = session.prepareStatement(sql)) {
      if (sql.indexOf('?') >= 0) {
        statement.setString(1, parameter);
      }
      var names = new ArrayList<String>();
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          names.add(rows.getString(1));
        }
      }
      return names;
    }
  }

  private static String shown(List<String> names) {
    var shown = String.join(", ", names.stream().limit(SHOWN).toList());
    return names.size() > SHOWN ? shown + " and " + (names.size() - SHOWN) + " more" : shown;
  }
}
