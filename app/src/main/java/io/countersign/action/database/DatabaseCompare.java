package io.countersign.action.database;

import io.countersign.Problem;
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
import io.countersign.estate.Estate;
import io.countersign.estate.Login;
import io.countersign.estate.Registry;
import io.countersign.estate.ServerRef;
import io.countersign.postgres.Canaries;
import io.countersign.postgres.ClientPrograms;
import io.countersign.postgres.DatabaseDrop;
import io.countersign.postgres.Databases;
import io.countersign.postgres.PlannedSql;
import io.countersign.postgres.SchemaDump;
import io.countersign.postgres.Servers;
import io.countersign.postgres.SourceComparison;
import io.countersign.postgres.StepSessions;
import io.countersign.postgres.TableHashes;
import io.countersign.postgres.TenantDatabases;
import io.countersign.runbook.Risk;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Parity: the restored database must equal its source, its canaries must not be orders of magnitude
 * off, the tenant's own login must work in it; and it is counted what would change for the tenant.
 * Afterwards the restored database is closed and emptied, so that it stays as it was compared.
 */
public final class DatabaseCompare implements Action<DatabaseCompare.In, Parity> {
  private final Servers servers;
  private final Registry registry;
  private final Estate estate;
  private final ClientPrograms programs;

  public DatabaseCompare(
      Servers servers, Registry registry, Estate estate, ClientPrograms programs) {
    this.servers = servers;
    this.registry = registry;
    this.estate = estate;
    this.programs = programs;
  }

  /**
   * @param source the server copy; its database has the live one's name
   */
  public record In(ServerRef source, DatabaseRef restored, DatabaseRef live) {}

  @Override
  public ActionType<In, Parity> type() {
    return new ActionType<>(
        "database.compare",
        In.class,
        Parity.class,
        Risk.SAFE,
        Recovery.REPEAT,
        Set.of("verdict", "content-hash"),
        false,
        "compare the restored database with its source and with the live one");
  }

  @Override
  public PlanText plan(Planned inputs) {
    var restored = inputs.shown("restored");
    return new PlanText(
        "compare " + restored + " with its source and with " + inputs.shown("live"),
        List.of(
            "SELECT count(*), coalesce(sum(hash_record_extended(t.*, 0)::numeric), 0)::text\n"
                + "  FROM ONLY <table> t -- every table, in the source and in the copy",
            "pg_dump --schema-only, and the catalogues, of the source and of the copy",
            plannedCanaries(),
            "digests of primary keys and rows of every table, in the copy and in the live one:"
                + " what comes back, goes and changes",
            "SELECT 1 in " + restored + " with the tenant's own login",
            String.join("\n", PlannedSql.emptied(inputs, "restored"))));
  }

  private String plannedCanaries() {
    return estate.canaries().isEmpty()
        ? "no canary tables are set for this estate"
        : canaries().stream()
                .map(it -> "SELECT count(*) FROM " + it.quoted())
                .collect(Collectors.joining("\n"))
            + " -- in the copy and in the live one";
  }

  @Override
  public Intent intent(Visit<In> visit) {
    var in = visit.inputs();
    return new Intent(
        Map.of(
            "source.server", in.source().name(),
            "restored.oid", Long.toString(in.restored().oid()),
            "restored.name", in.restored().name(),
            "live.oid", Long.toString(in.live().oid()),
            "live.name", in.live().name()));
  }

  @Override
  public Outcome<Parity> act(Attempt<In> attempt) {
    var doing = "comparing " + attempt.inputs().restored().name() + " with its source";
    return Guarded.outcome(attempt.stop(), doing, () -> compared(attempt, doing));
  }

  private Outcome<Parity> compared(Attempt<In> attempt, String doing)
      throws ActionFailed, SQLException {
    var in = attempt.inputs();
    if (in.restored().oid() == in.live().oid()
        && in.restored().server().equals(in.live().server())) {
      throw new ActionFailed(
          new Problem(
              doing, "restored and live are the same database.", "Check the runbook's inputs."));
    }
    try (var maintenance = open(attempt, in.restored().server(), Servers.MAINTENANCE)) {
      // closed by an earlier attempt of this step that did not come to its end
      attempt.fence();
      Databases.allowConnections(maintenance, in.restored(), true);
      var found = measured(attempt, doing, maintenance);
      TenantLogin.test(servers, registry, attempt.visit(), in.restored(), doing);
      DatabaseDrop.emptied(doing, maintenance, in.restored());
      return new Outcome.Done<>(found.out(), found.said());
    }
  }

  private record Found(Parity out, String said) {}

  private Connection open(Attempt<In> attempt, ServerRef server, String database)
      throws ActionFailed, SQLException {
    return Databases.endingWith(
        attempt.stop(), servers.open(server, database, attempt.visit().applicationName()));
  }

  private Found measured(Attempt<In> attempt, String doing, Connection maintenance)
      throws ActionFailed, SQLException {
    var in = attempt.inputs();
    var name = in.live().name();
    TenantDatabases.pinned(maintenance, in.restored());
    try (var source = open(attempt, in.source(), name);
        var restored = open(attempt, in.restored().server(), in.restored().name());
        var live = open(attempt, in.live().server(), name)) {
      TenantDatabases.pinned(live, in.live());
      Databases.execute(live, "SET lock_timeout = '30s'");
      var steps = new Changes.Steps(attempt, 2L * TableHashes.tables(source).size());
      var equal =
          SourceComparison.compare(
              doing,
              new SourceComparison.Side(source, name),
              new SourceComparison.Side(restored, in.restored().name()),
              schemas(attempt, doing, maintenance),
              attempt.stop(),
              steps::next);
      Canaries.check(doing, canaries(), restored, live);
      return found(
          equal,
          Changes.counted(
              new Changes.Sides(maintenance, restored, in.restored(), live, in.live()),
              equal.hashes(),
              estate.queueSchemas(),
              attempt.stop(),
              steps::next));
    }
  }

  private List<Map<String, String>> schemas(Attempt<In> attempt, String doing, Connection session)
      throws ActionFailed, SQLException {
    var in = attempt.inputs();
    int major = Databases.major(session);
    var application = attempt.visit().applicationName();
    var both = new ArrayList<Map<String, String>>();
    var logins =
        List.of(
            servers.login(in.source()).withDatabase(in.live().name()),
            servers.login(in.restored().server()).withDatabase(in.restored().name()));
    for (Login login : logins) {
      both.add(SchemaDump.take(programs, doing, major, login, application, attempt.stop()));
    }
    return both;
  }

  private List<TableHashes.Table> canaries() {
    return estate.canaries().stream()
        .map(it -> new TableHashes.Table(it.schema(), it.table()))
        .toList();
  }

  private static Found found(SourceComparison.Result equal, Changes changes) {
    var verdict =
        equal.byText() == 0
            ? "equal"
            : "equal by value (" + equal.byText() + " tables without record hash)";
    var out = Parity.of(verdict, equal.contentHash(), equal.hashes().size(), changes);
    var said =
        out.tables()
            + " tables, "
            + verdict
            + " to the source; "
            + changes.said()
            + equal.notes().stream().map(it -> "; " + it).collect(Collectors.joining());
    return new Found(out, said);
  }

  @Override
  public Finding<Parity> probe(Attempt<In> attempt) {
    throw new IllegalStateException("database.compare is repeated, never probed");
  }

  /** Ends the sessions of earlier attempts and removes their scratch folders. */
  @Override
  public void clear(Attempt<In> attempt) {
    programs.removeScratch(attempt.visit());
    StepSessions.clear(
        servers,
        attempt,
        attempt.inputs().restored().server(),
        "ending earlier attempts of the comparison");
  }
}
