package io.countersign.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.RunId;
import io.countersign.gate.Ruling;
import io.countersign.run.RunState;
import io.countersign.run.Took;
import io.countersign.support.Bench;
import io.countersign.support.OurDatabase;
import io.countersign.support.Samples;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How long steps of earlier runs took, as the journal tells. */
class PastTest {
  private final OurDatabase database = OurDatabase.fresh();
  private final Bench bench = new Bench(database);

  @AfterEach
  void remove() {
    database.close();
  }

  private List<Took> took(int runs) {
    return bench.journal.took("medsuite", "tenant-restore", runs);
  }

  private RunId done(String waited) {
    var run = bench.begun();
    bench.advance(run);
    database.skip(waited);
    assertThat(bench.approve(run, Samples.BOB)).isInstanceOf(Ruling.Approved.class);
    bench.advance(run);
    assertThat(bench.state(run)).isInstanceOf(RunState.Ended.class);
    return run;
  }

  @Test
  void each_step_is_told_without_the_time_for_which_people_were_waited() {
    done("2 hours");

    assertThat(took(10))
        .extracting(Took::step)
        .containsExactlyInAnyOrder("prepare", "check", "swap", "tell");
    assertThat(took(10))
        .allSatisfy(it -> assertThat(it.tenant()).isEqualTo("acme"))
        .allSatisfy(it -> assertThat(it.length()).isLessThan(Duration.ofHours(1)));
  }

  @Test
  void only_runs_that_have_ended_and_only_the_newest_of_this_runbook_and_estate() {
    done("1 minute");
    done("1 minute");
    bench.advance(bench.begun());

    assertThat(took(10)).hasSize(8);
    assertThat(took(1)).hasSize(4);
    assertThat(bench.journal.took("medsuite", "tenant-rollback", 10)).isEmpty();
    assertThat(bench.journal.took("vigia", "tenant-restore", 10)).isEmpty();
  }

  @Test
  void of_a_step_that_was_tried_again_only_the_attempt_that_succeeded_counts() {
    var run = done("1 minute");
    database.execute("ALTER TABLE countersign.run_event DISABLE TRIGGER ALL");
    // the first attempt began three hours before and failed; the second one is what the journal has
    database.execute(
        """
        UPDATE countersign.run_event SET body = jsonb_set(body, '{attempt}', '2')
         WHERE run = '%s' AND body->>'step' = 'check'
        """
            .formatted(run));
    database.execute(
        """
        INSERT INTO countersign.run_event (run, seq, kind, v, body, at)
        SELECT run, 900, kind, v, jsonb_set(body, '{attempt}', '1'), at - interval '3 hours'
          FROM countersign.run_event
         WHERE run = '%s' AND body->>'step' = 'check' AND kind = 'step-started'
        """
            .formatted(run));

    assertThat(took(10))
        .filteredOn(it -> it.step().equals("check"))
        .singleElement()
        .satisfies(it -> assertThat(it.length()).isLessThan(Duration.ofHours(1)));
  }
}
