package io.countersign.postgres;

import io.countersign.Problem;
import io.countersign.action.ActionFailed;
import io.countersign.estate.DatabaseRef;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;

/** Looks up servers and databases by identity. Changes nothing. */
public final class TenantDatabases {
  private TenantDatabases() {}

  /**
   * Which server answers.
   *
   * @param systemIdentifier as initdb made it; a physical copy has its source's
   * @param version {@code server_version_num}, for example 150018
   * @param now the server's clock
   */
  public record ServerFacts(String systemIdentifier, boolean inRecovery, int version, Instant now) {
    /** The major version: 15. */
    public int major() {
      return version / 10_000;
    }
  }

  /**
   * One database as pg_database describes it.
   *
   * @param readOnly what {@code ALTER DATABASE SET default_transaction_read_only} says, empty where
   *     it says nothing
   */
  public record Found(
      long oid,
      String name,
      String owner,
      boolean allowsConnections,
      String encoding,
      Optional<String> readOnly) {}

  public static ServerFacts server(Connection session) throws SQLException {
    var sql =
        """
        SELECT (SELECT system_identifier::text FROM pg_control_system()) AS system_identifier,
               pg_is_in_recovery() AS in_recovery,
               current_setting('server_version_num')::int AS version,
               clock_timestamp() AS now
        """;
    try (var statement = session.createStatement();
        var rows = statement.executeQuery(sql)) {
      rows.next();
      return new ServerFacts(
          rows.getString("system_identifier"),
          rows.getBoolean("in_recovery"),
          rows.getInt("version"),
          rows.getObject("now", OffsetDateTime.class).toInstant());
    }
  }

  public static Optional<Found> byOid(Connection session, long oid) throws SQLException {
    try (var statement = session.prepareStatement(LOOK_UP + "WHERE d.oid = ?::text::oid")) {
      statement.setString(1, Long.toString(oid));
      return found(statement);
    }
  }

  public static Optional<Found> byName(Connection session, String name) throws SQLException {
    try (var statement = session.prepareStatement(LOOK_UP + "WHERE d.datname = ?")) {
      statement.setString(1, name);
      return found(statement);
    }
  }

  /**
   * The database that bears both the recorded OID and the recorded name.
   *
   * @throws ActionFailed where either belongs to another now
   */
  public static Found pinned(Connection session, DatabaseRef wanted)
      throws SQLException, ActionFailed {
    var found = byOid(session, wanted.oid());
    if (found.isPresent() && found.get().name().equals(wanted.name())) {
      return found.get();
    }
    var named = byName(session, wanted.name());
    var happened =
        (found.isEmpty()
                ? "no database has this OID any more; "
                : "this OID is called " + found.get().name() + " now; ")
            + named
                .map(it -> wanted.name() + " is OID " + it.oid() + ".")
                .orElse("no database is called " + wanted.name() + ".");
    throw new ActionFailed(
        new Problem(
            "looking for " + wanted,
            happened,
            "Somebody renamed, replaced or dropped it since the run was planned: find out who, then"
                + " start a new run."));
  }

  private static final String LOOK_UP =
      """
      SELECT d.oid, d.datname, pg_get_userbyid(d.datdba) AS owner, d.datallowconn,
             pg_encoding_to_char(d.encoding) AS encoding,
             (SELECT substr(setting, length('default_transaction_read_only=') + 1)
                FROM pg_db_role_setting s, unnest(s.setconfig) AS setting
               WHERE s.setdatabase = d.oid AND s.setrole = 0
                 AND setting LIKE 'default\\_transaction\\_read\\_only=%') AS read_only
        FROM pg_database d
      """;

  private static Optional<Found> found(PreparedStatement statement) throws SQLException {
    try (var rows = statement.executeQuery()) {
      if (!rows.next()) {
        return Optional.empty();
      }
      return Optional.of(
          new Found(
              rows.getLong("oid"),
              rows.getString("datname"),
              rows.getString("owner"),
              rows.getBoolean("datallowconn"),
              rows.getString("encoding"),
              Optional.ofNullable(rows.getString("read_only"))));
    }
  }
}
