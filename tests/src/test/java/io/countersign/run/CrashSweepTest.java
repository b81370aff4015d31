package io.countersign.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.RunId;
import io.countersign.action.Stop;
import io.countersign.support.Bench;
import io.countersign.support.OurDatabase;
import io.countersign.support.Samples;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Pulls the plug at every point that the engine names, one after the other, and rebuilds the engine
 * from the journal.
 */
class CrashSweepTest {
  /** Like a dead process: nothing above may catch it and go on. */
  private static final class PulledPlug extends Error {
    private static final long serialVersionUID = 1;
  }

  @Test
  void wherever_the_plug_is_pulled_the_run_ends_the_same_and_nothing_destructive_happens_twice() {
    int points = sweep(false);
    System.out.println("crash sweep, approved: " + points + " points");
    assertThat(points).isGreaterThan(10);
  }

  @Test
  void wherever_the_plug_is_pulled_a_denied_run_is_put_back() {
    int points = sweep(true);
    System.out.println("crash sweep, denied: " + points + " points");
    assertThat(points).isGreaterThan(8);
  }

  private static int sweep(boolean denied) {
    try (var database = OurDatabase.fresh()) {
      var bench = new Bench(database);
      for (int at = 1; ; at++) {
        var seen = play(bench, at, denied);
        if (seen.size() < at) {
          return seen.size();
        }
        database.execute("TRUNCATE effect");
      }
    }
  }

  private static List<String> play(Bench bench, int at, boolean denied) {
    var seen = new ArrayList<String>();
    var run = bench.begun();
    CrashPoint plug =
        where -> {
          seen.add(where);
          if (seen.size() == at) {
            throw new PulledPlug();
          }
        };
    advance(bench, run, plug);
    assertThat(bench.state(run)).as("after %s", seen).isInstanceOf(RunState.AtGate.class);
    if (denied) {
      bench.deny(run, Samples.BOB, "no");
    } else {
      bench.approve(run, Samples.BOB);
    }
    advance(bench, run, plug);
    assertThat(bench.state(run))
        .as("after %s: %s", seen, bench.kinds(run))
        .isInstanceOfSatisfying(
            RunState.Ended.class,
            it -> assertThat(it.ending()).isEqualTo(denied ? Ending.DENIED : Ending.DONE));
    assertThat(bench.actions.effects("swap")).as("after %s", seen).isEqualTo(denied ? 0 : 1);
    assertThat(bench.actions.effects("prepare")).as("after %s", seen).isEqualTo(1);
    return seen;
  }

  /** A dead bot is started again until the run rests. */
  private static void advance(Bench bench, RunId run, CrashPoint plug) {
    while (true) {
      try {
        bench.engine(plug).advance(run, new Stop());
        return;
      } catch (PulledPlug dead) {
        // the next engine knows only the journal
      }
    }
  }
}
