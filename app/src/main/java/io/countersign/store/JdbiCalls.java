package io.countersign.store;

import io.countersign.GateId;
import io.countersign.Person;
import io.countersign.gate.Call;
import io.countersign.gate.CallStore;
import io.countersign.gate.GateRow;
import io.countersign.thread.Posts;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** Calls on PostgreSQL: rows, so that neither a restart nor a second bot loses or repeats one. */
public final class JdbiCalls implements CallStore {
  private final Jdbi jdbi;
  private final JdbiGates gates;

  JdbiCalls(Jdbi jdbi, JdbiGates gates) {
    this.jdbi = jdbi;
    this.gates = gates;
  }

  /** Writes down a call, in the transaction that makes it necessary. */
  static void add(Handle handle, Call call) {
    handle
        .createUpdate(
            """
            INSERT INTO countersign.gate_call (gate, kind, number, due_at, next_try)
            VALUES (CAST(:gate AS uuid), :kind, :number, :due, :due)
            """)
        .bind("gate", call.gate().toString())
        .bind("kind", call.kind().name())
        .bind("number", call.number())
        .bind("due", call.due().atOffset(ZoneOffset.UTC))
        .execute();
  }

  @Override
  public List<Call> due(int limit) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(
                    """
                    SELECT c.gate, c.kind, c.number, c.due_at FROM countersign.gate_call c
                    JOIN countersign.gate g ON g.id = c.gate
                    WHERE c.called_at IS NULL AND c.next_try <= countersign.now()
                      AND g.status = 'OPEN' AND countersign.now() < g.expires_at
                    ORDER BY c.due_at LIMIT :limit
                    """)
                .bind("limit", limit)
                .map(
                    (rows, _) ->
                        new Call(
                            new GateId(rows.getObject(1, UUID.class)),
                            Call.Kind.valueOf(rows.getString(2)),
                            rows.getInt(3),
                            Ledger.instant(rows, 4)))
                .list());
  }

  @Override
  public boolean call(Call call, Set<Person> people) {
    return jdbi.inTransaction(
        handle -> {
          var run = gates.read(handle, call.gate(), false).map(GateRow::run);
          if (run.isEmpty() || JdbiJournal.lock(handle, run.get()).isEmpty()) {
            return false;
          }
          var row = gates.read(handle, call.gate(), true).orElseThrow();
          if (row.status() != GateRow.Status.OPEN
              || !Ledger.now(handle).isBefore(row.expiresAt())
              || !done(handle, call)) {
            return false;
          }
          people.forEach(it -> direct(handle, row, call, it));
          announce(handle, row, call);
          call.next(row.policy(), row.openedAt(), row.expiresAt()).ifPresent(it -> add(handle, it));
          return true;
        });
  }

  private static boolean done(Handle handle, Call call) {
    return handle
            .createUpdate(
                """
                UPDATE countersign.gate_call SET called_at = countersign.now()
                WHERE gate = CAST(:gate AS uuid) AND kind = :kind AND number = :number AND called_at IS NULL
                """)
            .bind("gate", call.gate().toString())
            .bind("kind", call.kind().name())
            .bind("number", call.number())
            .execute()
        == 1;
  }

  private static void direct(Handle handle, GateRow row, Call call, Person person) {
    handle
        .createUpdate(
            """
            INSERT INTO countersign.post (run, key, channel, kind, seq, wanted_seq)
            SELECT id, :key, :user, :kind, seq, seq FROM countersign.run WHERE id = :run
            """)
        .bind("key", "direct/" + key(call) + "/" + person.user())
        .bind("user", person.user())
        .bind("kind", Posts.Kind.DIRECT.name())
        .bind("run", row.run().value())
        .execute();
  }

  /** The card says that the gate has opened; what comes later gets a line of its own. */
  private static void announce(Handle handle, GateRow row, Call call) {
    switch (call.kind()) {
      case OPENED -> {}
      case REMINDER -> announce(handle, row, call, Posts.Kind.LINE);
      case ESCALATION -> announce(handle, row, call, Posts.Kind.BROADCAST);
    }
  }

  private static void announce(Handle handle, GateRow row, Call call, Posts.Kind kind) {
    handle
        .createUpdate(
            """
            INSERT INTO countersign.post (run, key, channel, kind, seq, wanted_seq)
            SELECT id, :key, channel, :kind, seq, seq FROM countersign.run WHERE id = :run
            """)
        .bind("key", "call/" + key(call))
        .bind("kind", kind.name())
        .bind("run", row.run().value())
        .execute();
  }

  private static String key(Call call) {
    return call.gate() + "/" + call.kind() + "/" + call.number();
  }

  @Override
  public void postpone(Call call, Duration wait) {
    jdbi.useHandle(
        handle ->
            handle
                .createUpdate(
                    """
                    UPDATE countersign.gate_call SET next_try = countersign.now() + CAST(:wait AS interval)
                    WHERE gate = CAST(:gate AS uuid) AND kind = :kind AND number = :number
                    """)
                .bind("wait", wait.toMillis() + " milliseconds")
                .bind("gate", call.gate().toString())
                .bind("kind", call.kind().name())
                .bind("number", call.number())
                .execute());
  }
}
