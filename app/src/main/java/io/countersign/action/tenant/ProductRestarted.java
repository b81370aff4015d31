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
import io.countersign.estate.Estate;
import io.countersign.postgres.ClientPrograms;
import io.countersign.runbook.Risk;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Makes sure that the product was restarted: a restart that failed is tried again, and where it
 * fails again, a person is asked. By then the tenant is open and everything else is written down.
 */
public final class ProductRestarted implements Action<ProductRestarted.Inputs, NoOutputs> {
  /**
   * @param outcome of {@code product.restart}
   */
  public record Inputs(String outcome) {}

  private static final ActionType<Inputs, NoOutputs> TYPE =
      new ActionType<>(
          "product.restarted",
          Inputs.class,
          NoOutputs.class,
          Risk.SAFE,
          Recovery.REPEAT,
          Set.of(),
          true,
          "make sure that the product was restarted");

  private final Restarting restarting;

  public ProductRestarted(Estate estate, ClientPrograms programs) {
    this.restarting = new Restarting(estate, programs);
  }

  @Override
  public ActionType<Inputs, NoOutputs> type() {
    return TYPE;
  }

  @Override
  public PlanText plan(Planned inputs) {
    return restarting
        .planned()
        .map(
            it ->
                new PlanText(
                    "make sure that the product was restarted",
                    List.of("if " + inputs.shown("outcome") + " is failed: " + it)))
        .orElseGet(
            () ->
                new PlanText(
                    "restart nothing: the estate has no restart command",
                    List.of("nothing is changed")));
  }

  @Override
  public Intent intent(Visit<Inputs> visit) {
    return new Intent(Map.of("outcome", visit.inputs().outcome()));
  }

  @Override
  public Outcome<NoOutputs> act(Attempt<Inputs> attempt) {
    var outcome = attempt.inputs().outcome();
    if (!outcome.equals(RestartProduct.FAILED)) {
      return new Outcome.Done<>(
          new NoOutputs(),
          outcome.equals(RestartProduct.NONE)
              ? "the estate has no restart command"
              : "the product's processes were restarted before");
    }
    try {
      return new Outcome.Done<>(
          new NoOutputs(),
          restarting.restart(attempt)
              ? "the product's processes were restarted now"
              : "the estate has no restart command any more");
    } catch (ActionFailed failed) {
      return new Outcome.Failed<>(failed.problem());
    }
  }

  @Override
  public Finding<NoOutputs> probe(Attempt<Inputs> attempt) {
    throw new IllegalStateException("product.restarted is repeated, never probed");
  }

  @Override
  public void clear(Attempt<Inputs> attempt) {
    restarting.clear(attempt);
  }
}
