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
import io.countersign.estate.Registry;
import io.countersign.postgres.DatabaseDrop;
import io.countersign.postgres.Databases;
import io.countersign.postgres.PlannedSql;
import io.countersign.postgres.ServerWork;
import io.countersign.postgres.Servers;
import io.countersign.postgres.StepSessions;
import io.countersign.postgres.TenantDatabases;
import io.countersign.runbook.Risk;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Set;

/**
 * Drops a kept database for ever. It must bear the recorded OID and name, be closed and unused, and
 * not live; it is renamed to a name that holds its OID, looked at again, and dropped by that name.
 * A database of another OID is never touched, whatever its name.
 */
public final class DatabaseDropKept implements Action<DatabaseDropKept.In, NoOutputs> {
  private final KeptDatabase kept;

  public DatabaseDropKept(Servers servers, Registry registry) {
    this.kept = new KeptDatabase(servers, registry);
  }

  /**
   * @param database by name and OID
   */
  public record In(DatabaseRef database) {}

  @Override
  public ActionType<In, NoOutputs> type() {
    return new ActionType<>(
        "database.drop",
        In.class,
        NoOutputs.class,
        Risk.DESTRUCTIVE,
        Recovery.PROBE,
        Set.of(),
        false,
        "drop a kept database for ever");
  }

  @Override
  public PlanText plan(Planned inputs) {
    return new PlanText(
        "drop "
            + inputs.shown("database")
            + " for ever, if it is still closed, unused and not live",
        PlannedSql.drop(inputs, "database"));
  }

  @Override
  public Intent intent(Visit<In> visit) throws ActionFailed {
    var database = visit.inputs().database();
    return ServerWork.looking(
        "looking whether " + database.name() + " may go",
        () -> {
          try (var session = kept.session(visit, database)) {
            return new Intent(kept.mayGo(session, database));
          }
        });
  }

  @Override
  public Outcome<NoOutputs> act(Attempt<In> attempt) {
    var doing = "dropping " + attempt.inputs().database().name();
    return Guarded.outcome(attempt.stop(), doing, () -> dropped(attempt, doing));
  }

  private Outcome<NoOutputs> dropped(Attempt<In> attempt, String doing)
      throws ActionFailed, SQLException {
    var database = attempt.inputs().database();
    try (var session =
        Databases.endingWith(attempt.stop(), kept.session(attempt.visit(), database))) {
      try {
        var now = new Intent(kept.mayGo(session, database));
        if (!now.equals(attempt.intent())) {
          return new Outcome.Drifted<>("it is on another server, or another server answers");
        }
      } catch (ActionFailed refused) {
        // nothing has been changed yet, so what was approved is asked about anew
        return new Outcome.Drifted<>(refused.problem().happened());
      }
      try {
        return dropped(attempt, doing, session);
      } catch (SQLException lost) {
        return unanswered(attempt, lost);
      }
    }
  }

  /** DROP may have been carried out although its answer was lost: only a look tells. */
  private Outcome<NoOutputs> unanswered(Attempt<In> attempt, SQLException lost)
      throws SQLException {
    return switch (probe(attempt)) {
      case Finding.Done<NoOutputs> _ -> gone(attempt.inputs().database());
      case Finding.Unknown<NoOutputs>(var check) -> new Outcome.Unknown<>(check);
      case Finding.NotDone<NoOutputs> _, Finding.Going<NoOutputs> _ -> throw lost;
    };
  }

  private static Outcome<NoOutputs> dropped(Attempt<In> attempt, String doing, Connection session)
      throws ActionFailed, SQLException {
    var database = attempt.inputs().database();
    Runnable fence =
        () -> {
          attempt.stop().check();
          attempt.fence();
        };
    DatabaseDrop.drop(doing, session, database, fence);
    return gone(database);
  }

  private static Outcome<NoOutputs> gone(DatabaseRef database) {
    return new Outcome.Done<>(
        new NoOutputs(), database.name() + " (OID " + database.oid() + ") is dropped");
  }

  @Override
  public Finding<NoOutputs> probe(Attempt<In> attempt) {
    var database = attempt.inputs().database();
    try {
      return ServerWork.looking(
          "looking whether " + database.name() + " is dropped",
          () -> {
            try (var session = kept.session(attempt.visit(), database)) {
              Databases.requirePrimary(session, database.server().name());
              StepSessions.end(session, attempt);
              return TenantDatabases.byOid(session, database.oid()).isEmpty()
                  ? new Finding.Done<>(new NoOutputs(), database.name() + " is gone")
                  : new Finding.NotDone<>();
            }
          });
    } catch (ActionFailed unreachable) {
      return new Finding.Unknown<>(unreachable.problem().happened() + " " + check(database));
    }
  }

  private static String check(DatabaseRef database) {
    return "On "
        + database.server().name()
        + " run: SELECT datname FROM pg_database WHERE oid = "
        + database.oid()
        + "; no row means that it is dropped.";
  }

  /**
   * Ends the sessions of earlier attempts; a database under its last name is dropped by the next.
   */
  @Override
  public void clear(Attempt<In> attempt) {
    var visit = attempt.visit();
    ServerWork.clearing(
        "ending earlier attempts of the drop",
        () -> {
          try (var session = kept.session(visit, visit.inputs().database())) {
            StepSessions.end(session, attempt);
            return visit;
          }
        });
  }
}
