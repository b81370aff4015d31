package io.countersign.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a database's catalogues say, as lines by object: owners, grants, row security, policies,
 * default privileges, extensions, sequences, comments, large objects, and what belongs to the
 * database itself. Roles stand by name, access lists sorted and with their presets written out, so
 * that two servers can be compared. Holds no row.
 */
public final class CatalogueFingerprint {
  private static final String USERS = " n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' ";

  private static final List<String> LINES =
      List.of(
          """
          SELECT 'schema ' || quote_ident(n.nspname),
                 concat_ws(' ', pg_get_userbyid(n.nspowner), ARRAY(
                   SELECT concat_ws(' ', pg_get_userbyid(a.grantee), a.privilege_type,
                                    a.is_grantable, pg_get_userbyid(a.grantor))
                     FROM aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) a
                    ORDER BY 1))
            FROM pg_namespace n WHERE
          """
              + USERS,
          """
          SELECT 'table ' || c.oid::regclass::text,
                 concat_ws(' ', c.relkind, pg_get_userbyid(c.relowner), c.relpersistence,
                   c.relispopulated, 'row security', c.relrowsecurity, c.relforcerowsecurity, c.relreplident,
                   coalesce(t.spcname, ''), coalesce(m.amname, ''), c.reloptions, ARRAY(
                   SELECT concat_ws(' ', pg_get_userbyid(a.grantee), a.privilege_type,
                                    a.is_grantable, pg_get_userbyid(a.grantor))
                     FROM aclexplode(coalesce(c.relacl, acldefault(
                            CASE WHEN c.relkind = 'S' THEN 's' ELSE 'r' END::"char",
                            c.relowner))) a
                    ORDER BY 1))
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            LEFT JOIN pg_tablespace t ON t.oid = c.reltablespace
            LEFT JOIN pg_am m ON m.oid = c.relam
           WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
             AND NOT EXISTS (SELECT 1 FROM pg_depend e WHERE e.classid = 'pg_class'::regclass
                                AND e.objid = c.oid AND e.deptype = 'e') AND
          """
              + USERS,
          """
          SELECT 'index ' || c.oid::regclass::text, t.spcname
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_tablespace t ON t.oid = c.reltablespace
           WHERE c.relkind IN ('i', 'I') AND
          """
              + USERS,
          """
          SELECT 'column ' || c.oid::regclass::text || '.' || quote_ident(t.attname),
                 ARRAY(SELECT concat_ws(' ', pg_get_userbyid(a.grantee), a.privilege_type,
                                        a.is_grantable, pg_get_userbyid(a.grantor))
                         FROM aclexplode(t.attacl) a ORDER BY 1)::text
            FROM pg_attribute t JOIN pg_class c ON c.oid = t.attrelid
            JOIN pg_namespace n ON n.oid = c.relnamespace
           WHERE cardinality(t.attacl) > 0 AND NOT t.attisdropped AND
          """
              + USERS,
          """
          SELECT 'function ' || p.oid::regprocedure::text,
                 concat_ws(' ', p.prokind, pg_get_userbyid(p.proowner), p.prosecdef, p.proconfig,
                   ARRAY(
                   SELECT concat_ws(' ', pg_get_userbyid(a.grantee), a.privilege_type,
                                    a.is_grantable, pg_get_userbyid(a.grantor))
                     FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
                    ORDER BY 1))
            FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
           WHERE NOT EXISTS (SELECT 1 FROM pg_depend e WHERE e.classid = 'pg_proc'::regclass
                                AND e.objid = p.oid AND e.deptype = 'e') AND
          """
              + USERS,
          """
          SELECT 'type ' || y.oid::regtype::text,
                 concat_ws(' ', y.typtype, pg_get_userbyid(y.typowner), ARRAY(
                   SELECT concat_ws(' ', pg_get_userbyid(a.grantee), a.privilege_type,
                                    a.is_grantable, pg_get_userbyid(a.grantor))
                     FROM aclexplode(coalesce(y.typacl, acldefault('T', y.typowner))) a
                    ORDER BY 1))
            FROM pg_type y JOIN pg_namespace n ON n.oid = y.typnamespace
            LEFT JOIN pg_class c ON c.oid = y.typrelid
           WHERE (y.typtype IN ('d', 'e', 'r') OR y.typtype = 'c' AND c.relkind = 'c')
             AND NOT EXISTS (SELECT 1 FROM pg_depend e WHERE e.classid = 'pg_type'::regclass
                                AND e.objid = y.oid AND e.deptype = 'e') AND
          """
              + USERS,
          """
          SELECT 'extension ' || quote_ident(e.extname),
                 concat_ws(' ', e.extversion, quote_ident(n.nspname))
            FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
          """,
          """
          SELECT concat_ws(' ', 'default privileges of', pg_get_userbyid(d.defaclrole),
                           'for', d.defaclobjtype, coalesce(quote_ident(n.nspname), '')),
                 ARRAY(SELECT concat_ws(' ', pg_get_userbyid(a.grantee), a.privilege_type,
                                        a.is_grantable, pg_get_userbyid(a.grantor))
                         FROM aclexplode(d.defaclacl) a ORDER BY 1)::text
            FROM pg_default_acl d LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace
          """,
          """
          SELECT 'policy ' || quote_ident(p.polname) || ' on ' || p.polrelid::regclass::text,
                 concat_ws(' ', p.polcmd, p.polpermissive,
                   ARRAY(SELECT pg_get_userbyid(r) FROM unnest(p.polroles) r ORDER BY 1),
                   pg_get_expr(p.polqual, p.polrelid), '/',
                   pg_get_expr(p.polwithcheck, p.polrelid))
            FROM pg_policy p
          """,
          """
          SELECT 'comment on ' || i.type || ' ' || i.identity, md5(d.description)
            FROM pg_description d,
                 pg_identify_object(d.classoid, d.objoid, d.objsubid) i
           WHERE (d.objoid >= 16384 OR d.classoid IN ('pg_namespace'::regclass,
                                                      'pg_largeobject'::regclass))
             AND NOT EXISTS (SELECT 1 FROM pg_depend e WHERE e.classid = d.classoid
                                AND e.objid = d.objoid AND e.deptype = 'e')
          """,
          """
          SELECT 'large object ' || l.oid,
                 concat_ws(' ', pg_get_userbyid(l.lomowner),
                   encode(sha256(lo_get(l.oid)), 'hex'), ARRAY(
                   SELECT concat_ws(' ', pg_get_userbyid(a.grantee), a.privilege_type,
                                    a.is_grantable, pg_get_userbyid(a.grantor))
                     FROM aclexplode(coalesce(l.lomacl, acldefault('L', l.lomowner))) a
                    ORDER BY 1))
            FROM pg_largeobject_metadata l
          """,
          """
          SELECT 'publication ' || quote_ident(p.pubname), pg_get_userbyid(p.pubowner)
            FROM pg_publication p
          """);

  private static final String SEQUENCES =
      """
      SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind = 'S' AND
      """
          + USERS
          + " ORDER BY 1, 2";

  private static final String EXTENSION_OWNERS =
      """
      SELECT e.extname, pg_get_userbyid(e.extowner), r.rolsuper
        FROM pg_extension e JOIN pg_roles r ON r.oid = e.extowner
      """;

  private CatalogueFingerprint() {}

  /** Who owns an extension. */
  public record Owner(String role, boolean superuser) {}

  /**
   * Reads all lines from inside a database: object to definition, sorted.
   *
   * @param database the database's own name; it does not appear in the lines
   */
  public static Map<String, String> read(Connection inside, String database) throws SQLException {
    var lines = new TreeMap<String, String>();
    try (var statement = inside.createStatement()) {
      for (var sql : LINES) {
        try (var row = statement.executeQuery(sql)) {
          while (row.next()) {
            lines.put(row.getString(1), String.valueOf(row.getString(2)));
          }
        }
      }
    }
    lines.putAll(sequences(inside));
    DatabaseTraits.read(inside, database).ifPresent(it -> lines.putAll(traits(it)));
    return lines;
  }

  /** Owners of extensions; a superuser's extension becomes the bot's in a copy. */
  public static Map<String, Owner> extensionOwners(Connection inside) throws SQLException {
    var owners = new TreeMap<String, Owner>();
    try (var statement = inside.createStatement();
        var row = statement.executeQuery(EXTENSION_OWNERS)) {
      while (row.next()) {
        owners.put(row.getString(1), new Owner(row.getString(2), row.getBoolean(3)));
      }
    }
    return owners;
  }

  private static Map<String, String> sequences(Connection inside) throws SQLException {
    var names = new ArrayList<TableHashes.Table>();
    try (var statement = inside.createStatement();
        var row = statement.executeQuery(SEQUENCES)) {
      while (row.next()) {
        names.add(new TableHashes.Table(row.getString(1), row.getString(2)));
      }
    }
    var lines = new TreeMap<String, String>();
    try (var statement = inside.createStatement()) {
      for (var name : names) {
        try (var row =
            statement.executeQuery("SELECT last_value, is_called FROM " + name.quoted())) {
          row.next();
          lines.put("sequence " + name, row.getString(1) + " " + row.getString(2));
        }
      }
    }
    return lines;
  }

  private static Map<String, String> traits(DatabaseTraits traits) {
    var lines = new TreeMap<String, String>();
    lines.put("database owner", traits.owner());
    lines.put(
        "database locale",
        String.join(
            " ",
            traits.encoding(),
            traits.collate(),
            traits.ctype(),
            traits.provider().name(),
            traits.locale().orElse(""),
            traits.icuRules().orElse("")));
    lines.put("database connection limit", Integer.toString(traits.connectionLimit()));
    lines.put("database comment", traits.comment().orElse(""));
    lines.put("database grants", sorted(traits.grants()));
    lines.put("database settings", sorted(traits.settings()));
    return lines;
  }

  private static String sorted(List<?> values) {
    return values.stream()
        .map(Object::toString)
        .sorted()
        .collect(java.util.stream.Collectors.joining("\n"));
  }

  /** The objects whose definitions differ or that only one side has, sorted. */
  public static List<String> differing(Map<String, String> one, Map<String, String> other) {
    var names = new java.util.TreeSet<>(one.keySet());
    names.addAll(other.keySet());
    return names.stream()
        .filter(it -> !java.util.Objects.equals(one.get(it), other.get(it)))
        .toList();
  }
}
