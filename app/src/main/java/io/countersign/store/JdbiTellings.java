package io.countersign.store;

import io.countersign.run.Tellings;
import java.time.Duration;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;

/** What was told and is told again, on PostgreSQL; the table has the name of what came first. */
public final class JdbiTellings implements Tellings {
  private final Jdbi jdbi;

  JdbiTellings(Jdbi jdbi) {
    this.jdbi = jdbi;
  }

  @Override
  public Optional<Telling> take(
      String estate, String name, String sender, Duration lease, Duration again) {
    return jdbi.inTransaction(
        handle ->
            handle
                .createQuery(
                    """
                    WITH before AS (
                      SELECT told, tried FROM countersign.leftover WHERE estate = :estate AND name = :name),
                         held AS (
                      INSERT INTO countersign.leftover AS l (estate, name, tried, sender, until)
                      VALUES (:estate, :name, 1, :sender, clock_timestamp() + CAST(:lease AS interval))
                      ON CONFLICT (estate, name) DO UPDATE
                        SET tried = l.told + 1, sender = excluded.sender, until = excluded.until
                        WHERE (l.told_at IS NULL OR l.told_at + CAST(:again AS interval) <= countersign.now())
                          AND (l.sender = excluded.sender OR l.until < clock_timestamp())
                      RETURNING tried)
                    SELECT held.tried, coalesce((SELECT b.tried > b.told FROM before b), false) FROM held
                    """)
                .bind("estate", estate)
                .bind("name", name)
                .bind("sender", sender)
                .bind("lease", lease.toMillis() + " milliseconds")
                .bind("again", again.toMillis() + " milliseconds")
                .map((row, _) -> new Telling(row.getInt(1), row.getBoolean(2)))
                .findOne());
  }

  @Override
  public void told(String estate, String name, Telling telling) {
    jdbi.useHandle(
        handle ->
            handle
                .createUpdate(
                    """
                    UPDATE countersign.leftover SET told = :number, told_at = countersign.now()
                    WHERE estate = :estate AND name = :name AND told < :number
                    """)
                .bind("number", telling.number())
                .bind("estate", estate)
                .bind("name", name)
                .execute());
  }
}
