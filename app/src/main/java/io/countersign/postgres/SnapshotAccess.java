package io.countersign.postgres;

import static io.countersign.postgres.Identifiers.quoted;

import io.countersign.Secret;
import io.countersign.estate.DatabaseRef;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.postgresql.PGConnection;

/**
 * Who may do what in a snapshot: one role reads everything in it, and nobody else comes in. All
 * statements are for one transaction, in a session of ours that is alone inside.
 */
public final class SnapshotAccess {
  /** Makes statements: first what is taken away, then what is given. */
  private static final String STATEMENTS =
      """
      WITH schemas AS (
        SELECT oid, quote_ident(nspname) AS name FROM pg_namespace
        WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'),
      tables AS (
        SELECT c.oid, s.name || '.' || quote_ident(c.relname) AS name, c.relkind, c.relrowsecurity
        FROM pg_class c JOIN schemas s ON s.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')),
      strangers AS (
        SELECT DISTINCT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END AS name
        FROM pg_database d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
        WHERE d.datname = current_database() AND a.grantee <> d.datdba)
      SELECT 1 AS place, format('REVOKE ALL ON DATABASE %1$I FROM %2$s CASCADE', current_database(), name) FROM strangers
      UNION ALL
      SELECT 2, format('REVOKE CREATE ON SCHEMA %s FROM PUBLIC', name) FROM schemas
      UNION ALL
      SELECT 3, format('REVOKE INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON %s FROM PUBLIC', name)
      FROM tables WHERE relkind <> 'S'
      UNION ALL
      SELECT 3, format('REVOKE USAGE, UPDATE ON SEQUENCE %s FROM PUBLIC', name) FROM tables WHERE relkind = 'S'
      UNION ALL
      SELECT 4, format('REVOKE EXECUTE ON ROUTINE %s FROM PUBLIC', p.oid::regprocedure)
      FROM pg_proc p JOIN schemas s ON s.oid = p.pronamespace WHERE p.prosecdef AND p.prokind IN ('f', 'p')
        AND NOT EXISTS (SELECT FROM pg_depend x WHERE x.objid = p.oid AND x.deptype = 'e')
      UNION ALL
      SELECT 5, format('GRANT USAGE ON SCHEMA %s TO %I', name, ?) FROM schemas
      UNION ALL
      SELECT 6, format('GRANT SELECT ON %s TO %I', name, ?) FROM tables
      UNION ALL
      SELECT 7, format('CREATE POLICY %I ON %s FOR SELECT TO %1$I USING (true)', ?, name)
      FROM tables WHERE relrowsecurity AND relkind IN ('r', 'p')
        AND NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = tables.oid AND p.polname = ?)
      ORDER BY 1, 2
      """;

  private static final String WRITABLE =
      """
      SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
        AND (CASE WHEN c.relkind = 'S' THEN has_sequence_privilege(?, c.oid, 'USAGE, UPDATE')
             WHEN c.relkind IN ('r', 'p', 'v', 'f') THEN has_table_privilege(?, c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
               OR has_any_column_privilege(?, c.oid, 'INSERT, UPDATE')
             ELSE false END)
      UNION ALL
      SELECT 'the schema ' || nspname FROM pg_namespace
      WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' AND has_schema_privilege(?, oid, 'CREATE')
      ORDER BY 1
      """;

  private static final String CONNECTING =
      """
      SELECT r.rolname FROM pg_roles r
      WHERE r.rolcanlogin AND NOT r.rolsuper AND r.rolname NOT IN (?, current_user)
        AND has_database_privilege(r.rolname, current_database(), 'CONNECT')
      ORDER BY 1
      """;

  private SnapshotAccess() {}

  /**
   * Makes the reader, or gives the one that a cut-off attempt left another password, and closes the
   * snapshot to everybody else. The password goes to the server as a verifier, never as text.
   */
  public static void give(Connection inside, DatabaseRef snapshot, String reader, Secret password)
      throws SQLException {
    var name = quoted(reader);
    var database = quoted(snapshot.name());
    // a cut-off attempt may have left the read-only preset
    Databases.execute(inside, "SET TRANSACTION READ WRITE");
    if (!exists(inside, reader)) {
      Databases.execute(inside, "CREATE ROLE " + name + " LOGIN NOINHERIT CONNECTION LIMIT 10");
    }
    inside
        .unwrap(PGConnection.class)
        .alterUserPassword(reader, password.reveal().toCharArray(), null);
    Databases.execute(inside, "ALTER DATABASE " + database + " OWNER TO CURRENT_USER");
    var statements = new ArrayList<String>();
    statements.addAll(asked(inside, STATEMENTS, 2, reader, reader, reader, reader));
    statements.add("GRANT CONNECT ON DATABASE " + database + " TO " + name);
    statements.add("ALTER DATABASE " + database + " SET default_transaction_read_only = on");
    statements.add("ALTER ROLE " + name + " SET default_transaction_read_only = on");
    Databases.execute(inside, statements);
  }

  public static boolean exists(Connection session, String role) throws SQLException {
    return !asked(session, "SELECT rolname FROM pg_roles WHERE rolname = ?", 1, role).isEmpty();
  }

  /** What the reader could write to; empty where all is well. */
  public static List<String> writable(Connection inside, String reader) throws SQLException {
    return asked(inside, WRITABLE, 1, reader, reader, reader, reader);
  }

  /** Who besides the reader and the bot could come in, superusers left out. */
  public static List<String> others(Connection inside, String reader) throws SQLException {
    return asked(inside, CONNECTING, 1, reader);
  }

  private static List<String> asked(
      Connection session, String sql, int column, String... parameters) throws SQLException {
    var answers = new ArrayList<String>();
    try (var statement = session.prepareStatement(sql)) {
      for (int i = 0; i < parameters.length; i++) {
        statement.setString(i + 1, parameters[i]);
      }
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          answers.add(rows.getString(column));
        }
      }
    }
    return answers;
  }
}
