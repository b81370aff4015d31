package io.countersign.store;

import static io.countersign.support.Samples.BOB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.RunId;
import io.countersign.run.Journal;
import io.countersign.support.Bench;
import io.countersign.support.OurDatabase;
import io.countersign.support.Samples;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What must never happen is refused by the database itself, to anybody with a console. */
class InvariantsTest {
  private OurDatabase database;
  private Bench bench;
  private RunId run;

  @BeforeEach
  void open() {
    database = OurDatabase.fresh();
    bench = new Bench(database);
    run = bench.begun();
    bench.advance(run);
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void a_second_active_run_of_a_subject_is_refused() {
    assertThatThrownBy(
            () ->
                database.execute(
                    """
                    INSERT INTO countersign.run (id, subject, estate, runbook, runbook_digest, requester, channel, draft, requested_at)
                    SELECT '00000000', subject, estate, runbook, runbook_digest, requester, channel, 'other', requested_at
                    FROM countersign.run
                    """))
        .hasMessageContaining("run_holds_subject");
    var second = RunId.random(RandomGenerator.getDefault());
    assertThat(bench.journal.submit(Samples.spec(second, "x"), "another draft"))
        .isEqualTo(new Journal.Submission.Held(run));
  }

  @Test
  void the_same_draft_starts_one_run() {
    assertThat(bench.journal.submit(Samples.spec(run, "x"), run.value()))
        .isEqualTo(new Journal.Submission.Repeated(run));
  }

  @Test
  void a_vote_by_the_requester_is_refused() {
    assertThatThrownBy(() -> vote("T0DEMO/U0ALICE")).hasMessageContaining("voter_is_not_requester");
    assertThatThrownBy(
            () ->
                database.execute(
                    "INSERT INTO countersign.vote SELECT id, 'T0DEMO/U0BOB', 'T0DEMO/U0ALICE',"
                        + " 'APPROVE', '', 'sql', now(), '' FROM countersign.gate"))
        .isInstanceOf(OurDatabase.Refused.class);
  }

  @Test
  void an_approval_without_enough_votes_or_after_the_expiry_is_refused() {
    var approve = "UPDATE countersign.gate SET status = 'APPROVED', decided_at = now()";
    assertThatThrownBy(() -> database.execute(approve))
        .hasMessageContaining("has not been approved");
    vote("T0DEMO/U0BOB");
    database.skip("5 hours");
    assertThatThrownBy(() -> database.execute(approve))
        .hasMessageContaining("has not been approved");
    assertThatThrownBy(() -> vote("T0DEMO/U0DANA")).hasMessageContaining("takes no votes");
  }

  @Test
  void an_approval_without_the_phrase_that_its_gate_asks_for_is_refused() {
    database.execute(
        """
        INSERT INTO countersign.gate
          (id, run, step, opening, digest, nonce, requester, approvals, policy, order_text, phrase, opened_at, expires_at)
        SELECT '00000000-0000-0000-0000-000000000001', run, 'drop', 1, digest, nonce, requester, 1, policy, order_text,
          'acme', opened_at, expires_at FROM countersign.gate
        """);
    var vote =
        """
        INSERT INTO countersign.vote (gate, requester, person, choice, reason, typed, door, at)
        SELECT id, requester, 'T0DEMO/U0BOB', 'APPROVE', '', '%s', 'sql', now() FROM countersign.gate WHERE step = 'drop'
        """;
    assertThatThrownBy(() -> database.execute(vote.formatted("")))
        .hasMessageContaining("only by who types its phrase");
    assertThatThrownBy(() -> database.execute(vote.formatted("globex")))
        .hasMessageContaining("only by who types its phrase");
    assertThatThrownBy(
            () -> database.execute("UPDATE countersign.gate SET phrase = '' WHERE step = 'drop'"))
        .isInstanceOf(OurDatabase.Refused.class);
    database.execute(vote.formatted("acme"));
  }

  @Test
  void what_a_schedule_starts_never_changes_and_what_is_cancelled_stays_so() {
    database.execute(
        """
        INSERT INTO countersign.schedule
          (made_by, made_step, runbook, estate, tenant, parameters, requester, channel, reason, again, due_at, next_try)
        SELECT id, 'keep', 'tenant-drop-old', 'medsuite', 'acme', '{}', requester, channel, '', '7 days', now(), now()
        FROM countersign.run
        """);
    for (var sql :
        new String[] {
          "UPDATE countersign.schedule SET parameters = '{\"database\": 1}'",
          "UPDATE countersign.schedule SET runbook = 'other'",
          "UPDATE countersign.schedule SET tenant = 'globex'",
          "UPDATE countersign.schedule SET state = 'RUNNING'",
          "UPDATE countersign.schedule SET state = 'CANCELLED'",
          "DELETE FROM countersign.schedule",
        }) {
      assertThatThrownBy(() -> database.execute(sql))
          .as(sql)
          .isInstanceOf(OurDatabase.Refused.class);
    }
    database.execute("UPDATE countersign.schedule SET state = 'CANCELLED', why = 'live again'");
    assertThatThrownBy(
            () -> database.execute("UPDATE countersign.schedule SET state = 'PENDING', why = NULL"))
        .hasMessageContaining("stays so");
  }

  @Test
  void a_destructive_attempt_without_an_approved_gate_is_refused() {
    assertThatThrownBy(() -> attempt("NULL", "NULL"))
        .hasMessageContaining("destructive_needs_approval");
    assertThatThrownBy(() -> attempt("(SELECT id FROM countersign.gate)", "'APPROVED'"))
        .hasMessageContaining("foreign key");
  }

  @Test
  void an_approved_gate_of_one_order_does_not_serve_another() {
    bench.approve(run, BOB);
    assertThatThrownBy(
            () -> attempt("(SELECT id FROM countersign.gate)", "'APPROVED'", "repeat('0', 64)"))
        .hasMessageContaining("does not approve");
  }

  @Test
  void events_votes_gates_and_runs_cannot_be_changed_or_removed() {
    vote("T0DEMO/U0BOB");
    for (var sql :
        new String[] {
          "UPDATE countersign.run_event SET body = '{}'",
          "DELETE FROM countersign.run_event",
          "TRUNCATE countersign.run_event",
          "UPDATE countersign.vote SET person = 'T0DEMO/U0DANA'",
          "DELETE FROM countersign.vote",
          "DELETE FROM countersign.gate",
          "DELETE FROM countersign.run",
          "DELETE FROM countersign.step_attempt",
          "UPDATE countersign.gate SET digest = repeat('0', 64)",
          "UPDATE countersign.gate SET expires_at = expires_at + interval '1 day'",
          "UPDATE countersign.run SET requester = 'T0DEMO/U0BOB'",
          "UPDATE countersign.run SET epoch = epoch - 1",
          "UPDATE countersign.step_attempt SET intent = '{\"a\": \"b\"}'"
        }) {
      assertThatThrownBy(() -> database.execute(sql))
          .as(sql)
          .isInstanceOf(OurDatabase.Refused.class);
    }
  }

  @Test
  void a_step_is_done_once_and_going_once() {
    assertThatThrownBy(
            () ->
                database.execute(
                    """
                    INSERT INTO countersign.step_attempt (run, step, attempt, epoch, state, risk, action, intent, started_at)
                    SELECT run, step, attempt + 1, (SELECT epoch FROM countersign.run), 'DONE', risk, action, intent, started_at
                    FROM countersign.step_attempt WHERE step = 'prepare'
                    """))
        .hasMessageContaining("attempt_one_done");
  }

  @Test
  void a_stale_epoch_opens_no_attempt() {
    assertThatThrownBy(
            () ->
                database.execute(
                    """
                    INSERT INTO countersign.step_attempt (run, step, attempt, epoch, risk, action, intent, started_at)
                    SELECT id, 'tell', 1, epoch - 1, 'SAFE', 'x', '{}', now() FROM countersign.run
                    """))
        .hasMessageContaining("is not the epoch");
  }

  @Test
  void what_a_succeeded_swap_has_made_live_is_nobodys_to_discard() {
    bench.approve(run, BOB);
    bench.advance(run);
    var second = bench.begun();
    bench.journal.claim(second);
    assertThatThrownBy(
            () ->
                database.execute(
                    """
                    INSERT INTO countersign.step_attempt (run, step, attempt, epoch, risk, action, intent, started_at)
                    SELECT '%s', 'x', 1, (SELECT epoch FROM countersign.run WHERE id = '%s'), 'OWNED', 'x',
                      '{"server": "one", "database.oid": "as approved"}', now()
                    """
                        .formatted(second, second)))
        .hasMessageContaining("succeeded destructive step");
  }

  @Test
  void an_ended_run_does_not_change() {
    bench.deny(run, BOB, "no");
    bench.advance(run);
    assertThatThrownBy(
            () -> database.execute("UPDATE countersign.run SET ended_at = NULL, ending = NULL"))
        .hasMessageContaining("has ended");
  }

  private void vote(String person) {
    database.execute(
        "INSERT INTO countersign.vote SELECT id, requester, '%s', 'APPROVE', '', 'sql', now(), '', '{PLATFORM_ADMIN}' FROM countersign.gate"
            .formatted(person));
  }

  private void attempt(String gate, String status) {
    attempt(gate, status, "(SELECT digest FROM countersign.gate)");
  }

  private void attempt(String gate, String status, String digest) {
    database.execute(
        """
        INSERT INTO countersign.step_attempt
          (run, step, attempt, epoch, risk, action, intent, gate, gate_status, gate_digest, started_at)
        SELECT id, 'swap', 1, epoch, 'DESTRUCTIVE', 'fake.swap', '{"a": "b"}', %s, %s, %s, now() FROM countersign.run
        """
            .formatted(gate, status, digest));
  }
}
