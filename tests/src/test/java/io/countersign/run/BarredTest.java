package io.countersign.run;

import static io.countersign.support.Samples.BOB;
import static io.countersign.support.Samples.DANA;
import static io.countersign.support.Samples.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.Problem;
import io.countersign.support.Samples;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BarredTest {
  private static final Problem PROBLEM = new Problem("at step one", "It broke.", "Mend it.");
  private static final RunEvent DOUBT = new RunEvent.StepInDoubt("one", 1, "look");
  private static final RunEvent ASKED = new RunEvent.PersonNeeded("one", PROBLEM);

  @Test
  void who_retries_in_doubt_is_barred() {
    assertThat(Barred.of(journal(DOUBT, ASKED, new RunEvent.RetryRequested(BOB))))
        .containsExactly(BOB);
  }

  @Test
  void who_retries_what_plainly_failed_is_not() {
    var failed = new RunEvent.StepFailed("one", 1, PROBLEM);
    assertThat(Barred.of(journal(failed, ASKED, new RunEvent.RetryRequested(BOB)))).isEmpty();
    assertThat(Barred.of(journal(DOUBT, failed, ASKED, new RunEvent.RetryRequested(BOB))))
        .isEmpty();
  }

  @Test
  void who_settled_how_the_run_ends_is_barred_and_who_cancelled_or_approved_is_not() {
    assertThat(
            Barred.of(
                journal(
                    new RunEvent.CancelRequested(DANA, ""),
                    ASKED,
                    new RunEvent.LeftAsIs(BOB, "mended by hand"))))
        .containsExactly(BOB);
  }

  @Test
  void who_skipped_a_step_is_barred() {
    assertThat(Barred.of(journal(new RunEvent.SkipRequested(BOB, "tell")))).containsExactly(BOB);
  }

  private static List<Recorded> journal(RunEvent... events) {
    var journal = new ArrayList<Recorded>();
    journal.add(
        new Recorded(1, NOON, new RunEvent.Requested(Samples.spec(Samples.RUN, "runbook: x"))));
    for (var event : events) {
      journal.add(new Recorded(journal.size() + 1, NOON, event));
    }
    return journal;
  }
}
