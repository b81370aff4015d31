package io.countersign.support;

import io.countersign.RunId;
import io.countersign.action.Catalogue;
import io.countersign.action.Fields;
import io.countersign.action.Stop;
import io.countersign.estate.Backups;
import io.countersign.estate.Estate;
import io.countersign.estate.TenantRef;
import io.countersign.gate.Ballot;
import io.countersign.gate.GateRow;
import io.countersign.run.CrashPoint;
import io.countersign.run.EstateParts;
import io.countersign.run.Fold;
import io.countersign.run.Journal;
import io.countersign.run.RunEngine;
import io.countersign.run.RunEvent;
import io.countersign.run.RunSpec;
import io.countersign.run.RunState;
import io.countersign.run.Schedules;
import io.countersign.runbook.Input;
import io.countersign.runbook.Runbook;
import io.countersign.runbook.Step;
import io.countersign.runbook.Value;
import io.countersign.server.Estates;
import io.countersign.server.Folders;
import io.countersign.store.JdbiGates;
import io.countersign.store.JdbiJournal;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * The runbooks that we ship, played from beginning to end with the real engine on a real journal;
 * only the actions stand in. Time is skipped, people answer every gate alike.
 */
public final class Rehearsal implements AutoCloseable {
  private static final int MOVES = 400;

  private final OurDatabase database = OurDatabase.fresh();
  private final Effects effects = new Effects(database);
  private final Map<Runbook, Step.When> said = new HashMap<>();
  private final JdbiJournal journal = database.get().journal();
  private final JdbiGates gates = database.get().gates();
  private final Connection clock;
  private final Map<String, EstateParts> estates;
  private final Catalogue actions;
  private int plays;
  private Duration ahead = Duration.ZERO;

  /** What people do with the run. */
  public sealed interface People {
    record Approve() implements People {}

    record Deny() implements People {}

    record LetExpire() implements People {}

    /** Approve, and cancel while this step waits for the first time. */
    record CancelAt(String step) implements People {}
  }

  /**
   * How a run went.
   *
   * @param points all that were reached, in their order
   * @param end how it ended, or what it asks of a person
   * @param effects how often each step's effect stands
   */
  public record Played(List<String> points, String end, Map<String, Long> effects) {
    public boolean asksPerson() {
      return end.startsWith("asks");
    }
  }

  /** Like a dead process: nothing above may catch it and go on. */
  public static final class PulledPlug extends Error {
    private static final long serialVersionUID = 1;
  }

  public Rehearsal() {
    try {
      clock = database.sql();
      estates = estates();
    } catch (SQLException | Folders.Refused broken) {
      throw new IllegalStateException(broken);
    }
    var real = estates.values().iterator().next().actions();
    actions = RehearsedActions.of(real, effects);
  }

  private static Map<String, EstateParts> estates() throws Folders.Refused {
    var nowhere = new HashMap<String, String>();
    for (var name : List.of("SECRETS", "BASE_BACKUPS", "ARCHIVE", "COPIES", "BACKUPS")) {
      nowhere.put("MEDSUITE_" + name, "/nowhere");
    }
    var parts = new TreeMap<String, EstateParts>();
    for (Estate estate : Folders.estates(Path.of("../manifest/estates"), nowhere)) {
      var random = RandomGenerator.getDefault();
      parts.put(
          estate.name(),
          Estates.of(
              estate,
              Path.of("/nowhere"),
              random,
              Rehearsal::noSchedules,
              Rehearsal::noBackups,
              _ -> {}));
    }
    return parts;
  }

  private static Schedules noSchedules() {
    throw new IllegalStateException("only stand-ins act here");
  }

  private static Backups noBackups() {
    throw new IllegalStateException("only stand-ins act here");
  }

  /**
   * Every runbook that we ship; one whose steps depend on a word once for each word, which then
   * stands behind its title.
   */
  public List<Runbook> runbooks() {
    try {
      return Folders.runbooks(Path.of("../runbooks"), estates).values().stream()
          .flatMap(it -> variants(it).stream())
          .toList();
    } catch (Folders.Refused broken) {
      throw new IllegalStateException(broken);
    }
  }

  private List<Runbook> variants(Runbook runbook) {
    var conditions = runbook.steps().stream().flatMap(it -> it.when().stream()).distinct().toList();
    var variants = new ArrayList<Runbook>();
    for (var when : conditions) {
      var variant = titled(runbook, runbook.title() + ", " + when.value());
      said.put(variant, when);
      variants.add(variant);
    }
    return variants.isEmpty() ? List.of(runbook) : variants;
  }

  /** Whether a run of this variant comes to a gate. */
  public boolean gated(Runbook variant) {
    return variant.steps().stream()
        .filter(it -> it.gate().isPresent())
        .anyMatch(
            it ->
                it.when().isEmpty()
                    || it.when()
                        .flatMap(when -> said(variant, when.parameter()).map(when.value()::equals))
                        .orElse(true));
  }

  private static Runbook titled(Runbook it, String title) {
    return new Runbook(
        it.name(),
        title,
        it.estates(),
        it.command(),
        it.requester(),
        it.parameters(),
        it.steps(),
        it.onAbort(),
        it.source());
  }

  /** Plays a run to where only a person could move it; whoever pulls the plug is started again. */
  public Played play(Runbook runbook, People people, CrashPoint plug) {
    if (!ahead.isZero()) {
      setAhead(Duration.ZERO);
    }
    var seen = new ArrayList<String>();
    CrashPoint watched =
        where -> {
          seen.add(where);
          plug.reached(where);
        };
    var run = begun(runbook);
    for (int moves = 0; moves < MOVES; moves++) {
      var next = advance(runbook, run, watched);
      if (next.isPresent() && !moved(runbook, run, people, next.get())) {
        return new Played(seen, end(run), effects.of(run));
      }
    }
    throw new AssertionError(runbook.name() + " does not come to rest: " + seen);
  }

  /** Empty where the plug was pulled. */
  private Optional<RunEngine.Next> advance(Runbook runbook, RunId run, CrashPoint plug) {
    var engine =
        new RunEngine(
            journal, gates, _ -> actions, _ -> runbook, () -> UUID.randomUUID().toString(), plug);
    try {
      return Optional.of(engine.advance(run, new Stop()));
    } catch (PulledPlug dead) {
      return Optional.empty();
    }
  }

  /** Whether people or the clock have moved the run. */
  private boolean moved(Runbook runbook, RunId run, People people, RunEngine.Next next) {
    var state = Fold.of(journal.read(run));
    if (people instanceof People.CancelAt(var step) && waitsAt(runbook, state, step)) {
      journal.command(
          run, _ -> Optional.of(new RunEvent.CancelRequested(Samples.ALICE, "wrong tenant")));
      return true;
    }
    if (state instanceof RunState.AtGate && !(people instanceof People.LetExpire)) {
      vote(run, people);
      return true;
    }
    if (state instanceof RunState.InDoubt) {
      return false;
    }
    return switch (next) {
      case RunEngine.Next.In(var delay, _) -> {
        setAhead(ahead.plus(delay.isNegative() ? Duration.ZERO : delay).plusMillis(1));
        yield true;
      }
      case RunEngine.Next.Lost() -> true;
      case RunEngine.Next.Never(), RunEngine.Next.WhenWoken _ -> false;
    };
  }

  private static boolean waitsAt(Runbook runbook, RunState state, String step) {
    return state instanceof RunState.Parked(var facts, var place, _, _)
        && facts.halt().isEmpty()
        && place.in(runbook).id().equals(step);
  }

  private void vote(RunId run, People people) {
    var choice = people instanceof People.Deny ? Ballot.Choice.DENY : Ballot.Choice.APPROVE;
    for (var voter : List.of(Samples.BOB, Samples.DANA)) {
      var gate = gates.of(run).getLast();
      if (gate.status() == GateRow.Status.OPEN) {
        Bench.vote(gates, gate, voter, choice, choice == Ballot.Choice.DENY ? "wrong minute" : "");
      }
    }
  }

  private String end(RunId run) {
    return switch (Fold.of(journal.read(run))) {
      case RunState.Ended(_, var ending) -> ending.name();
      case RunState.NeedsPerson(_, _, var problem) -> "asks: " + problem.happened();
      case RunState.InDoubt(_, _, _, var check, _) -> "asks whether it was done: " + check;
      case RunState other -> "rests as " + other.getClass().getSimpleName();
    };
  }

  /** Orders that were carried out more than once, in all plays. */
  public long doubled() {
    return effects.doubled();
  }

  /** Runs whose journal holds two ends of one step, in all plays. */
  public long endedTwice() {
    return Long.parseLong(
        database.one(
            """
            SELECT count(*) FROM (
              SELECT FROM countersign.run_event WHERE kind = 'step-succeeded'
              GROUP BY run, body ->> 'step' HAVING count(*) > 1) AS twice\
            """));
  }

  private RunId begun(Runbook runbook) {
    var run = RunId.random(RandomGenerator.getDefault());
    var accepted = journal.submit(spec(runbook, run), run.value());
    if (!(accepted instanceof Journal.Submission.Accepted)) {
      throw new IllegalStateException(accepted.toString());
    }
    journal.command(run, _ -> Optional.of(new RunEvent.Begun()));
    return run;
  }

  /** A tenant of its own for each run: one that waits for a person holds its tenant. */
  private RunSpec spec(Runbook runbook, RunId run) {
    plays++;
    var tenant = new TenantRef(Samples.ACME.estate(), "tenant-" + plays);
    var parameters = new HashMap<String, Value>();
    for (var it : runbook.parameters()) {
      var sample = RehearsedActions.sample(it.type(), it.name());
      parameters.put(
          it.name(),
          it.choices().isEmpty()
              ? sample
              : new Value.Choice(said(runbook, it.name()).orElse(it.choices().getFirst())));
    }
    return new RunSpec(
        run,
        tenant.subject(),
        tenant,
        runbook.name(),
        runbook.title(),
        runbook.source(),
        parameters,
        pinned(runbook),
        Samples.ALICE,
        Optional.empty(),
        "C0INCIDENT",
        "a bad migration",
        journal.now());
  }

  /** What the front desk would have looked up, of the types that the actions want. */
  private Map<String, Value> pinned(Runbook runbook) {
    var values = new HashMap<String, Value>();
    Stream.concat(runbook.steps().stream(), runbook.onAbort().stream())
        .forEach(
            step ->
                step.with()
                    .forEach(
                        (name, input) -> {
                          if (input instanceof Input.OfContext(var path)) {
                            values.put(path, wanted(step, name, path));
                          }
                        }));
    runbook.steps().stream()
        .flatMap(it -> it.when().stream())
        .filter(Step.When::ofContext)
        .forEach(
            it ->
                values.put(
                    it.parameter(),
                    new Value.Choice(said(runbook, it.parameter()).orElse(it.value()))));
    return values;
  }

  /** The word on which the steps of this variant depend. */
  private Optional<String> said(Runbook runbook, String parameter) {
    return Optional.ofNullable(said.get(runbook))
        .filter(it -> it.parameter().equals(parameter))
        .map(Step.When::value);
  }

  private Value wanted(Step step, String input, String path) {
    var type = actions.find(step.action()).orElseThrow().type();
    var types = Fields.of(type.inputs()).types();
    return RehearsedActions.sample(
        Optional.ofNullable(types.get(input)).orElseThrow(), path.replace('.', '_'));
  }

  private void setAhead(Duration by) {
    ahead = by;
    try (var statement = clock.createStatement()) {
      statement.execute(
          """
          CREATE OR REPLACE FUNCTION countersign.now() RETURNS timestamptz LANGUAGE sql VOLATILE AS
          $$ SELECT clock_timestamp() + interval '%d milliseconds' $$\
          """
              .formatted(by.toMillis()));
    } catch (SQLException broken) {
      throw new IllegalStateException(broken);
    }
  }

  @Override
  public void close() throws SQLException {
    clock.close();
    effects.close();
    database.close();
  }
}
