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
import io.countersign.postgres.DatabaseDrop;
import io.countersign.postgres.Databases;
import io.countersign.postgres.Identifiers;
import io.countersign.postgres.NameSwap;
import io.countersign.postgres.ServerWork;
import io.countersign.postgres.Servers;
import io.countersign.postgres.StepSessions;
import io.countersign.postgres.SwapLook;
import io.countersign.postgres.TenantDatabases;
import io.countersign.postgres.WriteCounters;
import io.countersign.runbook.Risk;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Gives the restored database the live name, and the live one a name under which it is kept, in one
 * transaction under the live database's lock. See {@link NameSwap} for the order of statements.
 */
public final class DatabaseSwap implements Action<DatabaseSwap.In, DatabaseSwap.Out> {
  private final Servers servers;
  private final Estate estate;
  private final NameSwap swap;

  public DatabaseSwap(Servers servers, Estate estate) {
    this(servers, estate, point -> {});
  }

  /**
   * @param between told each point between two statements; tests die there
   */
  public DatabaseSwap(Servers servers, Estate estate, Consumer<String> between) {
    this.servers = servers;
    this.estate = estate;
    this.swap = new NameSwap(between);
  }

  /**
   * @param live the tenant's database, by the OID it had when the run was planned
   * @param contentHash what the restored database holds, as compared
   * @param keepAs a word for the old database's new name
   * @param writesAtFreeze the live database's write counter when it was settled
   * @param statisticsSince which series of counters that was
   */
  public record In(
      DatabaseRef live,
      DatabaseRef restored,
      String contentHash,
      String keepAs,
      long writesAtFreeze,
      String statisticsSince) {}

  /**
   * @param live the restored database under the live name
   * @param kept the old database under its new name, closed
   * @param blackout how long nobody could connect; zero where it was only seen afterwards that the
   *     swap had been done
   */
  public record Out(DatabaseRef live, DatabaseRef kept, Duration blackout) {}

  @Override
  public ActionType<In, Out> type() {
    return new ActionType<>(
        "database.swap",
        In.class,
        Out.class,
        Risk.DESTRUCTIVE,
        Recovery.PROBE,
        Set.of(),
        false,
        "swap the databases' names");
  }

  @Override
  public PlanText plan(Planned inputs) {
    var live = inputs.shown("live");
    var restored = inputs.shown("restored");
    return new PlanText(
        "swap " + restored + " for " + live + ", in one transaction; the old one is kept, closed",
        List.of(
            "BEGIN",
            "ALTER DATABASE <" + live + "> RENAME TO <kept>",
            "SELECT pg_terminate_backend(pid) for every other session of " + live,
            "the write counters of " + live + " must be those of the freeze, else ROLLBACK",
            "ALTER DATABASE <" + restored + "> RENAME TO <live name>",
            "ALTER DATABASE <live name> ALLOW_CONNECTIONS true",
            "ALTER DATABASE <kept> ALLOW_CONNECTIONS false",
            "OIDs and names must be as approved, else ROLLBACK",
            "COMMIT"));
  }

  @Override
  public Intent intent(Visit<In> visit) throws ActionFailed {
    var in = visit.inputs();
    return ServerWork.looking(
        "preparing the swap of " + in.live().name(),
        () -> {
          try (var session = maintenance(visit)) {
            TenantDatabases.pinned(session, in.live());
            TenantDatabases.pinned(session, in.restored());
            return look(visit, session);
          }
        });
  }

  private Connection maintenance(Visit<In> visit) throws ActionFailed, SQLException {
    return servers.open(
        visit.inputs().live().server(), Servers.MAINTENANCE, visit.applicationName());
  }

  /** The facts as the server shows them now; no attempt and no count among them. */
  private Intent look(Visit<In> visit, Connection session) throws ActionFailed, SQLException {
    var in = visit.inputs();
    Databases.requirePrimary(session, in.live().server().name());
    var facts = new TreeMap<String, String>();
    facts.put("server", servers.identity(in.live().server()));
    facts.put("server.system", SwapLook.systemIdentifier(session));
    facts.put("live.oid", Long.toString(in.live().oid()));
    facts.put("live.name", SwapLook.name(session, in.live().oid()));
    facts.put("restored.oid", Long.toString(in.restored().oid()));
    facts.put("restored.name", SwapLook.name(session, in.restored().oid()));
    facts.put("kept.name", keptName(visit));
    facts.put("content.hash", in.contentHash());
    return new Intent(facts);
  }

  private static String keptName(Visit<In> visit) throws ActionFailed {
    var in = visit.inputs();
    var name = in.live().name() + "_" + in.keepAs() + "_" + visit.stamp();
    if (name.getBytes(StandardCharsets.UTF_8).length > Identifiers.MAX_BYTES) {
      throw new ActionFailed(
          new Problem(
              "naming the database to keep",
              name + " is longer than the " + Identifiers.MAX_BYTES + " bytes a name may have.",
              "Give the step a shorter `keep-as`."));
    }
    return name;
  }

  @Override
  public Outcome<Out> act(Attempt<In> attempt) {
    var doing = "swapping " + attempt.inputs().live().name();
    return Guarded.outcome(attempt.stop(), doing, () -> swapped(attempt, doing));
  }

  private Outcome<Out> swapped(Attempt<In> attempt, String doing)
      throws ActionFailed, SQLException {
    var in = attempt.inputs();
    if (!in.live().server().equals(in.restored().server())) {
      throw new ActionFailed(
          new Problem(doing, "the two databases are on two servers.", "Copy it beside the live."));
    }
    try (var outside = Databases.endingWith(attempt.stop(), maintenance(attempt.visit()))) {
      var now = look(attempt.visit(), outside);
      if (!now.equals(attempt.intent())) {
        return new Outcome.Drifted<>(difference(attempt.intent(), now));
      }
      if (TenantDatabases.pinned(outside, in.restored()).allowsConnections()) {
        return new Outcome.Drifted<>(
            in.restored().name() + " was opened to connections after it had been compared");
      }
      SwapLook.refuse(doing, outside, in.live());
      DatabaseDrop.emptied(doing, outside, in.restored());
      return swapped(attempt, outside);
    }
  }

  private static String difference(Intent approved, Intent now) {
    var names = new TreeSet<>(approved.facts().keySet());
    names.addAll(now.facts().keySet());
    var differences =
        names.stream()
            .filter(
                it ->
                    !approved.facts().getOrDefault(it, "").equals(now.facts().getOrDefault(it, "")))
            .map(
                it ->
                    it
                        + " was "
                        + approved.facts().getOrDefault(it, "unknown")
                        + " and is "
                        + now.facts().getOrDefault(it, "unknown"))
            .toList();
    return String.join("; ", differences);
  }

  private Outcome<Out> swapped(Attempt<In> attempt, Connection outside)
      throws ActionFailed, SQLException {
    var in = attempt.inputs();
    var application = attempt.visit().applicationName();
    var plan =
        new NameSwap.Plan(
            in.live(),
            in.restored(),
            attempt.intent().fact("kept.name"),
            estate.queueSchemas(),
            new WriteCounters.Reading(in.writesAtFreeze(), in.statisticsSince()));
    NameSwap.Result result;
    try (var inside =
            Databases.endingWith(
                attempt.stop(), servers.open(in.live().server(), in.live().name(), application));
        var renaming = Databases.endingWith(attempt.stop(), maintenance(attempt.visit()))) {
      // before anybody is disturbed; it is measured again when all others are gone
      var early =
          NameSwap.difference(
              in.live().name(), plan.atFreeze(), WriteCounters.read(inside, estate.queueSchemas()));
      if (early.isPresent()) {
        return new Outcome.Drifted<>(early.get());
      }
      result =
          swap.swap(
              plan,
              new NameSwap.Parties(inside, renaming, outside),
              attempt.stop(),
              attempt::fence);
    }
    return switch (result) {
      case NameSwap.Result.Swapped(var blackout) -> done(attempt, blackout);
      case NameSwap.Result.Drifted(var difference) -> new Outcome.Drifted<>(difference);
      case NameSwap.Result.Lost(var blackout) -> unanswered(attempt, blackout);
    };
  }

  private static Out out(Attempt<In> attempt, Duration blackout) {
    var in = attempt.inputs();
    var server = in.live().server();
    return new Out(
        new DatabaseRef(server, in.restored().oid(), in.live().name()),
        new DatabaseRef(server, in.live().oid(), attempt.intent().fact("kept.name")),
        blackout);
  }

  private static Outcome<Out> done(Attempt<In> attempt, Duration blackout) {
    var out = out(attempt, blackout);
    return new Outcome.Done<>(
        out,
        "swapped: "
            + out.live().name()
            + " is the restored database, the old one is kept as "
            + out.kept().name()
            + "; nobody could connect for "
            + blackout.toMillis()
            + " ms");
  }

  /** COMMIT was sent, and the answer was lost. */
  private Outcome<Out> unanswered(Attempt<In> attempt, Duration blackout) throws ActionFailed {
    return switch (probe(attempt)) {
      case Finding.Done<Out> _ -> done(attempt, blackout);
      case Finding.Unknown<Out>(var check) -> new Outcome.Unknown<>(check);
      case Finding.NotDone<Out> _ ->
          throw new ActionFailed(
              new Problem(
                  "swapping " + attempt.inputs().live().name(),
                  "the session was lost at COMMIT; the names are as before.",
                  "Retry the step."));
    };
  }

  @Override
  public Finding<Out> probe(Attempt<In> attempt) {
    var in = attempt.inputs();
    var kept = attempt.intent().fact("kept.name");
    var check = SwapLook.check(in.live(), in.restored(), kept);
    try {
      return ServerWork.looking(
          "looking whether the swap was done",
          () -> {
            try (var session = maintenance(attempt.visit())) {
              Databases.requirePrimary(session, in.live().server().name());
              // a session of ours that still works at COMMIT could make what we see untrue
              StepSessions.end(session, attempt.visit().applicationPrefix());
              return switch (SwapLook.names(session, in.live(), in.restored(), kept)) {
                case SWAPPED ->
                    new Finding.Done<>(out(attempt, Duration.ZERO), "the names are swapped");
                case AS_BEFORE -> new Finding.NotDone<>();
                case NEITHER -> new Finding.Unknown<>(check);
              };
            }
          });
    } catch (ActionFailed unreachable) {
      return new Finding.Unknown<>(unreachable.problem().happened() + " " + check);
    }
  }

  /** Ends the sessions of earlier attempts; their transactions roll back. */
  @Override
  public void clear(Attempt<In> attempt) {
    var visit = attempt.visit();
    ServerWork.clearing(
        "ending earlier attempts of the swap",
        () -> {
          try (var session = maintenance(visit)) {
            StepSessions.end(session, visit.applicationPrefix());
            return visit;
          }
        });
  }
}
