package io.countersign.action.tenant;

import io.countersign.Problem;
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
import io.countersign.estate.OwnSecrets;
import io.countersign.estate.Registry;
import io.countersign.estate.RunSecrets;
import io.countersign.estate.SecretName;
import io.countersign.estate.SecretStore.SecretUnavailable;
import io.countersign.postgres.ServerWork;
import io.countersign.runbook.Risk;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Removes a secret that this run made, if no tenant's row in the registry names it. */
public final class DiscardSecret implements Action<DiscardSecret.Inputs, NoOutputs> {
  /**
   * @param secret as {@code secret.make} made it
   */
  public record Inputs(SecretName secret) {}

  private static final ActionType<Inputs, NoOutputs> TYPE =
      new ActionType<>(
          "secret.discard",
          Inputs.class,
          NoOutputs.class,
          Risk.OWNED,
          Recovery.REPEAT,
          Set.of(),
          false,
          "remove the secret that this run made");

  private final Registry registry;
  private final OwnSecrets secrets;

  public DiscardSecret(Registry registry, OwnSecrets secrets) {
    this.registry = registry;
    this.secrets = secrets;
  }

  @Override
  public ActionType<Inputs, NoOutputs> type() {
    return TYPE;
  }

  @Override
  public PlanText plan(Planned inputs) {
    return new PlanText(
        "remove the secret "
            + inputs.shown("secret")
            + ", if this run made it and no tenant has it",
        List.of("in the secret store: remove " + inputs.shown("secret")));
  }

  @Override
  public Intent intent(Visit<Inputs> visit) {
    return new Intent(Map.of("secret.name", visit.inputs().secret().value()));
  }

  @Override
  public Outcome<NoOutputs> act(Attempt<Inputs> attempt) {
    var name = attempt.inputs().secret();
    var doing = "removing the secret " + name;
    return ServerWork.outcome(
        doing,
        () -> {
          require(attempt.visit(), doing);
          attempt.fence();
          try {
            secrets.remove(name, RunSecrets.owner(attempt.visit().run()));
          } catch (SecretUnavailable unavailable) {
            throw new ActionFailed(unavailable.problem());
          }
          return new Outcome.Done<>(new NoOutputs(), name + " is removed");
        });
  }

  private void require(Visit<Inputs> visit, String doing) throws ActionFailed {
    var name = visit.inputs().secret();
    if (!RunSecrets.owner(name).equals(Optional.of(RunSecrets.owner(visit.run())))) {
      throw refused(doing, "its name is not one that this run gives.");
    }
    var has = registry.tenants().stream().filter(it -> it.secret().equals(name)).findFirst();
    if (has.isPresent()) {
      throw refused(doing, "the registry names it as the secret of " + has.get().ref() + ".");
    }
  }

  private static ActionFailed refused(String doing, String why) {
    return new ActionFailed(
        new Problem(
            doing,
            "refused: " + why + " Nothing was changed.",
            "Only what this run made and nobody uses is removed without a gate."));
  }

  @Override
  public Finding<NoOutputs> probe(Attempt<Inputs> attempt) {
    return new Finding.NotDone<>();
  }

  @Override
  public void clear(Attempt<Inputs> attempt) {
    // half a removal is completed, never taken back
  }
}
