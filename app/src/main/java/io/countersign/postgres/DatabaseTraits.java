package io.countersign.postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What belongs to a database itself and what no dump of its contents carries: owner, encoding,
 * locale, connection limit, comment, grants, settings. Needs PostgreSQL 15 or later.
 *
 * @param locale ICU or built-in locale; empty with the provider libc
 * @param connectionLimit -1 for none
 * @param bytes pg_database_size
 */
public record DatabaseTraits(
    long oid,
    String name,
    String owner,
    String encoding,
    String collate,
    String ctype,
    Provider provider,
    Optional<String> locale,
    Optional<String> icuRules,
    Optional<String> tablespace,
    int connectionLimit,
    Optional<String> comment,
    List<Grant> grants,
    List<Setting> settings,
    long bytes) {
  public DatabaseTraits {
    grants = List.copyOf(grants);
    settings = List.copyOf(settings);
  }

  /** Who gives the locale: {@code pg_database.datlocprovider}. */
  public enum Provider {
    LIBC,
    ICU,
    BUILTIN
  }

  /**
   * One entry of an access list.
   *
   * @param grantee empty for PUBLIC
   */
  public record Grant(
      String grantor, Optional<String> grantee, String privilege, boolean grantable) {}

  /**
   * One setting of the database, or of a role in this database.
   *
   * @param role empty where it holds for all roles
   */
  public record Setting(Optional<String> role, String name, String value) {}

  private static final String BASE =
      """
      SELECT d.oid, d.datname, pg_get_userbyid(d.datdba) AS owner,
             pg_encoding_to_char(d.encoding) AS encoding, d.datcollate, d.datctype,
             d.datlocprovider::text AS provider,
             coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale') AS locale,
             to_jsonb(d) ->> 'daticurules' AS rules,
             nullif(t.spcname, 'pg_default') AS tablespace,
             d.datconnlimit, shobj_description(d.oid, 'pg_database') AS comment,
             pg_database_size(d.oid) AS bytes
        FROM pg_database d JOIN pg_tablespace t ON t.oid = d.dattablespace
       WHERE d.datname = ?
      """;

  private static final String GRANTS =
      """
      SELECT pg_get_userbyid(a.grantor) AS grantor,
             CASE WHEN a.grantee <> 0 THEN pg_get_userbyid(a.grantee) END AS grantee,
             a.privilege_type, a.is_grantable
        FROM pg_database d,
             aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
       WHERE d.oid = ?
       ORDER BY a.grantor = d.datdba DESC, a.is_grantable DESC, 1, 2 NULLS FIRST, 3
      """;

  /** The freeze is a setting of the live database and must not come along. */
  private static final String SETTINGS =
      """
      SELECT CASE WHEN s.setrole <> 0 THEN pg_get_userbyid(s.setrole) END AS role,
             split_part(item, '=', 1) AS name,
             substr(item, position('=' IN item) + 1) AS value
        FROM pg_db_role_setting s, unnest(s.setconfig) WITH ORDINALITY AS i (item, place)
       WHERE s.setdatabase = ?
         AND split_part(item, '=', 1) <> 'default_transaction_read_only'
       ORDER BY 1 NULLS FIRST, place
      """;

  /** Reads them; empty where the server has no database of that name. */
  public static Optional<DatabaseTraits> read(Connection anyDatabase, String name)
      throws SQLException {
    try (var query = anyDatabase.prepareStatement(BASE)) {
      query.setString(1, name);
      try (var row = query.executeQuery()) {
        return row.next() ? Optional.of(made(anyDatabase, row)) : Optional.empty();
      }
    }
  }

  private static DatabaseTraits made(Connection session, ResultSet row) throws SQLException {
    long oid = row.getLong("oid");
    return new DatabaseTraits(
        oid,
        row.getString("datname"),
        row.getString("owner"),
        row.getString("encoding"),
        row.getString("datcollate"),
        row.getString("datctype"),
        provider(row.getString("provider")),
        text(row.getString("locale")),
        text(row.getString("rules")),
        text(row.getString("tablespace")),
        row.getInt("datconnlimit"),
        text(row.getString("comment")),
        grants(session, oid),
        settings(session, oid),
        row.getLong("bytes"));
  }

  private static Provider provider(String letter) {
    return switch (letter) {
      case "c" -> Provider.LIBC;
      case "i" -> Provider.ICU;
      case "b" -> Provider.BUILTIN;
      default -> throw new IllegalStateException("an unknown locale provider: " + letter);
    };
  }

  private static Optional<String> text(@Nullable String value) {
    return Optional.ofNullable(value);
  }

  private static List<Grant> grants(Connection session, long oid) throws SQLException {
    var grants = new ArrayList<Grant>();
    try (var query = session.prepareStatement(GRANTS)) {
      query.setLong(1, oid);
      try (var row = query.executeQuery()) {
        while (row.next()) {
          grants.add(
              new Grant(
                  row.getString("grantor"),
                  text(row.getString("grantee")),
                  row.getString("privilege_type"),
                  row.getBoolean("is_grantable")));
        }
      }
    }
    return grants;
  }

  private static List<Setting> settings(Connection session, long oid) throws SQLException {
    var settings = new ArrayList<Setting>();
    try (var query = session.prepareStatement(SETTINGS)) {
      query.setLong(1, oid);
      try (var row = query.executeQuery()) {
        while (row.next()) {
          settings.add(
              new Setting(
                  text(row.getString("role")), row.getString("name"), row.getString("value")));
        }
      }
    }
    return settings;
  }
}
