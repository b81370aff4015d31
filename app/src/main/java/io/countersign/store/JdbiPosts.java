package io.countersign.store;

import io.countersign.RunId;
import io.countersign.run.Fold;
import io.countersign.run.RunEvent;
import io.countersign.run.RunState;
import io.countersign.thread.Posts;
import io.countersign.thread.Threads;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** Posts on PostgreSQL: one sender leases a channel at a time, whatever the number of processes. */
public final class JdbiPosts implements Posts, Threads {
  private final Jdbi jdbi;
  private final Ledger ledger;

  JdbiPosts(Jdbi jdbi, EventCodec codec) {
    this.jdbi = jdbi;
    this.ledger = new Ledger(codec);
  }

  @Override
  public List<Post> due(String sender, Duration lease, int limit) {
    return jdbi.inTransaction(
        handle -> {
          lease(handle, sender, lease);
          return give(handle, sender, limit);
        });
  }

  private static void lease(Handle handle, String sender, Duration lease) {
    handle
        .createUpdate(
            """
            INSERT INTO countersign.channel_lease AS held (channel, sender, until)
            SELECT behind.channel, :sender, clock_timestamp() + CAST(:lease AS interval)
            FROM (SELECT DISTINCT channel FROM countersign.post
                  WHERE shown_seq < wanted_seq AND next_try <= countersign.now()) AS behind
            ON CONFLICT (channel) DO UPDATE SET sender = excluded.sender, until = excluded.until
            WHERE held.sender = excluded.sender OR held.until < clock_timestamp()
            """)
        .bind("sender", sender)
        .bind("lease", lease.toMillis() + " milliseconds")
        .execute();
  }

  @Override
  public boolean keep(String sender, String channel, Duration lease) {
    return jdbi.withHandle(
        handle ->
            handle
                    .createUpdate(
                        """
                        UPDATE countersign.channel_lease
                        SET until = clock_timestamp() + CAST(:lease AS interval)
                        WHERE channel = :channel AND sender = :sender
                        """)
                    .bind("lease", lease.toMillis() + " milliseconds")
                    .bind("channel", channel)
                    .bind("sender", sender)
                    .execute()
                == 1);
  }

  /** Whatever belongs into a thread waits for its root; a line waits for the lines before it. */
  private static List<Post> give(Handle handle, String sender, int limit) {
    return handle
        .createQuery(
            """
            WITH due AS (
              SELECT p.run, p.key FROM countersign.post p
              JOIN countersign.channel_lease l ON l.channel = p.channel AND l.sender = :sender
              LEFT JOIN countersign.post root ON root.run = p.run AND root.key = 'root'
              WHERE p.shown_seq < p.wanted_seq AND p.next_try <= countersign.now()
                AND (p.kind = 'ROOT' OR root.ts IS NOT NULL)
                AND (p.kind <> 'DIRECT' OR EXISTS (
                  SELECT FROM countersign.post card
                  WHERE card.run = p.run AND card.key = 'card/' || split_part(p.key, '/', 2) AND card.ts IS NOT NULL))
                AND (p.kind NOT IN ('LINE', 'BROADCAST') OR NOT EXISTS (
                  SELECT FROM countersign.post earlier
                  WHERE earlier.run = p.run AND earlier.kind IN ('LINE', 'BROADCAST') AND earlier.seq < p.seq
                    AND earlier.shown_seq < earlier.wanted_seq AND earlier.next_try > countersign.now()))
              ORDER BY CASE p.kind WHEN 'CARD' THEN 0 WHEN 'ROOT' THEN 1 WHEN 'DIRECT' THEN 2 ELSE 3 END, p.seq
              LIMIT :limit)
            UPDATE countersign.post p SET tries = p.tries + 1
            FROM due, countersign.post root
            WHERE p.run = due.run AND p.key = due.key AND root.run = p.run AND root.key = 'root'
            RETURNING p.run, p.channel, p.key, p.kind, p.seq, p.wanted_seq, p.ts, root.ts, p.tries - 1
            """)
        .bind("sender", sender)
        .bind("limit", limit)
        .map(
            (rows, _) ->
                new Post(
                    new RunId(rows.getString(1)),
                    rows.getString(2),
                    rows.getString(3),
                    Kind.valueOf(rows.getString(4)),
                    rows.getLong(5),
                    rows.getLong(6),
                    Optional.ofNullable(rows.getString(7)),
                    Optional.ofNullable(rows.getString(8)),
                    rows.getInt(9)))
        .stream()
        .sorted(java.util.Comparator.comparingInt(JdbiPosts::rank).thenComparingLong(Post::seq))
        .toList();
  }

  private static int rank(Post post) {
    return switch (post.kind()) {
      case CARD -> 0;
      case ROOT -> 1;
      case DIRECT -> 2;
      case LINE, BROADCAST, FILE -> 3;
    };
  }

  @Override
  public void stands(Post post, String ts, long shownSeq) {
    jdbi.useTransaction(
        handle -> {
          var locked = JdbiJournal.lock(handle, post.run()).orElseThrow();
          handle
              .createUpdate(
                  """
                  UPDATE countersign.post SET ts = :ts, shown_seq = greatest(shown_seq, :seq), tries = 0, trouble = NULL
                  WHERE run = :run AND key = :key
                  """)
              .bind("ts", ts)
              .bind("seq", shownSeq)
              .bind("run", post.run().value())
              .bind("key", post.key())
              .execute();
          if (post.kind() == Kind.ROOT && post.ts().isEmpty() && !locked.ended()) {
            begin(handle, post.run(), locked);
          }
        });
  }

  /** The run's first step may start now that people can see it. */
  private void begin(Handle handle, RunId run, JdbiJournal.Locked locked) {
    if (Fold.of(ledger.read(handle, run)) instanceof RunState.Asked) {
      ledger.append(handle, run, locked.epoch(), locked.seq(), new RunEvent.Begun());
      Ledger.wake(handle, run);
    }
  }

  @Override
  public void postpone(Post post, Duration wait, String reason) {
    jdbi.useHandle(
        handle ->
            handle
                .createUpdate(
                    """
                    UPDATE countersign.post
                    SET next_try = countersign.now() + CAST(:wait AS interval), trouble = left(:reason, 300)
                    WHERE run = :run AND key = :key
                    """)
                .bind("wait", wait.toMillis() + " milliseconds")
                .bind("reason", reason)
                .bind("run", post.run().value())
                .bind("key", post.key())
                .execute());
  }

  @Override
  public Optional<Standing> root(RunId run) {
    return find(run, "root");
  }

  @Override
  public List<String> called(RunId run, String call) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(
                    "SELECT channel FROM countersign.post WHERE run = :run AND kind = 'DIRECT' AND"
                        + " starts_with(key, :call) ORDER BY channel")
                .bind("run", run.value())
                .bind("call", "direct/" + call + "/")
                .mapTo(String.class)
                .list());
  }

  @Override
  public Optional<Standing> find(RunId run, String key) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(
                    "SELECT channel, ts FROM countersign.post WHERE run = :run AND key = :key AND"
                        + " ts IS NOT NULL")
                .bind("run", run.value())
                .bind("key", key)
                .map((rows, _) -> new Standing(rows.getString(1), rows.getString(2)))
                .findOne());
  }

  @Override
  public Optional<RunId> runOf(String channel, String rootTs) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(
                    "SELECT run FROM countersign.post WHERE channel = :channel AND ts = :ts AND key"
                        + " = 'root'")
                .bind("channel", channel)
                .bind("ts", rootTs)
                .map((rows, _) -> new RunId(rows.getString(1)))
                .findOne());
  }
}
