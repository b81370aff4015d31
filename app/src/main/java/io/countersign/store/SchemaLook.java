package io.countersign.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;

/**
 * Countersign's own database as one login finds it.
 *
 * @param version {@code server_version_num}, for example 150018
 * @param mighty whether the login is a superuser or has the rights of the schema's owner
 * @param excess rights beyond {@link Grants#SERVE}
 * @param missing rights of it that the login does not have
 * @param synchronousCommit as a session has it that sets nothing itself
 * @param now the server's clock
 */
public record SchemaLook(
    String user,
    int version,
    boolean standby,
    boolean mighty,
    List<String> excess,
    List<String> missing,
    String synchronousCommit,
    Instant now) {
  private static final String SERVER =
      """
      SELECT current_user AS login,
             current_setting('server_version_num')::int AS version,
             pg_is_in_recovery() AS standby,
             r.rolsuper OR coalesce((SELECT pg_has_role(n.nspowner, 'MEMBER') FROM pg_namespace n
                                      WHERE n.nspname = :schema), false) AS mighty,
             (SELECT reset_val FROM pg_settings WHERE name = 'synchronous_commit') AS synchronous,
             clock_timestamp() AS now
        FROM pg_roles r
       WHERE r.rolname = current_user
      """;

  /** Whole rights, and columns where only those are granted. */
  private static final String RIGHTS =
      """
      SELECT c.relname AS name, p.privilege,
             has_table_privilege(c.oid, p.privilege) AS whole,
             CASE WHEN p.privilege IN ('SELECT', 'INSERT', 'UPDATE') THEN
               (SELECT string_agg(a.attname, ',' ORDER BY a.attname)
                  FROM pg_attribute a
                 WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                   AND has_column_privilege(c.oid, a.attname, p.privilege))
             END AS columns
        FROM pg_class c
        JOIN pg_namespace n ON n.oid = c.relnamespace,
             unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER']) AS p (privilege)
       WHERE n.nspname = :schema AND c.relkind IN ('r', 'p')
       ORDER BY c.relname, p.privilege
      """;

  public SchemaLook {
    excess = List.copyOf(excess);
    missing = List.copyOf(missing);
  }

  /** The major version, such as 15. */
  public int major() {
    return version / 10_000;
  }

  private record Held(String table, Grants.Right right) {}

  static SchemaLook at(Handle handle) {
    var excess = new ArrayList<String>();
    var missing = new ArrayList<String>();
    compare(held(handle), excess, missing);
    return handle
        .createQuery(SERVER)
        .bind("schema", Schema.NAME)
        .map(
            (row, _) ->
                new SchemaLook(
                    row.getString("login"),
                    row.getInt("version"),
                    row.getBoolean("standby"),
                    row.getBoolean("mighty"),
                    excess,
                    missing,
                    row.getString("synchronous"),
                    row.getObject("now", OffsetDateTime.class).toInstant()))
        .one();
  }

  private static List<Held> held(Handle handle) {
    return handle
        .createQuery(RIGHTS)
        .bind("schema", Schema.NAME)
        .map((row, _) -> held(row))
        .list()
        .stream()
        .flatMap(Optional::stream)
        .toList();
  }

  private static Optional<Held> held(ResultSet row) throws SQLException {
    var privilege = row.getString("privilege");
    var columns = row.getString("columns");
    if (!row.getBoolean("whole") && columns == null) {
      return Optional.empty();
    }
    var right =
        row.getBoolean("whole")
            ? new Grants.Right(privilege, List.of())
            : new Grants.Right(privilege, Arrays.stream(columns.split(",", -1)).sorted().toList());
    return Optional.of(new Held(row.getString("name"), right));
  }

  private static void compare(List<Held> held, List<String> excess, List<String> missing) {
    var wanted = new TreeSet<String>();
    for (var grant : Grants.SERVE) {
      grant.rights().forEach(it -> wanted.add(it + " on " + grant.table()));
    }
    var has = new TreeSet<String>();
    held.forEach(it -> has.add(it.right() + " on " + it.table()));
    has.stream().filter(it -> !wanted.contains(it)).forEach(excess::add);
    wanted.stream().filter(it -> !has.contains(it)).forEach(missing::add);
  }
}
