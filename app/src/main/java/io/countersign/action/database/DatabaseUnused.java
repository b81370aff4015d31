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
import io.countersign.postgres.PlannedSql;
import io.countersign.postgres.ServerWork;
import io.countersign.postgres.Servers;
import io.countersign.runbook.Risk;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Makes sure that a kept database is not live, closed, and that nothing refers to it. */
public final class DatabaseUnused implements Action<DatabaseUnused.In, DatabaseUnused.Out> {
  static final String VERDICT = "closed, nobody connected, and nothing refers to it";

  private final Servers servers;
  private final KeptDatabase kept;

  public DatabaseUnused(Servers servers, Registry registry) {
    this.servers = servers;
    this.kept = new KeptDatabase(servers, registry);
  }

  /**
   * @param database by name and OID
   */
  public record In(DatabaseRef database) {}

  /**
   * @param bytes how big it is
   * @param verdict what was found, in words
   */
  public record Out(long bytes, String verdict) {}

  @Override
  public ActionType<In, Out> type() {
    return new ActionType<>(
        "database.unused",
        In.class,
        Out.class,
        Risk.SAFE,
        Recovery.REPEAT,
        Set.of("verdict"),
        false,
        "make sure that nobody uses the kept database");
  }

  @Override
  public PlanText plan(Planned inputs) {
    var name = inputs.shown("database");
    return new PlanText(
        "make sure that nobody uses " + name,
        List.of(
            "SELECT oid, datname, datallowconn FROM pg_database WHERE oid = "
                + PlannedSql.oid(inputs, "database"),
            "SELECT pid FROM pg_stat_activity WHERE datid = "
                + PlannedSql.oid(inputs, "database")
                + " -- none may be there",
            "registry tenants and their secrets: none may lead to " + name));
  }

  @Override
  public Intent intent(Visit<In> visit) {
    var database = visit.inputs().database();
    return new Intent(
        Map.of("database.oid", Long.toString(database.oid()), "database.name", database.name()));
  }

  @Override
  public Outcome<Out> act(Attempt<In> attempt) {
    var database = attempt.inputs().database();
    return ServerWork.outcome(
        "looking whether " + database.name() + " may go", () -> looked(attempt.visit(), database));
  }

  private Outcome<Out> looked(Visit<In> visit, DatabaseRef database)
      throws ActionFailed, SQLException {
    try (var session = Doomed.session(servers, visit, database)) {
      kept.mayGo(session, database);
      return new Outcome.Done<>(new Out(Doomed.bytes(session, database), VERDICT), VERDICT);
    }
  }

  @Override
  public Finding<Out> probe(Attempt<In> attempt) {
    return new Finding.NotDone<>();
  }

  @Override
  public void clear(Attempt<In> attempt) {
    // it only looks
  }
}
