package io.countersign.action.database;

import io.countersign.Bytes;
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
import io.countersign.estate.BackupRef;
import io.countersign.estate.DatabaseRef;
import io.countersign.estate.Estate;
import io.countersign.postgres.ClientPrograms;
import io.countersign.postgres.CopyCheck;
import io.countersign.postgres.DatabaseCopier;
import io.countersign.postgres.DatabaseStatements;
import io.countersign.postgres.DatabaseTraits;
import io.countersign.postgres.Databases;
import io.countersign.postgres.MadeNames;
import io.countersign.postgres.PlannedSql;
import io.countersign.postgres.Scratch;
import io.countersign.postgres.ServerWork;
import io.countersign.postgres.Servers;
import io.countersign.postgres.StoredDumps;
import io.countersign.postgres.TenantDatabases;
import io.countersign.runbook.Risk;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Restores a backup into a new database beside the live one, never into one that exists: the name
 * is made by the run, its OID is recorded before the database exists, and both must be free.
 */
public final class RestoreBackup implements Action<RestoreBackup.In, RestoreBackup.Out> {
  private final Servers servers;
  private final Estate estate;
  private final ClientPrograms programs;
  private final DatabaseCopier copier;
  private final StoredDumps dumps;
  private final RandomGenerator random;

  /**
   * @param random for OIDs
   */
  public RestoreBackup(
      Servers servers,
      Estate estate,
      ClientPrograms programs,
      DatabaseCopier copier,
      StoredDumps dumps,
      RandomGenerator random) {
    this.servers = servers;
    this.estate = estate;
    this.programs = programs;
    this.copier = copier;
    this.dumps = dumps;
    this.random = random;
  }

  /**
   * @param backup as it was checked
   * @param database the live one: what is made gets its owner, settings and grants, and stands
   *     beside it
   * @param as a word for the new name
   */
  public record In(BackupRef backup, DatabaseRef database, String as) {}

  /**
   * @param bytes the new database's size
   */
  public record Out(DatabaseRef database, long bytes) {}

  @Override
  public ActionType<In, Out> type() {
    return new ActionType<>(
        "backup.restore",
        In.class,
        Out.class,
        Risk.OWNED,
        Recovery.REPEAT,
        Set.of(),
        false,
        "restore the backup beside the live database");
  }

  @Override
  public PlanText plan(Planned inputs) {
    var name =
        PlannedSql.name(
            inputs, "database", "_" + inputs.shown("as") + "_<stamp of the run>_a<attempt>");
    return new PlanText(
        "restore the backup "
            + inputs.shown("backup")
            + " into a new database beside "
            + inputs.shown("database")
            + ", closed to others",
        List.of(
            "its file is brought from the store to <scratch>/backup.dump; size and SHA-256 as in"
                + " the catalogue, else nothing is made",
            "CREATE DATABASE "
                + name
                + " WITH OID = <chosen> TEMPLATE template0 OWNER <as of the live one>\n"
                + "  ENCODING, LC_COLLATE, LC_CTYPE, LOCALE_PROVIDER, TABLESPACE <as of the live"
                + " one> ALLOW_CONNECTIONS false",
            "REVOKE CONNECT, TEMPORARY ON DATABASE " + name + " FROM PUBLIC",
            "ALTER DATABASE " + name + " ALLOW_CONNECTIONS true",
            queues(inputs.shown("database")),
            "pg_restore --exit-on-error --use-list=<schemas> <scratch>/backup.dump",
            "CREATE EXTENSION IF NOT EXISTS <each>, as its owner",
            "GRANT CREATE ON SCHEMA <each> TO <owners of what is in it>, taken back afterwards",
            "pg_restore --exit-on-error --jobs=<workers> --use-list=<the rest; event triggers last>"
                + " <scratch>/backup.dump",
            "ANALYZE <each table>",
            "ALTER DATABASE "
                + name
                + " SET, COMMENT, CONNECTION LIMIT, REVOKE and GRANT: as of the live one"));
  }

  private String queues(String live) {
    return estate.queueSchemas().isEmpty()
        ? "-- the estate has no queues apart"
        : "pg_dump --schema-only --schema="
            + String.join(",", estate.queueSchemas())
            + " of "
            + live
            + ": the queues' definitions, no job";
  }

  @Override
  public Intent intent(Visit<In> visit) throws ActionFailed {
    var in = visit.inputs();
    var name = MadeNames.beside(in.database().name(), in.as(), visit);
    var server = in.database().server();
    return ServerWork.looking(
        "preparing the database " + name,
        () -> {
          try (var session = servers.open(server, Servers.MAINTENANCE, visit.applicationName())) {
            Databases.requirePrimary(session, server.name());
            TenantDatabases.pinned(session, in.database());
            return new Intent(
                Map.of(
                    "backup", in.backup().id(),
                    "server", servers.identity(server),
                    "target.server", server.name(),
                    "target.name", name,
                    "target.oid", Long.toString(MadeNames.freeOid(session, random))));
          }
        });
  }

  @Override
  public Outcome<Out> act(Attempt<In> attempt) {
    var name = attempt.intent().fact("target.name");
    var doing = "restoring " + attempt.inputs().backup().id() + " to " + name;
    return Guarded.outcome(attempt.stop(), doing, () -> fetched(attempt, doing));
  }

  private Outcome<Out> fetched(Attempt<In> attempt, String doing)
      throws ActionFailed, SQLException {
    var visit = attempt.visit();
    var backup = dumps.usable(doing, visit.tenant(), visit.inputs().backup().id(), visit.now());
    try (var scratch = programs.scratch(visit.applicationName())) {
      dumps.fetch(doing, backup, scratch.file("backup.dump"));
      return restored(attempt, doing, backup, scratch);
    }
  }

  private Outcome<Out> restored(Attempt<In> attempt, String doing, Backup backup, Scratch scratch)
      throws ActionFailed, SQLException {
    var live = attempt.inputs().database();
    try (var source = open(attempt, live, live.name());
        var maintenance = open(attempt, live, Servers.MAINTENANCE)) {
      TenantDatabases.pinned(source, live);
      var traits = DatabaseTraits.read(source, live.name()).orElseThrow();
      CopyCheck.check(doing, traits, source, maintenance);
      copier.requireRoom(doing, maintenance, traits.bytes());
      var made = create(attempt, traits, maintenance, doing);
      try (var target = open(attempt, made, made.name())) {
        var notes =
            copier.restore(
                job(attempt, doing, source, target, made, traits),
                scratch.file("backup.dump"),
                estate.queueSchemas(),
                scratch,
                attempt.stop(),
                (done, total, also) -> attempt.progress(done, total, Attempt.Unit.BYTES, also));
        replay(traits, made, maintenance);
        long bytes = Databases.number(target, "SELECT pg_database_size(current_database())");
        return new Outcome.Done<>(new Out(made, bytes), said(backup, made, bytes, notes));
      }
    }
  }

  private Connection open(Attempt<In> attempt, DatabaseRef database, String name)
      throws ActionFailed, SQLException {
    return Databases.endingWith(
        attempt.stop(), servers.open(database.server(), name, attempt.visit().applicationName()));
  }

  private DatabaseCopier.Job job(
      Attempt<In> attempt,
      String doing,
      Connection live,
      Connection target,
      DatabaseRef made,
      DatabaseTraits traits)
      throws ActionFailed, SQLException {
    var login = servers.login(made.server());
    return new DatabaseCopier.Job(
        doing,
        attempt.visit().applicationName(),
        Databases.major(target),
        login.withDatabase(traits.name()),
        login.withDatabase(made.name()),
        live,
        target,
        traits.bytes());
  }

  private static DatabaseRef create(
      Attempt<In> attempt, DatabaseTraits traits, Connection maintenance, String doing)
      throws SQLException, ActionFailed {
    var name = attempt.intent().fact("target.name");
    long oid = Long.parseLong(attempt.intent().fact("target.oid"));
    if (TenantDatabases.byName(maintenance, name).isPresent()
        || TenantDatabases.byOid(maintenance, oid).isPresent()) {
      throw new ActionFailed(
          new Problem(
              doing,
              "the name or the OID " + oid + " is taken. Nothing was changed.",
              "Retry: the next attempt has another name and another OID."));
    }
    attempt.fence();
    Databases.execute(maintenance, DatabaseStatements.create(traits, name, oid));
    Databases.execute(maintenance, DatabaseStatements.closeToOthers(name));
    return new DatabaseRef(attempt.inputs().database().server(), oid, name);
  }

  private static void replay(DatabaseTraits traits, DatabaseRef made, Connection maintenance)
      throws ActionFailed, SQLException {
    var present =
        DatabaseTraits.read(maintenance, made.name()).map(DatabaseTraits::grants).orElse(List.of());
    Databases.inTransaction(
        maintenance,
        () ->
            Databases.execute(
                maintenance, DatabaseStatements.replay(traits, made.name(), present)));
  }

  private static String said(Backup backup, DatabaseRef made, long bytes, List<String> notes) {
    var said =
        String.format(
            Locale.ENGLISH,
            "restored %,d tables to %s, %s",
            backup.tables().size(),
            made.name(),
            Bytes.shown(bytes));
    return notes.isEmpty() ? said : said + "; " + String.join("; ", notes);
  }

  @Override
  public Finding<Out> probe(Attempt<In> attempt) {
    throw new IllegalStateException("backup.restore is repeated, never probed");
  }

  /**
   * Ends what an earlier attempt runs, and drops the half-made database where both its OID and its
   * name are those of the intent.
   */
  @Override
  public void clear(Attempt<In> attempt) {
    HalfMade.remove(servers, attempt, attempt.inputs().database().server());
    programs.removeScratch(attempt.visit());
  }
}
