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
import io.countersign.action.Symptoms;
import io.countersign.action.Visit;
import io.countersign.estate.Estate;
import io.countersign.estate.Registry;
import io.countersign.postgres.ServerWork;
import io.countersign.runbook.Risk;
import java.util.List;
import java.util.Set;

/** Tells every process of the product to forget what it knows of a tenant. */
public final class InvalidateTenant implements Action<InvalidateTenant.Inputs, NoOutputs> {
  public record Inputs() {}

  private static final ActionType<Inputs, NoOutputs> TYPE =
      new ActionType<>(
          "tenant.invalidate",
          Inputs.class,
          NoOutputs.class,
          Risk.SAFE,
          Recovery.REPEAT,
          Set.of(),
          false,
          "tell every process that the tenant changed");

  private final Estate estate;
  private final Registry registry;

  public InvalidateTenant(Estate estate, Registry registry) {
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
        "tell every process that the tenant changed",
        List.of(
            estate.registry().queries().getOrDefault("invalidate", "registry invalidate").strip()));
  }

  @Override
  public Intent intent(Visit<Inputs> visit) {
    return Intent.NONE;
  }

  @Override
  public Outcome<NoOutputs> act(Attempt<Inputs> attempt) {
    var visit = attempt.visit();
    return ServerWork.outcome(
        "telling every process that " + visit.tenant() + " changed",
        () -> {
          registry.invalidate(Tenants.registered(registry, visit));
          var stale = Symptoms.stalePool(estate.metadataTtl().toSeconds());
          return new Outcome.Done<>(
              new NoOutputs(), "told every process. " + stale.cause() + " " + stale.fix());
        });
  }

  @Override
  public Finding<NoOutputs> probe(Attempt<Inputs> attempt) {
    return new Finding.NotDone<>();
  }

  @Override
  public void clear(Attempt<Inputs> attempt) {
    // a notice cannot be taken back and does no harm
  }
}
