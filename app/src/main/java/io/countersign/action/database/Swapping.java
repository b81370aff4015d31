package io.countersign.action.database;

import io.countersign.Digest;
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
import io.countersign.postgres.DatabaseDrop;
import io.countersign.postgres.Databases;
import io.countersign.postgres.Identifiers;
import io.countersign.postgres.NameSwap;
import io.countersign.postgres.PlannedSql;
import io.countersign.postgres.ServerWork;
import io.countersign.postgres.Servers;
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
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * What the swap and its way back share: the live database gives its name to another one on the same
 * server and is kept, closed, under a new one. See {@link NameSwap} for the order of statements.
 */
final class Swapping {
  private static final String SINCE_FREEZE = "writes.since-freeze";
  private static final String COUNTED = "writes.counted";
  private static final String SERIES = "writes.series";
  private final Servers servers;
  private final Estate estate;
  private final NameSwap swap;

  /**
   * @param between told each point between two statements; tests die there
   */
  Swapping(Servers servers, Estate estate, Consumer<String> between) {
    this.servers = servers;
    this.estate = estate;
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
  static List<String> statements(Planned inputs, String role) {
    var live = PlannedSql.name(inputs, "live");
    var coming = PlannedSql.name(inputs, role);
    var kept =
        PlannedSql.name(inputs, "live", "_" + inputs.shown("keep-as") + "_<stamp of the run>");
    var statements = new ArrayList<>(PlannedSql.emptied(inputs, role));
    statements.addAll(NameSwap.TIME_LIMITS);
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
    return servers.open(wanted.live().server(), Servers.MAINTENANCE, visit.applicationName());
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

  /**
   * What was written since the freeze. Frozen, a database's counters stand still, so these facts
   * change only where somebody wrote all the same: then the gate opens anew, and its order holds
   * what is known now, so that it can be approved.
   */
  private Map<String, String> written(Visit<?> visit, Wanted wanted)
      throws ActionFailed, SQLException {
    try (var inside =
        servers.open(wanted.live().server(), wanted.live().name(), visit.applicationName())) {
      var now = WriteCounters.read(inside, estate.queueSchemas());
      return Map.of(
          SINCE_FREEZE, now.since(wanted.atFreeze()),
          COUNTED, Long.toString(now.writes()),
          SERIES, Digest.of(now.since()).hex());
    }
  }

  private static String keptName(Visit<?> visit, Wanted wanted) throws ActionFailed {
    var name = wanted.live().name() + "_" + wanted.keepAs() + "_" + visit.stamp();
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
    return Guarded.outcome(attempt.stop(), doing, () -> swapped(attempt, wanted, outputs, doing));
  }

  private <O extends Record> Outcome<O> swapped(
      Attempt<?> attempt, Wanted wanted, Outputs<O> outputs, String doing)
      throws ActionFailed, SQLException {
    if (!wanted.live().server().equals(wanted.coming().server())) {
      throw new ActionFailed(
          new Problem(doing, "the two databases are on two servers.", "Copy it beside the live."));
    }
    try (var outside = Databases.endingWith(attempt.stop(), maintenance(attempt.visit(), wanted))) {
      var now = look(attempt.visit(), wanted, outside);
      if (!now.equals(attempt.intent())) {
        return new Outcome.Drifted<>(difference(attempt.intent(), now));
      }
      if (TenantDatabases.pinned(outside, wanted.coming()).allowsConnections()) {
        return new Outcome.Drifted<>(
            wanted.coming().name() + " was opened to connections, and has to be closed");
      }
      SwapLook.refuse(doing, outside, wanted.live());
      DatabaseDrop.emptied(doing, outside, wanted.coming());
      return swapped(attempt, wanted, outputs, outside);
    }
  }

  private static String difference(Intent approved, Intent now) {
    var names = new TreeSet<>(approved.facts().keySet());
    names.addAll(now.facts().keySet());
    names.removeIf(
        it -> approved.facts().getOrDefault(it, "").equals(now.facts().getOrDefault(it, "")));
    if (names.contains(SINCE_FREEZE)) {
      // the counters behind it say the same to machines
      names.removeAll(List.of(COUNTED, SERIES));
    }
    return names.stream()
        .map(
            it -> {
              var before = approved.facts().getOrDefault(it, "unknown");
              var after = now.facts().getOrDefault(it, "unknown");
              return it.equals(SINCE_FREEZE)
                  ? WriteCounters.difference(before, after)
                  : it + " was " + before + " and is " + after;
            })
        .collect(Collectors.joining("; "));
  }

  private <O extends Record> Outcome<O> swapped(
      Attempt<?> attempt, Wanted wanted, Outputs<O> outputs, Connection outside)
      throws ActionFailed, SQLException {
    var live = wanted.live();
    NameSwap.Result result;
    try (var inside =
            Databases.endingWith(
                attempt.stop(),
                servers.open(live.server(), live.name(), attempt.visit().applicationName()));
        var renaming = Databases.endingWith(attempt.stop(), maintenance(attempt.visit(), wanted))) {
      // before anybody is disturbed; it is measured again when all others are gone
      var now = WriteCounters.read(inside, estate.queueSchemas());
      if (!approved(attempt.intent(), now)) {
        return new Outcome.Drifted<>(
            WriteCounters.difference(
                attempt.intent().fact(SINCE_FREEZE), now.since(wanted.atFreeze())));
      }
      var plan =
          new NameSwap.Plan(
              live,
              wanted.coming(),
              attempt.intent().fact("kept.name"),
              estate.queueSchemas(),
              wanted.atFreeze(),
              now);
      result =
          swap.swap(
              plan,
              new NameSwap.Parties(inside, renaming, outside),
              attempt.stop(),
              attempt::fence);
    }
    return switch (result) {
      case NameSwap.Result.Swapped(var blackout) -> told(attempt, wanted, outputs, blackout);
      case NameSwap.Result.Drifted(var difference) -> new Outcome.Drifted<>(difference);
      case NameSwap.Result.Lost(var blackout) -> unanswered(attempt, wanted, outputs, blackout);
    };
  }

  private static boolean approved(Intent intent, WriteCounters.Reading now) {
    return intent.fact(COUNTED).equals(Long.toString(now.writes()))
        && intent.fact(SERIES).equals(Digest.of(now.since()).hex());
  }

  private static Done done(Attempt<?> attempt, Wanted wanted, Duration blackout) {
    var server = wanted.live().server();
    return new Done(
        new DatabaseRef(server, wanted.coming().oid(), wanted.live().name()),
        new DatabaseRef(server, wanted.live().oid(), attempt.intent().fact("kept.name")),
        blackout);
  }

  private static <O extends Record> Outcome<O> told(
      Attempt<?> attempt, Wanted wanted, Outputs<O> outputs, Duration blackout) {
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
            + " ms");
  }

  /** COMMIT was sent, and the answer was lost. */
  private <O extends Record> Outcome<O> unanswered(
      Attempt<?> attempt, Wanted wanted, Outputs<O> outputs, Duration blackout)
      throws ActionFailed {
    return switch (probe(attempt, wanted, outputs)) {
      case Finding.Done<O> _ -> told(attempt, wanted, outputs, blackout);
      case Finding.Unknown<O>(var check) -> new Outcome.Unknown<>(check);
      case Finding.NotDone<O> _ ->
          throw new ActionFailed(
              new Problem(
                  "swapping " + wanted.live().name(),
                  "the session was lost at COMMIT; the names are as before.",
                  "Retry the step."));
    };
  }

  <O extends Record> Finding<O> probe(Attempt<?> attempt, Wanted wanted, Outputs<O> outputs) {
    var kept = attempt.intent().fact("kept.name");
    var check = SwapLook.check(wanted.live(), wanted.coming(), kept);
    try {
      return ServerWork.looking(
          "looking whether the swap was done",
          () -> {
            try (var session = maintenance(attempt.visit(), wanted)) {
              Databases.requirePrimary(session, wanted.live().server().name());
              // a session of ours that still works at COMMIT could make what we see untrue
              StepSessions.end(session, attempt);
              return switch (SwapLook.names(session, wanted.live(), wanted.coming(), kept)) {
                case SWAPPED ->
                    new Finding.Done<>(
                        outputs.of(done(attempt, wanted, Duration.ZERO)), "the names are swapped");
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
  void clear(Attempt<?> attempt, Wanted wanted) {
    ServerWork.clearing(
        "ending earlier attempts of the swap",
        () -> {
          try (var session = maintenance(attempt.visit(), wanted)) {
            StepSessions.end(session, attempt);
            return wanted;
          }
        });
  }
}
