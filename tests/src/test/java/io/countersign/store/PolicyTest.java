package io.countersign.store;

import static io.countersign.support.Samples.ALICE;
import static io.countersign.support.Samples.BOB;
import static io.countersign.support.Samples.DANA;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.Role;
import io.countersign.RunId;
import io.countersign.gate.GateRow;
import io.countersign.gate.Ruling;
import io.countersign.run.Ending;
import io.countersign.run.RunEngine;
import io.countersign.run.RunEvent;
import io.countersign.run.RunSpec;
import io.countersign.run.RunState;
import io.countersign.support.Bench;
import io.countersign.support.OurDatabase;
import io.countersign.support.Samples;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Cool-off, one of each, and a schedule's one more, on the real database with a moved clock. */
class PolicyTest {
  private static OurDatabase database;

  /** How far the database's clock is ahead; it never goes back from one test to the next. */
  private static int minutesAhead;

  @BeforeAll
  static void open() {
    database = OurDatabase.fresh();
  }

  @AfterAll
  static void close() {
    database.close();
  }

  @Test
  void an_approved_step_waits_for_its_cool_off_and_then_runs() {
    var bench = cooling();
    var run = approved(bench);
    assertThat(bench.advance(run)).isInstanceOf(RunEngine.Next.In.class);
    assertThat(bench.state(run)).isInstanceOf(RunState.Approved.class);

    skip(59);
    assertThat(bench.advance(run)).isInstanceOf(RunEngine.Next.In.class);
    assertThat(bench.state(run)).isInstanceOf(RunState.Approved.class);

    skip(1);
    bench.advance(run);
    assertThat(bench.state(run))
        .isInstanceOfSatisfying(
            RunState.Ended.class, it -> assertThat(it.ending()).isEqualTo(Ending.DONE));
  }

  @Test
  void the_approval_is_good_from_the_end_of_the_cool_off() {
    var bench = cooling();
    var run = approved(bench);
    skip(74);
    bench.advance(run);
    assertThat(bench.state(run)).isInstanceOf(RunState.Ended.class);

    var late = approved(bench);
    skip(76);
    bench.advance(late);
    assertThat(bench.state(late)).isInstanceOf(RunState.AtGate.class);
    assertThat(bench.gate(late).opening()).isEqualTo(2);
    end(bench, late);
  }

  @Test
  void a_denial_in_the_cool_off_stops_the_step_and_nothing_of_it_runs() {
    var bench = cooling();
    var run = approved(bench);
    assertThat(bench.deny(run, DANA, "wrong minute")).isInstanceOf(Ruling.Denied.class);
    skip(120);
    bench.advance(run);
    assertThat(bench.gate(run).status()).isEqualTo(GateRow.Status.DENIED);
    assertThat(bench.state(run))
        .isInstanceOfSatisfying(
            RunState.Ended.class, it -> assertThat(it.ending()).isEqualTo(Ending.DENIED));
    assertThat(bench.kinds(run)).doesNotContainSequence("GateApproved", "StepStarted");
  }

  @Test
  void a_cancel_in_the_cool_off_stops_the_step() {
    var bench = cooling();
    var run = approved(bench);
    end(bench, run);
    assertThat(bench.gate(run).status()).isEqualTo(GateRow.Status.CLOSED);
    assertThat(bench.deny(run, DANA, "too late")).isInstanceOf(Ruling.Refused.class);
  }

  @Test
  void the_database_itself_refuses_an_attempt_before_the_cool_off_has_passed() {
    var bench = cooling();
    var run = approved(bench);
    var attempt =
        """
        INSERT INTO countersign.step_attempt
          (run, step, attempt, epoch, risk, action, intent, gate, gate_status, gate_digest, started_at)
        SELECT run, step, 9, (SELECT epoch FROM countersign.run r WHERE r.id = run), 'SAFE', 'fake.swap', '{"a": "b"}',
          id, 'APPROVED', digest, countersign.now()
        FROM countersign.gate WHERE run = '%s'
        """
            .formatted(run);
    assertThatThrownBy(() -> database.execute(attempt)).hasMessageContaining("still cools off");
    assertThatThrownBy(
            () ->
                database.execute(
                    "UPDATE countersign.gate SET decided_at = decided_at - interval '1 day' WHERE run = '%s'"
                        .formatted(run)))
        .hasMessageContaining("never changes");
    end(bench, run);
  }

  @Test
  void the_database_itself_refuses_an_approval_without_one_of_each_role() {
    var dba = new Role("DBA");
    var bench =
        new Bench(database, Samples.gate(2, List.of(Role.PLATFORM_ADMIN, dba), Optional.empty()));
    var run = atGate(bench, spec(Optional.empty()));
    for (var who : List.of("U0BOB", "U0DANA")) {
      database.execute(
          """
          INSERT INTO countersign.vote (gate, requester, person, choice, reason, typed, door, at, roles)
          SELECT id, requester, 'T0DEMO/%s', 'APPROVE', '', '', 'sql', countersign.now(), '{PLATFORM_ADMIN}'
          FROM countersign.gate WHERE run = '%s'
          """
              .formatted(who, run));
    }
    assertThatThrownBy(
            () ->
                database.execute(
                    "UPDATE countersign.gate SET status = 'APPROVED', decided_at = countersign.now() WHERE run = '%s'"
                        .formatted(run)))
        .hasMessageContaining("one of each role");
    end(bench, run);
  }

  @Test
  void a_run_that_a_schedule_asks_for_takes_one_approval_more_and_its_owner_gives_none() {
    var bench = new Bench(database);
    var run = atGate(bench, spec(Optional.of("restore drill")));
    assertThat(bench.approve(run, ALICE)).isInstanceOf(Ruling.Refused.class);
    assertThat(bench.approve(run, BOB))
        .isInstanceOfSatisfying(Ruling.Counted.class, it -> assertThat(it.missing()).isEqualTo(1));
    bench.advance(run);
    assertThat(bench.state(run)).isInstanceOf(RunState.AtGate.class);
    assertThat(bench.approve(run, DANA)).isInstanceOf(Ruling.Approved.class);
    bench.advance(run);
    assertThat(bench.state(run)).isInstanceOf(RunState.Ended.class);
  }

  private static Bench cooling() {
    return new Bench(
        database, Samples.gate(1, List.of(Role.PLATFORM_ADMIN), Optional.of(Duration.ofHours(1))));
  }

  private static RunId approved(Bench bench) {
    var run = atGate(bench, spec(Optional.empty()));
    assertThat(bench.approve(run, BOB)).isInstanceOf(Ruling.Approved.class);
    return run;
  }

  private static RunId atGate(Bench bench, RunSpec spec) {
    var run = bench.begun(spec);
    bench.advance(run);
    assertThat(bench.state(run)).isInstanceOf(RunState.AtGate.class);
    return run;
  }

  private static void end(Bench bench, RunId run) {
    bench.journal.command(run, _ -> Optional.of(new RunEvent.CancelRequested(ALICE, "")));
    bench.advance(run);
    assertThat(bench.state(run)).isInstanceOf(RunState.Ended.class);
  }

  private static RunSpec spec(Optional<String> schedule) {
    var id = RunId.random(RandomGenerator.getDefault());
    return Samples.spec(id, Samples.ACME, ALICE, schedule, Bench.runbook().source());
  }

  private static void skip(int minutes) {
    minutesAhead += minutes;
    database.skip(minutesAhead + " minutes");
  }
}
