package io.countersign.action.tenant;

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
import io.countersign.postgres.PlannedSql;
import io.countersign.postgres.ServerWork;
import io.countersign.postgres.Servers;
import io.countersign.postgres.Sessions;
import io.countersign.postgres.TenantDatabases;
import io.countersign.runbook.Risk;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Gives a tenant back the status it had before the freeze, unless somebody gave it another
 * meanwhile. Repeatable.
 */
public final class UnfreezeTenant implements Action<UnfreezeTenant.Inputs, UnfreezeTenant.Outputs> {
  /**
   * @param database the one that bears the live name now
   * @param status the status before the freeze
   */
  public record Inputs(DatabaseRef database, String status) {}

  /**
   * @param status what the registry says now
   */
  public record Outputs(String status) {}

  private static final ActionType<Inputs, Outputs> TYPE =
      new ActionType<>(
          "tenant.unfreeze",
          Inputs.class,
          Outputs.class,
          Risk.SAFE,
          Recovery.REPEAT,
          Set.of(),
          false,
          "give the tenant back the status it had");

  private final Estate estate;
  private final Registry registry;
  private final Servers servers;

  public UnfreezeTenant(Estate estate, Registry registry, Servers servers) {
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
    return new PlanText(
        "unfreeze the tenant: back to the status it had, unless somebody changed it meanwhile",
        List.of(
            Tenants.RESET_READ_ONLY.formatted(PlannedSql.name(inputs, "database")),
            PlannedSql.endSessions(
                "datid = "
                    + PlannedSql.oid(inputs, "database")
                    + " and backend_start or xact_start is before the change"),
            Tenants.plannedStatus(estate, estate.statuses().frozen(), inputs.shown("status"))));
  }

  @Override
  public Intent intent(Visit<Inputs> visit) {
    var database = visit.inputs().database();
    return new Intent(
        Map.of(
            "database.name", database.name(),
            "database.oid", Long.toString(database.oid()),
            "server.name", database.server().name(),
            "status", visit.inputs().status()));
  }

  @Override
  public Outcome<Outputs> act(Attempt<Inputs> attempt) {
    var visit = attempt.visit();
    return ServerWork.outcome(
        "unfreezing " + visit.tenant(),
        () -> {
          try (var session = Tenants.maintenance(servers, visit.inputs().database(), visit)) {
            attempt.fence();
            var left = openWrites(session, visit);
            return changeStatus(attempt, left);
          }
        });
  }

  /**
   * Sessions that began while the preset was on keep it, so they are ended and their pools open new
   * ones. A later attempt cannot know whether the one before got so far.
   *
   * @return those that the bot may not end
   */
  private static List<Sessions.Left> openWrites(Connection session, Visit<Inputs> visit)
      throws SQLException, ActionFailed {
    var database = TenantDatabases.pinned(session, visit.inputs().database());
    boolean wasOn = database.readOnly().map(Tenants::isOn).orElse(false);
    if (!wasOn && visit.attempt() == 1) {
      return List.of();
    }
    Tenants.execute(session, Tenants.resetReadOnly(database.name()));
    var changedAt = TenantDatabases.server(session).now();
    return Sessions.end(session, Sessions.olderThan(session, database.oid(), changedAt));
  }

  private Outcome<Outputs> changeStatus(Attempt<Inputs> attempt, List<Sessions.Left> left)
      throws ActionFailed {
    var visit = attempt.visit();
    var wanted = visit.inputs().status();
    var frozen = estate.statuses().frozen();
    var slug = visit.tenant().slug();
    boolean changed =
        !wanted.equals(frozen)
            && registry.setStatus(slug, frozen, wanted, Tenants.reason(visit), attempt.acting());
    var actual = Tenants.registered(registry, visit).status();
    return new Outcome.Done<>(new Outputs(actual), said(changed, wanted, actual) + readOnly(left));
  }

  private String said(boolean changed, String wanted, String actual) {
    if (changed || actual.equals(wanted)) {
      return "status " + actual + ", as before the freeze";
    }
    return "somebody set the status to " + actual + " meanwhile; left as it is";
  }

  private static String readOnly(List<Sessions.Left> left) {
    var sessions = left.stream().map(Sessions.Left::session).toList();
    return left.isEmpty()
        ? ""
        : "; still read-only until they reconnect: " + Sessions.shown(sessions);
  }

  @Override
  public Finding<Outputs> probe(Attempt<Inputs> attempt) {
    return new Finding.NotDone<>();
  }

  @Override
  public void clear(Attempt<Inputs> attempt) {
    // half an unfreeze is completed, never taken back
  }
}
