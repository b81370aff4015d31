package io.countersign.store;

import io.countersign.Person;
import io.countersign.RunId;
import io.countersign.thread.Homes;
import java.time.Duration;
import java.util.List;
import org.jdbi.v3.core.Jdbi;

/** What App Homes show, on PostgreSQL. Who has opened one is known from the requests kept. */
public final class JdbiHomes implements Homes {
  private static final String LEASE = "app-home";
  private final Jdbi jdbi;

  JdbiHomes(Jdbi jdbi) {
    this.jdbi = jdbi;
  }

  @Override
  public List<Opened> opened(Duration age, int limit) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(
                    """
                    SELECT body -> 'who' ->> 'workspace', body -> 'who' ->> 'user', max(received_at)
                    FROM countersign.request
                    WHERE kind = 'opened' AND received_at > countersign.now() - CAST(:age AS interval)
                    GROUP BY 1, 2 ORDER BY 3 DESC LIMIT :limit
                    """)
                .bind("age", age.toMillis() + " milliseconds")
                .bind("limit", limit)
                .map(
                    (rows, _) ->
                        new Opened(
                            new Person(rows.getString(1), rows.getString(2)),
                            Ledger.instant(rows, 3)))
                .list());
  }

  @Override
  public boolean lead(String process, Duration lease) {
    return jdbi.withHandle(
        handle ->
            handle
                    .createUpdate(
                        """
                        INSERT INTO countersign.channel_lease AS held (channel, sender, until)
                        VALUES (:home, :process, clock_timestamp() + CAST(:lease AS interval))
                        ON CONFLICT (channel) DO UPDATE SET sender = excluded.sender, until = excluded.until
                        WHERE held.sender = excluded.sender OR held.until < clock_timestamp()
                        """)
                    .bind("home", LEASE)
                    .bind("process", process)
                    .bind("lease", lease.toMillis() + " milliseconds")
                    .execute()
                == 1);
  }

  /** Votes that do not decide yet are no events. */
  @Override
  public String state() {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(
                    """
                    SELECT concat_ws('/',
                      (SELECT concat_ws('/', count(*), sum(seq)) FROM countersign.run WHERE ended_at IS NULL),
                      (SELECT max(ended_at) FROM countersign.run),
                      (SELECT count(*) FROM countersign.vote v JOIN countersign.gate g ON g.id = v.gate
                       WHERE g.status = 'OPEN'),
                      (SELECT concat_ws('/', count(*), sum(extract(epoch FROM due_at))) FROM countersign.schedule
                       WHERE state = 'PENDING'),
                      (SELECT string_agg(channel || closed, '/' ORDER BY channel) FROM countersign.channel_lease))
                    """)
                .mapTo(String.class)
                .one());
  }

  @Override
  public List<RunId> ended(int limit) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(
                    "SELECT id FROM countersign.run WHERE ended_at IS NOT NULL ORDER BY ended_at"
                        + " DESC LIMIT :limit")
                .bind("limit", limit)
                .map((rows, _) -> new RunId(rows.getString(1)))
                .list());
  }
}
