package io.countersign.run;

import static io.countersign.support.Samples.ALICE;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.RunId;
import io.countersign.action.Stop;
import io.countersign.support.Bench;
import io.countersign.support.OurDatabase;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a step left cannot be removed yet, and is in nobody's way: Azure still makes a server. */
class PutOffTest {
  private final OurDatabase database = OurDatabase.fresh();
  private final Bench bench = new Bench(database);
  private final RunId run = bench.begun();

  @BeforeEach
  void theRunIsCancelledWhileItWaits() {
    bench.actions.next("prepare", "park");
    bench.actions.cannotGo("prepare", true);
    bench.advance(run);
    bench.journal.command(run, _ -> Optional.of(new RunEvent.CancelRequested(ALICE, "")));
    bench.advance(run);
  }

  @AfterEach
  void close() {
    database.close();
  }

  private void assertEnded() {
    assertThat(bench.state(run))
        .isInstanceOfSatisfying(
            RunState.Ended.class, it -> assertThat(it.ending()).isEqualTo(Ending.CANCELLED));
    assertThat(
            database.one("SELECT count(*) FROM countersign.step_attempt WHERE state = 'STARTED'"))
        .isEqualTo("0");
    assertThat(bench.actions.effects("abort-1")).isEqualTo(1);
  }

  @Test
  void everything_else_is_put_back_at_once_and_the_run_stays_until_it_is_gone() {
    assertThat(bench.actions.effects("abort-1")).isEqualTo(1);
    assertThat(bench.actions.effects("abort-2")).isEqualTo(1);
    assertThat(bench.advance(run))
        .isInstanceOfSatisfying(
            RunEngine.Next.In.class,
            it -> assertThat(it.delay()).isBetween(Duration.ofSeconds(30), Duration.ofMinutes(1)));

    database.skip("61 seconds");
    bench.advance(run);
    assertThat(bench.kinds(run)).filteredOn("ClearPutOff"::equals).hasSize(2);
    assertThat(bench.state(run)).isNotInstanceOf(RunState.Ended.class);

    bench.actions.cannotGo("prepare", false);
    database.skip("122 seconds");
    bench.advance(run);
    assertEnded();
  }

  @Test
  void after_its_limit_a_person_is_asked_and_may_have_it_tried_for_as_long_again() {
    database.skip("181 minutes");
    bench.advance(run);
    assertThat(bench.state(run))
        .isInstanceOfSatisfying(
            RunState.NeedsPerson.class,
            it -> assertThat(it.problem().line()).contains("still made", "Remove it by hand"));

    bench.journal.command(run, _ -> Optional.of(new RunEvent.RetryRequested(ALICE)));
    bench.advance(run);
    assertThat(bench.state(run)).isInstanceOf(RunState.Ready.class);
    database.skip("183 minutes");
    bench.advance(run);
    assertThat(bench.state(run)).isInstanceOf(RunState.Ready.class);

    bench.actions.cannotGo("prepare", false);
    database.skip("185 minutes");
    bench.advance(run);
    assertEnded();
  }

  @Test
  void a_person_may_leave_it_as_it_stands() {
    database.skip("181 minutes");
    bench.advance(run);
    bench.journal.command(run, _ -> Optional.of(new RunEvent.LeftAsIs(ALICE, "removed by hand")));
    bench.advance(run);

    assertThat(bench.state(run)).isInstanceOf(RunState.Ended.class);
  }

  @Test
  void a_bot_that_dies_after_the_removal_removes_again_and_ends_the_run() {
    bench.actions.cannotGo("prepare", false);
    database.skip("61 seconds");
    CrashPoint dies =
        where -> {
          if (where.equals("cleared prepare/1")) {
            throw new IllegalStateException("the plug is pulled");
          }
        };
    try {
      bench.engine(dies).advance(run, new Stop());
    } catch (IllegalStateException pulled) {
      // the next one goes on
    }
    assertThat(bench.state(run)).isInstanceOf(RunState.Ready.class);

    bench.advance(run);
    assertEnded();
  }
}
