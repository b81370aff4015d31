package io.countersign.action.backup;

import io.countersign.Bytes;
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
import io.countersign.estate.BackupRef;
import io.countersign.estate.DatabaseRef;
import io.countersign.estate.Estate;
import io.countersign.estate.TenantRef;
import io.countersign.postgres.ClientPrograms;
import io.countersign.postgres.Obstacles;
import io.countersign.postgres.Obstacles.Obstacle;
import io.countersign.postgres.ServerWork;
import io.countersign.postgres.Servers;
import io.countersign.postgres.StoredDumps;
import io.countersign.postgres.TenantDatabases;
import io.countersign.runbook.Risk;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds everything that speaks against a backup before anything is made of it: whether it was
 * verified and is in its time, and whether its file still is what was verified, to the last bit.
 */
public final class BackupCheck implements Action<BackupCheck.In, BackupCheck.Out> {
  private final Servers servers;
  private final Estate estate;
  private final ClientPrograms programs;
  private final StoredDumps dumps;
  private final ThenCheck then;

  /** What the estate lacks for what is to become of the restored database. */
  @FunctionalInterface
  public interface ThenCheck {
    /** Clauses with remedies; empty where nothing is missing. */
    List<Obstacle> obstacles(TenantRef tenant, String then);
  }

  /**
   * @param then asked where the runbook says what becomes of it
   */
  public BackupCheck(
      Servers servers, Estate estate, ClientPrograms programs, StoredDumps dumps, ThenCheck then) {
    this.then = then;
    this.servers = servers;
    this.estate = estate;
    this.programs = programs;
    this.dumps = dumps;
  }

  /**
   * @param backup pinned by its id when the run was planned
   * @param database the live one, beside which it is restored
   * @param then {@code keep-beside} or {@code point-live}: what that needs is looked at too
   */
  public record In(BackupRef backup, DatabaseRef database, @Nullable String then) {}

  /**
   * @param backup the same
   * @param digest SHA-256 of its file
   * @param takenAt the moment whose state it holds
   * @param rows of all tables
   * @param without the schemas that are not in it; empty for none
   */
  public record Out(
      BackupRef backup, String digest, Instant takenAt, long bytes, long rows, String without) {}

  @Override
  public ActionType<In, Out> type() {
    return new ActionType<>(
        "backup.check",
        In.class,
        Out.class,
        Risk.SAFE,
        Recovery.REPEAT,
        Set.of("backup", "digest"),
        false,
        "check that the backup is whole and verified");
  }

  @Override
  public PlanText plan(Planned inputs) {
    return new PlanText(
        "check that the backup " + inputs.shown("backup") + " is verified, in its time and whole",
        List.of(
            "the catalogue's row: this tenant's, read to its end once, kept until later than now",
            "size and SHA-256 of its file in the store, and of which database it is",
            "pg_restore of the server's version, and room for the file"));
  }

  @Override
  public Intent intent(Visit<In> visit) {
    return new Intent(Map.of("backup", visit.inputs().backup().id()));
  }

  @Override
  public Outcome<Out> act(Attempt<In> attempt) {
    var doing = "checking the backup " + attempt.inputs().backup().id();
    return ServerWork.outcome(doing, () -> checked(doing, attempt.visit()));
  }

  private Outcome<Out> checked(String doing, Visit<In> visit) throws ActionFailed, SQLException {
    var id = visit.inputs().backup().id();
    var backup = dumps.usable(doing, visit.tenant(), id, visit.now());
    var found = new ArrayList<Obstacle>();
    version(visit, backup, found);
    var becomes = visit.inputs().then();
    if (becomes != null) {
      found.addAll(then.obstacles(visit.tenant(), becomes));
    }
    try (var scratch = programs.scratch(visit.applicationName())) {
      if (scratch.free() < backup.bytes()) {
        found.add(
            new Obstacle(
                "the scratch disk has " + Bytes.shown(scratch.free()) + " left",
                "make room for " + Bytes.shown(backup.bytes())));
      }
      if (!found.isEmpty()) {
        return new Outcome.Failed<>(Obstacles.problem(doing, found));
      }
      dumps.fetch(doing, backup, scratch.file("backup.dump"));
    }
    return new Outcome.Done<>(out(backup), said(backup, visit.now()));
  }

  private void version(Visit<In> visit, Backup backup, List<Obstacle> found)
      throws ActionFailed, SQLException {
    var database = visit.inputs().database();
    int major;
    try (var session =
        servers.open(database.server(), Servers.MAINTENANCE, visit.applicationName())) {
      TenantDatabases.pinned(session, database);
      major = TenantDatabases.server(session).major();
    }
    if (major < backup.major()) {
      found.add(
          new Obstacle(
              "the backup is of PostgreSQL " + backup.major() + " and the server of " + major,
              "choose one of " + major + " or older"));
    }
    for (var program : List.of("pg_dump", "pg_restore")) {
      try {
        programs.find(program, major);
      } catch (ActionFailed absent) {
        found.add(
            new Obstacle(
                "the bot's host lacks " + program, "apt-get install postgresql-client-" + major));
      }
    }
  }

  private Out out(Backup backup) {
    return new Out(
        BackupRef.of(backup),
        backup.digest().hex(),
        backup.takenAt(),
        backup.bytes(),
        backup.rows(),
        String.join(", ", estate.queueSchemas()));
  }

  private String said(Backup backup, Instant now) {
    return String.format(
        Locale.ENGLISH,
        "%s, taken %s, %d h ago, %,d rows in %,d tables, %s; unchanged since it was verified%s",
        backup.id(),
        backup.takenAt().truncatedTo(ChronoUnit.SECONDS),
        Math.max(0, Duration.between(backup.takenAt(), now).toHours()),
        backup.rows(),
        backup.tables().size(),
        Bytes.shown(backup.bytes()),
        estate.queueSchemas().isEmpty()
            ? ""
            : "; without " + String.join(", ", estate.queueSchemas()));
  }

  @Override
  public Finding<Out> probe(Attempt<In> attempt) {
    return new Finding.NotDone<>();
  }

  @Override
  public void clear(Attempt<In> attempt) {
    programs.removeScratch(attempt.visit());
  }
}
