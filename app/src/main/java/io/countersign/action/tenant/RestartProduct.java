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
import io.countersign.estate.Estate;
import io.countersign.postgres.ClientPrograms;
import io.countersign.runbook.Risk;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Restarts the product's processes by the estate's own command, after a cutover and before the
 * tenant is unfrozen: no process may go on with a pool or a status of the past. Where the command
 * fails, the step has not: the old database is closed whatever the processes believe, and they
 * forget by themselves within the metadata TTL, so a tenant is not kept closed for it. {@code
 * product.restarted} asks a person then.
 */
public final class RestartProduct implements Action<RestartProduct.Inputs, RestartProduct.Outputs> {
  public record Inputs() {}

  /**
   * @param outcome {@code restarted}, {@code failed}, or {@code none} where the estate has no
   *     command
   */
  public record Outputs(String outcome) {}

  static final String FAILED = "failed";
  static final String NONE = "none";
  private static final String RESTARTED = "restarted";

  private static final ActionType<Inputs, Outputs> TYPE =
      new ActionType<>(
          "product.restart",
          Inputs.class,
          Outputs.class,
          Risk.SAFE,
          Recovery.REPEAT,
          Set.of(),
          false,
          "restart the product's processes");

  private final Estate estate;
  private final Restarting restarting;

  public RestartProduct(Estate estate, ClientPrograms programs) {
    this.estate = estate;
    this.restarting = new Restarting(estate, programs);
  }

  @Override
  public ActionType<Inputs, Outputs> type() {
    return TYPE;
  }

  @Override
  public PlanText plan(Planned inputs) {
    return restarting
        .planned()
        .map(it -> new PlanText("restart the product's processes", List.of(it)))
        .orElseGet(
            () ->
                new PlanText(
                    "restart nothing: the estate has no restart command",
                    List.of("nothing is changed")));
  }

  @Override
  public Intent intent(Visit<Inputs> visit) {
    return new Intent(Map.of("command", restarting.command(visit)));
  }

  @Override
  public Outcome<Outputs> act(Attempt<Inputs> attempt) {
    var tenant = attempt.visit().tenant().slug();
    try {
      return restarting.restart(attempt)
          ? new Outcome.Done<>(new Outputs(RESTARTED), "the product's processes were restarted")
          : new Outcome.Done<>(new Outputs(NONE), "the estate has no restart command; " + follow());
    } catch (ActionFailed failed) {
      return new Outcome.Done<>(
          new Outputs(FAILED),
          "the product was not restarted: "
              + failed.problem().happened()
              + " "
              + tenant
              + " is not kept closed for it: "
              + follow()
              + ". It is tried again at the end");
    }
  }

  private String follow() {
    return "its processes follow within " + estate.metadataTtl().toSeconds() + " s";
  }

  @Override
  public Finding<Outputs> probe(Attempt<Inputs> attempt) {
    throw new IllegalStateException("product.restart is repeated, never probed");
  }

  /** A restart that was cut off is done anew; it does no harm twice. */
  @Override
  public void clear(Attempt<Inputs> attempt) {
    restarting.clear(attempt);
  }
}
