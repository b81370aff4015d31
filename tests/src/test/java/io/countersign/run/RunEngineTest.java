package io.countersign.run;

import static io.countersign.support.Samples.ALICE;
import static io.countersign.support.Samples.BOB;
import static io.countersign.support.Samples.DANA;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.gate.GateRow;
import io.countersign.gate.Ruling;
import io.countersign.support.Bench;
import io.countersign.support.OurDatabase;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RunEngineTest {
  private OurDatabase database;
  private Bench bench;

  @BeforeEach
  void open() {
    database = OurDatabase.fresh();
    bench = new Bench(database);
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void a_run_stops_at_its_gate_and_goes_on_when_a_second_admin_approves() {
    var run = bench.begun();
    bench.advance(run);
    assertThat(bench.state(run)).isInstanceOf(RunState.AtGate.class);
    assertThat(bench.actions.effects("swap")).isZero();

    assertThat(bench.approve(run, BOB)).isInstanceOf(Ruling.Approved.class);
    bench.advance(run);
    assertThat(bench.state(run))
        .isInstanceOfSatisfying(
            RunState.Ended.class, it -> assertThat(it.ending()).isEqualTo(Ending.DONE));
    assertThat(bench.actions.effects("swap")).isEqualTo(1);
  }

  @Test
  void a_run_whose_root_message_does_not_stand_does_nothing() {
    var run = io.countersign.RunId.random(java.util.random.RandomGenerator.getDefault());
    bench.journal.submit(
        io.countersign.support.Samples.spec(run, Bench.runbook().source()), "draft");
    bench.advance(run);
    assertThat(bench.kinds(run)).containsExactly("Requested");
  }

  @Test
  void a_denial_puts_everything_back() {
    var run = atGate();
    assertThat(bench.deny(run, BOB, "wrong minute")).isInstanceOf(Ruling.Denied.class);
    bench.advance(run);
    assertEnded(run, Ending.DENIED);
    assertThat(bench.actions.effects("abort-1")).isEqualTo(1);
    assertThat(bench.actions.effects("swap")).isZero();
  }

  @Test
  void an_expired_gate_puts_everything_back_and_a_late_vote_is_refused() {
    var run = atGate();
    database.skip("4 hours 1 second");
    assertThat(bench.approve(run, BOB)).isInstanceOf(Ruling.Refused.class);
    bench.advance(run);
    assertEnded(run, Ending.EXPIRED);
    assertThat(bench.approve(run, BOB)).isInstanceOf(Ruling.Refused.class);
    assertThat(bench.actions.effects("swap")).isZero();
  }

  @Test
  void a_cancel_at_the_gate_closes_it_and_puts_everything_back() {
    var run = atGate();
    bench.journal.command(run, _ -> Optional.of(new RunEvent.CancelRequested(ALICE, "")));
    assertThat(bench.gate(run).status()).isEqualTo(GateRow.Status.CLOSED);
    assertThat(bench.approve(run, BOB)).isInstanceOf(Ruling.Refused.class);
    bench.advance(run);
    assertEnded(run, Ending.CANCELLED);
  }

  @Test
  void a_failed_step_before_the_swap_puts_everything_back() {
    var run = bench.begun();
    bench.actions.next("check", "fail");
    bench.advance(run);
    assertEnded(run, Ending.FAILED);
    assertThat(bench.actions.effects("abort-1")).isEqualTo(1);
  }

  @Test
  void a_step_that_loses_its_answer_leaves_nothing_behind() {
    var run = bench.begun();
    bench.actions.next("prepare", "lose");
    bench.advance(run);
    assertEnded(run, Ending.FAILED);
    assertThat(bench.actions.effects("prepare")).isZero();
  }

  @Test
  void a_cut_off_attempt_that_is_found_going_on_is_visited_again_and_not_begun_anew() {
    var run = atGate();
    bench.approve(run, BOB);
    bench.actions.next("swap", "throw");
    bench.advance(run);
    assertThat(bench.state(run)).isInstanceOf(RunState.InDoubt.class);
    bench.actions.next("probe swap", "going");
    database.skip("31 seconds");

    bench.advance(run);
    assertThat(bench.state(run)).isInstanceOf(RunState.Parked.class);
    database.skip("40 seconds");
    bench.advance(run);

    assertEnded(run, Ending.DONE);
    assertThat(bench.actions.effects("swap")).isEqualTo(1);
    assertThat(bench.kinds(run)).filteredOn("StepStarted"::equals).hasSizeGreaterThan(2);
    assertThat(bench.kinds(run)).doesNotContain("AttemptAbandoned");
  }

  @Test
  void a_failed_step_after_the_swap_asks_a_person_and_puts_nothing_back() {
    var run = atGate();
    bench.actions.next("tell", "fail");
    bench.approve(run, BOB);
    bench.advance(run);
    assertThat(bench.state(run)).isInstanceOf(RunState.NeedsPerson.class);
    assertThat(bench.actions.effects("abort-1")).isZero();

    bench.journal.command(run, _ -> Optional.of(new RunEvent.RetryRequested(BOB)));
    bench.advance(run);
    assertEnded(run, Ending.DONE);
    assertThat(bench.actions.effects("swap")).isEqualTo(1);
  }

  @Test
  void a_cancel_after_the_swap_asks_a_person_and_puts_nothing_back() {
    var run = atGate();
    bench.actions.next("tell", "park");
    bench.approve(run, BOB);
    bench.advance(run);
    bench.journal.command(run, _ -> Optional.of(new RunEvent.CancelRequested(ALICE, "stop")));
    bench.advance(run);
    assertThat(bench.state(run)).isInstanceOf(RunState.NeedsPerson.class);
    assertThat(bench.actions.effects("abort-1")).isZero();
    assertThat(bench.actions.effects("swap")).isEqualTo(1);
  }

  @Test
  void a_failed_swap_asks_a_person_and_its_retry_asks_for_a_new_approval() {
    var run = atGate();
    bench.actions.next("swap", "fail");
    bench.approve(run, BOB);
    bench.advance(run);
    assertThat(bench.state(run)).isInstanceOf(RunState.NeedsPerson.class);

    bench.journal.command(run, _ -> Optional.of(new RunEvent.RetryRequested(ALICE)));
    bench.advance(run);
    assertThat(bench.state(run)).isInstanceOf(RunState.AtGate.class);
    assertThat(bench.gate(run).opening()).isEqualTo(2);
    bench.approve(run, DANA);
    bench.advance(run);
    assertEnded(run, Ending.DONE);
    assertThat(bench.actions.effects("swap")).isEqualTo(1);
  }

  @Test
  void a_drift_at_the_irreversible_statement_opens_the_gate_anew_and_a_denial_then_puts_back() {
    var run = atGate();
    var first = bench.gate(run);
    bench.actions.next("swap", "drift");
    bench.approve(run, BOB);
    bench.advance(run);
    assertThat(bench.state(run)).isInstanceOf(RunState.AtGate.class);
    assertThat(bench.gate(run).id()).isNotEqualTo(first.id());
    assertThat(bench.gate(run).nonce()).isNotEqualTo(first.nonce());
    bench.deny(run, DANA, "leave it");
    bench.advance(run);
    assertEnded(run, Ending.DENIED);
    assertThat(bench.actions.effects("swap")).isZero();
    assertThat(bench.actions.effects("abort-1")).isEqualTo(1);
  }

  @Test
  void what_differs_from_the_approved_order_is_not_run_and_the_difference_is_shown() {
    var run = atGate();
    bench.approve(run, BOB);
    bench.actions.world("changed meanwhile");
    bench.advance(run);
    assertThat(bench.state(run)).isInstanceOf(RunState.AtGate.class);
    assertThat(bench.actions.effects("swap")).isZero();
    assertThat(
            bench.journal.read(run).stream()
                .map(Recorded::event)
                .filter(RunEvent.GateOpened.class::isInstance)
                .map(RunEvent.GateOpened.class::cast)
                .toList()
                .getLast()
                .difference())
        .containsExactly("intent.live.oid: as approved -> changed meanwhile");
  }

  @Test
  void an_approval_that_was_not_used_in_time_asks_again() {
    var run = atGate();
    bench.approve(run, BOB);
    database.skip("15 minutes 1 second");
    bench.advance(run);
    assertThat(bench.state(run)).isInstanceOf(RunState.AtGate.class);
    assertThat(bench.gate(run).opening()).isEqualTo(2);
    assertThat(bench.actions.effects("swap")).isZero();
  }

  @Test
  void a_swap_whose_answer_was_lost_is_found_done_and_not_repeated() {
    var run = atGate();
    bench.actions.next("swap", "lose");
    bench.approve(run, BOB);
    bench.advance(run);
    assertThat(bench.state(run)).isInstanceOf(RunState.InDoubt.class);
    database.skip("31 seconds");
    bench.advance(run);
    assertEnded(run, Ending.DONE);
    assertThat(bench.actions.effects("swap")).isEqualTo(1);
  }

  @Test
  void the_requester_cannot_approve() {
    var run = atGate();
    assertThat(bench.approve(run, ALICE)).isInstanceOf(Ruling.Refused.class);
    assertThat(bench.state(run)).isInstanceOf(RunState.AtGate.class);
  }

  @Test
  void a_holder_whose_epoch_is_over_writes_nothing() {
    var run = bench.begun();
    var old = bench.journal.claim(run).orElseThrow();
    var current = bench.journal.claim(run).orElseThrow();
    var event = new RunEvent.StepPassedOver("prepare", "x");
    assertThat(bench.journal.append(old, java.util.OptionalLong.empty(), java.util.List.of(event)))
        .isInstanceOf(Journal.Appended.Conflict.class);
    assertThat(bench.journal.holds(old)).isFalse();
    assertThat(
            bench.journal.append(current, java.util.OptionalLong.empty(), java.util.List.of(event)))
        .isInstanceOf(Journal.Appended.Done.class);
  }

  @Test
  void a_gate_that_holds_takes_votes_long_after_its_time() {
    var run = bench.begun();
    var claim = bench.journal.claim(run).orElseThrow();
    var policy = io.countersign.support.Samples.gate(1);
    var holding =
        new io.countersign.runbook.Gate(
            1,
            policy.from(),
            policy.expires(),
            io.countersign.runbook.Gate.Expiry.HOLD,
            policy.validFor(),
            policy.remind(),
            policy.evidence(),
            false,
            java.util.Optional.empty(),
            java.util.Optional.empty());
    var order =
        new io.countersign.gate.Order(
            run,
            io.countersign.Digest.of("r"),
            "prepare",
            "fake.owned",
            java.util.Map.of(),
            java.util.Map.of(),
            java.util.Map.of(),
            java.util.Map.of());
    bench.journal.openGate(
        claim,
        bench.journal.read(run).getLast().seq(),
        new NewGate(
            io.countersign.support.Samples.GATE,
            "prepare",
            1,
            order,
            "nonce-of-sixteen-letters",
            holding,
            io.countersign.gate.Quorum.of(holding, 0),
            java.util.Set.of(),
            java.util.List.of(),
            java.util.Optional.empty()));
    database.skip("3 days");
    assertThat(bench.approve(run, BOB)).isInstanceOf(Ruling.Approved.class);
  }

  private io.countersign.RunId atGate() {
    var run = bench.begun();
    bench.advance(run);
    assertThat(bench.state(run)).isInstanceOf(RunState.AtGate.class);
    return run;
  }

  private void assertEnded(io.countersign.RunId run, Ending ending) {
    assertThat(bench.state(run))
        .as(bench.kinds(run).toString())
        .isInstanceOfSatisfying(
            RunState.Ended.class, it -> assertThat(it.ending()).isEqualTo(ending));
  }
}
