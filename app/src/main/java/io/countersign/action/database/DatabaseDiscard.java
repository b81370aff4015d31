package io.countersign.action.database;

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
import io.countersign.estate.Registry;
import io.countersign.postgres.DatabaseDrop;
import io.countersign.postgres.Databases;
import io.countersign.postgres.PlannedSql;
import io.countersign.postgres.Servers;
import io.countersign.postgres.StepSessions;
import io.countersign.runbook.Risk;
import java.sql.SQLException;
import java.util.Map;
import java.util.Set;

/**
 * Drops a database that this run made. Its OID and recorded name must belong together, its name
 * must be one that this run gives, and neither the registry nor the tenant's current secret may
 * name it. The OID that a run made bears the live name after a swap: so the name is always looked
 * at too.
 */
public final class DatabaseDiscard implements Action<DatabaseDiscard.In, DatabaseDiscard.Out> {
  private final Servers servers;
  private final Registry registry;

  public DatabaseDiscard(Servers servers, Registry registry) {
    this.servers = servers;
    this.registry = registry;
  }

  /**
   * @param database as {@code database.copy} made it
   */
  public record In(DatabaseRef database) {}

  public record Out() {}

  @Override
  public ActionType<In, Out> type() {
    return new ActionType<>(
        "database.discard",
        In.class,
        Out.class,
        Risk.OWNED,
        Recovery.REPEAT,
        Set.of(),
        false,
        "drop the database that this run made");
  }

  @Override
  public PlanText plan(Planned inputs) {
    var name = inputs.shown("database");
    return new PlanText(
        "drop " + name + ", if this run made it, it is not live and nothing refers to it",
        PlannedSql.drop(inputs, "database"));
  }

  @Override
  public Intent intent(Visit<In> visit) throws ActionFailed {
    var database = visit.inputs().database();
    return new Intent(
        Map.of(
            "server", servers.identity(database.server()),
            "database.oid", Long.toString(database.oid()),
            "database.name", database.name()));
  }

  @Override
  public Outcome<Out> act(Attempt<In> attempt) {
    var doing = "dropping " + attempt.inputs().database();
    return Guarded.outcome(attempt.stop(), doing, () -> dropped(attempt, doing));
  }

  private Outcome<Out> dropped(Attempt<In> attempt, String doing)
      throws ActionFailed, SQLException {
    var visit = attempt.visit();
    var database = attempt.inputs().database();
    new OwnCopy(servers, registry).require(visit, doing, database);
    try (var session =
        Databases.endingWith(
            attempt.stop(),
            servers.open(database.server(), Servers.MAINTENANCE, visit.applicationName()))) {
      Databases.requirePrimary(session, database.server().name());
      Runnable fence =
          () -> {
            attempt.stop().check();
            attempt.fence();
          };
      return new Outcome.Done<>(
          new Out(),
          switch (DatabaseDrop.drop(doing, session, database, fence)) {
            case DROPPED -> "dropped " + database.name();
            case ALREADY_GONE -> database.name() + " is gone already";
          });
    }
  }

  @Override
  public Finding<Out> probe(Attempt<In> attempt) {
    throw new IllegalStateException("database.discard is repeated, never probed");
  }

  /** A database that is renamed but not dropped yet is dropped by the next attempt. */
  @Override
  public void clear(Attempt<In> attempt) {
    StepSessions.clear(
        servers, attempt, attempt.inputs().database().server(), "ending earlier attempts");
  }
}
