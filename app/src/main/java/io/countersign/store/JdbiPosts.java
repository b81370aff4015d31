package io.countersign.store;

import io.countersign.RunId;
import io.countersign.run.Fold;
import io.countersign.run.RunEvent;
import io.countersign.run.RunState;
import io.countersign.thread.Posts;
import io.countersign.thread.Threads;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
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

  @Override
  public void release(String sender) {
    jdbi.useHandle(
        handle ->
            handle
                .createUpdate(
                    """
                    UPDATE countersign.channel_lease SET until = clock_timestamp()
                    WHERE sender = :sender AND until > clock_timestamp()
                    """)
                .bind("sender", sender)
                .execute());
  }

  /**
   * Whatever belongs into a thread waits for its root; a line waits for the lines before it. A
   * direct message leads to its card, unless no card can stand where the run's thread is.
   */
  private static List<Post> give(Handle handle, String sender, int limit) {
    return handle
        .createQuery(
            """
            WITH due AS (
              SELECT p.run, p.channel, p.key, p.kind, p.seq, p.wanted_seq, p.ts, root.ts AS root_ts, p.tries, p.next_try,
                r.ended_at IS NOT NULL AS ended,
                CASE p.kind WHEN 'CARD' THEN 0 WHEN 'ROOT' THEN 1 WHEN 'DIRECT' THEN 2 ELSE 3 END AS rank
              FROM countersign.post p
              JOIN countersign.run r ON r.id = p.run
              JOIN countersign.channel_lease l ON l.channel = p.channel AND l.sender = :sender AND l.closed IS NULL
              LEFT JOIN countersign.post root ON root.run = p.run AND root.key = 'root'
              WHERE p.shown_seq < p.wanted_seq AND p.next_try <= countersign.now()
                AND (p.kind = 'ROOT' OR root.ts IS NOT NULL OR starts_with(p.key, 'closed/'))
                AND (p.kind <> 'DIRECT' OR starts_with(p.key, 'closed/') OR EXISTS (
                  SELECT FROM countersign.post card
                  LEFT JOIN countersign.channel_lease there ON there.channel = card.channel
                  WHERE card.run = p.run AND card.key = 'card/' || split_part(p.key, '/', 2)
                    AND (card.ts IS NOT NULL OR there.closed IS NOT NULL)))
                AND (p.kind NOT IN ('LINE', 'BROADCAST') OR NOT EXISTS (
                  SELECT FROM countersign.post earlier
                  WHERE earlier.run = p.run AND earlier.kind IN ('LINE', 'BROADCAST') AND earlier.seq < p.seq
                    AND earlier.shown_seq < earlier.wanted_seq AND earlier.next_try > countersign.now()))),
            placed AS (
              SELECT due.*, ts IS NOT NULL AS edit,
                row_number() OVER (PARTITION BY ts IS NOT NULL ORDER BY rank, ended DESC, next_try, seq) AS place
              FROM due)
            SELECT run, channel, key, kind, seq, wanted_seq, ts, root_ts, tries FROM placed
            WHERE NOT edit OR place <= (
              SELECT count(*) FROM countersign.edit_slot
              WHERE taken_at <= countersign.now() - interval '1 minute' OR taken_at > countersign.now())
            ORDER BY rank, CASE WHEN rank < 3 THEN ended END DESC, CASE WHEN rank < 3 THEN next_try END, seq
            LIMIT :limit
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
        .list();
  }

  @Override
  public boolean sending(String sender, Post post, Duration lease) {
    return keep(sender, post.channel(), lease)
        && jdbi.withHandle(
                handle ->
                    handle
                        .createUpdate(
                            "UPDATE countersign.post SET tries = tries + 1 WHERE run = :run AND key"
                                + " = :key AND ts IS NULL")
                        .bind("run", post.run().value())
                        .bind("key", post.key())
                        .execute())
            == 1;
  }

  @Override
  public boolean takeEdit(Urgency urgency) {
    return jdbi.withHandle(
        handle ->
            handle
                    .createUpdate(
                        """
                        UPDATE countersign.edit_slot SET taken_at = countersign.now()
                        WHERE n = (
                          SELECT n FROM countersign.edit_slot
                          WHERE n <= :most
                            AND (taken_at <= countersign.now() - interval '1 minute' OR taken_at > countersign.now())
                          ORDER BY n DESC LIMIT 1 FOR UPDATE SKIP LOCKED)
                        """)
                    .bind("most", slots(urgency))
                    .execute()
                == 1);
  }

  private static int slots(Urgency urgency) {
    return switch (urgency) {
      case WAITED_FOR -> 45;
      case MOVED -> 35;
      case PROGRESS -> 20;
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
                  UPDATE countersign.post
                  SET ts = :ts, shown_seq = greatest(shown_seq, :seq), tries = 0, trouble = NULL, next_try = countersign.now()
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
    later(post, wait, reason, false);
  }

  @Override
  public void refused(Post post, Duration wait, String reason) {
    later(post, wait, reason, true);
  }

  private void later(Post post, Duration wait, String reason, boolean certain) {
    jdbi.useHandle(
        handle ->
            handle
                .createUpdate(
                    """
                    UPDATE countersign.post
                    SET next_try = countersign.now() + CAST(:wait AS interval), trouble = left(:reason, 300),
                      tries = CASE WHEN :certain THEN 0 ELSE tries END
                    WHERE run = :run AND key = :key
                    """)
                .bind("wait", wait.toMillis() + " milliseconds")
                .bind("reason", reason)
                .bind("certain", certain)
                .bind("run", post.run().value())
                .bind("key", post.key())
                .execute());
  }

  @Override
  public void hold(String channel, Duration wait, String reason) {
    jdbi.useHandle(
        handle ->
            handle
                .createUpdate(
                    """
                    UPDATE countersign.post
                    SET next_try = greatest(next_try, countersign.now() + CAST(:wait AS interval)), trouble = left(:reason, 300)
                    WHERE channel = :channel AND shown_seq < wanted_seq AND ts IS NULL
                    """)
                .bind("wait", wait.toMillis() + " milliseconds")
                .bind("reason", reason)
                .bind("channel", channel)
                .execute());
  }

  @Override
  public boolean close(String channel, String code, Duration look) {
    return jdbi.inTransaction(
        handle -> {
          boolean known =
              handle
                  .createQuery(
                      "SELECT closed IS NOT NULL FROM countersign.channel_lease WHERE channel ="
                          + " :channel FOR UPDATE")
                  .bind("channel", channel)
                  .mapTo(Boolean.class)
                  .findOne()
                  .orElse(false);
          handle
              .createUpdate(
                  """
                  UPDATE countersign.channel_lease
                  SET closed = left(:code, 100), closed_since = coalesce(closed_since, countersign.now()),
                    look_at = countersign.now() + CAST(:look AS interval)
                  WHERE channel = :channel
                  """)
              .bind("code", code)
              .bind("look", look.toMillis() + " milliseconds")
              .bind("channel", channel)
              .execute();
          tellRequesters(handle, channel);
          return !known;
        });
  }

  /** Each run's requester once, and again after six hours. */
  private static void tellRequesters(Handle handle, String channel) {
    handle
        .createUpdate(
            """
            INSERT INTO countersign.post (run, key, channel, kind, seq, wanted_seq)
            SELECT r.id, 'closed/' || floor(extract(epoch FROM countersign.now()) / 21600)::bigint || '/' || asked.by, asked.by,
              'DIRECT', r.seq, r.seq
            FROM countersign.run r CROSS JOIN LATERAL (SELECT split_part(r.requester, '/', 2) AS by) AS asked
            WHERE r.channel = :channel AND r.ended_at IS NULL
            ON CONFLICT DO NOTHING
            """)
        .bind("channel", channel)
        .execute();
  }

  @Override
  public void open(String channel) {
    jdbi.useTransaction(
        handle -> {
          handle
              .createUpdate(
                  """
                  UPDATE countersign.channel_lease SET closed = NULL, closed_since = NULL, look_at = NULL
                  WHERE channel = :channel
                  """)
              .bind("channel", channel)
              .execute();
          handle
              .createUpdate(
                  """
                  UPDATE countersign.post SET next_try = countersign.now()
                  WHERE channel = :channel AND shown_seq < wanted_seq
                  """)
              .bind("channel", channel)
              .execute();
        });
  }

  @Override
  public List<String> toLookAt(String sender, Duration lease) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(
                    """
                    UPDATE countersign.channel_lease
                    SET sender = :sender, until = clock_timestamp() + CAST(:lease AS interval)
                    WHERE closed IS NOT NULL AND look_at <= countersign.now()
                      AND (sender = :sender OR until < clock_timestamp())
                    RETURNING channel
                    """)
                .bind("sender", sender)
                .bind("lease", lease.toMillis() + " milliseconds")
                .mapTo(String.class)
                .list());
  }

  @Override
  public Map<String, Closed> closed() {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(
                    "SELECT channel, closed, closed_since FROM countersign.channel_lease WHERE"
                        + " closed IS NOT NULL ORDER BY channel")
                .map(
                    (rows, _) ->
                        new Closed(rows.getString(1), rows.getString(2), Ledger.instant(rows, 3)))
                .stream()
                .collect(Collectors.toMap(Closed::channel, it -> it)));
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
