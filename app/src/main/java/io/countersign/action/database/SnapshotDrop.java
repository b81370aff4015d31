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
import io.countersign.estate.OwnSecrets;
import io.countersign.estate.Registry;
import io.countersign.estate.RunSecrets;
import io.countersign.estate.SecretName;
import io.countersign.estate.SecretStore.SecretUnavailable;
import io.countersign.postgres.DatabaseDrop;
import io.countersign.postgres.Databases;
import io.countersign.postgres.Identifiers;
import io.countersign.postgres.PlannedSql;
import io.countersign.postgres.ServerErrors;
import io.countersign.postgres.ServerWork;
import io.countersign.postgres.Servers;
import io.countersign.postgres.SnapshotAccess;
import io.countersign.postgres.StepSessions;
import io.countersign.postgres.TenantDatabases;
import io.countersign.runbook.Risk;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Set;

/**
 * Removes a snapshot for ever: its database by OID and recorded name; then the role that read it;
 * then its secret. What is gone already is passed over.
 */
public final class SnapshotDrop implements Action<SnapshotDrop.In, NoOutputs> {
  private final Snapshot snapshot;
  private final OwnSecrets secrets;

  public SnapshotDrop(Servers servers, Registry registry, OwnSecrets secrets) {
    this.snapshot = new Snapshot(servers, registry);
    this.secrets = secrets;
  }

  /**
   * @param reader the role that reads it
   * @param secret the name of the one with its login
   */
  public record In(DatabaseRef database, String reader, String secret) {
    private Snapshot.Body body() {
      return new Snapshot.Body(database, reader, new SecretName(secret));
    }
  }

  @Override
  public ActionType<In, NoOutputs> type() {
    return new ActionType<>(
        "snapshot.drop",
        In.class,
        NoOutputs.class,
        Risk.DESTRUCTIVE,
        Recovery.PROBE,
        Set.of(),
        false,
        "remove a snapshot for ever");
  }

  @Override
  public PlanText plan(Planned inputs) {
    var statements = new ArrayList<>(PlannedSql.drop(inputs, "database"));
    statements.add("DROP ROLE " + inputs.shown("reader"));
    statements.add("in the secret store: remove " + inputs.shown("secret"));
    return new PlanText(
        "remove "
            + inputs.shown("database")
            + " for ever, its reader "
            + inputs.shown("reader")
            + " and its secret",
        statements);
  }

  @Override
  public Intent intent(Visit<In> visit) throws ActionFailed {
    var in = visit.inputs();
    return ServerWork.looking(
        "looking whether " + in.database().name() + " may go",
        () -> {
          try (var session = snapshot.session(visit, in.database())) {
            return new Intent(snapshot.mayGo(session, in.body()));
          }
        });
  }

  @Override
  public Outcome<NoOutputs> act(Attempt<In> attempt) {
    var doing = "removing " + attempt.inputs().database().name();
    return Guarded.outcome(attempt.stop(), doing, () -> removed(attempt, doing));
  }

  private Outcome<NoOutputs> removed(Attempt<In> attempt, String doing)
      throws ActionFailed, SQLException {
    var visit = attempt.visit();
    var body = visit.inputs().body();
    try (var session =
        Databases.endingWith(attempt.stop(), snapshot.session(visit, body.database()))) {
      try {
        if (!new Intent(snapshot.mayGo(session, body)).equals(attempt.intent())) {
          return new Outcome.Drifted<>("it is on another server, or another server answers");
        }
      } catch (ActionFailed refused) {
        // nothing has been changed yet, so what was approved is asked about anew
        return new Outcome.Drifted<>(refused.problem().happened());
      }
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
    return new Outcome.Done<>(new NoOutputs(), rest(session, attempt));
  }

  /** What is left once the database is gone; repeatable, it never undoes the drop. */
  private String rest(Connection session, Attempt<In> attempt) {
    var in = attempt.inputs();
    return in.database().name()
        + " (OID "
        + in.database().oid()
        + ") is removed"
        + role(session, in.reader())
        + secret(in.body().secret());
  }

  private static String role(Connection session, String reader) {
    try {
      if (SnapshotAccess.exists(session, reader)) {
        Databases.execute(session, "DROP ROLE " + Identifiers.quoted(reader));
      }
      return ", with the role " + reader;
    } catch (SQLException refused) {
      return "; drop the role " + reader + " yourself: " + ServerErrors.reduced(refused);
    }
  }

  private String secret(SecretName secret) {
    try {
      secrets.remove(secret, RunSecrets.owner(secret).orElseThrow());
      return " and its secret";
    } catch (SecretUnavailable unavailable) {
      return "; remove the secret " + secret + " yourself: " + unavailable.problem().happened();
    }
  }

  @Override
  public Finding<NoOutputs> probe(Attempt<In> attempt) {
    var visit = attempt.visit();
    var body = visit.inputs().body();
    try {
      return ServerWork.looking(
          "looking whether " + body.database().name() + " is removed",
          () -> {
            try (var session = snapshot.session(visit, body.database())) {
              Databases.requirePrimary(session, body.database().server().name());
              StepSessions.end(session, attempt);
              boolean gone = TenantDatabases.byOid(session, body.database().oid()).isEmpty();
              return gone
                  ? new Finding.Done<>(new NoOutputs(), rest(session, attempt))
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
        snapshot.servers(),
        attempt,
        attempt.inputs().database().server(),
        "ending earlier attempts of the removal");
  }
}
