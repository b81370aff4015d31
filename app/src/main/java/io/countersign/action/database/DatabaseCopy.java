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
import io.countersign.estate.DatabaseRef;
import io.countersign.estate.ServerRef;
import io.countersign.postgres.ClientPrograms;
import io.countersign.postgres.CopyCheck;
import io.countersign.postgres.CopyMethod;
import io.countersign.postgres.DatabaseCopier;
import io.countersign.postgres.DatabaseStatements;
import io.countersign.postgres.DatabaseTraits;
import io.countersign.postgres.Databases;
import io.countersign.postgres.MadeNames;
import io.countersign.postgres.PlannedSql;
import io.countersign.postgres.ServerWork;
import io.countersign.postgres.Servers;
import io.countersign.postgres.StepSessions;
import io.countersign.postgres.TemporaryGrants;
import io.countersign.postgres.TenantDatabases;
import io.countersign.runbook.Risk;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies a database of a server copy beside the live one, under a new name and with an OID that is
 * recorded before the database exists. Nobody but the bot and the owner's members can connect while
 * it is being made.
 */
public final class DatabaseCopy implements Action<DatabaseCopy.In, DatabaseCopy.Out> {
  /** Tables, partitioned tables, views, materialised views, sequences, foreign tables. */
  private static final String TABLES =
      """
      SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
      """;

  private static final Logger log = LoggerFactory.getLogger(DatabaseCopy.class);

  private final Servers servers;
  private final ClientPrograms programs;
  private final DatabaseCopier copier;
  private final RandomGenerator random;

  /**
   * @param random for OIDs
   */
  public DatabaseCopy(
      Servers servers, ClientPrograms programs, DatabaseCopier copier, RandomGenerator random) {
    this.servers = servers;
    this.programs = programs;
    this.copier = copier;
    this.random = random;
  }

  /**
   * @param from the server copy; its database of the same name is the source
   * @param database the live database: its server is the target
   * @param as a word for the new name
   * @param method {@code stream} or {@code dump}; without it a stream, and a dump only for what a
   *     stream cannot carry
   */
  public record In(ServerRef from, DatabaseRef database, String as, @Nullable String method) {}

  /**
   * @param bytes the new database's size
   * @param tables its tables, partitions counted
   */
  public record Out(DatabaseRef database, long bytes, long tables) {}

  @Override
  public ActionType<In, Out> type() {
    return new ActionType<>(
        "database.copy",
        In.class,
        Out.class,
        Risk.OWNED,
        Recovery.REPEAT,
        Set.of(),
        false,
        "copy the database beside the live one");
  }

  @Override
  public PlanText plan(Planned inputs) {
    var name =
        PlannedSql.name(
            inputs, "database", "_" + inputs.shown("as") + "_<stamp of the run>_a<attempt>");
    return new PlanText(
        "copy "
            + inputs.shown("database")
            + " from "
            + inputs.shown("from")
            + " beside the live one, closed to others",
        List.of(
            "CREATE DATABASE "
                + name
                + " WITH OID = <chosen> TEMPLATE template0 OWNER <as in the original>\n"
                + "  ENCODING, LC_COLLATE, LC_CTYPE, LOCALE_PROVIDER, TABLESPACE <as in the"
                + " original> ALLOW_CONNECTIONS false",
            "REVOKE CONNECT, TEMPORARY ON DATABASE " + name + " FROM PUBLIC",
            "ALTER DATABASE " + name + " ALLOW_CONNECTIONS true",
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT pg_export_snapshot() -- in"
                + " the source; all that follows reads as of it",
            "pg_dump --format=custom --compress=0 --section=pre-data --section=post-data"
                + " --no-subscriptions --lock-wait-timeout=60s --snapshot=<snapshot>",
            "pg_restore --exit-on-error < <schemas>",
            "CREATE EXTENSION IF NOT EXISTS <each> WITH SCHEMA <its> VERSION <its>, as its owner",
            "GRANT <what owners need while objects are made>, taken back afterwards",
            "pg_restore --exit-on-error < <what exists before rows>",
            "COPY <table> (<columns>) TO STDOUT (FORMAT binary) -- in the source, the largest table"
                + " first, text where a type needs it",
            "BEGIN; TRUNCATE ONLY <table>; COPY <table> (<columns>) FROM STDIN (FORMAT binary,"
                + " FREEZE); COMMIT -- in the copy, at the same time",
            "SELECT lo_put(<OID>, <offset>, <bytes>) -- large objects",
            "SELECT setval(<sequence>, <last value>, <is called>)",
            "CREATE INDEX, ALTER TABLE ADD CONSTRAINT <each> -- as soon as its table's rows are"
                + " there, foreign keys last",
            "pg_restore --exit-on-error < <the rest; event triggers after it>",
            "ANALYZE <each table>",
            "-- or, where the runbook says so or a stream cannot carry it, instead of COPY, lo_put,"
                + " setval, CREATE INDEX: pg_dump --format=directory --compress=0 --blobs"
                + " --no-subscriptions --lock-wait-timeout=60s --file=<scratch>/dump; pg_restore"
                + " --exit-on-error --use-list=<list> <scratch>/dump; ANALYZE",
            "ALTER DATABASE "
                + name
                + " SET, COMMENT, CONNECTION LIMIT, REVOKE and GRANT:"
                + " as in the original"));
  }

  @Override
  public Intent intent(Visit<In> visit) throws ActionFailed {
    var in = visit.inputs();
    var name = MadeNames.beside(in.database().name(), in.as(), visit);
    var target = visit.inputs().database().server();
    return ServerWork.looking(
        "preparing the copy " + name,
        () -> {
          var facts = new TreeMap<>(method(visit));
          try (var session = servers.open(target, Servers.MAINTENANCE, visit.applicationName())) {
            Databases.requirePrimary(session, target.name());
            facts.put("source.server", visit.inputs().from().name());
            facts.put("source.name", visit.inputs().database().name());
            facts.put("server", servers.identity(target));
            facts.put("target.server", target.name());
            facts.put("target.name", name);
            facts.put("target.oid", Long.toString(MadeNames.freeOid(session, random)));
          }
          return new Intent(facts);
        });
  }

  /** How it will be carried; what a stream cannot carry is said here, before anything is made. */
  private Map<String, String> method(Visit<In> visit) throws ActionFailed, SQLException {
    var in = visit.inputs();
    try (var source = servers.open(in.from(), in.database().name(), visit.applicationName())) {
      var chosen = CopyMethod.choose(in.method(), Databases.major(source), source);
      var facts = new TreeMap<String, String>();
      facts.put("method", chosen.method().word());
      chosen.because().ifPresent(it -> facts.put("method.because", it));
      return facts;
    }
  }

  @Override
  public Outcome<Out> act(Attempt<In> attempt) {
    var name = attempt.intent().fact("target.name");
    var doing = "copying " + attempt.inputs().database().name() + " to " + name;
    return Guarded.outcome(attempt.stop(), doing, () -> copied(attempt, doing));
  }

  private Outcome<Out> copied(Attempt<In> attempt, String doing) throws ActionFailed, SQLException {
    var in = attempt.inputs();
    var application = attempt.visit().applicationName();
    try (var source = open(attempt, in.from(), in.database().name());
        var maintenance = open(attempt, in.database().server(), Servers.MAINTENANCE)) {
      var traits = traits(doing, source, in);
      int major = sameMajor(doing, source, maintenance);
      CopyCheck.check(doing, traits, source, maintenance);
      copier.requireRoom(doing, maintenance, traits.bytes());
      var made = create(attempt, traits, source, maintenance, doing);
      try (var target = open(attempt, made.server(), made.name())) {
        var notes =
            copier.copy(
                new DatabaseCopier.Job(
                    doing,
                    application,
                    major,
                    servers.login(in.from()).withDatabase(traits.name()),
                    servers.login(made.server()).withDatabase(made.name()),
                    source,
                    target,
                    traits.bytes()),
                method(attempt.intent()),
                attempt.stop(),
                (done, total, also) -> attempt.progress(done, total, Attempt.Unit.BYTES, also));
        var said = new ArrayList<>(List.of(by(attempt.intent())));
        said.addAll(notes);
        return finished(doing, made, traits, source, target, maintenance, said);
      }
    }
  }

  /** {@code by pg_dump and pg_restore, because …}. */
  private static String by(Intent intent) {
    var because = intent.facts().get("method.because");
    return switch (method(intent)) {
      case STREAM -> "streamed";
      case DUMP -> "by pg_dump and pg_restore" + (because == null ? "" : ", because " + because);
    };
  }

  private static CopyMethod method(Intent intent) {
    return CopyMethod.valueOf(intent.fact("method").toUpperCase(Locale.ROOT));
  }

  private Connection open(Attempt<In> attempt, ServerRef server, String database)
      throws ActionFailed, SQLException {
    return Databases.endingWith(
        attempt.stop(), servers.open(server, database, attempt.visit().applicationName()));
  }

  private static DatabaseTraits traits(String doing, Connection source, In in)
      throws ActionFailed, SQLException {
    Optional<DatabaseTraits> traits = DatabaseTraits.read(source, in.database().name());
    if (traits.isEmpty()) {
      throw new ActionFailed(
          new Problem(
              doing,
              in.from() + " has no database " + in.database().name() + ".",
              "It may not have existed at that moment: choose a later one."));
    }
    return traits.get();
  }

  private static int sameMajor(String doing, Connection source, Connection target)
      throws ActionFailed, SQLException {
    int from = Databases.major(source);
    int to = Databases.major(target);
    if (from != to || from < 15) {
      throw new ActionFailed(
          new Problem(
              doing,
              "the source runs PostgreSQL " + from + " and the target " + to + ".",
              "Both must have one major version, 15 or later."));
    }
    return from;
  }

  private static DatabaseRef create(
      Attempt<In> attempt,
      DatabaseTraits traits,
      Connection source,
      Connection maintenance,
      String doing)
      throws SQLException, ActionFailed {
    var name = attempt.intent().fact("target.name");
    long oid = Long.parseLong(attempt.intent().fact("target.oid"));
    if (TenantDatabases.byName(maintenance, name).isPresent()
        || TenantDatabases.byOid(maintenance, oid).isPresent()) {
      throw new ActionFailed(
          new Problem(
              doing,
              "the name or the OID " + oid + " is taken on the target.",
              "Retry: the next attempt has another name and another OID."));
    }
    attempt.fence();
    Databases.execute(maintenance, DatabaseStatements.create(traits, name, oid));
    Databases.execute(maintenance, DatabaseStatements.closeToOthers(name));
    Databases.execute(maintenance, TemporaryGrants.onDatabase(source, name));
    return new DatabaseRef(attempt.inputs().database().server(), oid, name);
  }

  private static Outcome<Out> finished(
      String doing,
      DatabaseRef made,
      DatabaseTraits traits,
      Connection source,
      Connection target,
      Connection maintenance,
      List<String> notes)
      throws SQLException, ActionFailed {
    long expected = Databases.number(source, TABLES);
    long tables = Databases.number(target, TABLES);
    if (expected != tables || expected == 0) {
      throw new ActionFailed(
          new Problem(
              doing,
              "the source has " + expected + " tables and the copy " + tables + ".",
              "Do not use the copy; retry, and if it happens again, look at the source."));
    }
    var present =
        DatabaseTraits.read(maintenance, made.name()).map(DatabaseTraits::grants).orElse(List.of());
    Databases.inTransaction(
        maintenance,
        () ->
            Databases.execute(
                maintenance, DatabaseStatements.replay(traits, made.name(), present)));
    long bytes = Databases.number(target, "SELECT pg_database_size(current_database())");
    return new Outcome.Done<>(
        new Out(made, bytes, tables),
        "copied "
            + tables
            + " tables to "
            + made.name()
            + ", "
            + Bytes.shown(bytes)
            + "; "
            + String.join("; ", notes));
  }

  @Override
  public Finding<Out> probe(Attempt<In> attempt) {
    throw new IllegalStateException("database.copy is repeated, never probed");
  }

  /**
   * Ends what an earlier attempt runs on both servers, and drops the half-made database where both
   * its OID and its name are those of the intent.
   */
  @Override
  public void clear(Attempt<In> attempt) {
    endAtSource(attempt);
    HalfMade.remove(servers, attempt, attempt.inputs().database().server());
    programs.removeScratch(attempt.visit());
  }

  /** A dump goes on writing after its bot was killed. A source that is gone has ended it. */
  private void endAtSource(Attempt<In> attempt) {
    try (var session =
        servers.open(
            attempt.inputs().from(), Servers.MAINTENANCE, attempt.visit().applicationName())) {
      StepSessions.end(session, attempt);
    } catch (ActionFailed | SQLException gone) {
      log.info("the sessions at {} could not be ended", attempt.inputs().from());
    }
  }
}
