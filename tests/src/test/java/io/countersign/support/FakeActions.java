package io.countersign.support;

import io.countersign.Problem;
import io.countersign.RunId;
import io.countersign.action.Action;
import io.countersign.action.ActionType;
import io.countersign.action.Attempt;
import io.countersign.action.Catalogue;
import io.countersign.action.Clearing;
import io.countersign.action.Finding;
import io.countersign.action.Intent;
import io.countersign.action.Outcome;
import io.countersign.action.PlanText;
import io.countersign.action.Planned;
import io.countersign.action.Recovery;
import io.countersign.action.Visit;
import io.countersign.runbook.Risk;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Actions whose effects are rows of a table {@code effect(run, step, attempt)} in a real database:
 * the oracle of what was done how often. What they answer can be scripted per step.
 */
public final class FakeActions {
  private final Oracle oracle;
  private final Map<String, String> script = new ConcurrentHashMap<>();
  private final Map<String, Runnable> onClear = new ConcurrentHashMap<>();
  private final Set<String> stuck = ConcurrentHashMap.newKeySet();
  private volatile String world = "as approved";

  public FakeActions(OurDatabase database) {
    this(new InDatabase(database));
    database.execute(
        "CREATE TABLE IF NOT EXISTS effect (run text, step text, attempt int, at timestamptz"
            + " DEFAULT clock_timestamp())");
  }

  private FakeActions(Oracle oracle) {
    this.oracle = oracle;
  }

  /** Actions of a world without a database. */
  public static FakeActions inMemory() {
    return new FakeActions(new InMemory(Collections.synchronizedList(new ArrayList<>())));
  }

  /** What was done. */
  private interface Oracle {
    void did(RunId run, String step, int attempt);

    void undone(RunId run, String step, int attempt);

    long count(Optional<RunId> run, String step);
  }

  private record InDatabase(OurDatabase database) implements Oracle {
    @Override
    public void did(RunId run, String step, int attempt) {
      database.execute(
          "INSERT INTO effect (run, step, attempt) VALUES ('%s', '%s', %d)"
              .formatted(run, step, attempt));
    }

    @Override
    public void undone(RunId run, String step, int attempt) {
      database.execute(
          "DELETE FROM effect WHERE run = '%s' AND step = '%s' AND attempt = %d"
              .formatted(run, step, attempt));
    }

    @Override
    public long count(Optional<RunId> run, String step) {
      var of = run.map(it -> " AND run = '" + it + "'").orElse("");
      return Long.parseLong(
          database.one("SELECT count(*) FROM effect WHERE step = '" + step + "'" + of));
    }
  }

  private record InMemory(List<Effect> effects) implements Oracle {
    private record Effect(RunId run, String step, int attempt) {}

    @Override
    public void did(RunId run, String step, int attempt) {
      effects.add(new Effect(run, step, attempt));
    }

    @Override
    public void undone(RunId run, String step, int attempt) {
      effects.remove(new Effect(run, step, attempt));
    }

    @Override
    public long count(Optional<RunId> run, String step) {
      return effects.stream()
          .filter(it -> it.step().equals(step) && run.stream().allMatch(it.run()::equals))
          .count();
    }
  }

  /**
   * The step answers once: {@code fail}, {@code throw}, {@code unknown}, {@code drift}, {@code
   * park}. For {@code probe} and a step any answer means that it is going on, for {@code clear} and
   * a step that it cannot be cleared yet.
   */
  public void next(String step, String answer) {
    script.put(step, answer);
  }

  /** What the step left cannot be removed, until it can. */
  public void cannotGo(String step, boolean on) {
    if (on) {
      stuck.add(step);
    } else {
      stuck.remove(step);
    }
  }

  /** What happens whenever the step is cleared, before it is; may throw. */
  public void onClear(String step, Runnable act) {
    onClear.put(step, act);
  }

  /** What the destructive action's intent says about the world. */
  public void world(String now) {
    world = now;
  }

  public long effects(String step) {
    return oracle.count(Optional.empty(), step);
  }

  public long effects(RunId run, String step) {
    return oracle.count(Optional.of(run), step);
  }

  public Catalogue catalogue() {
    return new Catalogue(
        List.of(
            new Fake("fake.safe", Risk.SAFE, Recovery.REPEAT),
            new Fake("fake.owned", Risk.OWNED, Recovery.REPEAT),
            new Fake("fake.undo", Risk.SAFE, Recovery.REPEAT),
            new Fake("fake.swap", Risk.DESTRUCTIVE, Recovery.PROBE)));
  }

  public record In() {}

  public record Out(String made) {}

  private final class Fake implements Action<In, Out> {
    private final ActionType<In, Out> type;

    Fake(String name, Risk risk, Recovery recovery) {
      this.type =
          new ActionType<>(
              name, In.class, Out.class, risk, recovery, Set.of("made"), true, "do something");
    }

    @Override
    public ActionType<In, Out> type() {
      return type;
    }

    @Override
    public PlanText plan(Planned inputs) {
      return new PlanText("does something", List.of("SELECT 1"));
    }

    @Override
    public Intent intent(Visit<In> visit) {
      // what a swap has made live, no owned step may name: the database would refuse it
      return new Intent(
          type.risk() == Risk.DESTRUCTIVE
              ? Map.of("server", "one", "live.oid", world)
              : Map.of("server", "one"));
    }

    @Override
    public Outcome<Out> act(Attempt<In> attempt) {
      var step = attempt.visit().step();
      var answer = script.remove(step);
      if (answer == null || answer.equals("lose")) {
        attempt.fence();
        oracle.did(attempt.visit().run(), step, attempt.visit().attempt());
        if (answer != null) {
          throw new IllegalStateException("the answer was lost");
        }
        return done(step);
      }
      return switch (answer) {
        case "fail" -> new Outcome.Failed<>(new Problem("at " + step, "It broke.", "Mend it."));
        case "unknown" -> new Outcome.Unknown<>("SELECT 1");
        case "drift" -> new Outcome.Drifted<>("3 rows were written after the freeze");
        case "park" -> new Outcome.Park<>(Duration.ofHours(1), "waited", "waits");
        default -> throw new IllegalStateException("scripted");
      };
    }

    private Outcome<Out> done(String step) {
      return new Outcome.Done<>(new Out(step), step + " is done");
    }

    @Override
    public Finding<Out> probe(Attempt<In> attempt) {
      var step = attempt.visit().step();
      if (script.remove("probe " + step) != null) {
        return new Finding.Going<>(step + " goes on");
      }
      return effects(attempt.visit().run(), step) > 0
          ? new Finding.Done<>(new Out(step), step + " was done")
          : new Finding.NotDone<>();
    }

    @Override
    public Clearing clearing(Attempt<In> attempt) {
      if (stuck.contains(attempt.visit().step())) {
        return new Clearing.Later(
            Duration.ofMinutes(1),
            Duration.ofHours(3),
            "it is still made",
            new Problem("removing it", "it is still made", "Remove it by hand"));
      }
      return Action.super.clearing(attempt);
    }

    @Override
    public void clear(Attempt<In> attempt) {
      onClear.getOrDefault(attempt.visit().step(), () -> {}).run();
      attempt.stop().check();
      if (type.risk() != Risk.DESTRUCTIVE) {
        var visit = attempt.visit();
        oracle.undone(visit.run(), visit.step(), visit.attempt());
      }
    }
  }
}
