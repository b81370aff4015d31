package io.countersign.support;

import io.countersign.Problem;
import io.countersign.action.Action;
import io.countersign.action.ActionType;
import io.countersign.action.Attempt;
import io.countersign.action.Catalogue;
import io.countersign.action.Finding;
import io.countersign.action.Intent;
import io.countersign.action.Outcome;
import io.countersign.action.PlanText;
import io.countersign.action.Planned;
import io.countersign.action.Recovery;
import io.countersign.action.Visit;
import io.countersign.runbook.Risk;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Actions whose effects are rows of a table {@code effect(run, step, attempt)} in a real database:
 * the oracle of what was done how often. What they answer can be scripted per step.
 */
public final class FakeActions {
  private final OurDatabase database;
  private final Map<String, String> script = new ConcurrentHashMap<>();
  private volatile String world = "as approved";

  public FakeActions(OurDatabase database) {
    this.database = database;
    database.execute(
        "CREATE TABLE IF NOT EXISTS effect (step text, attempt int, at timestamptz DEFAULT"
            + " clock_timestamp())");
  }

  /**
   * The step answers once: {@code fail}, {@code throw}, {@code unknown}, {@code drift}, {@code
   * park}.
   */
  public void next(String step, String answer) {
    script.put(step, answer);
  }

  /** What the destructive action's intent says about the world. */
  public void world(String now) {
    world = now;
  }

  public long effects(String step) {
    return Long.parseLong(database.one("SELECT count(*) FROM effect WHERE step = '" + step + "'"));
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
        database.execute(
            "INSERT INTO effect (step, attempt) VALUES ('%s', %d)"
                .formatted(step, attempt.visit().attempt()));
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
      return effects(step) > 0
          ? new Finding.Done<>(new Out(step), step + " was done")
          : new Finding.NotDone<>();
    }

    @Override
    public void clear(Attempt<In> attempt) {
      if (type.risk() != Risk.DESTRUCTIVE) {
        database.execute(
            "DELETE FROM effect WHERE step = '%s' AND attempt = %d"
                .formatted(attempt.visit().step(), attempt.visit().attempt()));
      }
    }
  }
}
