package io.countersign.action.tenant;

import io.countersign.action.Action;
import io.countersign.action.ActionType;
import io.countersign.action.Attempt;
import io.countersign.action.Finding;
import io.countersign.action.Intent;
import io.countersign.action.NoOutputs;
import io.countersign.action.Outcome;
import io.countersign.action.PlanText;
import io.countersign.action.Planned;
import io.countersign.action.Recovery;
import io.countersign.action.Visit;
import io.countersign.estate.DatabaseRef;
import io.countersign.estate.Estate;
import io.countersign.estate.Registry;
import io.countersign.postgres.ServerWork;
import io.countersign.runbook.Risk;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Writes one row into the product's own audit table, once for a run and step. */
public final class AuditTenant implements Action<AuditTenant.Inputs, NoOutputs> {
  /**
   * @param event the product's word, {@code TENANT_PITR_RESTORED}
   * @param to the moment the tenant was restored to
   * @param kept the database that was live before and is kept
   */
  public record Inputs(String event, @Nullable Instant to, @Nullable DatabaseRef kept) {}

  private static final ActionType<Inputs, NoOutputs> TYPE =
      new ActionType<>(
          "tenant.audit",
          Inputs.class,
          NoOutputs.class,
          Risk.SAFE,
          Recovery.REPEAT,
          Set.of(),
          false,
          "write the product's audit row");

  private final Estate estate;
  private final Registry registry;

  public AuditTenant(Estate estate, Registry registry) {
    this.estate = estate;
    this.registry = registry;
  }

  @Override
  public ActionType<Inputs, NoOutputs> type() {
    return TYPE;
  }

  @Override
  public PlanText plan(Planned inputs) {
    return new PlanText(
        "write the audit row " + inputs.shown("event"),
        List.of(
            Tenants.plannedQuery(
                estate,
                "audit",
                ":id the tenant's, :action "
                    + inputs.shown("event")
                    + ", :actor who asked, :detail run, reason, to and kept, :key run and step")));
  }

  @Override
  public Intent intent(Visit<Inputs> visit) {
    return new Intent(Map.of("key", key(visit)));
  }

  @Override
  public Outcome<NoOutputs> act(Attempt<Inputs> attempt) {
    var visit = attempt.visit();
    var event = visit.inputs().event();
    return ServerWork.outcome(
        "writing the audit row " + event + " of " + visit.tenant(),
        () -> {
          var tenant = Tenants.registered(registry, visit);
          var actor = visit.requester().key();
          registry.audit(tenant, event, actor, key(visit), detail(visit));
          return new Outcome.Done<>(new NoOutputs(), event + " is in the product's audit table");
        });
  }

  private static String key(Visit<Inputs> visit) {
    return visit.run() + "/" + visit.step();
  }

  private static Map<String, String> detail(Visit<Inputs> visit) {
    var detail = new TreeMap<String, String>();
    detail.put("run", visit.run().value());
    detail.put("reason", visit.reason());
    var to = visit.inputs().to();
    if (to != null) {
      detail.put("to", to.toString());
    }
    var kept = visit.inputs().kept();
    if (kept != null) {
      detail.put("kept_database", kept.name());
      detail.put("kept_oid", Long.toString(kept.oid()));
      detail.put("server", kept.server().name());
    }
    return detail;
  }

  @Override
  public Finding<NoOutputs> probe(Attempt<Inputs> attempt) {
    return new Finding.NotDone<>();
  }

  @Override
  public void clear(Attempt<Inputs> attempt) {
    // an audit row is never taken back
  }
}
