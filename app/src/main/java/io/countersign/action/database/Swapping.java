package io.countersign.action.database;

import io.countersign.Problem;
import io.countersign.action.ActionFailed;
import io.countersign.action.Attempt;
import io.countersign.action.Finding;
import io.countersign.action.Intent;
import io.countersign.action.Outcome;
import io.countersign.action.Planned;
import io.countersign.action.Visit;
import io.countersign.estate.DatabaseRef;
import io.countersign.estate.Estate;
import io.countersign.postgres.Cron;
import io.countersign.postgres.DatabaseDrop;
import io.countersign.postgres.Databases;
import io.countersign.postgres.Identifiers;
import io.countersign.postgres.MadeNames;
import io.countersign.postgres.NameSwap;
import io.countersign.postgres.Obstacles;
import io.countersign.postgres.PlannedSql;
import io.countersign.postgres.Pools;
import io.countersign.postgres.Replicas;
import io.countersign.postgres.ServerWork;
import io.countersign.postgres.Servers;
import io.countersign.postgres.Sessions;
import io.countersign.postgres.StepSessions;
import io.countersign.postgres.SwapLook;
import io.countersign.postgres.TenantDatabases;
import io.countersign.postgres.WriteCounters;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * What the swap and its way back share: the live database gives its name to another one on the same
 * server and is kept, closed, under a new one. See {@link NameSwap} for the order of statements.
 */
final class Swapping {
  private final Servers servers;
  private final Estate estate;
  private final Consumer<String> between;
  private final NameSwap swap;

  /**
   * @param between told each point between two statements; tests die there
   */
  Swapping(Servers servers, Estate estate, Consumer<String> between) {
    this.servers = servers;
    this.estate = estate;
    this.between = between;
    this.swap = new NameSwap(between);
  }

  /**
   * What is wanted.
   *
   * @param live the tenant's database, by the OID it had when the run was planned
   * @param coming the database that becomes live; closed, and on the same server
   * @param role what {@code coming} is called in the intent: {@code restored}, {@code back}
   * @param keepAs a word for the name under which the live one is kept
   * @param atFreeze the live database's write counters when it was settled
   * @param more further facts of the intent
   */
  record Wanted(
      DatabaseRef live,
      DatabaseRef coming,
      String role,
      String keepAs,
      WriteCounters.Reading atFreeze,
      Map<String, String> more) {
    Wanted {
      more = Map.copyOf(more);
    }
  }

  /**
   * @param live the database that came, under the live name
   * @param kept the one that was live, under its new name, closed
   * @param blackout how long nobody could connect; zero where it was only seen afterwards that the
   *     swap had been done
   */
  record Done(DatabaseRef live, DatabaseRef kept, Duration blackout) {}

  /** Makes an action's own outputs. */
  interface Outputs<O extends Record> {
    O of(Done done);
  }

  /**
   * As {@link NameSwap} runs them.
   *
   * @param role the input that becomes live
   */
  List<String> statements(Planned inputs, String role) {
    var live = PlannedSql.name(inputs, "live");
    var coming = PlannedSql.name(inputs, role);
    var kept =
        PlannedSql.name(inputs, "live", "_" + inputs.shown("keep-as") + "_<stamp of the run>");
    var beside = PlannedSql.server(inputs, "live").map(estate::beside).orElse(estate.anywhere());
    var statements = new ArrayList<>(PlannedSql.emptied(inputs, role));
    statements.addAll(NameSwap.TIME_LIMITS);
    statements.addAll(Pools.pauseShown(beside.pgbouncers(), live));
    statements.addAll(
        List.of(
            "BEGIN",
            "ALTER DATABASE " + live + " RENAME TO " + kept,
            PlannedSql.endSessions("datid = " + PlannedSql.oid(inputs, "live")),
            "-- the write counters of " + live + " must be those of the freeze, else ROLLBACK",
            "ALTER DATABASE " + coming + " RENAME TO " + live,
            "ALTER DATABASE " + live + " ALLOW_CONNECTIONS true",
            "ALTER DATABASE " + kept + " ALLOW_CONNECTIONS false",
            "-- OIDs and names must be as approved, else ROLLBACK",
            "COMMIT"));
    statements.addAll(Pools.resumeShown(beside.pgbouncers(), live));
    statements.addAll(Replicas.shown(beside.replicas(), PlannedSql.oid(inputs, "live")));
    return statements;
  }

  Intent intent(Visit<?> visit, Wanted wanted) throws ActionFailed {
    return ServerWork.looking(
        "preparing the swap of " + wanted.live().name(),
        () -> {
          try (var session = maintenance(visit, wanted)) {
            TenantDatabases.pinned(session, wanted.live());
            TenantDatabases.pinned(session, wanted.coming());
            return look(visit, wanted, session);
          }
        });
  }

  private Connection maintenance(Visit<?> visit, Wanted wanted) throws ActionFailed, SQLException {
    return Databases.answeringWithin(
        NameSwap.ANSWERED_WITHIN,
        servers.open(wanted.live().server(), Servers.MAINTENANCE, visit.applicationName()));
  }

  /** The facts as the server shows them now; no attempt and no count among them. */
  private Intent look(Visit<?> visit, Wanted wanted, Connection session)
      throws ActionFailed, SQLException {
    Databases.requirePrimary(session, wanted.live().server().name());
    var facts = new TreeMap<>(wanted.more());
    facts.put("server", servers.identity(wanted.live().server()));
    facts.put("server.system", SwapLook.systemIdentifier(session));
    facts.put("live.oid", Long.toString(wanted.live().oid()));
    facts.put("live.name", SwapLook.name(session, wanted.live().oid()));
    facts.put(wanted.role() + ".oid", Long.toString(wanted.coming().oid()));
    facts.put(wanted.role() + ".name", SwapLook.name(session, wanted.coming().oid()));
    facts.put("kept.name", keptName(visit, wanted));
    written(visit, wanted).forEach(facts::put);
    return new Intent(facts);
  }

  private Map<String, String> written(Visit<?> visit, Wanted wanted)
      throws ActionFailed, SQLException {
    try (var inside =
        Databases.answeringWithin(
            NameSwap.ANSWERED_WITHIN,
            servers.open(wanted.live().server(), wanted.live().name(), visit.applicationName()))) {
      var now = WriteCounters.read(inside, estate.queueSchemas());
      return WritesSinceFreeze.facts(wanted.atFreeze(), now);
    }
  }

  private static String keptName(Visit<?> visit, Wanted wanted) throws ActionFailed {
    var base = MadeNames.base(wanted.live().name());
    var name = base + "_" + wanted.keepAs() + "_" + visit.stamp();
    if (name.getBytes(StandardCharsets.UTF_8).length > Identifiers.MAX_BYTES) {
      throw new ActionFailed(
          new Problem(
              "naming the database to keep",
              name + " is longer than the " + Identifiers.MAX_BYTES + " bytes a name may have.",
              "Give the step a shorter `keep-as`."));
    }
    return name;
  }

  <O extends Record> Outcome<O> act(Attempt<?> attempt, Wanted wanted, Outputs<O> outputs) {
    var doing = "swapping " + wanted.live().name();
    var remarks = new ArrayList<String>();
    var outcome =
        Guarded.outcome(
            attempt.stop(), doing, () -> swapped(attempt, wanted, outputs, doing, remarks));
    return remarks.isEmpty() ? outcome : remarked(outcome, String.join(" ", remarks));
  }

  /** Whatever became of the swap: that clients are still held has to be told. */
  private static <O extends Record> Outcome<O> remarked(Outcome<O> outcome, String remark) {
    return switch (outcome) {
      case Outcome.Done<O>(var done, var said) -> new Outcome.Done<>(done, said + ". " + remark);
      case Outcome.Failed<O>(var problem) ->
          new Outcome.Failed<>(
              new Problem(problem.doing(), problem.happened() + " " + remark, problem.next()));
      case Outcome.Unknown<O>(var check) -> new Outcome.Unknown<>(check + " " + remark);
      case Outcome.Drifted<O>(var difference) -> new Outcome.Drifted<>(difference + ". " + remark);
      case Outcome.Park<O> parked -> parked;
    };
  }

  private <O extends Record> Outcome<O> swapped(
      Attempt<?> attempt, Wanted wanted, Outputs<O> outputs, String doing, List<String> remarks)
      throws ActionFailed, SQLException {
    if (!wanted.live().server().equals(wanted.coming().server())) {
      throw new ActionFailed(
          new Problem(doing, "the two databases are on two servers.", "Copy it beside the live."));
    }
    try (var outside = Databases.endingWith(attempt.stop(), maintenance(attempt.visit(), wanted))) {
      var now = look(attempt.visit(), wanted, outside);
      if (!now.equals(attempt.intent())) {
        return new Outcome.Drifted<>(WritesSinceFreeze.difference(attempt.intent(), now));
      }
      if (TenantDatabases.pinned(outside, wanted.coming()).allowsConnections()) {
        return new Outcome.Drifted<>(
            wanted.coming().name() + " was opened to connections, and has to be closed");
      }
      refuse(doing, attempt, wanted, outside);
      DatabaseDrop.emptied(doing, outside, wanted.coming());
      return swapped(attempt, wanted, outputs, outside, remarks);
    }
  }

  /** Nothing has been changed yet, and nobody disturbed. */
  private void refuse(String doing, Attempt<?> attempt, Wanted wanted, Connection outside)
      throws ActionFailed, SQLException {
    SwapLook.refuse(doing, outside, wanted.live(), wanted.coming());
    var jobs = new Cron(servers).obstacles(wanted.live(), attempt.visit().applicationName());
    if (!jobs.isEmpty()) {
      throw new ActionFailed(Obstacles.problem(doing, jobs));
    }
    pools(wanted).refuse(doing, wanted.live().name());
  }

  private Pools pools(Wanted wanted) {
    return new Pools(servers, estate, wanted.live().server());
  }

  private <O extends Record> Outcome<O> swapped(
      Attempt<?> attempt,
      Wanted wanted,
      Outputs<O> outputs,
      Connection outside,
      List<String> remarks)
      throws ActionFailed, SQLException {
    var live = wanted.live();
    try (var inside =
            Databases.endingWith(
                attempt.stop(),
                Databases.answeringWithin(
                    NameSwap.ANSWERED_WITHIN,
                    servers.open(live.server(), live.name(), attempt.visit().applicationName())));
        var renaming = Databases.endingWith(attempt.stop(), maintenance(attempt.visit(), wanted))) {
      // before anybody is disturbed; it is measured again when all others are gone
      var now = WriteCounters.read(inside, estate.queueSchemas());
      if (!WritesSinceFreeze.approved(attempt.intent(), now)) {
        return new Outcome.Drifted<>(
            WritesSinceFreeze.difference(attempt.intent(), wanted.atFreeze(), now));
      }
      var plan =
          new NameSwap.Plan(
              live,
              wanted.coming(),
              attempt.intent().fact("kept.name"),
              estate.queueSchemas(),
              wanted.atFreeze(),
              now);
      return held(
          attempt, wanted, outputs, plan, new NameSwap.Parties(inside, renaming, outside), remarks);
    }
  }

  /** Pooled clients wait meanwhile, and go on whatever happens. */
  private <O extends Record> Outcome<O> held(
      Attempt<?> attempt,
      Wanted wanted,
      Outputs<O> outputs,
      NameSwap.Plan plan,
      NameSwap.Parties parties,
      List<String> remarks)
      throws ActionFailed, SQLException {
    var pools = pools(wanted);
    Optional<Pools.Held> held;
    NameSwap.Result result;
    try {
      attempt.fence();
      held = pools.pause("holding the clients", plan.live().name(), attempt.stop());
      held.ifPresent(_ -> between.accept("paused"));
      result = swap.swap(plan, parties, attempt.stop(), attempt::fence);
    } finally {
      remarks.addAll(pools.resume(plan.live().name()));
    }
    var waited = held.map(it -> "; " + it.said()).orElse("");
    return switch (result) {
      case NameSwap.Result.Swapped(var blackout, var ended) ->
          told(attempt, wanted, outputs, blackout, endedSessions(ended) + waited);
      case NameSwap.Result.Drifted(var difference) -> new Outcome.Drifted<>(difference);
      case NameSwap.Result.Lost(var blackout, var ended) ->
          unanswered(attempt, wanted, outputs, blackout, endedSessions(ended) + waited);
    };
  }

  /** By name: a worker that nobody thought of is seen here. */
  private static String endedSessions(List<Sessions.Session> ended) {
    return switch (ended.size()) {
      case 0 -> "; no session had to be ended";
      case 1 -> "; 1 session was ended (" + Sessions.byApplication(ended) + ")";
      default ->
          "; " + ended.size() + " sessions were ended (" + Sessions.byApplication(ended) + ")";
    };
  }

  private static Done done(Attempt<?> attempt, Wanted wanted, Duration blackout) {
    var server = wanted.live().server();
    return new Done(
        new DatabaseRef(server, wanted.coming().oid(), wanted.live().name()),
        new DatabaseRef(server, wanted.live().oid(), attempt.intent().fact("kept.name")),
        blackout);
  }

  private <O extends Record> Outcome<O> told(
      Attempt<?> attempt, Wanted wanted, Outputs<O> outputs, Duration blackout, String more) {
    var done = done(attempt, wanted, blackout);
    return new Outcome.Done<>(
        outputs.of(done),
        "swapped: "
            + done.live().name()
            + " is what was "
            + wanted.coming().name()
            + ", and what was live is kept as "
            + done.kept().name()
            + "; nobody could connect for "
            + blackout.toMillis()
            + " ms"
            + more
            + onReplicas(attempt, done));
  }

  /** They are ended by whoever finds the swap done: repeating that is harmless. */
  private String onReplicas(Attempt<?> attempt, Done done) {
    return new Replicas(servers, estate, done.kept().server())
        .endSessions(done.kept(), attempt.visit().applicationName()).stream()
            .map(it -> "; " + it)
            .collect(Collectors.joining());
  }

  /** COMMIT was sent, and the answer was lost. */
  private <O extends Record> Outcome<O> unanswered(
      Attempt<?> attempt, Wanted wanted, Outputs<O> outputs, Duration blackout, String more)
      throws ActionFailed {
    SwapLook.Names names;
    try {
      names = names(attempt, wanted);
    } catch (ActionFailed unreachable) {
      return new Outcome.Unknown<>(unreachable.problem().happened() + " " + check(attempt, wanted));
    }
    return switch (names) {
      case SWAPPED -> told(attempt, wanted, outputs, blackout, more);
      case NEITHER -> new Outcome.Unknown<>(check(attempt, wanted));
      case AS_BEFORE ->
          throw new ActionFailed(
              new Problem(
                  "swapping " + wanted.live().name(),
                  "the session was lost at COMMIT; the names are as before.",
                  "Retry the step."));
    };
  }

  private static String check(Attempt<?> attempt, Wanted wanted) {
    return SwapLook.check(wanted.live(), wanted.coming(), attempt.intent().fact("kept.name"));
  }

  <O extends Record> Finding<O> probe(Attempt<?> attempt, Wanted wanted, Outputs<O> outputs) {
    // an attempt that died cannot let its clients go; nobody can tell whose PAUSE it is
    var unresumed = pools(wanted).resume(wanted.live().name());
    try {
      return switch (names(attempt, wanted)) {
        case SWAPPED -> {
          var done = done(attempt, wanted, Duration.ZERO);
          yield new Finding.Done<>(
              outputs.of(done),
              "the names are swapped" + onReplicas(attempt, done) + after(unresumed));
        }
        case AS_BEFORE -> new Finding.NotDone<>();
        case NEITHER -> new Finding.Unknown<>(check(attempt, wanted) + after(unresumed));
      };
    } catch (ActionFailed unreachable) {
      return new Finding.Unknown<>(
          unreachable.problem().happened() + " " + check(attempt, wanted) + after(unresumed));
    }
  }

  private static String after(List<String> remarks) {
    return remarks.isEmpty() ? "" : ". " + String.join(" ", remarks);
  }

  /** What the server shows when no session of ours can make it untrue any more. */
  private SwapLook.Names names(Attempt<?> attempt, Wanted wanted) throws ActionFailed {
    return ServerWork.looking(
        "looking whether the swap was done",
        () -> {
          try (var session = maintenance(attempt.visit(), wanted)) {
            Databases.requirePrimary(session, wanted.live().server().name());
            StepSessions.end(session, attempt);
            return SwapLook.names(
                session, wanted.live(), wanted.coming(), attempt.intent().fact("kept.name"));
          }
        });
  }

  /** Lets clients go and ends the sessions of earlier attempts; their transactions roll back. */
  void clear(Attempt<?> attempt, Wanted wanted) {
    var unresumed = pools(wanted).resume(wanted.live().name());
    ServerWork.clearing(
        "ending earlier attempts of the swap",
        () -> {
          try (var session = maintenance(attempt.visit(), wanted)) {
            StepSessions.end(session, attempt);
            return wanted;
          }
        });
    if (!unresumed.isEmpty()) {
      throw new IllegalStateException(String.join(" ", unresumed));
    }
  }
}
