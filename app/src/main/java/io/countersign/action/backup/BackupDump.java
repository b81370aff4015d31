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
import io.countersign.estate.Backups;
import io.countersign.estate.DatabaseRef;
import io.countersign.estate.Estate;
import io.countersign.estate.ObjectStore;
import io.countersign.postgres.ClientPrograms;
import io.countersign.postgres.DumpFile;
import io.countersign.postgres.PlannedSql;
import io.countersign.postgres.ServerWork;
import io.countersign.postgres.Servers;
import io.countersign.postgres.StepSessions;
import io.countersign.postgres.TenantDatabases;
import io.countersign.runbook.Risk;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Dumps a tenant's database without its queues into the estate's store, and writes it into the
 * catalogue with the rows of each table at that moment. A large database is dumped in pg_dump's
 * directory format by several sessions, any other in its custom format.
 */
public final class BackupDump implements Action<BackupDump.In, BackupDump.Out> {
  private static final int TABLES_TOLD = 5_000;

  private final Servers servers;
  private final Estate estate;
  private final ClientPrograms programs;
  private final ObjectStore store;
  private final Supplier<Backups> backups;

  /**
   * @param backups asked for when an attempt acts, not before
   */
  public BackupDump(
      Servers servers,
      Estate estate,
      ClientPrograms programs,
      ObjectStore store,
      Supplier<Backups> backups) {
    this.servers = servers;
    this.estate = estate;
    this.programs = programs;
    this.store = store;
    this.backups = backups;
  }

  /**
   * @param database the live one
   * @param keep how long nobody is asked to remove it
   */
  public record In(DatabaseRef database, Duration keep) {}

  /**
   * @param backup its id in the catalogue
   * @param location its key in the estate's store
   * @param bytes of the file
   * @param digest SHA-256 of the file
   * @param takenAt the moment whose state it holds
   * @param rows of all tables
   * @param rowsByTable a line per table, at most 5,000
   */
  public record Out(
      String backup,
      String location,
      long bytes,
      String digest,
      Instant takenAt,
      long rows,
      String rowsByTable) {}

  @Override
  public ActionType<In, Out> type() {
    return new ActionType<>(
        "backup.dump",
        In.class,
        Out.class,
        Risk.SAFE,
        Recovery.REPEAT,
        Set.of("digest"),
        false,
        "dump the tenant's database into the backup store");
  }

  @Override
  public PlanText plan(Planned inputs) {
    var name = PlannedSql.known(inputs, "database").map(DatabaseRef::name);
    var lines = new ArrayList<String>();
    lines.add(
        "pg_dump "
            + String.join(
                " ",
                DumpFile.planned(
                    name.orElse(inputs.shown("database")),
                    estate.queueSchemas(),
                    "<scratch>/backup.dump"))
            + " --snapshot=<exported>");
    estate
        .backups()
        .ifPresent(
            it ->
                lines.add(
                    "-- from "
                        + Bytes.shown(it.parallelFrom())
                        + " on: --format=directory --jobs="
                        + workers()
                        + ", and its pieces are packed into <scratch>/backup.dump"));
    lines.add("SELECT count(*) of each table in the same snapshot");
    lines.add(
        "<scratch>/backup.dump is moved into the estate's backup store, readable by the bot alone");
    return new PlanText("dump " + inputs.shown("database") + " without " + without(), lines);
  }

  /** Of a dump in pieces. */
  private int workers() {
    return Math.max(2, estate.copy().workers());
  }

  private long parallelFrom() {
    return estate.backups().map(Estate.BackupFolder::parallelFrom).orElse(Long.MAX_VALUE);
  }

  private String without() {
    return estate.queueSchemas().isEmpty()
        ? "leaving anything out"
        : String.join(", ", estate.queueSchemas());
  }

  @Override
  public Intent intent(Visit<In> visit) throws ActionFailed {
    var database = visit.inputs().database();
    return ServerWork.looking(
        "preparing the backup of " + visit.tenant(),
        () -> {
          try (var session =
              servers.open(database.server(), Servers.MAINTENANCE, visit.applicationName())) {
            var found = TenantDatabases.pinned(session, database);
            int workers = workers(session, found.name());
            return new Intent(
                Map.of(
                    "server", servers.identity(database.server()),
                    "database.oid", Long.toString(found.oid()),
                    "database.name", found.name(),
                    "backup.workers", Integer.toString(workers),
                    "backup.key", Dumps.key(visit, visit.attempt(), workers > 1)));
          }
        });
  }

  private int workers(Connection session, String database) throws SQLException {
    try (var query = session.prepareStatement("SELECT pg_database_size(?)")) {
      query.setString(1, database);
      try (var row = query.executeQuery()) {
        row.next();
        return row.getLong(1) < parallelFrom() ? 1 : workers();
      }
    }
  }

  @Override
  public Outcome<Out> act(Attempt<In> attempt) {
    var doing = "dumping " + attempt.visit().tenant();
    return ServerWork.outcome(doing, () -> dumped(doing, attempt));
  }

  private Outcome<Out> dumped(String doing, Attempt<In> attempt) throws ActionFailed, SQLException {
    var visit = attempt.visit();
    var database = visit.inputs().database();
    var login = servers.login(database.server());
    int major;
    try (var session =
        servers.open(database.server(), Servers.MAINTENANCE, visit.applicationName())) {
      TenantDatabases.pinned(session, database);
      major = TenantDatabases.server(session).major();
    }
    var job =
        new DumpFile.Job(
            doing,
            login.withDatabase(database.name()),
            visit.applicationName(),
            major,
            estate.queueSchemas(),
            Integer.parseInt(attempt.intent().fact("backup.workers")));
    try (var scratch = programs.scratch(visit.applicationName())) {
      var dump =
          new DumpFile(programs)
              .dump(
                  job,
                  scratch,
                  attempt.stop(),
                  it -> attempt.progress(0, 0, Attempt.Unit.BYTES, Bytes.shown(it) + " written"));
      attempt.fence();
      var key = attempt.intent().fact("backup.key");
      Dumps.stored(
          () -> {
            store.put(key, dump.file());
            return key;
          });
      var backup = backup(visit, key, major, dump);
      backups.get().add(backup);
      return new Outcome.Done<>(out(backup), said(backup));
    }
  }

  private static Backup backup(Visit<In> visit, String key, int major, DumpFile.Dumped dump) {
    return new Backup(
        id(visit),
        visit.run(),
        visit.tenant(),
        visit.inputs().database(),
        key,
        dump.bytes(),
        dump.digest(),
        major,
        dump.takenAt(),
        dump.tables(),
        visit.now().plus(visit.inputs().keep()).truncatedTo(ChronoUnit.SECONDS),
        Optional.empty());
  }

  private static String id(Visit<In> visit) {
    return visit.run() + "-" + visit.step() + "-" + visit.attempt();
  }

  private static Out out(Backup backup) {
    return new Out(
        backup.id(),
        backup.key(),
        backup.bytes(),
        backup.digest().hex(),
        backup.takenAt(),
        backup.rows(),
        backup.tables().stream()
            .limit(TABLES_TOLD)
            .map(Backup.TableRows::toString)
            .collect(Collectors.joining("\n")));
  }

  private static String said(Backup backup) {
    return String.format(
        Locale.ENGLISH,
        "%s, %,d rows in %,d tables as of %s",
        Bytes.shown(backup.bytes()),
        backup.rows(),
        backup.tables().size(),
        backup.takenAt().truncatedTo(ChronoUnit.SECONDS));
  }

  @Override
  public Finding<Out> probe(Attempt<In> attempt) {
    throw new IllegalStateException("backup.dump is repeated, never probed");
  }

  /**
   * Ends what the attempt runs on the server, and removes what it stored and did not write down.
   */
  @Override
  public void clear(Attempt<In> attempt) {
    var visit = attempt.visit();
    var database = attempt.inputs().database();
    var key = attempt.intent().fact("backup.key");
    ServerWork.clearing(
        "removing the unfinished dump " + key,
        () -> {
          try (var session =
              servers.open(database.server(), Servers.MAINTENANCE, visit.applicationName())) {
            StepSessions.end(session, attempt);
          }
          attempt.fence();
          Dumps.stored(
              () -> {
                store.remove(key);
                return key;
              });
          backups.get().removed(id(visit), visit.run());
          return key;
        });
    programs.removeScratch(visit);
  }
}
