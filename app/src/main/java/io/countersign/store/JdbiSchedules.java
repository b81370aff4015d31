package io.countersign.store;

import io.countersign.Person;
import io.countersign.RunId;
import io.countersign.estate.TenantRef;
import io.countersign.run.Ending;
import io.countersign.run.Schedules;
import io.countersign.runbook.Value;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** What comes later, on PostgreSQL. */
public final class JdbiSchedules implements Schedules {
  private static final String ROWS =
      """
      SELECT id, made_by, made_step, runbook, estate, tenant, parameters::text, requester, reason,
        extract(epoch FROM again)::bigint, channel, due_at, firings
      FROM countersign.schedule
      """;

  private final Jdbi jdbi;
  private final Json json;

  JdbiSchedules(Jdbi jdbi, Json json) {
    this.jdbi = jdbi;
    this.json = json;
  }

  @Override
  public Added add(Later later) {
    return add(later, true);
  }

  @Override
  public Added addApart(Later later) {
    return add(later, false);
  }

  private Added add(Later later, boolean putsOff) {
    return jdbi.inTransaction(
        handle -> {
          int written = insert(handle, later);
          int moved = written == 0 || !putsOff ? 0 : putOff(handle, later);
          var due =
              handle
                  .createQuery(
                      "SELECT due_at FROM countersign.schedule WHERE made_by = :by AND made_step ="
                          + " :step")
                  .bind("by", later.madeBy().value())
                  .bind("step", later.madeStep())
                  .map((rows, _) -> Ledger.instant(rows, 1))
                  .one();
          return new Added(due, moved);
        });
  }

  private int insert(Handle handle, Later later) {
    return handle
        .createUpdate(
            """
            INSERT INTO countersign.schedule
              (made_by, made_step, runbook, estate, tenant, parameters, requester, channel, reason, again, due_at, next_try)
            SELECT id, :step, :runbook, :estate, :tenant, CAST(:parameters AS jsonb), :requester, channel, :reason,
              :after * interval '1 second', countersign.now() + :after * interval '1 second',
              countersign.now() + :after * interval '1 second'
            FROM countersign.run WHERE id = :by
            ON CONFLICT (made_by, made_step) DO NOTHING
            """)
        .bind("by", later.madeBy().value())
        .bind("step", later.madeStep())
        .bind("runbook", later.runbook())
        .bind("estate", later.tenant().estate())
        .bind("tenant", later.tenant().slug())
        .bind("parameters", json.text(new Parameters(later.parameters())))
        .bind("requester", later.requester().key())
        .bind("reason", later.reason())
        .bind("after", later.after().toSeconds())
        .execute();
  }

  private static int putOff(Handle handle, Later later) {
    return handle
        .createUpdate(
            """
            UPDATE countersign.schedule s SET due_at = n.due_at, next_try = n.due_at
            FROM countersign.schedule n
            WHERE n.made_by = :by AND n.made_step = :step AND s.id <> n.id AND s.state = 'PENDING'
              AND (s.estate, s.tenant, s.runbook) = (n.estate, n.tenant, n.runbook) AND s.due_at < n.due_at
            """)
        .bind("by", later.madeBy().value())
        .bind("step", later.madeStep())
        .execute();
  }

  /** The stored form of parameters. */
  record Parameters(Map<String, Value> values) {
    Parameters {
      values = new HashMap<>(values);
    }
  }

  @Override
  public List<Schedule> pending(TenantRef tenant) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(
                    ROWS
                        + "WHERE state = 'PENDING' AND estate = :estate AND tenant = :tenant ORDER"
                        + " BY due_at")
                .bind("estate", tenant.estate())
                .bind("tenant", tenant.slug())
                .map((rows, _) -> row(rows))
                .list());
  }

  @Override
  public List<Schedule> due(int limit) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(
                    ROWS
                        + "WHERE state = 'PENDING' AND next_try <= countersign.now() ORDER BY"
                        + " next_try LIMIT :limit")
                .bind("limit", limit)
                .map((rows, _) -> row(rows))
                .list());
  }

  @Override
  public List<Schedule> upcoming(int limit) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(ROWS + "WHERE state = 'PENDING' ORDER BY due_at LIMIT :limit")
                .bind("limit", limit)
                .map((rows, _) -> row(rows))
                .list());
  }

  @Override
  public Optional<Schedule> find(UUID id) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(ROWS + "WHERE state = 'PENDING' AND id = :id")
                .bind("id", id)
                .map((rows, _) -> row(rows))
                .findOne());
  }

  @Override
  public Optional<Instant> putOff(UUID id, Instant due, Person by) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(
                    """
                    UPDATE countersign.schedule
                    SET due_at = greatest(due_at, countersign.now()) + again,
                      next_try = greatest(due_at, countersign.now()) + again, trouble = 'put off by ' || :by
                    WHERE id = :id AND state = 'PENDING' AND due_at = :due
                    RETURNING due_at
                    """)
                .bind("id", id)
                .bind("due", due.atOffset(ZoneOffset.UTC))
                .bind("by", by.key())
                .map((rows, _) -> Ledger.instant(rows, 1))
                .findOne());
  }

  private Schedule row(ResultSet rows) throws SQLException {
    var later =
        new Later(
            new RunId(rows.getString(2)),
            rows.getString(3),
            rows.getString(4),
            new TenantRef(rows.getString(5), rows.getString(6)),
            json.read(rows.getString(7), Parameters.class).values(),
            Person.ofKey(rows.getString(8)),
            rows.getString(9),
            Duration.ofSeconds(rows.getLong(10)));
    return new Schedule(
        rows.getObject(1, UUID.class),
        later,
        rows.getString(11),
        Ledger.instant(rows, 12),
        rows.getInt(13));
  }

  @Override
  public boolean cancel(UUID id, String why) {
    return jdbi.withHandle(
            handle ->
                handle
                    .createUpdate(
                        "UPDATE countersign.schedule SET state = 'CANCELLED', why = :why WHERE id ="
                            + " :id AND state = 'PENDING'")
                    .bind("why", why)
                    .bind("id", id)
                    .execute())
        == 1;
  }

  /** The run's row is locked, so that its end is either seen here or finds this row running. */
  @Override
  public void started(Schedule schedule, RunId run) {
    jdbi.useTransaction(
        handle -> {
          var locked = JdbiJournal.lock(handle, run).orElseThrow();
          handle
              .createUpdate(
                  """
                  UPDATE countersign.schedule SET state = 'RUNNING', run = :run, firings = firings + 1, trouble = NULL
                  WHERE id = :id AND state = 'PENDING' AND firings = :firings
                  """)
              .bind("run", run.value())
              .bind("id", schedule.id())
              .bind("firings", schedule.firings())
              .execute();
          if (locked.ended()) {
            var ending =
                handle
                    .createQuery("SELECT ending FROM countersign.run WHERE id = :run")
                    .bind("run", run.value())
                    .mapTo(String.class)
                    .one();
            ended(handle, run, Ending.valueOf(ending));
          }
        });
  }

  /** What a run's end means to the row that started it; the caller holds the run's row lock. */
  static void ended(Handle handle, RunId run, Ending ending) {
    handle
        .createUpdate(
            """
            UPDATE countersign.schedule SET state = :state, due_at = countersign.now() + again,
              next_try = countersign.now() + again
            WHERE run = :run AND state = 'RUNNING'
            """)
        .bind("state", ending == Ending.DONE ? "DONE" : "PENDING")
        .bind("run", run.value())
        .execute();
  }

  @Override
  public void postpone(UUID id, Duration wait, String trouble) {
    jdbi.useHandle(
        handle ->
            handle
                .createUpdate(
                    """
                    UPDATE countersign.schedule
                    SET next_try = countersign.now() + :wait * interval '1 second', trouble = :trouble
                    WHERE id = :id AND state = 'PENDING'
                    """)
                .bind("wait", wait.toSeconds())
                .bind("trouble", trouble)
                .bind("id", id)
                .execute());
  }
}
