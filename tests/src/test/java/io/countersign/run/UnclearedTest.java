package io.countersign.run;

import static io.countersign.support.Samples.ALICE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.Problem;
import io.countersign.RunId;
import io.countersign.action.ActionFailed;
import io.countersign.action.Stop;
import io.countersign.support.Bench;
import io.countersign.support.OurDatabase;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A step has failed, and what it left cannot be removed: its server is away, for example. */
class UnclearedTest {
  private final OurDatabase database = OurDatabase.fresh();
  private final Bench bench = new Bench(database);
  private final RunId run = bench.begun();

  @BeforeEach
  void theStepFailsAndItsServerIsAway() {
    bench.actions.next("prepare", "lose");
    bench.actions.onClear("prepare", UnclearedTest::away);
  }

  @AfterEach
  void close() {
    database.close();
  }

  private static void away() {
    var problem = new Problem("removing it", "the server does not answer", "Bring it back");
    throw new IllegalStateException("it cannot be removed", new ActionFailed(problem));
  }

  private void back() {
    bench.actions.onClear("prepare", () -> {});
  }

  private void assertPutBack(Ending ending) {
    assertThat(bench.state(run))
        .isInstanceOfSatisfying(
            RunState.Ended.class, it -> assertThat(it.ending()).isEqualTo(ending));
    assertThat(bench.actions.effects("prepare")).isZero();
    assertThat(bench.actions.effects("abort-1")).isEqualTo(1);
  }

  @Test
  void it_is_tried_again_and_nothing_is_put_back_before_it() {
    for (int look = 0; look < 3; look++) {
      assertThat(bench.advance(run))
          .isInstanceOfSatisfying(
              RunEngine.Next.In.class,
              it -> assertThat(it.delay()).isBetween(Duration.ofSeconds(1), Duration.ofMinutes(1)));
    }
    assertThat(bench.actions.effects("abort-1")).isZero();
    assertThat(Collections.frequency(bench.kinds(run), "StepFailed")).isEqualTo(1);

    back();
    bench.advance(run);
    assertPutBack(Ending.FAILED);
  }

  @Test
  void after_a_while_a_person_is_asked_who_is_told_what_was_in_the_way() {
    bench.advance(run);
    database.skip("6 minutes");
    bench.advance(run);
    assertThat(bench.state(run))
        .isInstanceOfSatisfying(
            RunState.NeedsPerson.class,
            it ->
                assertThat(it.problem().line())
                    .contains("the server does not answer", "Bring it back"));

    back();
    bench.journal.command(run, _ -> Optional.of(new RunEvent.RetryRequested(ALICE)));
    bench.advance(run);
    assertPutBack(Ending.FAILED);
  }

  @Test
  void who_cancels_meanwhile_stops_nothing_of_it() {
    bench.advance(run);
    var stop = new Stop();
    bench.actions.onClear(
        "prepare",
        () -> {
          bench.journal.command(run, _ -> Optional.of(new RunEvent.CancelRequested(ALICE, "")));
          stop.request(Stop.Why.CANCELLED);
        });
    bench.engine(CrashPoint.NONE).advance(run, stop);
    assertThat(bench.state(run)).isNotInstanceOf(RunState.Ended.class);

    back();
    bench.advance(run);
    assertThat(bench.state(run)).isInstanceOf(RunState.Ended.class);
    assertThat(bench.actions.effects("prepare")).isZero();
  }

  @Test
  void an_event_that_cannot_follow_is_refused_so_that_the_journal_can_always_be_read() {
    bench.advance(run);
    var claim = bench.journal.claim(run).orElseThrow();
    var twice = new RunEvent.StepFailed("prepare", 1, new Problem("preparing", "again", "nothing"));
    assertThatThrownBy(() -> bench.journal.append(claim, OptionalLong.empty(), List.of(twice)))
        .isInstanceOf(IllegalEvent.class);
    assertThat(bench.state(run)).isInstanceOf(RunState.Ready.class);
  }
}
