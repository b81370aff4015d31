package io.countersign.store;

import io.countersign.Digest;
import io.countersign.GateId;
import io.countersign.Person;
import io.countersign.Role;
import io.countersign.RunId;
import io.countersign.gate.Ballot;
import io.countersign.gate.GateRow;
import io.countersign.gate.GateStore;
import io.countersign.gate.Quorum;
import io.countersign.gate.Ruling;
import io.countersign.gate.Vote;
import io.countersign.run.RunEvent;
import io.countersign.runbook.Gate;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;

/** Gates and votes on PostgreSQL. A vote, its outcome and the run's wake are one transaction. */
public final class JdbiGates implements GateStore {
  private final Jdbi jdbi;
  private final Json json;
  private final Ledger ledger;

  JdbiGates(Jdbi jdbi, Json json, EventCodec codec) {
    this.jdbi = jdbi;
    this.json = json;
    this.ledger = new Ledger(codec);
  }

  @Override
  public Instant now() {
    return jdbi.withHandle(Ledger::now);
  }

  @Override
  public Optional<GateRow> find(GateId id) {
    return jdbi.withHandle(handle -> read(handle, id, false));
  }

  /** All gates of a run, oldest first. */
  public List<GateRow> of(RunId run) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(
                    "SELECT id FROM countersign.gate WHERE run = :run ORDER BY opened_at, opening")
                .bind("run", run.value())
                .map((rows, _) -> new GateId(rows.getObject(1, UUID.class)))
                .stream()
                .flatMap(id -> read(handle, id, false).stream())
                .toList());
  }

  @Override
  public Ruling decide(Ballot ballot, Judge judge) {
    try {
      return judged(ballot, judge);
    } catch (UnableToExecuteStatementException refused) {
      if (isOpenInTime(ballot.gate())) {
        throw refused;
      }
      // its time ran out between the judgement and the writing, and the database refused the vote
      return judged(ballot, judge);
    }
  }

  private boolean isOpenInTime(GateId id) {
    return find(id).filter(it -> now().isBefore(it.expiresAt())).isPresent();
  }

  private Ruling judged(Ballot ballot, Judge judge) {
    return jdbi.inTransaction(
        handle -> {
          // the run first, then the gate: the order in which the worker takes them
          var locked =
              read(handle, ballot.gate(), false).flatMap(it -> JdbiJournal.lock(handle, it.run()));
          var gate = read(handle, ballot.gate(), true);
          var ruling = judge.rule(gate, Ledger.now(handle));
          if (locked.isPresent()) {
            write(handle, ballot, ruling, locked.get());
          }
          return ruling;
        });
  }

  private void write(Handle handle, Ballot ballot, Ruling ruling, JdbiJournal.Locked run) {
    switch (ruling) {
      case Ruling.Refused _ -> {}
      case Ruling.Counted(var gate, _) -> vote(handle, gate, ballot);
      case Ruling.Approved(var gate) -> {
        vote(handle, gate, ballot);
        status(handle, gate);
        var by = gate.votes().stream().map(Vote::person).toList();
        var starts = gate.startsAt().orElseThrow();
        var until = starts.plus(gate.policy().validFor());
        var notBefore = gate.policy().coolOff().map(_ -> starts);
        ledger.append(
            handle,
            gate.run(),
            run.epoch(),
            run.seq(),
            new RunEvent.GateApproved(gate.step(), gate.id(), by, until, notBefore));
        Ledger.wake(handle, gate.run());
      }
      case Ruling.Denied(var gate) -> {
        vote(handle, gate, ballot);
        status(handle, gate);
        ledger.append(
            handle,
            gate.run(),
            run.epoch(),
            run.seq(),
            new RunEvent.GateDenied(gate.step(), gate.id(), ballot.actor(), ballot.reason()));
        Ledger.wake(handle, gate.run());
      }
    }
  }

  private static void vote(Handle handle, GateRow gate, Ballot ballot) {
    handle
        .createUpdate(
            """
            INSERT INTO countersign.vote (gate, requester, person, choice, reason, typed, door, roles, at)
            VALUES (CAST(:gate AS uuid), :requester, :person, :choice, :reason, :typed, :door, :roles,
              countersign.now())
            """)
        .bind("gate", gate.id().toString())
        .bind("requester", gate.requester().key())
        .bind("person", ballot.actor().key())
        .bind("choice", ballot.choice().name())
        .bind("reason", ballot.reason())
        .bind("typed", ballot.typed().strip())
        .bind("door", ballot.door())
        .bindArray(
            "roles",
            String.class,
            gate.votes().getLast().roles().stream().map(Role::name).toArray())
        .execute();
  }

  private static void status(Handle handle, GateRow gate) {
    handle
        .createUpdate(
            """
            UPDATE countersign.gate SET status = :status, decided_at = :at
            WHERE id = CAST(:gate AS uuid)
            """)
        .bind("status", gate.status().name())
        .bind("at", gate.decidedAt().orElseThrow().atOffset(ZoneOffset.UTC))
        .bind("gate", gate.id().toString())
        .execute();
  }

  Optional<GateRow> read(Handle handle, GateId id, boolean lock) {
    var sql =
        """
        SELECT run, step, opening, digest, nonce, status, requester, barred, policy::text, order_text,
          opened_at, expires_at, decided_at, phrase, approvals
        FROM countersign.gate WHERE id = CAST(:id AS uuid)
        """
            + (lock ? "FOR UPDATE" : "");
    var votes = votes(handle, id);
    return handle
        .createQuery(sql)
        .bind("id", id.toString())
        .map((rows, _) -> row(id, rows, votes))
        .findOne();
  }

  private GateRow row(GateId id, ResultSet rows, List<Vote> votes) throws SQLException {
    var decided = rows.getObject(13, OffsetDateTime.class);
    var policy = json.read(rows.getString(9), Gate.class);
    return new GateRow(
        id,
        new RunId(rows.getString(1)),
        rows.getString(2),
        rows.getInt(3),
        new Digest(rows.getString(4)),
        rows.getString(5),
        GateRow.Status.valueOf(rows.getString(6)),
        Person.ofKey(rows.getString(7)),
        barred((String[]) rows.getArray(8).getArray()),
        policy,
        new Quorum(policy.from(), rows.getInt(15)),
        rows.getString(10),
        Optional.ofNullable(rows.getString(14)),
        Ledger.instant(rows, 11),
        Ledger.instant(rows, 12),
        Optional.ofNullable(decided).map(OffsetDateTime::toInstant),
        votes);
  }

  private static Set<Person> barred(String[] keys) {
    return Arrays.stream(keys).map(Person::ofKey).collect(Collectors.toSet());
  }

  private static Set<Role> roles(String[] names) {
    return Arrays.stream(names).map(Role::new).collect(Collectors.toSet());
  }

  private static List<Vote> votes(Handle handle, GateId id) {
    return handle
        .createQuery(
            "SELECT person, choice, reason, at, roles FROM countersign.vote WHERE gate = CAST(:id"
                + " AS uuid) ORDER BY at")
        .bind("id", id.toString())
        .map(
            (rows, _) ->
                new Vote(
                    Person.ofKey(rows.getString(1)),
                    Ballot.Choice.valueOf(rows.getString(2)),
                    rows.getString(3),
                    Ledger.instant(rows, 4),
                    roles((String[]) rows.getArray(5).getArray())))
        .list();
  }
}
