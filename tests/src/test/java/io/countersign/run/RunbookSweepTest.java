package io.countersign.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.run.EveryPoint.Again;
import io.countersign.runbook.Runbook;
import io.countersign.runbook.Step;
import io.countersign.support.Rehearsal;
import io.countersign.support.Rehearsal.People;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Pulls the plug at every point of every runbook that we ship. The points are not written down
 * anywhere: a run without a crash names them.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RunbookSweepTest {
  private final Rehearsal rehearsal = new Rehearsal();

  List<Runbook> runbooks() {
    return rehearsal.runbooks();
  }

  @AfterAll
  void end() throws SQLException {
    rehearsal.close();
  }

  /** A backup has no gate, nor has one that comes back beside its tenant: nobody can deny them. */
  List<Runbook> gated() {
    return runbooks().stream().filter(rehearsal::gated).toList();
  }

  /** Up to its first gate a denied run goes like an approved one. */
  @ParameterizedTest
  @MethodSource("gated")
  void wherever_the_plug_is_pulled_after_the_gate_a_denied_run_ends_the_same(Runbook runbook) {
    var sweep = new EveryPoint(rehearsal, runbook, new People.Deny(), Again.NEVER).each(7);
    assertThat(sweep.sweepFrom("appended GateOpened")).isPositive();
  }

  private int sweep(Runbook runbook, People people, Again again) {
    return new EveryPoint(rehearsal, runbook, people, again).sweep();
  }

  @Test
  void there_are_runbooks_to_sweep() {
    assertThat(runbooks())
        .extracting(Runbook::title)
        .contains(
            "Restore one tenant to a prior moment, swap-and-keep",
            "Restore one tenant to a prior moment, flip-the-ref",
            "Restore a backup beside its tenant, keep-beside",
            "Restore a backup beside its tenant, point-live",
            "Remove a restored sibling",
            "Make a snapshot of one tenant as of a moment",
            "Remove a snapshot",
            "Go back to the database that the last swap or flip kept, swap-and-keep",
            "Go back to the database that the last swap or flip kept, flip-the-ref");
  }

  /** The operations document: caches and the fleet's restart, then the unfreeze. */
  @Test
  void every_cutover_restarts_between_the_notice_and_the_unfreeze_and_asks_last() {
    var cutovers =
        runbooks().stream()
            .filter(it -> it.steps().stream().anyMatch(s -> s.action().equals("tenant.invalidate")))
            .toList();

    assertThat(cutovers)
        .extracting(Runbook::name)
        .contains("tenant-restore", "tenant-rollback", "tenant-restore-backup");
    for (var runbook : cutovers) {
      assertThat(runbook.steps())
          .extracting(Step::action)
          .containsSubsequence("tenant.invalidate", "product.restart", "tenant.unfreeze")
          .endsWith("product.restarted");
      assertThat(runbook.steps().getLast().optional()).isTrue();
    }
  }

  /**
   * Every second point of a restore by swap, and every eleventh of all others, of a rehearsal every
   * 23rd; up to where two strategies of a runbook part they are one.
   */
  @ParameterizedTest
  @MethodSource("runbooks")
  void wherever_the_plug_is_pulled_an_approved_run_ends_the_same(Runbook runbook) {
    var first =
        runbooks().stream()
            .filter(it -> it.name().equals(runbook.name()))
            .findFirst()
            .orElseThrow();
    var sweep = new EveryPoint(rehearsal, runbook, new People.Approve(), Again.NEVER);
    boolean whole = first.title().equals(runbook.title());
    boolean every = whole && runbook.name().equals("tenant-restore");
    sweep.each(every ? 2 : runbook.name().equals("tenant-drill") ? 23 : 11);
    assertThat(whole ? sweep.sweep() : sweep.sweepFromWhereItParts(first)).isPositive();
  }

  @Tag("chaos")
  @ParameterizedTest
  @MethodSource("runbooks")
  void wherever_the_plug_is_pulled_an_approved_run_of_each_strategy_ends_the_same(Runbook runbook) {
    assertThat(sweep(runbook, new People.Approve(), Again.NEVER)).isGreaterThan(10);
  }

  @Tag("chaos")
  @ParameterizedTest
  @MethodSource("runbooks")
  void wherever_the_plug_is_pulled_a_denied_run_ends_the_same(Runbook runbook) {
    assertThat(sweep(runbook, new People.Deny(), Again.NEVER)).isPositive();
  }

  @Tag("chaos")
  @ParameterizedTest
  @MethodSource("runbooks")
  void wherever_the_plug_is_pulled_an_expired_run_ends_the_same(Runbook runbook) {
    assertThat(sweep(runbook, new People.LetExpire(), Again.NEVER)).isPositive();
  }

  @Tag("chaos")
  @ParameterizedTest
  @MethodSource("runbooks")
  void wherever_the_plug_is_pulled_twice_a_run_ends_the_same(Runbook runbook) {
    for (var people : List.of(new People.Approve(), new People.Deny(), new People.LetExpire())) {
      sweep(runbook, people, Again.AT_THE_SAME);
      sweep(runbook, people, Again.AT_THE_NEXT);
    }
  }

  @Tag("chaos")
  @ParameterizedTest
  @MethodSource("runbooks")
  void wherever_the_plug_is_pulled_a_run_that_was_cancelled_in_a_step_ends_the_same(
      Runbook runbook) {
    // a destructive step that was cut off is found done and does not wait again: nothing to cancel
    runbook.steps().stream()
        .filter(it -> it.gate().isEmpty())
        .forEach(it -> sweep(runbook, new People.CancelAt(it.id()), Again.NEVER));
  }
}
