package io.countersign.store;

import io.countersign.audit.Anchor;
import io.countersign.audit.AuditBook;
import io.countersign.audit.AuditRow;
import io.countersign.audit.Head;
import io.countersign.audit.Link;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;

/**
 * What is verified and exported, read from PostgreSQL. It asks the database for rows alone and for
 * none of the functions that made the chains: those could have been changed too.
 */
public final class JdbiAudit {
  /** A gate's votes belong to its run; a vote without a gate belongs to none. */
  private static final String ROWS =
      """
      WITH covered (source, key, content) AS (
        SELECT 'run', t.id, to_jsonb(t) FROM countersign.run t WHERE t.id = :chain
        UNION ALL
        SELECT 'run_event', t.seq::text, to_jsonb(t) FROM countersign.run_event t WHERE t.run = :chain
        UNION ALL
        SELECT 'gate', t.id::text, to_jsonb(t) FROM countersign.gate t WHERE t.run = :chain
        UNION ALL
        SELECT 'vote', t.gate || '/' || t.person, to_jsonb(t) FROM countersign.vote t
        WHERE t.gate IN (SELECT id FROM countersign.gate WHERE run = :chain)
        UNION ALL
        SELECT 'vote', t.gate || '/' || t.person, to_jsonb(t) FROM countersign.vote t
        WHERE :chain = '' AND NOT EXISTS (SELECT FROM countersign.gate WHERE id = t.gate)
        UNION ALL
        SELECT 'step_attempt', t.step || '/' || t.attempt, to_jsonb(t) FROM countersign.step_attempt t WHERE t.run = :chain
        UNION ALL
        SELECT 'notice', t.id::text, to_jsonb(t) FROM countersign.notice t WHERE t.run = :chain
        UNION ALL
        SELECT 'audit_read', t.id::text, to_jsonb(t) FROM countersign.audit_read t WHERE :chain = 'reads'
        UNION ALL
        SELECT 'audit_anchor', t.number::text, to_jsonb(t) FROM countersign.audit_anchor t WHERE :chain = 'anchors')
      SELECT c.source, c.key, array_agg(f.key ORDER BY f.key), array_agg(f.value::text ORDER BY f.key)
      FROM covered c CROSS JOIN LATERAL jsonb_each(c.content) AS f (key, value)
      GROUP BY c.source, c.key ORDER BY c.source, length(c.key), c.key
      """;

  private static final String CHAINS =
      """
      SELECT id FROM countersign.run
      UNION SELECT run FROM countersign.run_event
      UNION SELECT run FROM countersign.gate
      UNION SELECT run FROM countersign.step_attempt
      UNION SELECT coalesce(g.run, '') FROM countersign.vote v LEFT JOIN countersign.gate g ON g.id = v.gate
      UNION SELECT run FROM countersign.notice
      UNION SELECT 'reads' FROM countersign.audit_read
      UNION SELECT 'anchors' FROM countersign.audit_anchor
      UNION SELECT chain FROM countersign.audit_link
      UNION SELECT chain FROM countersign.audit_head
      UNION SELECT chain FROM countersign.audit_anchor_head
      """;

  private static final String LINKS =
      """
      SELECT n, source, row_key, columns, row_hash, previous, (extract(epoch FROM at) * 1000000)::bigint, hash
      FROM countersign.audit_link WHERE chain = :chain ORDER BY n
      """;

  private final Jdbi jdbi;

  JdbiAudit(Jdbi jdbi) {
    this.jdbi = jdbi;
  }

  /** Reads all of it as of one moment, while this looks; nothing waits for it. */
  public <T> T look(Function<AuditBook, T> looking) {
    return jdbi.inTransaction(
        TransactionIsolationLevel.REPEATABLE_READ,
        handle -> {
          // as the triggers have them: both decide how values are written
          handle.execute("SET LOCAL timezone = 'UTC'");
          handle.execute("SET LOCAL intervalstyle = 'postgres'");
          // between two chains it computes; a look that takes long is not a process that stands
          // still
          handle.execute("SET LOCAL idle_in_transaction_session_timeout = '10min'");
          return looking.apply(new Book(handle));
        });
  }

  private record Book(Handle handle) implements AuditBook {
    @Override
    public SortedSet<String> chains() {
      return new TreeSet<>(handle.createQuery(CHAINS).mapTo(String.class).list());
    }

    @Override
    public Chapter chapter(String chain) {
      return new Chapter(chain, rows(chain), links(chain), head(chain), events(chain));
    }

    private List<AuditRow> rows(String chain) {
      return handle
          .createQuery(ROWS)
          .bind("chain", chain)
          .map(
              (row, _) ->
                  new AuditRow(
                      row.getString(1),
                      chain,
                      row.getString(2),
                      fields(
                          (String[]) row.getArray(3).getArray(),
                          (String[]) row.getArray(4).getArray())))
          .list();
    }

    private static SortedMap<String, String> fields(String[] names, String[] values) {
      var fields = new TreeMap<String, String>();
      for (int i = 0; i < names.length; i++) {
        fields.put(names[i], values[i]);
      }
      return fields;
    }

    private List<Link> links(String chain) {
      return handle
          .createQuery(LINKS)
          .bind("chain", chain)
          .map(
              (row, _) ->
                  new Link(
                      chain,
                      row.getLong(1),
                      row.getString(2),
                      row.getString(3),
                      Arrays.asList((String[]) row.getArray(4).getArray()),
                      row.getString(5),
                      row.getString(6),
                      row.getLong(7),
                      row.getString(8)))
          .list();
    }

    private Optional<Head> head(String chain) {
      return handle
          .createQuery("SELECT n, hash, anchored FROM countersign.audit_head WHERE chain = :chain")
          .bind("chain", chain)
          .map((row, _) -> new Head(chain, row.getLong(1), row.getString(2), row.getLong(3)))
          .findOne();
    }

    private OptionalLong events(String chain) {
      return handle
          .createQuery("SELECT seq FROM countersign.run WHERE id = :chain")
          .bind("chain", chain)
          .mapTo(Long.class)
          .findOne()
          .map(OptionalLong::of)
          .orElseGet(OptionalLong::empty);
    }

    @Override
    public List<Anchor> anchors() {
      return handle
          .createQuery(JdbiAnchors.ANCHOR + "ORDER BY number")
          .map((row, _) -> JdbiAnchors.anchor(row))
          .list();
    }

    @Override
    public List<Anchor.AnchoredHead> anchoredHeads() {
      return handle
          .createQuery("SELECT anchor, chain, n, hash FROM countersign.audit_anchor_head")
          .map((row, _) -> anchoredHead(row))
          .list();
    }

    private static Anchor.AnchoredHead anchoredHead(ResultSet row) throws SQLException {
      return new Anchor.AnchoredHead(
          row.getLong(1), row.getString(2), row.getLong(3), row.getString(4));
    }
  }
}
