package io.countersign.action.database;

import io.countersign.Problem;
import io.countersign.action.Action;
import io.countersign.action.ActionFailed;
import io.countersign.action.ActionType;
import io.countersign.action.Attempt;
import io.countersign.action.Finding;
import io.countersign.action.Intent;
import io.countersign.action.Outcome;
import io.countersign.action.PlanText;
import io.countersign.action.Planned;
import io.countersign.action.Recovery;
import io.countersign.action.Visit;
import io.countersign.estate.Backup;
import io.countersign.estate.Backups;
import io.countersign.estate.DatabaseRef;
import io.countersign.estate.Estate;
import io.countersign.postgres.InspectionWindow;
import io.countersign.postgres.PlannedSql;
import io.countersign.postgres.Servers;
import io.countersign.postgres.TableHashes;
import io.countersign.runbook.Risk;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Compares a restored database with the counts of a known good state: those of the newest backup of
 * the tenant from before that moment that was read back and found whole. The operations document
 * asks for it in its dry run: "compare against a known-good snapshot".
 */
public final class CompareKnown implements Action<CompareKnown.In, CompareKnown.Out> {
  private static final int BACKUPS = 200;
  private static final int NAMED = 5;

  /** The document: "stop and reconsider if numbers are orders-of-magnitude off". */
  private static final long ORDER_OF_MAGNITUDE = 10;

  /** Few rows become ten times as many, or as few, on any day. */
  private static final long MANY = 100;

  private final Estate estate;
  private final Supplier<Backups> backups;
  private final InspectionWindow window;

  /**
   * @param backups asked for when an attempt acts, not before
   */
  public CompareKnown(Servers servers, Estate estate, Supplier<Backups> backups) {
    this.estate = estate;
    this.backups = backups;
    this.window = new InspectionWindow(servers);
  }

  /**
   * @param restored closed, as the comparison with its source leaves it
   * @param to the moment whose state it holds
   */
  public record In(DatabaseRef restored, Instant to) {}

  /**
   * @param tables how many were compared; 0 where there is no backup to compare with
   * @param off how many of them differ by an order of magnitude, or are empty and were not
   */
  public record Out(String verdict, long tables, long off) {}

  @Override
  public ActionType<In, Out> type() {
    return new ActionType<>(
        "database.compare-known",
        In.class,
        Out.class,
        Risk.SAFE,
        Recovery.REPEAT,
        Set.of("verdict"),
        false,
        "compare with a known good state");
  }

  @Override
  public PlanText plan(Planned inputs) {
    var statements =
        new ArrayList<>(
            InspectionWindow.planned(
                PlannedSql.name(inputs, "restored"), PlannedSql.oid(inputs, "restored")));
    statements.add("SELECT count(*) of each table that the newest good backup counted");
    return new PlanText(
        "compare "
            + inputs.shown("restored")
            + " with the counts of the tenant's newest good backup from before "
            + inputs.shown("to"),
        statements);
  }

  @Override
  public Intent intent(Visit<In> visit) {
    var restored = visit.inputs().restored();
    return new Intent(
        Map.of("restored.oid", Long.toString(restored.oid()), "restored.name", restored.name()));
  }

  @Override
  public Outcome<Out> act(Attempt<In> attempt) {
    var visit = attempt.visit();
    var doing = "comparing " + visit.inputs().restored().name() + " with a known good state";
    return Guarded.outcome(attempt.stop(), doing, () -> compared(doing, attempt));
  }

  private Outcome<Out> compared(String doing, Attempt<In> attempt)
      throws ActionFailed, SQLException {
    var in = attempt.inputs();
    var known = known(attempt.visit());
    if (known.isEmpty()) {
      var none = "there is no good backup of an earlier moment to compare with";
      return new Outcome.Done<>(
          new Out(none, 0, 0), none + "; /tenant-backup makes one for the next time");
    }
    var tables = known.get().tables();
    var off = window.look(attempt, doing, in.restored(), inside -> off(attempt, tables, inside));
    var canary = off.stream().filter(it -> canary(it.then())).toList();
    if (!canary.isEmpty()) {
      throw new ActionFailed(
          new Problem(
              doing,
              "a canary table is not as it was in the backup of "
                  + second(known.get().takenAt())
                  + ": "
                  + said(canary)
                  + ".",
              "Find out what became of these rows before anybody relies on this restore."));
    }
    var verdict = verdict(known.get(), off);
    return new Outcome.Done<>(new Out(verdict, tables.size(), off.size()), verdict);
  }

  /** What somebody has read to its end, from before the moment, the newest. */
  private Optional<Backup> known(Visit<In> visit) {
    return backups.get().of(visit.tenant(), BACKUPS).stream()
        .filter(it -> it.readAt().isPresent())
        .filter(it -> !it.takenAt().isAfter(visit.inputs().to()))
        .findFirst();
  }

  /** A table that is not as it should be; no rows where it is missing. */
  private record Off(Backup.TableRows then, Optional<Long> now) {
    @Override
    public String toString() {
      return then.schema()
          + "."
          + then.table()
          + " had "
          + then.rows()
          + " rows and "
          + now.map(it -> it == 0 ? "has none" : "has " + it).orElse("is missing");
    }
  }

  private static List<Off> off(Attempt<?> attempt, List<Backup.TableRows> tables, Connection inside)
      throws ActionFailed, SQLException {
    var off = new ArrayList<Off>();
    long done = 0;
    for (var then : tables) {
      attempt.stop().check();
      var now = rows(inside, then);
      if (isOff(then.rows(), now)) {
        off.add(new Off(then, now));
      }
      attempt.progress(++done, tables.size(), Attempt.Unit.TABLES, "counted");
    }
    return off;
  }

  private static Optional<Long> rows(Connection inside, Backup.TableRows then) throws SQLException {
    var table = new TableHashes.Table(then.schema(), then.table());
    return TableHashes.exists(inside, table)
        ? Optional.of(TableHashes.rows(inside, table))
        : Optional.empty();
  }

  private static boolean isOff(long then, Optional<Long> now) {
    if (then == 0) {
      return false;
    }
    long rows = now.orElse(0L);
    boolean many = Math.max(rows, then) >= MANY;
    return rows == 0
        || (many && (rows * ORDER_OF_MAGNITUDE <= then || then * ORDER_OF_MAGNITUDE <= rows));
  }

  private boolean canary(Backup.TableRows table) {
    return estate.canaries().stream()
        .anyMatch(it -> it.schema().equals(table.schema()) && it.table().equals(table.table()));
  }

  private static String verdict(Backup known, List<Off> off) {
    return known.tables().size()
        - off.size()
        + " tables hold about as many rows as in the backup of "
        + second(known.takenAt())
        + (off.isEmpty() ? "" : ", but for " + off.size() + "; look at them: " + said(off));
  }

  private static String said(List<Off> off) {
    var named = String.join("; ", off.stream().limit(NAMED).map(Off::toString).toList());
    return off.size() > NAMED ? named + "; and " + (off.size() - NAMED) + " more" : named;
  }

  private static Instant second(Instant moment) {
    return moment.truncatedTo(ChronoUnit.SECONDS);
  }

  @Override
  public Finding<Out> probe(Attempt<In> attempt) {
    throw new IllegalStateException("database.compare-known is repeated, never probed");
  }

  /** Ends the sessions of earlier attempts and closes the window that one may have left open. */
  @Override
  public void clear(Attempt<In> attempt) {
    window.clear(attempt, attempt.inputs().restored(), "ending earlier attempts of the comparison");
  }
}
