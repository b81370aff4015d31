package io.countersign.action.tenant;

import io.countersign.Problem;
import io.countersign.action.ActionFailed;
import io.countersign.action.Visit;
import io.countersign.estate.DatabaseRef;
import io.countersign.estate.Estate;
import io.countersign.estate.Registry;
import io.countersign.estate.Tenant;
import io.countersign.postgres.Identifiers;
import io.countersign.postgres.PlannedChange;
import io.countersign.postgres.Servers;
import io.countersign.postgres.Sessions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** What the actions on a tenant share. */
final class Tenants {
  static final String SET_READ_ONLY = "ALTER DATABASE %s SET default_transaction_read_only = on";
  static final String RESET_READ_ONLY = "ALTER DATABASE %s RESET default_transaction_read_only";
  private static final Set<String> TRUE = Set.of("on", "true", "yes", "1");

  private Tenants() {}

  static Tenant registered(Registry registry, Visit<?> visit) throws ActionFailed {
    var tenant = registry.tenant(visit.tenant().slug());
    if (tenant.isEmpty()) {
      throw new ActionFailed(
          new Problem(
              "looking for " + visit.tenant(),
              "the registry has no tenant of that name.",
              "Check the slug; a tenant that was removed cannot be worked on."));
    }
    return tenant.get();
  }

  /**
   * A session on the database's server, outside the database. Waits at most five seconds for locks.
   */
  static Connection maintenance(Servers servers, DatabaseRef database, Visit<?> visit)
      throws ActionFailed, SQLException {
    var session = servers.open(database.server(), Servers.MAINTENANCE, visit.applicationName());
    execute(session, "SET lock_timeout = '5s'");
    execute(session, "SET statement_timeout = '30s'");
    return session;
  }

  static void execute(Connection session, String sql) throws SQLException {
    try (var statement = session.createStatement()) {
      statement.execute(sql);
    }
  }

  static String setReadOnly(String database) {
    return SET_READ_ONLY.formatted(Identifiers.quoted(database));
  }

  static String resetReadOnly(String database) {
    return RESET_READ_ONLY.formatted(Identifiers.quoted(database));
  }

  static String setReadWrite(String database) {
    return "ALTER DATABASE %s SET default_transaction_read_only = off"
        .formatted(Identifiers.quoted(database));
  }

  /** Whether a stored text of default_transaction_read_only means on. */
  static boolean isOn(String setting) {
    return TRUE.contains(setting.toLowerCase(Locale.ROOT));
  }

  /** What is written beside a changed status in the registry. */
  static String reason(Visit<?> visit) {
    return "countersign run "
        + visit.run()
        + (visit.reason().isBlank() ? "" : ": " + visit.reason());
  }

  /** A query of the estate's file as a plan shows it, with what its parameters will be. */
  static String plannedQuery(Estate estate, String query, String parameters) {
    return PlannedChange.of(estate, query, parameters, Map.of());
  }

  /** A change of the status as a plan shows it. */
  static String plannedStatus(Estate estate, String from, String to) {
    return PlannedChange.of(
        estate,
        "set-status",
        ":slug the tenant's, :expected "
            + from
            + ", :wanted "
            + to
            + ", :reason the run and its reason",
        Map.of(
            "{slug}",
            "<tenant>",
            "{from}",
            from,
            "{to}",
            to,
            "{reason}",
            "<the run and its reason>"));
  }

  static Problem unended(Visit<?> visit, List<Sessions.Left> left) {
    var sessions = left.stream().map(Sessions.Left::session).toList();
    return new Problem(
        "ending the open sessions of " + visit.tenant(),
        "the bot may not end "
            + Sessions.shown(sessions)
            + " ("
            + left.getFirst().why()
            + "); they could still write.",
        "End them by hand or stop the program they belong to, then retry.");
  }
}
