package io.countersign.store;

import io.countersign.Person;
import io.countersign.RunId;
import io.countersign.Subject;
import io.countersign.gate.Call;
import io.countersign.run.Fold;
import io.countersign.run.Journal;
import io.countersign.run.NewGate;
import io.countersign.run.Recorded;
import io.countersign.run.RunEvent;
import io.countersign.run.RunSpec;
import io.countersign.run.RunState;
import io.countersign.run.Took;
import io.countersign.runbook.Gate;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.postgresql.util.PSQLException;

/**
 * The journal on PostgreSQL. Every method is one transaction; both kinds of append take the run's
 * row lock.
 */
public final class JdbiJournal implements Journal {
  private static final String TOOK =
      """
      SELECT run.subject, began.body->>'step' AS step, extract(epoch FROM ended.at - began.at) * 1000 AS took
        FROM (SELECT id, subject
                FROM countersign.run
               WHERE estate = :estate AND runbook = :runbook AND ended_at IS NOT NULL
               ORDER BY ended_at DESC
               LIMIT :runs) run
        JOIN countersign.run_event ended ON ended.run = run.id AND ended.kind = 'step-succeeded'
        JOIN countersign.run_event began
          ON began.run = run.id AND began.kind = 'step-started'
         AND began.body->>'step' = ended.body->>'step'
         AND began.body->>'attempt' = ended.body->>'attempt'
      """;
  private static final Duration HELD_OPEN = Duration.ofDays(3650);

  private final Jdbi jdbi;
  private final Json json;
  private final Ledger ledger;

  JdbiJournal(Jdbi jdbi, Json json, EventCodec codec) {
    this.jdbi = jdbi;
    this.json = json;
    this.ledger = new Ledger(codec);
  }

  /** A locked run. */
  record Locked(long epoch, long seq, boolean ended) {}

  static Optional<Locked> lock(Handle handle, RunId run) {
    return handle
        .createQuery(
            "SELECT epoch, seq, ended_at IS NOT NULL FROM countersign.run WHERE id = :run FOR"
                + " UPDATE")
        .bind("run", run.value())
        .map((rows, _) -> new Locked(rows.getLong(1), rows.getLong(2), rows.getBoolean(3)))
        .findOne();
  }

  @Override
  public Instant now() {
    return jdbi.withHandle(Ledger::now);
  }

  @Override
  public Submission submit(RunSpec spec, String draft) {
    try {
      return jdbi.inTransaction(handle -> submit(handle, spec, draft));
    } catch (UnableToExecuteStatementException refused) {
      if (refused.getCause() instanceof PSQLException cause
          && "23505".equals(cause.getSQLState())) {
        // lost a race for the draft or for the subject: the winner stands there now
        return jdbi.inTransaction(handle -> standing(handle, spec, draft))
            .orElseThrow(() -> refused);
      }
      throw refused;
    }
  }

  private Submission submit(Handle handle, RunSpec spec, String draft) {
    var before = standing(handle, spec, draft);
    if (before.isPresent()) {
      return before.get();
    }
    handle
        .createUpdate(
            """
            INSERT INTO countersign.run
              (id, subject, estate, runbook, runbook_digest, requester, channel, draft, requested_at)
            VALUES (:id, :subject, :estate, :runbook, :digest, :requester, :channel, :draft, :at)
            """)
        .bind("id", spec.id().value())
        .bind("subject", spec.subject().value())
        .bind("estate", spec.tenant().estate())
        .bind("runbook", spec.runbook())
        .bind("digest", spec.runbookDigest().hex())
        .bind("requester", spec.requester().key())
        .bind("channel", spec.channel())
        .bind("draft", draft)
        .bind("at", spec.requestedAt().atOffset(ZoneOffset.UTC))
        .execute();
    ledger.append(handle, spec.id(), 0, 0, new RunEvent.Requested(spec));
    return new Submission.Accepted(spec.id());
  }

  private static Optional<Submission> standing(Handle handle, RunSpec spec, String draft) {
    var repeated =
        handle
            .createQuery("SELECT id FROM countersign.run WHERE draft = :draft")
            .bind("draft", draft)
            .mapTo(String.class)
            .findOne();
    if (repeated.isPresent()) {
      return Optional.of(new Submission.Repeated(new RunId(repeated.get())));
    }
    return handle
        .createQuery("SELECT id FROM countersign.run WHERE subject = :subject AND ended_at IS NULL")
        .bind("subject", spec.subject().value())
        .mapTo(String.class)
        .findOne()
        .map(it -> new Submission.Held(new RunId(it)));
  }

  @Override
  public List<Recorded> read(RunId run) {
    return jdbi.withHandle(handle -> ledger.read(handle, run));
  }

  @Override
  public Optional<Claim> claim(RunId run) {
    return jdbi.inTransaction(
        handle ->
            handle
                .createQuery(
                    """
                    UPDATE countersign.run SET epoch = epoch + 1
                    WHERE id = :run AND ended_at IS NULL RETURNING epoch
                    """)
                .bind("run", run.value())
                .mapTo(Long.class)
                .findOne()
                .map(epoch -> new Claim(run, epoch)));
  }

  @Override
  public Appended append(Claim claim, OptionalLong expected, List<? extends RunEvent.Work> events) {
    return jdbi.inTransaction(
        handle -> {
          var locked = lock(handle, claim.run());
          var conflict = conflict(claim, expected, locked);
          if (conflict.isPresent()) {
            return conflict.get();
          }
          requireFollowing(handle, claim.run(), events);
          long seq = locked.orElseThrow().seq();
          for (var event : events) {
            seq = ledger.append(handle, claim.run(), claim.epoch(), seq, event).seq();
          }
          return new Appended.Done(seq);
        });
  }

  /** What cannot be folded must not be written: nobody could go on with the run any more. */
  private void requireFollowing(Handle handle, RunId run, List<? extends RunEvent.Work> events) {
    var state = Fold.of(ledger.read(handle, run));
    var now = Ledger.now(handle);
    for (var event : events) {
      state = Fold.after(state, event, now);
    }
  }

  private static Optional<Appended> conflict(
      Claim claim, OptionalLong expected, Optional<Locked> locked) {
    if (locked.isEmpty() || locked.get().ended()) {
      return Optional.of(new Appended.Conflict("run " + claim.run() + " has ended"));
    }
    if (locked.get().epoch() != claim.epoch()) {
      return Optional.of(
          new Appended.Conflict(
              "epoch " + claim.epoch() + " of run " + claim.run() + " is over, another holds it"));
    }
    if (expected.isPresent() && expected.getAsLong() != locked.get().seq()) {
      return Optional.of(new Appended.Conflict("a newer event came first"));
    }
    return Optional.empty();
  }

  @Override
  public Appended openGate(Claim claim, long expected, NewGate gate) {
    return jdbi.inTransaction(
        handle -> {
          var locked = lock(handle, claim.run());
          var conflict = conflict(claim, OptionalLong.of(expected), locked);
          if (conflict.isPresent()) {
            return conflict.get();
          }
          var opened = insert(handle, claim.run(), gate);
          var recorded =
              ledger.append(handle, claim.run(), claim.epoch(), locked.orElseThrow().seq(), opened);
          return new Appended.Done(recorded.seq());
        });
  }

  private RunEvent.GateOpened insert(Handle handle, RunId run, NewGate gate) {
    var now = Ledger.now(handle);
    // a gate that holds keeps asking: it takes votes until somebody decides
    var expires =
        now.plus(gate.policy().then() == Gate.Expiry.HOLD ? HELD_OPEN : gate.policy().expires());
    var digest = gate.order().digest();
    handle
        .createUpdate(
            """
            INSERT INTO countersign.gate
              (id, run, step, opening, digest, nonce, requester, barred, approvals, policy, order_text, phrase, opened_at, expires_at)
            SELECT CAST(:id AS uuid), id, :step, :opening, :digest, :nonce, requester, :barred, :approvals,
              CAST(:policy AS jsonb), :order, :phrase, :now, :expires
            FROM countersign.run WHERE id = :run
            """)
        .bind("id", gate.id().toString())
        .bind("run", run.value())
        .bind("step", gate.step())
        .bind("opening", gate.opening())
        .bind("digest", digest.hex())
        .bind("nonce", gate.nonce())
        .bindArray("barred", String.class, gate.barred().stream().map(Person::key).toArray())
        .bind("approvals", gate.quorum().places())
        .bind("policy", json.text(gate.policy()))
        .bind("order", gate.order().canonical())
        .bind("phrase", gate.phrase().orElse(null))
        .bind("now", now.atOffset(ZoneOffset.UTC))
        .bind("expires", expires.atOffset(ZoneOffset.UTC))
        .execute();
    Call.first(gate.id(), gate.policy(), now, expires).forEach(it -> JdbiCalls.add(handle, it));
    return new RunEvent.GateOpened(
        gate.step(),
        gate.id(),
        gate.opening(),
        digest,
        gate.nonce(),
        gate.order().canonical(),
        expires,
        gate.policy().then(),
        gate.difference());
  }

  @Override
  public Optional<Recorded> command(
      RunId run, Function<RunState, Optional<? extends RunEvent.Command>> judge) {
    return jdbi.inTransaction(
        handle -> {
          var locked = lock(handle, run);
          if (locked.isEmpty() || locked.get().ended()) {
            return Optional.empty();
          }
          var event = judge.apply(Fold.of(ledger.read(handle, run)));
          return event.map(
              it -> {
                var recorded =
                    ledger.append(handle, run, locked.get().epoch(), locked.get().seq(), it);
                Ledger.wake(handle, run);
                return recorded;
              });
        });
  }

  @Override
  public boolean holds(Claim claim) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(
                    "SELECT EXISTS (SELECT FROM countersign.run WHERE id = :run AND epoch = :epoch"
                        + " AND ended_at IS NULL)")
                .bind("run", claim.run().value())
                .bind("epoch", claim.epoch())
                .mapTo(Boolean.class)
                .one());
  }

  @Override
  public boolean halted(RunId run) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery("SELECT halted FROM countersign.run WHERE id = :run")
                .bind("run", run.value())
                .mapTo(Boolean.class)
                .findOne()
                .orElse(false));
  }

  @Override
  public void progress(Claim claim, String step, int attempt, Progress progress) {
    jdbi.useHandle(
        handle ->
            handle
                .createUpdate(
                    """
                    INSERT INTO countersign.step_progress (run, step, attempt, done, total, unit, also, at)
                    SELECT id, :step, :attempt, :done, :total, :unit, :also, countersign.now()
                    FROM countersign.run WHERE id = :run AND epoch = :epoch
                    ON CONFLICT (run) DO UPDATE SET step = excluded.step, attempt = excluded.attempt,
                      done = excluded.done, total = excluded.total, unit = excluded.unit,
                      also = excluded.also, at = excluded.at
                    """)
                .bind("run", claim.run().value())
                .bind("epoch", claim.epoch())
                .bind("step", step)
                .bind("attempt", attempt)
                .bind("done", progress.done())
                .bind("total", progress.total())
                .bind("unit", progress.unit())
                .bind("also", progress.also())
                .execute());
  }

  @Override
  public Optional<Progress> progress(RunId run) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(
                    """
                    SELECT p.done, p.total, p.unit, p.also FROM countersign.step_progress p
                    JOIN countersign.step_attempt a USING (run, step, attempt)
                    WHERE p.run = :run AND a.state = 'STARTED'
                    """)
                .bind("run", run.value())
                .map(
                    (rows, _) ->
                        new Progress(
                            rows.getLong(1), rows.getLong(2), rows.getString(3), rows.getString(4)))
                .findOne());
  }

  @Override
  public Optional<Kept> kept(Subject subject) {
    return jdbi.withHandle(handle -> ledger.kept(handle, subject));
  }

  @Override
  public List<Took> took(String estate, String runbook, int runs) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(TOOK)
                .bind("estate", estate)
                .bind("runbook", runbook)
                .bind("runs", runs)
                .map(
                    (rows, _) ->
                        new Took(
                            rows.getString("subject").replaceFirst("^[^/]*/", ""),
                            rows.getString("step"),
                            Duration.ofMillis(rows.getLong("took"))))
                .list());
  }

  @Override
  public List<RunId> active() {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(
                    "SELECT id FROM countersign.run WHERE ended_at IS NULL ORDER BY requested_at")
                .map((rows, _) -> new RunId(rows.getString(1)))
                .list());
  }

  /** Makes every run's execution due now, for a clock that has jumped. */
  public void wakeAll() {
    active().forEach(this::wake);
  }

  /** Gives the run an execution where it has none. */
  public void ensureExecution(RunId run) {
    jdbi.useHandle(
        handle ->
            handle
                .createUpdate(
                    """
                    INSERT INTO countersign.scheduled_tasks (task_name, task_instance, execution_time, picked, version)
                    VALUES (:task, :run, clock_timestamp(), false, 1) ON CONFLICT DO NOTHING
                    """)
                .bind("task", Ledger.TASK)
                .bind("run", run.value())
                .execute());
  }

  /** Whether the newest event of the run is this one. */
  public boolean newest(RunId run, long seq) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery("SELECT seq FROM countersign.run WHERE id = :run")
                .bind("run", run.value())
                .mapTo(Long.class)
                .one()
                .equals(seq));
  }

  public void wake(RunId run) {
    jdbi.useTransaction(handle -> Ledger.wake(handle, run));
  }
}
