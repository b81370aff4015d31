package io.countersign.action.database;

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
import io.countersign.estate.OwnSecrets;
import io.countersign.estate.Registry;
import io.countersign.estate.RunSecrets;
import io.countersign.estate.SecretName;
import io.countersign.estate.SecretStore.SecretUnavailable;
import io.countersign.postgres.DatabaseDrop;
import io.countersign.postgres.Databases;
import io.countersign.postgres.PlannedChange;
import io.countersign.postgres.PlannedSql;
import io.countersign.postgres.ServerWork;
import io.countersign.postgres.Servers;
import io.countersign.postgres.StepSessions;
import io.countersign.postgres.TenantDatabases;
import io.countersign.runbook.Risk;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Map;
import java.util.Set;

/**
 * Removes a sibling for ever: its row first, so that nobody is led to it any more; then its
 * database, by OID and recorded name; then its secret. Each part is looked at before, and what is
 * gone already is passed over.
 */
public final class SiblingDrop implements Action<SiblingDrop.In, NoOutputs> {
  private final Estate estate;
  private final Sibling sibling;
  private final Registry registry;
  private final OwnSecrets secrets;

  public SiblingDrop(Servers servers, Estate estate, Registry registry, OwnSecrets secrets) {
    this.estate = estate;
    this.sibling = new Sibling(servers, registry);
    this.registry = registry;
    this.secrets = secrets;
  }

  /**
   * @param sibling its slug
   * @param secret the name of the one that leads to it
   */
  public record In(DatabaseRef database, String sibling, String secret) {
    private Sibling.Body body() {
      return new Sibling.Body(database, sibling, new SecretName(secret));
    }
  }

  @Override
  public ActionType<In, NoOutputs> type() {
    return new ActionType<>(
        "sibling.drop",
        In.class,
        NoOutputs.class,
        Risk.DESTRUCTIVE,
        Recovery.PROBE,
        Set.of(),
        false,
        "remove a restored sibling for ever");
  }

  @Override
  public PlanText plan(Planned inputs) {
    var statements = new ArrayList<String>();
    statements.add(
        PlannedChange.of(
            estate,
            "withdraw",
            ":slug "
                + inputs.shown("sibling")
                + ", :database "
                + inputs.shown("database")
                + ", :secret "
                + inputs.shown("secret"),
            Map.of(
                "{slug}", inputs.shown("sibling"),
                "{database}", inputs.shown("database"),
                "{secret}", inputs.shown("secret"))));
    statements.addAll(PlannedSql.drop(inputs, "database"));
    statements.add("in the secret store: remove " + inputs.shown("secret"));
    return new PlanText(
        "remove "
            + inputs.shown("sibling")
            + " for ever: its row, its database "
            + inputs.shown("database")
            + " and its secret",
        statements);
  }

  @Override
  public Intent intent(Visit<In> visit) throws ActionFailed {
    var in = visit.inputs();
    return ServerWork.looking(
        "looking whether " + in.database().name() + " may go",
        () -> {
          try (var session = sibling.session(visit, in.database())) {
            return new Intent(sibling.mayGo(visit, session, in.body()));
          }
        });
  }

  @Override
  public Outcome<NoOutputs> act(Attempt<In> attempt) {
    var doing = "removing " + attempt.inputs().sibling();
    return Guarded.outcome(attempt.stop(), doing, () -> removed(attempt, doing));
  }

  private Outcome<NoOutputs> removed(Attempt<In> attempt, String doing)
      throws ActionFailed, SQLException {
    var visit = attempt.visit();
    var body = visit.inputs().body();
    try (var session =
        Databases.endingWith(attempt.stop(), sibling.session(visit, body.database()))) {
      try {
        if (!new Intent(sibling.mayGo(visit, session, body)).equals(attempt.intent())) {
          return new Outcome.Drifted<>("it is on another server, or another server answers");
        }
      } catch (ActionFailed refused) {
        // nothing has been changed yet, so what was approved is asked about anew
        return new Outcome.Drifted<>(refused.problem().happened());
      }
      var _ = registry.withdraw(body.slug(), body.reference(), attempt.acting());
      // whoever led a tenant to it in this very moment keeps it
      sibling.requireApart(visit, body);
      return dropped(attempt, doing, session);
    }
  }

  private Outcome<NoOutputs> dropped(Attempt<In> attempt, String doing, Connection session)
      throws ActionFailed, SQLException {
    Runnable fence =
        () -> {
          attempt.stop().check();
          attempt.fence();
        };
    try {
      DatabaseDrop.drop(doing, session, attempt.inputs().database(), fence);
    } catch (SQLException lost) {
      // DROP may have been carried out although its answer was lost: only a look tells
      return switch (probe(attempt)) {
        case Finding.Done<NoOutputs>(var done, var said) -> new Outcome.Done<>(done, said);
        case Finding.Unknown<NoOutputs>(var check) -> new Outcome.Unknown<>(check);
        case Finding.NotDone<NoOutputs> _, Finding.Going<NoOutputs> _ -> throw lost;
      };
    }
    return new Outcome.Done<>(new NoOutputs(), said(attempt));
  }

  private String said(Attempt<In> attempt) {
    var in = attempt.inputs();
    return in.sibling()
        + " is removed: its row, its database "
        + in.database().name()
        + " (OID "
        + in.database().oid()
        + ")"
        + andSecret(in.body());
  }

  /** Repeatable; it never undoes the drop. */
  private String andSecret(Sibling.Body body) {
    var owner = RunSecrets.owner(body.secret());
    if (owner.isEmpty()) {
      return "; the secret " + body.secret() + " is not the bot's: remove it yourself";
    }
    try {
      if (registry.tenants().stream().anyMatch(it -> it.secret().equals(body.secret()))) {
        return "; the secret " + body.secret() + " stays, a tenant has it";
      }
      secrets.remove(body.secret(), owner.get());
      return " and its secret";
    } catch (SecretUnavailable unavailable) {
      return "; remove the secret "
          + body.secret()
          + " yourself: "
          + unavailable.problem().happened();
    } catch (Registry.RegistryUnavailable unavailable) {
      return "; remove the secret "
          + body.secret()
          + " yourself: the registry could not be asked who has it";
    }
  }

  @Override
  public Finding<NoOutputs> probe(Attempt<In> attempt) {
    var visit = attempt.visit();
    var body = visit.inputs().body();
    try {
      return ServerWork.looking(
          "looking whether " + body.slug() + " is removed",
          () -> {
            try (var session = sibling.session(visit, body.database())) {
              Databases.requirePrimary(session, body.database().server().name());
              StepSessions.end(session, attempt);
              boolean gone =
                  TenantDatabases.byOid(session, body.database().oid()).isEmpty()
                      && registry.tenant(body.slug()).isEmpty();
              return gone
                  ? new Finding.Done<>(new NoOutputs(), said(attempt))
                  : new Finding.NotDone<>();
            }
          });
    } catch (ActionFailed unreachable) {
      return new Finding.Unknown<>(
          unreachable.problem().happened()
              + " On "
              + body.database().server().name()
              + " run: SELECT datname FROM pg_database WHERE oid = "
              + body.database().oid()
              + "; no row means that its database is dropped.");
    }
  }

  /**
   * Ends the sessions of earlier attempts; a database under its last name is dropped by the next.
   */
  @Override
  public void clear(Attempt<In> attempt) {
    StepSessions.clear(
        sibling.servers(),
        attempt,
        attempt.inputs().database().server(),
        "ending earlier attempts of the removal");
  }
}
