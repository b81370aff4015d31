package io.countersign.action.tenant;

import io.countersign.action.Action;
import io.countersign.action.ActionFailed;
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
import io.countersign.estate.Registry.Reference;
import io.countersign.estate.SecretName;
import io.countersign.postgres.PlannedChange;
import io.countersign.postgres.ServerWork;
import io.countersign.runbook.Risk;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Takes the row of a sibling out of use that this very run enrolled; of no other tenant. */
public final class WithdrawSibling implements Action<WithdrawSibling.In, NoOutputs> {
  private final Estate estate;
  private final Registry registry;

  public WithdrawSibling(Estate estate, Registry registry) {
    this.estate = estate;
    this.registry = registry;
  }

  /**
   * @param sibling its slug
   */
  public record In(String sibling, DatabaseRef database, SecretName secret) {
    private Reference reference() {
      return new Reference(database.name(), secret);
    }
  }

  @Override
  public ActionType<In, NoOutputs> type() {
    return new ActionType<>(
        "tenant.withdraw",
        In.class,
        NoOutputs.class,
        Risk.OWNED,
        Recovery.REPEAT,
        Set.of(),
        false,
        "take the sibling that this run enrolled out of the registry");
  }

  @Override
  public PlanText plan(Planned inputs) {
    var sibling = inputs.shown("sibling");
    return new PlanText(
        "take " + sibling + " out of the registry, if this run enrolled it",
        List.of(
            PlannedChange.of(
                estate,
                "withdraw",
                ":slug "
                    + sibling
                    + ", :database "
                    + inputs.shown("database")
                    + ", :secret "
                    + inputs.shown("secret"),
                Map.of(
                    "{slug}", sibling,
                    "{database}", inputs.shown("database"),
                    "{secret}", inputs.shown("secret")))));
  }

  @Override
  public Intent intent(Visit<In> visit) {
    return new Intent(
        Map.of(
            "sibling.slug", visit.inputs().sibling(),
            "sibling.reference", visit.inputs().reference().toString()));
  }

  @Override
  public Outcome<NoOutputs> act(Attempt<In> attempt) {
    var in = attempt.inputs();
    var doing = "taking " + in.sibling() + " out of the registry";
    return ServerWork.outcome(doing, () -> withdrawn(attempt, doing));
  }

  private Outcome<NoOutputs> withdrawn(Attempt<In> attempt, String doing) throws ActionFailed {
    var visit = attempt.visit();
    var in = visit.inputs();
    Siblings.requireOwn(visit, doing, in.sibling(), in.database());
    boolean was = registry.withdraw(in.sibling(), in.reference(), attempt.acting());
    var still =
        registry.tenants().stream()
            .filter(it -> it.database().equals(in.database().name()))
            .findFirst();
    if (still.isPresent()) {
      throw Siblings.refused(
          doing, "the registry names " + in.database().name() + " for " + still.get().ref() + ".");
    }
    return new Outcome.Done<>(
        new NoOutputs(),
        in.sibling() + (was ? " is out of the registry" : " was out of it already"));
  }

  @Override
  public Finding<NoOutputs> probe(Attempt<In> attempt) {
    return new Finding.NotDone<>();
  }

  @Override
  public void clear(Attempt<In> attempt) {
    // half a removal is completed, never taken back
  }
}
