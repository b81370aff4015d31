package io.countersign.action.database;

import io.countersign.Digest;
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
import io.countersign.estate.Registry;
import io.countersign.postgres.Databases;
import io.countersign.postgres.InspectionWindow;
import io.countersign.postgres.LiveComparison;
import io.countersign.postgres.Numbers;
import io.countersign.postgres.PlannedSql;
import io.countersign.postgres.ServerErrors;
import io.countersign.postgres.ServerWork;
import io.countersign.postgres.Servers;
import io.countersign.postgres.StepSessions;
import io.countersign.postgres.TableHashes;
import io.countersign.postgres.TenantDatabases;
import io.countersign.runbook.Risk;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Before a rollback: what would change for the tenant if the kept database became live again. The
 * kept one is read through an {@link InspectionWindow}, so it stays closed to everybody else and as
 * it was; that the tenant's own login stays out is tried.
 */
public final class CompareKept implements Action<CompareKept.In, CompareKept.Out> {
  private static final String CLOSED = "55000";
  private final Servers servers;
  private final Registry registry;
  private final Estate estate;
  private final InspectionWindow window;

  public CompareKept(Servers servers, Registry registry, Estate estate) {
    this.servers = servers;
    this.registry = registry;
    this.estate = estate;
    this.window = new InspectionWindow(servers);
  }

  /**
   * @param kept the one that an earlier swap kept, closed since
   */
  public record In(DatabaseRef kept, DatabaseRef live) {}

  /**
   * @param contentHash SHA-256 over all tables' counts and hashes, and where sequences stand, in
   *     the kept database
   * @param tables of the kept database, as far as they were read
   * @param comeBack rows that only the kept database has
   * @param go rows that only the live one has
   * @param change rows of both that differ
   * @param queueJobs jobs that would run again: they wait in the kept database and are over in the
   *     live one
   * @param numbersAgain numbers that the live one's sequences have given since
   * @param rowsByTable "back go change schema.table", a line for each table in which rows differ,
   *     the most first; at most {@value Changes#LINES}
   * @param sequencesBehind "numbers schema.sequence", a line for each, the most first
   * @param sequences what the estate wants done about them
   * @param sessions who is connected to the live database, by application
   */
  public record Out(
      String contentHash,
      long tables,
      long comeBack,
      long go,
      long change,
      long queueJobs,
      long numbersAgain,
      String rowsByTable,
      String sequencesBehind,
      String sequences,
      long keptBytes,
      long liveBytes,
      String sessions) {}

  @Override
  public ActionType<In, Out> type() {
    return new ActionType<>(
        "database.compare-kept",
        In.class,
        Out.class,
        Risk.SAFE,
        Recovery.REPEAT,
        Set.of("content-hash"),
        false,
        "count what would be lost by going back to the kept database");
  }

  @Override
  public PlanText plan(Planned inputs) {
    var kept = inputs.shown("kept");
    var statements =
        new ArrayList<>(
            InspectionWindow.planned(
                PlannedSql.name(inputs, "kept"), PlannedSql.oid(inputs, "kept")));
    statements.add("SELECT 1 in " + kept + " with the tenant's own login -- it must be refused");
    statements.add(
        "SELECT count(*), coalesce(sum(hash_record_extended(t.*, 0)::numeric), 0)::text\n"
            + "  FROM ONLY <table> t -- every table, in both databases");
    statements.add(
        "digests of primary keys and rows of every table that differs: what comes back, goes and"
            + " changes");
    statements.add("SELECT pg_sequence_last_value(<each sequence>) -- in both databases");
    statements.addAll(PlannedSql.emptied(inputs, "kept"));
    return new PlanText(
        "let the bot alone into "
            + kept
            + ", read-only, and count what "
            + inputs.shown("live")
            + " would lose by going back to it",
        statements);
  }

  @Override
  public Intent intent(Visit<In> visit) throws ActionFailed {
    var in = visit.inputs();
    return ServerWork.looking(
        doing(in),
        () -> {
          requireKept(visit);
          try (var outside =
              servers.open(in.kept().server(), Servers.MAINTENANCE, visit.applicationName())) {
            InspectionWindow.requireClosed(doing(in), outside, in.kept());
          }
          return new Intent(
              Map.of(
                  "server", servers.identity(in.kept().server()),
                  "kept.oid", Long.toString(in.kept().oid()),
                  "kept.name", in.kept().name(),
                  "live.oid", Long.toString(in.live().oid()),
                  "live.name", in.live().name()));
        });
  }

  private static String doing(In in) {
    return "comparing " + in.kept().name() + " with " + in.live().name();
  }

  /** What is live by any sign is never opened and closed again. */
  private void requireKept(Visit<In> visit) throws ActionFailed {
    var in = visit.inputs();
    var why =
        live(in)
            ? Optional.of("it is the live database itself")
            : References.to(
                in.kept(),
                registry,
                servers,
                registry.tenant(visit.tenant().slug()).stream().toList());
    if (why.isPresent()) {
      throw new ActionFailed(
          new Problem(
              doing(in),
              "refused: " + why.get() + ". Nothing was changed.",
              "Only a database that is closed and out of use is looked into this way. Check the"
                  + " runbook and the registry."));
    }
  }

  private static boolean live(In in) {
    return in.kept().server().equals(in.live().server())
        && (in.kept().oid() == in.live().oid() || in.kept().name().equals(in.live().name()));
  }

  @Override
  public Outcome<Out> act(Attempt<In> attempt) {
    var doing = doing(attempt.inputs());
    return Guarded.outcome(
        attempt.stop(),
        doing,
        () -> {
          requireKept(attempt.visit());
          return window.look(
              attempt, doing, attempt.inputs().kept(), inside -> seen(attempt, doing, inside));
        });
  }

  private Outcome<Out> seen(Attempt<In> attempt, String doing, Connection inKept)
      throws ActionFailed, SQLException {
    var in = attempt.inputs();
    var keptOut = othersStayOut(attempt, doing);
    try (var outside = open(attempt, in.kept(), Servers.MAINTENANCE);
        var inLive = open(attempt, in.live(), in.live().name())) {
      TenantDatabases.pinned(inLive, in.live());
      Databases.execute(inLive, "SET lock_timeout = '30s'");
      var readable = LiveComparison.readable(inKept);
      var steps = new Changes.Steps(attempt, 2L * readable.size());
      var hashes = TableHashes.of(inKept, readable, attempt.stop(), steps::next);
      var changes =
          Changes.counted(
              new Changes.Sides(outside, inKept, in.kept(), inLive, in.live()),
              hashes,
              estate.queueSchemas(),
              attempt.stop(),
              steps::next);
      var content =
          Digest.of(TableHashes.lines(hashes) + Numbers.content(Numbers.read(inKept)).hex());
      return new Outcome.Done<>(
          out(content, hashes.size(), changes),
          hashes.size() + " tables; " + changes.said() + "; " + keptOut);
    }
  }

  private Connection open(Attempt<In> attempt, DatabaseRef database, String name)
      throws ActionFailed, SQLException {
    return Databases.endingWith(
        attempt.stop(), servers.open(database.server(), name, attempt.visit().applicationName()));
  }

  private Out out(Digest content, long tables, Changes changes) {
    var counts = changes.rows().counts();
    return new Out(
        content.hex(),
        tables,
        counts.comeBack(),
        counts.go(),
        counts.change(),
        changes.jobs(),
        changes.given(),
        changes.rowsByTable(),
        changes.sequencesBehind(),
        estate.policies().sequences().word(),
        changes.comingBytes(),
        changes.liveBytes(),
        changes.sessions());
  }

  /**
   * Tries the tenant's own login on the kept database, while we are in it.
   *
   * @return what the server said to it, for people
   */
  private String othersStayOut(Attempt<In> attempt, String doing) throws ActionFailed {
    var in = attempt.inputs();
    var tenant = registry.tenant(attempt.visit().tenant().slug());
    if (tenant.isEmpty()) {
      return "the registry has no login of the tenant's to try";
    }
    var own = servers.login(tenant.get().secret());
    var server = servers.login(in.kept().server());
    var login = server.withDatabase(in.kept().name()).as(own);
    try (var session = servers.open(login, attempt.visit().applicationName())) {
      Databases.number(session, "SELECT 1");
    } catch (SQLException refused) {
      return CLOSED.equals(refused.getSQLState())
          ? "the tenant's own login is kept out"
          : "the tenant's own login is refused: " + ServerErrors.reduced(refused);
    }
    throw new ActionFailed(
        new Problem(
            doing,
            "the tenant's own login got into "
                + in.kept().name()
                + ", which has to be closed: somebody opened it meanwhile.",
            "It was closed again. Find out who opened it, then start anew."));
  }

  @Override
  public Finding<Out> probe(Attempt<In> attempt) {
    throw new IllegalStateException("database.compare-kept is repeated, never probed");
  }

  /** Ends the sessions of earlier attempts and closes the window that one may have left open. */
  @Override
  public void clear(Attempt<In> attempt) {
    var in = attempt.inputs();
    var doing = "ending earlier attempts of the comparison";
    if (live(in)) {
      StepSessions.clear(servers, attempt, in.kept().server(), doing);
    } else {
      window.clear(attempt, in.kept(), doing);
    }
  }
}
