package io.countersign.postgres;

import io.countersign.Problem;
import io.countersign.action.ActionFailed;
import io.countersign.action.Stop;
import io.countersign.postgres.DatabaseCopier.Job;
import io.countersign.postgres.DatabaseCopier.Progress;
import io.countersign.postgres.ParallelWork.Piece;
import io.countersign.postgres.ParallelWork.Sessions;
import io.countersign.postgres.SchemaArchive.Entry;
import io.countersign.postgres.TableHashes.Table;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Copies a database from server to server without a file: definitions by pg_dump and pg_restore,
 * rows by COPY from session to session, all as of one snapshot. Rows, indexes, constraints and
 * foreign keys are made by a few workers; what depends on all rows comes last.
 */
final class StreamedCopy {
  /** Definitions alone; the largest that were seen have a few megabytes. */
  private static final int ARCHIVE_LIMIT = 64 << 20;

  /** What needs rights that cannot be asked for; it is tried before any row goes. */
  private static final Set<String> TRIED =
      Set.of("PUBLICATION", "PUBLICATION TABLES IN SCHEMA", "EVENT TRIGGER");

  private static final Map<String, String> RESTORE_SETTINGS =
      Map.of("maintenance_work_mem", "256MB", "synchronous_commit", "off");

  private static final String AS_ANOTHER = "SET SESSION AUTHORIZATION ";

  private final ClientPrograms programs;
  private final int workers;
  private final Job job;
  private final Stop stop;
  private final Scratch home;
  private final Pace pace;

  /**
   * @param pace at which rows go
   * @param home for password files; nothing else is written there
   */
  StreamedCopy(ClientPrograms programs, int workers, Job job, Stop stop, Pace pace, Scratch home) {
    this.programs = programs;
    this.workers = workers;
    this.job = job;
    this.stop = stop;
    this.pace = pace;
    this.home = home;
  }

  /**
   * Copies everything.
   *
   * @return tables that have been analysed already
   */
  Set<Table> copy(Progress progress) throws ActionFailed, SQLException {
    try (var source = SnapshotSource.open(job.sourceLogin(), job.application(), stop)) {
      var tables = StreamTable.all(source.session());
      source.lock(tables);
      var archive = archive(source);
      restore(archive, it -> it.kind().equals("SCHEMA"));
      Extensions.create(job.source(), job.target());
      var rights = TemporaryGrants.read(job.source());
      Databases.execute(job.target(), rights.grants());
      restore(archive, it -> it.beforeRows() && !it.kind().equals("SCHEMA"));
      NotNullNames.match(job.source(), job.target());
      tryOut(archive);
      var builds = new IndexBuilds(archive, source.session());
      load(source, tables, builds, progress);
      var last = withEventTriggers(archive);
      restore(
          archive,
          it ->
              !it.beforeRows()
                  && !builds.builds(it)
                  && !last.contains(it)
                  && !isOfOtherGrantor(it));
      grantAsOthers(archive, job.target());
      Databases.execute(job.target(), rights.revokes());
      restore(archive, last::contains);
      return tables.stream()
          .filter(StreamTable::alone)
          .map(StreamTable::table)
          .collect(Collectors.toSet());
    }
  }

  private SchemaArchive archive(SnapshotSource source) throws ActionFailed {
    var call =
        new ClientPrograms.Call(
            programs.find("pg_dump", job.major()),
            job.sourceLogin(),
            job.application(),
            List.of(
                "--format=custom",
                "--compress=0",
                "--section=pre-data",
                "--section=post-data",
                "--no-subscriptions",
                "--lock-wait-timeout=60s",
                "--snapshot=" + source.snapshot(),
                "--dbname=" + ClientPrograms.database(job.sourceLogin().database())),
            Map.of());
    var bytes = programs.output(job.doing(), call, home, stop, ARCHIVE_LIMIT);
    return SchemaArchive.read(bytes)
        .orElseThrow(
            () ->
                new ActionFailed(
                    new Problem(
                        job.doing(),
                        "this bot cannot read what pg_dump " + job.major() + " wrote.",
                        "Give the step `method: dump`, then retry.")));
  }

  private void restore(SchemaArchive archive, Predicate<Entry> wanted) throws ActionFailed {
    Predicate<Entry> ours =
        it -> wanted.test(it) && !isOfExtension(it) && !LargeObjects.isOfOne(it);
    if (archive.entries().stream().noneMatch(ours)) {
      return;
    }
    var call =
        new ClientPrograms.Call(
            programs.find("pg_restore", job.major()),
            job.targetLogin(),
            job.application(),
            List.of(
                "--exit-on-error",
                "--dbname=" + ClientPrograms.database(job.targetLogin().database())),
            RESTORE_SETTINGS);
    programs.feed(job.doing(), call, home, stop, archive.only(ours));
  }

  /** {@link Extensions} makes them. */
  static boolean isOfExtension(Entry entry) {
    return entry.kind().equals("EXTENSION")
        || (entry.kind().equals("COMMENT") && entry.tag().startsWith("EXTENSION "));
  }

  /**
   * Event triggers would see what is done after them; so they and what is said of them are last.
   */
  static Set<Entry> withEventTriggers(SchemaArchive archive) {
    var triggers = new java.util.LinkedHashSet<Entry>();
    var ids = new java.util.HashSet<Integer>();
    for (var entry : archive.entries()) {
      if (entry.kind().equals("EVENT TRIGGER") || entry.after().stream().anyMatch(ids::contains)) {
        triggers.add(entry);
        ids.add(entry.id());
      }
    }
    return triggers;
  }

  /** Grants that somebody made who had them with grant option. */
  static boolean isOfOtherGrantor(Entry entry) {
    return entry.kind().equals("ACL") && entry.definition().contains(AS_ANOTHER);
  }

  /** pg_dump makes them as another session, which takes a superuser; as another role is enough. */
  static void grantAsOthers(SchemaArchive archive, Connection target) throws SQLException {
    try (var statement = target.createStatement()) {
      statement.setEscapeProcessing(false);
      for (var entry : archive.entries()) {
        if (isOfOtherGrantor(entry)) {
          statement.execute(
              entry
                  .definition()
                  .replaceAll("(?m)^" + AS_ANOTHER, "SET ROLE ")
                  .replaceAll("(?m)^RESET SESSION AUTHORIZATION;$", "RESET ROLE;"));
        }
      }
    }
  }

  /** Makes and takes back what may be refused for want of rights: better now than after an hour. */
  private void tryOut(SchemaArchive archive) throws ActionFailed, SQLException {
    var target = job.target();
    target.setAutoCommit(false);
    try (var statement = target.createStatement()) {
      statement.setEscapeProcessing(false);
      for (var entry : archive.entries()) {
        if (TRIED.contains(entry.kind())) {
          tryOut(statement, entry);
        }
      }
    } finally {
      if (!target.isClosed()) {
        target.rollback();
        target.setAutoCommit(true);
      }
    }
  }

  private void tryOut(java.sql.Statement statement, Entry entry) throws ActionFailed {
    try {
      statement.execute(entry.definition());
    } catch (SQLException refused) {
      stop.check();
      throw new ActionFailed(
          new Problem(
              job.doing(),
              "before any row was copied: the bot may not make "
                  + entry.shown()
                  + ": "
                  + ClientErrors.said(refused)
                  + ".",
              "Give the bot the right, or drop it at the source; then retry."));
    }
  }

  private void load(
      SnapshotSource source, List<StreamTable> tables, IndexBuilds builds, Progress progress)
      throws ActionFailed, SQLException {
    var pieces = new ArrayList<Piece>();
    var rows = new HashMap<Long, String>();
    for (var table : tables) {
      rows.put(table.oid(), "rows " + table.oid());
      pieces.add(rows(table));
    }
    pieces.add(
        new Piece(
            "sequences",
            "setting the sequences",
            0,
            Set.of(),
            Set.of(),
            Set.of(),
            (sessions, carried) -> SequenceValues.copy(sessions.source(), sessions.target())));
    if (LargeObjects.any(source.session())) {
      pieces.add(largeObjects(source.session()));
    }
    pieces.addAll(builds.pieces(rows));
    var before = List.copyOf(pieces);
    tables.stream()
        .filter(StreamTable::alone)
        .forEach(it -> pieces.add(Analysis.piece(it, before)));
    pieces.replaceAll(this::begunInTurn);
    long total = pieces.stream().mapToLong(Piece::weight).sum();
    ParallelWork.run(
        job.doing(),
        pieces,
        workers,
        inner -> open(source, inner),
        stop,
        (bytes, done) ->
            progress.at(
                bytes,
                total,
                tables(rows.values().stream().filter(done::contains).count(), rows.size())));
  }

  /** While the copy pauses no index is begun either: it writes as much as rows do. */
  private Piece begunInTurn(Piece piece) {
    return new Piece(
        piece.key(),
        piece.name(),
        piece.weight(),
        piece.after(),
        piece.alone(),
        piece.shared(),
        (sessions, carried) -> {
          pace.take(0);
          piece.work().on(sessions, carried);
        });
  }

  /** {@code 12 of 31 tables}. */
  private static String tables(long done, int all) {
    return done + " of " + all + (all == 1 ? " table" : " tables");
  }

  private Piece rows(StreamTable table) {
    return new Piece(
        "rows " + table.oid(),
        "the rows of " + table.table(),
        table.bytes(),
        Set.of(),
        Set.of(table.oid()),
        Set.of(),
        (sessions, carried) ->
            TableStream.copy(table, sessions.source(), sessions.target(), paced(carried)));
  }

  /** Each bunch of rows waits for its turn before the next one is read. */
  private LongConsumer paced(LongConsumer carried) {
    return bytes -> {
      carried.accept(bytes);
      pace.take(bytes);
    };
  }

  private Piece largeObjects(Connection source) throws SQLException {
    return new Piece(
        "large objects",
        "the large objects",
        Databases.number(source, "SELECT pg_table_size('pg_catalog.pg_largeobject')"),
        Set.of(),
        Set.of(),
        Set.of(),
        (sessions, carried) ->
            LargeObjects.copy(sessions.source(), sessions.target(), paced(carried)));
  }

  private Sessions open(SnapshotSource source, Stop inner) throws SQLException {
    // who waits while the copy pauses would otherwise wait for ever when another piece fails
    inner.onRequest(pace::end);
    var reading = source.another(inner);
    try {
      return new Sessions(reading, CopySettings.target(job, strings(), inner));
    } catch (SQLException refused) {
      reading.close();
      throw refused;
    }
  }

  private String strings() throws SQLException {
    try (var statement = job.source().createStatement();
        var row = statement.executeQuery("SHOW standard_conforming_strings")) {
      row.next();
      return row.getString(1);
    }
  }
}
