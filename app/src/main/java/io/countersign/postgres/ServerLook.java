package io.countersign.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A tenants' server as the bot's login finds it, for whoever installs the bot. Changes nothing.
 *
 * @param version {@code server_version_num}, for example 150018
 * @param systemIdentifier empty where the bot may not ask for it
 * @param archiving whether WAL is kept for restores: {@code wal_level} and {@code archive_mode}
 * @param lastArchived the newest WAL file that archive_command took, empty where there is none
 * @param archiveFailing whether archive_command has failed since
 * @param now the server's clock
 */
public record ServerLook(
    int version,
    boolean standby,
    String user,
    boolean superuser,
    List<Right> rights,
    Optional<String> systemIdentifier,
    Archiving archiving,
    Optional<String> lastArchived,
    boolean archiveFailing,
    Instant now,
    List<Kept> databases) {
  public ServerLook {
    rights = List.copyOf(rights);
    databases = List.copyOf(databases);
  }

  /** How the server keeps its WAL. */
  public record Archiving(String walLevel, String mode) {
    public boolean on() {
      return !walLevel.equals("minimal") && !mode.equals("off");
    }
  }

  /**
   * One right that the bot needs.
   *
   * @param remedy the statement that gives it
   */
  public record Right(String name, boolean held, String remedy) {}

  /**
   * One database.
   *
   * @param member whether the bot is a member of its owner
   * @param unalterable logins that have settings in it and that the bot may not alter
   * @param bytes 0 where the server hides it
   */
  public record Kept(
      String name, String owner, boolean member, List<String> unalterable, long bytes) {
    public Kept {
      unalterable = List.copyOf(unalterable);
    }
  }

  private static final String SERVER =
      """
      SELECT current_setting('server_version_num')::int AS version,
             pg_is_in_recovery() AS standby,
             current_user AS login, r.rolsuper, r.rolcreatedb, r.rolcreaterole,
             pg_has_role('pg_signal_backend', 'USAGE') AS signals,
             pg_has_role('pg_read_all_stats', 'USAGE') AS statistics,
             has_function_privilege('pg_switch_wal()', 'EXECUTE') AS switches,
             has_function_privilege('pg_control_system()', 'EXECUTE') AS identifies,
             current_setting('wal_level') AS wal_level,
             current_setting('archive_mode') AS archive_mode,
             a.last_archived_wal,
             coalesce(a.last_failed_time > a.last_archived_time, a.last_failed_time IS NOT NULL) AS failing,
             clock_timestamp() AS now
        FROM pg_roles r, pg_stat_archiver a
       WHERE r.rolname = current_user
      """;

  private static final String DATABASES =
      """
      SELECT d.datname, pg_get_userbyid(d.datdba) AS owner,
             %s AS member,
             CASE WHEN pg_has_role('pg_read_all_stats', 'USAGE') OR has_database_privilege(d.oid, 'CONNECT')
                  THEN pg_database_size(d.oid) ELSE 0 END AS bytes,
             ARRAY(SELECT pg_get_userbyid(s.setrole)::text
                     FROM pg_db_role_setting s
                    WHERE s.setdatabase = d.oid AND s.setrole <> 0
                      AND current_setting('server_version_num')::int >= 160000
                      AND NOT pg_has_role(s.setrole, 'MEMBER WITH ADMIN OPTION')) AS unalterable
        FROM pg_database d
       WHERE NOT d.datistemplate
       ORDER BY d.datname
      """
          .formatted(Memberships.full("d.datdba"));

  /** The major version, such as 15. */
  public int major() {
    return version / 10_000;
  }

  /** Reads everything from a session in the maintenance database. */
  public static ServerLook at(Connection session) throws SQLException {
    try (var statement = session.createStatement();
        var row = statement.executeQuery(SERVER)) {
      row.next();
      var bot = Identifiers.quoted(row.getString("login"));
      var identifies = row.getBoolean("identifies");
      return new ServerLook(
          row.getInt("version"),
          row.getBoolean("standby"),
          row.getString("login"),
          row.getBoolean("rolsuper"),
          List.of(
              new Right(
                  "CREATEDB", row.getBoolean("rolcreatedb"), "ALTER ROLE " + bot + " CREATEDB"),
              new Right(
                  "CREATEROLE",
                  row.getBoolean("rolcreaterole"),
                  "ALTER ROLE " + bot + " CREATEROLE"),
              new Right(
                  "pg_signal_backend",
                  row.getBoolean("signals"),
                  "GRANT pg_signal_backend TO " + bot),
              new Right(
                  "pg_read_all_stats",
                  row.getBoolean("statistics"),
                  "GRANT pg_read_all_stats TO " + bot),
              executing("pg_switch_wal()", row.getBoolean("switches"), bot),
              executing("pg_control_system()", identifies, bot)),
          identifies ? Optional.of(systemIdentifier(session)) : Optional.empty(),
          new Archiving(row.getString("wal_level"), row.getString("archive_mode")),
          Optional.ofNullable(row.getString("last_archived_wal")),
          row.getBoolean("failing"),
          row.getObject("now", OffsetDateTime.class).toInstant(),
          databases(session));
    }
  }

  private static Right executing(String function, boolean held, String bot) {
    return new Right(
        "EXECUTE of " + function,
        held,
        "GRANT EXECUTE ON FUNCTION " + function + " TO " + bot + ", in the database postgres");
  }

  private static String systemIdentifier(Connection session) throws SQLException {
    return TenantDatabases.server(session).systemIdentifier();
  }

  private static List<Kept> databases(Connection session) throws SQLException {
    var all = new ArrayList<Kept>();
    try (var statement = session.createStatement();
        var rows = statement.executeQuery(DATABASES)) {
      while (rows.next()) {
        all.add(
            new Kept(
                rows.getString("datname"),
                rows.getString("owner"),
                rows.getBoolean("member"),
                List.of((String[]) rows.getArray("unalterable").getArray()),
                rows.getLong("bytes")));
      }
    }
    return all;
  }
}
