package io.countersign.postgres;

import static io.countersign.postgres.Identifiers.quoted;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Rights that owners need while a restore runs. {@code ALTER TABLE ... OWNER TO o} wants o to have
 * CREATE on the schema; pg_restore grants it only at its end, so without superuser it would fail.
 *
 * @param grants to be run when the schemas exist
 * @param revokes to be run after the restore: what the original does not grant
 */
public record TemporaryGrants(List<String> grants, List<String> revokes) {
  private static final String PAIRS =
      """
      SELECT DISTINCT n.nspname, pg_get_userbyid(o.owner) AS owner,
             EXISTS (SELECT 1 FROM aclexplode(n.nspacl) a
                      WHERE a.grantee = o.owner AND a.privilege_type = 'CREATE') AS lasting
        FROM (SELECT relnamespace AS ns, relowner AS owner FROM pg_class
              UNION SELECT pronamespace, proowner FROM pg_proc
              UNION SELECT typnamespace, typowner FROM pg_type
              UNION SELECT oprnamespace, oprowner FROM pg_operator
              UNION SELECT collnamespace, collowner FROM pg_collation
              UNION SELECT connamespace, conowner FROM pg_conversion
              UNION SELECT opcnamespace, opcowner FROM pg_opclass
              UNION SELECT opfnamespace, opfowner FROM pg_opfamily
              UNION SELECT stxnamespace, stxowner FROM pg_statistic_ext
              UNION SELECT dictnamespace, dictowner FROM pg_ts_dict
              UNION SELECT cfgnamespace, cfgowner FROM pg_ts_config) o
        JOIN pg_namespace n ON n.oid = o.ns
       WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
         AND o.owner <> n.nspowner AND o.owner <> 10
         AND NOT pg_has_role(o.owner, n.nspowner, 'USAGE')
       ORDER BY 1, 2
      """;

  private static final String DATABASE_CREATORS =
      """
      SELECT DISTINCT pg_get_userbyid(o.owner) AS owner
        FROM (SELECT nspowner AS owner, nspname AS name FROM pg_namespace
              UNION SELECT pubowner, '' FROM pg_publication
              UNION SELECT extowner, '' FROM pg_extension) o
       WHERE o.name !~ '^pg_' AND o.owner >= 16384
       ORDER BY 1
      """;

  public TemporaryGrants {
    grants = List.copyOf(grants);
    revokes = List.copyOf(revokes);
  }

  /** Reads them from inside the source database. */
  public static TemporaryGrants read(Connection source) throws SQLException {
    var grants = new ArrayList<String>();
    var revokes = new ArrayList<String>();
    try (var statement = source.createStatement();
        var row = statement.executeQuery(PAIRS)) {
      while (row.next()) {
        var right = "CREATE ON SCHEMA " + quoted(row.getString("nspname"));
        var owner = quoted(row.getString("owner"));
        grants.add("GRANT " + right + " TO " + owner);
        if (!row.getBoolean("lasting")) {
          revokes.add("REVOKE " + right + " FROM " + owner);
        }
      }
    }
    return new TemporaryGrants(grants, revokes);
  }

  /**
   * Grants of CREATE on the new database to owners of schemas, publications and extensions; they
   * vanish when the original's grants are replayed.
   */
  public static List<String> onDatabase(Connection source, String target) throws SQLException {
    var grants = new ArrayList<String>();
    try (var statement = source.createStatement();
        var row = statement.executeQuery(DATABASE_CREATORS)) {
      while (row.next()) {
        grants.add(
            "GRANT CREATE ON DATABASE " + quoted(target) + " TO " + quoted(row.getString("owner")));
      }
    }
    return grants;
  }
}
