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
import io.countersign.estate.OwnSecrets;
import io.countersign.estate.RunSecrets;
import io.countersign.estate.SecretName;
import io.countersign.estate.SecretStore.SecretUnavailable;
import io.countersign.postgres.Servers;
import io.countersign.runbook.Risk;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Stores the tenant's login a second time, for the restored database, as a secret of its own. The
 * one that the tenant has is only read. Nothing leads to the new one until the reference is
 * flipped.
 */
public final class MakeSecret implements Action<MakeSecret.Inputs, MakeSecret.Outputs> {
  /**
   * @param secret the tenant's present one
   * @param database what the new one leads to
   */
  public record Inputs(SecretName secret, DatabaseRef database) {}

  /**
   * @param secret the new one
   * @param version as the store calls what was stored
   */
  public record Outputs(SecretName secret, String version) {}

  private static final ActionType<Inputs, Outputs> TYPE =
      new ActionType<>(
          "secret.make",
          Inputs.class,
          Outputs.class,
          Risk.OWNED,
          Recovery.REPEAT,
          Set.of("secret"),
          false,
          "store the login to the restored database as a new secret");

  private final Servers servers;
  private final OwnSecrets secrets;

  public MakeSecret(Servers servers, OwnSecrets secrets) {
    this.servers = servers;
    this.secrets = secrets;
  }

  @Override
  public ActionType<Inputs, Outputs> type() {
    return TYPE;
  }

  @Override
  public PlanText plan(Planned inputs) {
    var before = inputs.shown("secret");
    return new PlanText(
        "store the login to " + inputs.shown("database") + " as a new secret",
        List.of(
            "in the secret store: make "
                + before
                + "-<stamp of the run>-<run>-<attempt> from "
                + before
                + ", with the database "
                + inputs.shown("database")
                + "; "
                + before
                + " itself is only read"));
  }

  @Override
  public Intent intent(Visit<Inputs> visit) {
    return new Intent(
        Map.of(
            "from.secret", visit.inputs().secret().value(),
            "secret.name", name(visit).value(),
            "secret.owner", RunSecrets.owner(visit.run()),
            "database.name", visit.inputs().database().name()));
  }

  private static SecretName name(Visit<Inputs> visit) {
    return RunSecrets.name(visit.inputs().secret(), visit.stamp(), visit.run(), visit.attempt());
  }

  @Override
  public Outcome<Outputs> act(Attempt<Inputs> attempt) {
    var visit = attempt.visit();
    var name = new SecretName(attempt.intent().fact("secret.name"));
    try {
      var login = servers.login(visit.inputs().secret());
      attempt.fence();
      var made =
          secrets.make(
              name,
              login.withDatabase(visit.inputs().database().name()),
              attempt.intent().fact("secret.owner"));
      return new Outcome.Done<>(
          new Outputs(made.name(), made.version()),
          made.name() + " leads to " + visit.inputs().database().name());
    } catch (ActionFailed failed) {
      return new Outcome.Failed<>(failed.problem());
    } catch (SecretUnavailable unavailable) {
      return new Outcome.Failed<>(unavailable.problem());
    }
  }

  @Override
  public Finding<Outputs> probe(Attempt<Inputs> attempt) {
    return new Finding.NotDone<>();
  }

  /** Nothing leads to it yet: an attempt that has succeeded is never cleared. */
  @Override
  public void clear(Attempt<Inputs> attempt) {
    attempt.fence();
    try {
      secrets.remove(
          new SecretName(attempt.intent().fact("secret.name")),
          attempt.intent().fact("secret.owner"));
    } catch (SecretUnavailable unavailable) {
      throw new IllegalStateException(unavailable.problem().line());
    }
  }
}
