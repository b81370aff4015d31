package io.countersign.store;

import io.countersign.GateId;
import io.countersign.RunId;
import io.countersign.Subject;
import io.countersign.run.Ending;
import io.countersign.run.Journal;
import io.countersign.run.Recorded;
import io.countersign.run.RunEvent;
import io.countersign.runbook.Value;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * Writes one event with everything that follows from it, inside the caller's transaction and under
 * the run's row lock: the event, the attempt and gate rows that cache it, the posts that show it,
 * and the wake.
 */
final class Ledger {
  static final String TASK = "advance";
  private final EventCodec codec;

  Ledger(EventCodec codec) {
    this.codec = codec;
  }

  static Instant now(Handle handle) {
    return handle.createQuery("SELECT countersign.now()").map((rows, _) -> instant(rows, 1)).one();
  }

  static Instant instant(ResultSet rows, int column) throws SQLException {
    return rows.getObject(column, OffsetDateTime.class).toInstant();
  }

  List<Recorded> read(Handle handle, RunId run) {
    return handle
        .createQuery(
            "SELECT seq, at, kind, v, body::text FROM countersign.run_event WHERE run = :run ORDER"
                + " BY seq")
        .bind("run", run.value())
        .map(
            (rows, _) ->
                new Recorded(
                    rows.getLong(1),
                    instant(rows, 2),
                    codec.decode(rows.getString(3), rows.getInt(4), rows.getString(5))))
        .list();
  }

  /** From the outputs {@code kept} of the newest destructive step that made one. */
  Optional<Journal.Kept> kept(Handle handle, Subject subject) {
    return handle
        .createQuery(
            """
            SELECT e.run, e.at, e.kind, e.v, e.body::text
            FROM countersign.run r
            JOIN countersign.step_attempt a ON a.run = r.id AND a.risk = 'DESTRUCTIVE' AND a.state = 'DONE'
            JOIN countersign.run_event e ON e.run = a.run AND e.kind = 'step-succeeded'
              AND e.body ->> 'step' = a.step AND (e.body ->> 'attempt')::int = a.attempt
            WHERE r.subject = :subject AND e.body -> 'outputs' ->> 'kept' IS NOT NULL
            ORDER BY e.at DESC, e.seq DESC LIMIT 1
            """)
        .bind("subject", subject.value())
        .map(
            (rows, _) -> {
              var run = new RunId(rows.getString(1));
              var at = instant(rows, 2);
              return codec.decode(rows.getString(3), rows.getInt(4), rows.getString(5))
                          instanceof RunEvent.StepSucceeded(_, _, var outputs, _)
                      && outputs.get("kept") instanceof Value.OfDatabase(var database)
                  ? Optional.of(new Journal.Kept(database, at, run, keptSecret(outputs)))
                  : Optional.<Journal.Kept>empty();
            })
        .findOne()
        .flatMap(it -> it);
  }

  private static Optional<Journal.KeptSecret> keptSecret(Map<String, Value> outputs) {
    return outputs.get("kept-secret") instanceof Value.OfSecret(var name)
            && outputs.get("kept-secret-version") instanceof Value.Text(var version)
        ? Optional.of(new Journal.KeptSecret(name, version))
        : Optional.empty();
  }

  /** Appends after {@code last}; the caller holds the run's row lock. */
  Recorded append(Handle handle, RunId run, long epoch, long last, RunEvent event) {
    var at = now(handle);
    long seq = last + 1;
    var stored = codec.encode(event);
    handle
        .createUpdate(
            """
            INSERT INTO countersign.run_event (run, seq, kind, v, body, at)
            VALUES (:run, :seq, :kind, :v, CAST(:body AS jsonb), :at)
            """)
        .bind("run", run.value())
        .bind("seq", seq)
        .bind("kind", stored.kind())
        .bind("v", stored.version())
        .bind("body", stored.body())
        .bind("at", at.atOffset(java.time.ZoneOffset.UTC))
        .execute();
    handle
        .createUpdate("UPDATE countersign.run SET seq = :seq WHERE id = :run")
        .bind("seq", seq)
        .bind("run", run.value())
        .execute();
    follow(handle, run, epoch, event);
    show(handle, run, seq, event);
    return new Recorded(seq, at, event);
  }

  private void follow(Handle handle, RunId run, long epoch, RunEvent event) {
    switch (event) {
      case RunEvent.StepStarted it -> started(handle, run, epoch, it);
      case RunEvent.StepSucceeded it -> ended(handle, run, it.step(), it.attempt(), "DONE");
      case RunEvent.StepFailed it -> ended(handle, run, it.step(), it.attempt(), "FAILED");
      case RunEvent.StepDrifted it -> ended(handle, run, it.step(), it.attempt(), "DRIFTED");
      case RunEvent.AttemptAbandoned it -> ended(handle, run, it.step(), it.attempt(), "ABANDONED");
      case RunEvent.StepInDoubt it -> ended(handle, run, it.step(), it.attempt(), "IN_DOUBT");
      case RunEvent.GateExpired it -> decided(handle, it.gate(), "EXPIRED");
      case RunEvent.GateLapsed it -> decided(handle, it.gate(), "CLOSED");
      case RunEvent.CancelRequested _ -> {
        halted(handle, run, true);
        close(handle, run);
      }
      case RunEvent.AbortBegun _ -> {
        halted(handle, run, false);
        close(handle, run);
      }
      case RunEvent.RetryRequested _, RunEvent.LeftAsIs _, RunEvent.PersonNeeded _ ->
          halted(handle, run, false);
      case RunEvent.Finished it -> finished(handle, run, it.ending());
      case RunEvent.Requested _,
          RunEvent.Begun _,
          RunEvent.GateApproved _,
          RunEvent.GateDenied _,
          RunEvent.GateOpened _,
          RunEvent.SkipRequested _,
          RunEvent.StepPassedOver _,
          RunEvent.ClearPutOff _,
          RunEvent.StepParked _ -> {}
    }
  }

  private static void started(Handle handle, RunId run, long epoch, RunEvent.StepStarted event) {
    handle
        .createUpdate(
            """
            INSERT INTO countersign.step_attempt
              (run, step, attempt, epoch, risk, action, intent, gate, gate_status, gate_digest, started_at)
            VALUES (:run, :step, :attempt, :epoch, :risk, :action, CAST(:intent AS jsonb), CAST(:gate AS uuid),
              CASE WHEN :gate IS NOT NULL THEN 'APPROVED' END,
              (SELECT digest FROM countersign.gate WHERE id = CAST(:gate AS uuid)), countersign.now())
            """)
        .bind("run", run.value())
        .bind("step", event.step())
        .bind("attempt", event.attempt())
        .bind("epoch", epoch)
        .bind("risk", event.risk().name())
        .bind("action", event.action())
        .bind("intent", new Json().text(event.intent().facts()))
        .bind("gate", event.gate().map(GateId::toString).orElse(null))
        .execute();
  }

  private static void ended(Handle handle, RunId run, String step, int attempt, String state) {
    handle
        .createUpdate(
            """
            UPDATE countersign.step_attempt SET state = :state, ended_at = countersign.now()
            WHERE run = :run AND step = :step AND attempt = :attempt AND state IN ('STARTED', 'IN_DOUBT')
            """)
        .bind("state", state)
        .bind("run", run.value())
        .bind("step", step)
        .bind("attempt", attempt)
        .execute();
  }

  private static void decided(Handle handle, GateId gate, String status) {
    int changed =
        handle
            .createUpdate(
                """
                UPDATE countersign.gate SET status = :status, decided_at = countersign.now()
                WHERE id = CAST(:gate AS uuid) AND status IN ('OPEN', 'APPROVED')
                """)
            .bind("status", status)
            .bind("gate", gate.toString())
            .execute();
    if (changed != 1) {
      throw new IllegalStateException("gate " + gate + " could not become " + status);
    }
  }

  /** Whether work that is going on should end early. */
  private static void halted(Handle handle, RunId run, boolean halted) {
    handle
        .createUpdate("UPDATE countersign.run SET halted = :halted WHERE id = :run")
        .bind("halted", halted)
        .bind("run", run.value())
        .execute();
  }

  /** No vote counts any more for what will not run: gates that no attempt has used are closed. */
  private static void close(Handle handle, RunId run) {
    handle
        .createUpdate(
            """
            UPDATE countersign.gate SET status = 'CLOSED', decided_at = countersign.now()
            WHERE run = :run AND status IN ('OPEN', 'APPROVED')
              AND NOT EXISTS (SELECT FROM countersign.step_attempt a WHERE a.gate = gate.id)
            """)
        .bind("run", run.value())
        .execute();
  }

  private static void finished(Handle handle, RunId run, Ending ending) {
    handle
        .createUpdate(
            "UPDATE countersign.run SET ended_at = countersign.now(), ending = :ending WHERE id ="
                + " :run")
        .bind("ending", ending.name())
        .bind("run", run.value())
        .execute();
    JdbiSchedules.ended(handle, run, ending);
  }

  /** Moves what the channel should show, in the same transaction. */
  private static void show(Handle handle, RunId run, long seq, RunEvent event) {
    handle
        .createUpdate(
            """
            UPDATE countersign.post SET wanted_seq = :seq
            WHERE run = :run AND kind IN ('ROOT', 'CARD')
            """)
        .bind("seq", seq)
        .bind("run", run.value())
        .execute();
    switch (event) {
      case RunEvent.Requested _ -> post(handle, run, "root", "ROOT", seq);
      case RunEvent.GateOpened it -> {
        post(handle, run, "card/" + it.gate(), "CARD", seq);
        // whether there is more than the card has room for is found when it is drawn
        post(handle, run, "file/" + it.gate(), "FILE", seq);
      }
      case RunEvent.PersonNeeded _, RunEvent.StepInDoubt _ ->
          post(handle, run, "say/" + seq, "BROADCAST", seq);
      case RunEvent.Finished _ -> {
        post(handle, run, "say/" + seq, "BROADCAST", seq);
        post(handle, run, "timeline", "FILE", seq);
        // whether its runbook wants one is found when it is written
        post(handle, run, "report", "FILE", seq);
      }
      case RunEvent.Begun _, RunEvent.StepStarted _ -> {}
      case RunEvent.CancelRequested _,
          RunEvent.RetryRequested _,
          RunEvent.LeftAsIs _,
          RunEvent.SkipRequested _,
          RunEvent.GateApproved _,
          RunEvent.GateDenied _,
          RunEvent.GateExpired _,
          RunEvent.GateLapsed _,
          RunEvent.StepPassedOver _,
          RunEvent.StepParked _,
          RunEvent.StepSucceeded _,
          RunEvent.StepFailed _,
          RunEvent.StepDrifted _,
          RunEvent.AttemptAbandoned _,
          RunEvent.ClearPutOff _,
          RunEvent.AbortBegun _ ->
          post(handle, run, "line/" + seq, "LINE", seq);
    }
  }

  private static void post(Handle handle, RunId run, String key, String kind, long seq) {
    handle
        .createUpdate(
            """
            INSERT INTO countersign.post (run, key, channel, kind, seq, wanted_seq)
            SELECT id, :key, channel, :kind, :seq, :seq FROM countersign.run WHERE id = :run
            """)
        .bind("key", key)
        .bind("kind", kind)
        .bind("seq", seq)
        .bind("run", run.value())
        .execute();
  }

  /**
   * Makes the run's execution due now. An execution that is going on looks again by itself before
   * it rests.
   */
  static void wake(Handle handle, RunId run) {
    handle
        .createUpdate(
            """
            INSERT INTO countersign.scheduled_tasks (task_name, task_instance, execution_time, picked, version)
            VALUES (:task, :run, clock_timestamp(), false, 1)
            ON CONFLICT (task_name, task_instance) DO UPDATE
              SET execution_time = clock_timestamp(), version = scheduled_tasks.version + 1
              WHERE NOT scheduled_tasks.picked
            """)
        .bind("task", TASK)
        .bind("run", run.value())
        .execute();
  }
}
