package io.countersign.store;

import io.countersign.RunId;
import io.countersign.audit.Anchor;
import io.countersign.audit.Anchors;
import io.countersign.audit.Reads;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;

/** Anchors and reads on PostgreSQL. What an anchor holds the database fills in itself. */
public final class JdbiAnchors implements Anchors, Reads {
  static final String ANCHOR =
      "SELECT number, occasion, previous, heads, chains, links, at, hash FROM"
          + " countersign.audit_anchor ";

  private final Jdbi jdbi;

  JdbiAnchors(Jdbi jdbi) {
    this.jdbi = jdbi;
  }

  static Anchor anchor(ResultSet row) throws SQLException {
    return new Anchor(
        row.getLong(1),
        row.getString(2),
        row.getString(3),
        row.getString(4),
        row.getLong(5),
        row.getLong(6),
        Ledger.instant(row, 7),
        row.getString(8));
  }

  @Override
  public Optional<Anchor> makeIfDue(Duration age) {
    return jdbi.inTransaction(
        handle ->
            handle
                .createQuery(
                    """
                    WITH due (ended, old) AS (
                      SELECT EXISTS (SELECT FROM countersign.audit_head h JOIN countersign.run r ON r.id = h.chain
                                     WHERE h.n > h.anchored AND r.ended_at IS NOT NULL),
                             coalesce((SELECT at FROM countersign.audit_anchor ORDER BY number DESC LIMIT 1)
                                        + CAST(:age AS interval) <= countersign.now(), true))
                    INSERT INTO countersign.audit_anchor (occasion)
                    SELECT CASE WHEN ended THEN 'RUN_ENDED' ELSE 'INTERVAL' END FROM due
                    WHERE (ended OR old)
                      AND EXISTS (SELECT FROM countersign.audit_head WHERE n > anchored AND chain <> 'anchors')
                    RETURNING number, occasion, previous, heads, chains, links, at, hash
                    """)
                .bind("age", age.toMillis() + " milliseconds")
                .map((row, _) -> anchor(row))
                .findOne());
  }

  @Override
  public List<Anchor> after(long number, int limit) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(ANCHOR + "WHERE number > :number ORDER BY number LIMIT :limit")
                .bind("number", number)
                .bind("limit", limit)
                .map((row, _) -> anchor(row))
                .list());
  }

  @Override
  public Optional<Anchor> find(long number) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(ANCHOR + "WHERE number = :number")
                .bind("number", number)
                .map((row, _) -> anchor(row))
                .findOne());
  }

  @Override
  public long newest() {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery("SELECT coalesce(max(number), 0) FROM countersign.audit_anchor")
                .mapTo(Long.class)
                .one());
  }

  @Override
  public Optional<Untold> untold(String channel, String sender, Duration lease) {
    return jdbi.inTransaction(
        handle ->
            handle
                .createQuery(
                    """
                    WITH newest AS (SELECT * FROM countersign.audit_anchor ORDER BY number DESC LIMIT 1),
                         held AS (
                      INSERT INTO countersign.audit_told AS t (channel, trying, sender, until)
                      SELECT :channel, number, :sender, clock_timestamp() + CAST(:lease AS interval) FROM newest
                      ON CONFLICT (channel) DO UPDATE
                        SET trying = excluded.trying, sender = excluded.sender, until = excluded.until
                        WHERE t.number < excluded.trying
                          AND (t.sender = excluded.sender OR t.until < clock_timestamp())
                      RETURNING channel)
                    SELECT a.number, a.occasion, a.previous, a.heads, a.chains, a.links, a.at, a.hash,
                      coalesce((SELECT before.trying FROM countersign.audit_told before
                                WHERE before.channel = held.channel) = a.number, false)
                    FROM held, newest a
                    """)
                .bind("channel", channel)
                .bind("sender", sender)
                .bind("lease", lease.toMillis() + " milliseconds")
                // the last column is of before this statement: whether somebody began to tell it
                .map((row, _) -> new Untold(anchor(row), row.getBoolean(9)))
                .findOne());
  }

  @Override
  public void told(String channel, long number) {
    jdbi.useHandle(
        handle ->
            handle
                .createUpdate(
                    "UPDATE countersign.audit_told SET number = greatest(number, :number) WHERE"
                        + " channel = :channel")
                .bind("number", number)
                .bind("channel", channel)
                .execute());
  }

  @Override
  public void record(Read read) {
    jdbi.useHandle(
        handle ->
            handle
                .createUpdate(
                    """
                    INSERT INTO countersign.audit_read (who, what, run, door)
                    VALUES (:who, :what, :run, :door)
                    """)
                .bind("who", read.who())
                .bind("what", read.what().name().toLowerCase(Locale.ROOT))
                .bind("run", read.run().map(RunId::value).orElse(null))
                .bind("door", read.door())
                .execute());
  }
}
