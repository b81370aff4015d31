package io.countersign.store;

import io.countersign.RunId;
import io.countersign.estate.TenantRef;
import io.countersign.run.Drills;
import io.countersign.run.Ending;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;

/** Rehearsals that were missed, on PostgreSQL. */
public final class JdbiDrills implements Drills {
  private final Jdbi jdbi;

  JdbiDrills(Jdbi jdbi) {
    this.jdbi = jdbi;
  }

  /**
   * A row that starts a rehearsal has the parameter {@code again}: drill.schedule writes it, and
   * nothing else does. A row whose run has not done its work waits anew, and keeps that run.
   */
  @Override
  public List<Missed> missed(Duration grace, Duration patience, int limit) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(
                    """
                    WITH drill AS (
                      SELECT s.*, r.requested_at, r.ended_at, r.ending, countersign.now() AS looked
                      FROM countersign.schedule s LEFT JOIN countersign.run r ON r.id = s.run
                      WHERE s.state IN ('PENDING', 'RUNNING') AND s.parameters #> '{values,again}' IS NOT NULL),
                         late AS (
                      SELECT 'WAITS' AS missed, due_at AS since, drill.* FROM drill
                      WHERE state = 'PENDING' AND due_at + CAST(:grace AS interval) <= looked
                      UNION ALL
                      SELECT 'GOES_ON', due_at, drill.* FROM drill
                      WHERE state = 'RUNNING' AND requested_at + CAST(:patience AS interval) <= looked
                      UNION ALL
                      SELECT 'ENDED', ended_at, drill.* FROM drill
                      WHERE state = 'PENDING' AND due_at > looked AND ended_at + CAST(:patience AS interval) <= looked
                        AND coalesce(trouble, '') NOT LIKE 'put off by %')
                    SELECT missed, estate, tenant, runbook, channel, since, run, ending, due_at, id::text AS schedule, trouble
                    FROM late l
                    WHERE NOT EXISTS (
                      SELECT FROM countersign.run d
                      WHERE (d.estate, d.subject, d.runbook) = (l.estate, l.estate || '/' || l.tenant, l.runbook)
                        AND d.ending = 'DONE' AND d.ended_at >= l.since)
                    ORDER BY since LIMIT :limit
                    """)
                .bind("grace", grace.toMillis() + " milliseconds")
                .bind("patience", patience.toMillis() + " milliseconds")
                .bind("limit", limit)
                .map((rows, _) -> planned(rows))
                .list());
  }

  private static Missed planned(ResultSet rows) throws SQLException {
    var since = Ledger.instant(rows, 6);
    var why =
        switch (rows.getString(1)) {
          case "WAITS" ->
              new Why.Waits(
                  rows.getString("schedule"),
                  since,
                  Optional.ofNullable(rows.getString("trouble")));
          case "GOES_ON" -> new Why.GoesOn(new RunId(rows.getString("run")), since);
          case "ENDED" ->
              new Why.Ended(
                  new RunId(rows.getString("run")),
                  since,
                  Ending.valueOf(rows.getString("ending")),
                  Optional.of(Ledger.instant(rows, 9)));
          default -> throw new IllegalStateException(rows.getString(1));
        };
    return new Missed(
        new TenantRef(rows.getString(2), rows.getString(3)),
        rows.getString(4),
        rows.getString(5),
        why);
  }

  /** What a schedule started is judged by its row. Who cancelled what he asked for has decided. */
  @Override
  public List<Missed> failed(String runbook, Duration patience, Duration within, int limit) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(
                    """
                    SELECT r.estate, split_part(r.subject, '/', 2), r.runbook, r.channel, r.id, r.ended_at, r.ending
                    FROM countersign.run r
                    WHERE r.runbook = :runbook AND r.ended_at > countersign.now() - CAST(:within AS interval)
                      AND r.ending IN ('FAILED', 'DENIED', 'EXPIRED')
                      AND r.ended_at + CAST(:patience AS interval) <= countersign.now()
                      AND r.draft NOT LIKE 'schedule/%'
                      AND NOT EXISTS (
                        SELECT FROM countersign.run d
                        WHERE (d.subject, d.runbook) = (r.subject, r.runbook)
                          AND d.ending = 'DONE' AND d.ended_at >= r.ended_at)
                      AND NOT EXISTS (
                        SELECT FROM countersign.schedule s
                        WHERE (s.estate || '/' || s.tenant, s.runbook) = (r.subject, r.runbook)
                          AND s.state IN ('PENDING', 'RUNNING'))
                    ORDER BY r.ended_at DESC LIMIT :limit
                    """)
                .bind("runbook", runbook)
                .bind("patience", patience.toMillis() + " milliseconds")
                .bind("within", within.toMillis() + " milliseconds")
                .bind("limit", limit)
                .map((rows, _) -> asked(rows))
                .list());
  }

  private static Missed asked(ResultSet rows) throws SQLException {
    return new Missed(
        new TenantRef(rows.getString(1), rows.getString(2)),
        rows.getString(3),
        rows.getString(4),
        new Why.Ended(
            new RunId(rows.getString(5)),
            Ledger.instant(rows, 6),
            Ending.valueOf(rows.getString(7)),
            Optional.empty()));
  }
}
