package io.countersign.run;

import static io.countersign.support.Samples.ALICE;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.Problem;
import io.countersign.action.Intent;
import io.countersign.runbook.Gate;
import io.countersign.support.Bench;
import io.countersign.support.Samples;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Whether a step can be left out, in every state that a run can be in. The last one, tell, may. */
class SkipTest {
  private static final Facts FACTS = Facts.of(Samples.spec(Samples.RUN, "runbook: sample"));
  private static final Place TELL = new Place(Place.Section.STEPS, 3);
  private static final Problem PROBLEM = new Problem("a", "b", "c");

  @Test
  void only_what_the_runbook_lets_people_skip() {
    assertThat(Skip.of(Bench.runbook(), "tell")).isInstanceOf(Skip.Found.May.class);
    assertThat(mayNot("swap"))
        .contains("cannot be skipped, because its runbook does not allow it")
        .contains("Steps that can be skipped: tell.");
    assertThat(mayNot("tel")).contains("There is no step tel. Did you mean tell?");
    assertThat(mayNot("")).contains("say which step");
    assertThat(mayNot("abort-1")).contains("There is no step abort-1");
  }

  @Test
  void before_it_has_begun_and_where_the_run_waits_for_a_person_at_it() {
    assertThat(against(new RunState.Asked(FACTS))).isEmpty();
    assertThat(against(new RunState.Ready(FACTS, Place.FIRST))).isEmpty();
    assertThat(against(new RunState.Ready(FACTS, TELL))).isEmpty();
    assertThat(against(new RunState.Running(FACTS, Place.FIRST, 1))).isEmpty();
    assertThat(against(new RunState.Parked(FACTS, Place.FIRST, 1, Samples.NOON))).isEmpty();
    assertThat(against(new RunState.NeedsPerson(FACTS, TELL, PROBLEM))).isEmpty();
  }

  @Test
  void in_no_other_state_and_it_is_said_why() {
    var gate = Samples.GATE;
    assertThat(against(new RunState.Ready(FACTS, TELL.next()))).contains("is over already");
    assertThat(against(new RunState.Running(FACTS, TELL, 1))).contains("has begun");
    assertThat(against(new RunState.Parked(FACTS, TELL, 1, Samples.NOON))).contains("has begun");
    assertThat(
            against(new RunState.AtGate(FACTS, Place.FIRST, gate, Samples.NOON, Gate.Expiry.ABORT)))
        .contains("while people decide");
    assertThat(
            against(
                new RunState.Approved(FACTS, Place.FIRST, gate, Samples.NOON, Optional.empty())))
        .contains("while people decide");
    assertThat(against(new RunState.InDoubt(FACTS, TELL, 1, "look", Samples.NOON)))
        .contains("Nobody knows yet");
    assertThat(against(new RunState.NeedsPerson(FACTS, Place.FIRST, PROBLEM)))
        .contains("another step");
    assertThat(against(new RunState.NeedsPerson(FACTS, Place.FIRST_ABORT, PROBLEM)))
        .contains("being put back");
    assertThat(against(new RunState.Ready(FACTS, Place.FIRST_ABORT))).contains("being put back");
    assertThat(against(new RunState.Ended(FACTS, Ending.DONE))).contains("has ended");
    var halted = FACTS.halted(new Halt.Cancelled(ALICE, ""));
    assertThat(against(new RunState.Ready(halted, Place.FIRST))).contains("stopped already");
    assertThat(against(new RunState.Asked(FACTS.skipping("tell")))).contains("left out already");
  }

  @Test
  void what_was_skipped_is_passed_over_and_a_step_that_may_not_be_is_done_all_the_same() {
    var tell = Bench.runbook().step("tell").orElseThrow();
    assertThat(next(FACTS.skipping("tell"), TELL))
        .isEqualTo(new Decision.PassOver(tell, "somebody asked to skip it"));
    assertThat(next(FACTS.skipping("prepare"), Place.FIRST)).isInstanceOf(Decision.Start.class);
  }

  @Test
  void where_a_person_is_asked_what_the_attempt_left_is_cleared_and_the_step_passed_over() {
    var open =
        new Facts.OpenAttempt(
            TELL, "tell", 1, Intent.NONE, Optional.empty(), Optional.empty(), Samples.NOON);
    var asked = new RunState.NeedsPerson(FACTS.started(open, false), TELL, PROBLEM);

    var skipped = Fold.after(asked, new RunEvent.SkipRequested(ALICE, "tell"), Samples.NOON);

    assertThat(Decide.next(Bench.runbook(), skipped, Samples.NOON))
        .isInstanceOf(Decision.Clear.class);
    var cleared =
        Fold.after(skipped, new RunEvent.AttemptAbandoned("tell", 1, "skipped"), Samples.NOON);
    assertThat(Decide.next(Bench.runbook(), cleared, Samples.NOON))
        .isInstanceOf(Decision.PassOver.class);
  }

  private static Decision next(Facts facts, Place place) {
    return Decide.next(Bench.runbook(), new RunState.Ready(facts, place), Samples.NOON);
  }

  private static String against(RunState state) {
    return Skip.of(Bench.runbook(), "tell") instanceof Skip.Found.May(var skip)
        ? skip.against(state).orElse("")
        : "not found";
  }

  private static String mayNot(String id) {
    return Skip.of(Bench.runbook(), id) instanceof Skip.Found.MayNot(var sentence) ? sentence : "";
  }
}
