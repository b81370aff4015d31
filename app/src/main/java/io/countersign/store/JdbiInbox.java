package io.countersign.store;

import io.countersign.thread.Inbox;
import java.time.Duration;
import java.util.List;
import org.jdbi.v3.core.Jdbi;

/** Requests from outside on PostgreSQL. */
public final class JdbiInbox implements Inbox {
  private final Jdbi jdbi;

  JdbiInbox(Jdbi jdbi) {
    this.jdbi = jdbi;
  }

  @Override
  public boolean accept(String key, String kind, String body) {
    return jdbi.withHandle(
        handle ->
            handle
                    .createUpdate(
                        """
                        INSERT INTO countersign.request (key, kind, body) VALUES (:key, :kind, CAST(:body AS jsonb))
                        ON CONFLICT (key) DO NOTHING
                        """)
                    .bind("key", key)
                    .bind("kind", kind)
                    .bind("body", body)
                    .execute()
                == 1);
  }

  @Override
  public List<Waiting> unhandled(Duration age, int limit) {
    return jdbi.inTransaction(
        handle ->
            handle
                .createQuery(
                    """
                    UPDATE countersign.request SET given_at = countersign.now()
                    WHERE key IN (
                      SELECT key FROM countersign.request
                      WHERE handled_at IS NULL AND given_at < countersign.now() - CAST(:age AS interval)
                      ORDER BY received_at LIMIT :limit FOR UPDATE SKIP LOCKED)
                    RETURNING key, kind, body::text
                    """)
                .bind("age", age.toMillis() + " milliseconds")
                .bind("limit", limit)
                .map(
                    (rows, _) ->
                        new Waiting(rows.getString(1), rows.getString(2), rows.getString(3)))
                .list());
  }

  @Override
  public void handled(String key) {
    jdbi.useHandle(
        handle ->
            handle
                .createUpdate(
                    "UPDATE countersign.request SET handled_at = countersign.now() WHERE key ="
                        + " :key")
                .bind("key", key)
                .execute());
  }
}
