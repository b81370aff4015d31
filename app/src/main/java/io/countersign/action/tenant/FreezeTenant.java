package io.countersign.action.tenant;

import io.countersign.Problem;
import io.countersign.action.Action;
import io.countersign.action.ActionFailed;
import io.countersign.action.ActionType;
import io.countersign.action.Attempt;
import io.countersign.action.Finding;
import io.countersign.action.Intent;
import io.countersign.action.Outcome;
import io.countersign.action.PlanText;
import io.countersign.action.Planned;
import io.countersign.action.Recovery;
import io.countersign.action.Visit;
import io.countersign.estate.DatabaseRef;
import io.countersign.estate.Estate;
import io.countersign.estate.Registry;
import io.countersign.estate.Tenant;
import io.countersign.postgres.PlannedSql;
import io.countersign.postgres.ServerWork;
import io.countersign.postgres.Servers;
import io.countersign.postgres.Sessions;
import io.countersign.postgres.TenantDatabases;
import io.countersign.runbook.Risk;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Makes a tenant read-only: the database's preset, the registry's status word, and the end of every
 * session older than both. Soft by nature (a session may switch its own preset off), so what is
 * written afterwards is measured before the swap.
 */
public final class FreezeTenant implements Action<FreezeTenant.Inputs, FreezeTenant.Outputs> {
  public record Inputs(DatabaseRef database) {}

  /**
   * @param previousStatus the registry's word before the freeze; the frozen word where somebody had
   *     frozen the tenant before
   * @param frozenAt by the server's clock, after both changes
   */
  public record Outputs(String previousStatus, Instant frozenAt) {}

  private static final ActionType<Inputs, Outputs> TYPE =
      new ActionType<>(
          "tenant.freeze",
          Inputs.class,
          Outputs.class,
          Risk.SAFE,
          Recovery.REPEAT,
          Set.of(),
          false,
          "make the tenant read-only and end its open sessions");

  private static final String PREVIOUS = "status.previous";
  private static final String READ_ONLY = "read-only.previous";
  private static final String NOT_SET = "not set";

  private final Estate estate;
  private final Registry registry;
  private final Servers servers;

  public FreezeTenant(Estate estate, Registry registry, Servers servers) {
    this.estate = estate;
    this.registry = registry;
    this.servers = servers;
  }

  @Override
  public ActionType<Inputs, Outputs> type() {
    return TYPE;
  }

  @Override
  public PlanText plan(Planned inputs) {
    var database = PlannedSql.name(inputs, "database");
    return new PlanText(
        "freeze the tenant: status " + estate.statuses().frozen() + ", read-only, sessions ended",
        List.of(
            Tenants.SET_READ_ONLY.formatted(database),
            Tenants.plannedStatus(estate, "<the status it has then>", estate.statuses().frozen()),
            PlannedSql.endSessions(
                "datid = "
                    + PlannedSql.oid(inputs, "database")
                    + " and backend_start or xact_start is before <frozen at>")));
  }

  @Override
  public Intent intent(Visit<Inputs> visit) throws ActionFailed {
    var wanted = visit.inputs().database();
    return ServerWork.looking(
        "looking at " + visit.tenant() + " before freezing it",
        () -> {
          var tenant = Tenants.registered(registry, visit);
          requireSame(tenant, wanted);
          try (var session = Tenants.maintenance(servers, wanted, visit)) {
            var server = TenantDatabases.server(session);
            var found = TenantDatabases.pinned(session, wanted);
            return new Intent(
                Map.of(
                    PREVIOUS,
                    tenant.status(),
                    READ_ONLY,
                    found.readOnly().orElse(NOT_SET),
                    "database.name",
                    found.name(),
                    "database.oid",
                    Long.toString(found.oid()),
                    "server.name",
                    wanted.server().name(),
                    "server.system",
                    server.systemIdentifier()));
          }
        });
  }

  private static void requireSame(Tenant tenant, DatabaseRef wanted) throws ActionFailed {
    boolean same =
        tenant.database().equals(wanted.name()) && tenant.server().equals(wanted.server());
    if (!same) {
      throw new ActionFailed(
          new Problem(
              "freezing " + tenant.ref(),
              "the registry says it lives in "
                  + tenant.database()
                  + " on "
                  + tenant.server()
                  + ", not in "
                  + wanted
                  + ".",
              "Somebody moved the tenant since the run was planned: start a new run."));
    }
  }

  /**
   * The database's preset goes first and tells {@link #clear} that the status is ours: a status
   * that somebody else changed at the same moment takes the preset back at once. A crash between
   * the two leaves the preset, and clearing takes back both.
   */
  @Override
  public Outcome<Outputs> act(Attempt<Inputs> attempt) {
    var visit = attempt.visit();
    return ServerWork.outcome(
        "freezing " + visit.tenant(),
        () -> {
          try (var session = Tenants.maintenance(servers, visit.inputs().database(), visit)) {
            return freeze(session, attempt);
          }
        });
  }

  private Outcome<Outputs> freeze(Connection session, Attempt<Inputs> attempt)
      throws SQLException, ActionFailed {
    var visit = attempt.visit();
    var database = TenantDatabases.pinned(session, visit.inputs().database());
    var previous = attempt.intent().fact(PREVIOUS);
    attempt.fence();
    Tenants.execute(session, Tenants.setReadOnly(database.name()));
    if (!setFrozen(attempt, previous)) {
      restoreReadOnly(session, database.name(), attempt.intent());
      return new Outcome.Failed<>(
          new Problem(
              "freezing " + visit.tenant(),
              "its status is no longer " + previous + ": somebody changed it meanwhile.",
              "Ask who did and whether the restore is still wanted, then retry."));
    }
    var frozenAt = TenantDatabases.server(session).now();
    attempt.stop().check();
    var open = Sessions.olderThan(session, database.oid(), frozenAt);
    var left = Sessions.end(session, open);
    if (!left.isEmpty()) {
      return new Outcome.Failed<>(Tenants.unended(visit, left));
    }
    return new Outcome.Done<>(
        new Outputs(previous, frozenAt),
        "read-only since "
            + frozenAt.truncatedTo(java.time.temporal.ChronoUnit.SECONDS)
            + ", "
            + open.size()
            + " sessions ended");
  }

  private boolean setFrozen(Attempt<Inputs> attempt, String previous) {
    var frozen = estate.statuses().frozen();
    var visit = attempt.visit();
    return previous.equals(frozen)
        || registry.setStatus(
            visit.tenant().slug(), previous, frozen, Tenants.reason(visit), attempt.acting());
  }

  @Override
  public Finding<Outputs> probe(Attempt<Inputs> attempt) {
    return new Finding.NotDone<>();
  }

  /** Takes the freeze back where this attempt made it. */
  @Override
  public void clear(Attempt<Inputs> attempt) {
    var visit = attempt.visit();
    ServerWork.clearing(
        "taking back the freeze of " + visit.tenant(),
        () -> {
          try (var session = Tenants.maintenance(servers, visit.inputs().database(), visit)) {
            return thaw(session, attempt);
          }
        });
  }

  private boolean thaw(Connection session, Attempt<Inputs> attempt)
      throws SQLException, ActionFailed {
    var visit = attempt.visit();
    var database = TenantDatabases.pinned(session, visit.inputs().database());
    boolean now = Tenants.isOn(database.readOnly().orElse(NOT_SET));
    var previous = attempt.intent().fact(PREVIOUS);
    var frozen = estate.statuses().frozen();
    if (!now) {
      return false;
    }
    // where the preset was on before, it does not tell whose the status is; but nobody can write
    // into the database then, whatever the status says, and an open one is what it was
    // a process that stood still and clears up late must not open what somebody else has frozen
    attempt.fence();
    if (!previous.equals(frozen)) {
      registry.setStatus(
          visit.tenant().slug(), frozen, previous, Tenants.reason(visit), attempt.acting());
    }
    restoreReadOnly(session, database.name(), attempt.intent());
    // sessions opened meanwhile keep the preset they began with
    attempt.fence();
    Sessions.end(session, Sessions.all(session, database.oid()));
    return true;
  }

  private static void restoreReadOnly(Connection session, String database, Intent intent)
      throws SQLException {
    var previous = intent.fact(READ_ONLY);
    if (previous.equals(NOT_SET)) {
      Tenants.execute(session, Tenants.resetReadOnly(database));
    } else if (!Tenants.isOn(previous)) {
      Tenants.execute(session, Tenants.setReadWrite(database));
    }
  }
}
