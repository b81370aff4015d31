package io.countersign.postgres;

import io.countersign.action.ActionFailed;
import io.countersign.action.Stop;
import io.countersign.estate.CopyLimits;
import io.countersign.estate.Login;
import io.countersign.postgres.TableHashes.Table;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Carries a database's contents from one server to another, owners and grants included: as a
 * stream, or with pg_dump and pg_restore of the servers' version by way of the scratch folder.
 * Schemas and extensions come first, so that owners are right without being superuser.
 */
public final class DatabaseCopier {
  private static final String PAUSED = "paused until the live server has less WAL";
  private static final Pattern ENTRY = Pattern.compile("\\d+; \\d+ \\d+ (.*)");

  /** Per session of pg_restore; the memory is taken once per job. */
  private static final Map<String, String> RESTORE_SETTINGS =
      Map.of(
          "maintenance_work_mem", "256MB",
          "max_parallel_maintenance_workers", "0",
          "synchronous_commit", "off");

  private final ClientPrograms programs;
  private final CopyLimits limits;
  private final int jobs;

  /**
   * @param limits what it may take of the target, which other tenants use as well
   */
  public DatabaseCopier(ClientPrograms programs, CopyLimits limits) {
    this.programs = programs;
    this.limits = limits;
    this.jobs = limits.workers();
  }

  /** How far a copy is. */
  @FunctionalInterface
  public interface Progress {
    /**
     * @param done bytes of about {@code total}
     * @param also more for people, such as {@code 12 of 31 tables}; empty for nothing
     */
    void at(long done, long total, String also) throws ActionFailed;
  }

  /**
   * One copy.
   *
   * @param sourceLogin with the source database
   * @param targetLogin with the new, empty database
   * @param source a session inside the source database
   * @param target a session inside the new database
   * @param bytes the size of the source database
   */
  public record Job(
      String doing,
      String application,
      int major,
      Login sourceLogin,
      Login targetLogin,
      Connection source,
      Connection target,
      long bytes) {}

  /**
   * Copies everything; the copy is analysed.
   *
   * @return what a person should know of the copy, clauses
   * @throws ActionFailed where a program is missing, or something fails
   * @throws Stop.Stopped where the run must end; children and sessions are gone then
   */
  public List<String> copy(Job job, CopyMethod method, Stop stop, Progress progress)
      throws ActionFailed, SQLException {
    var pace = new Pace(limits.rate(), stop);
    try (var session =
        Databases.endingWith(stop, Servers.connect(job.targetLogin(), job.application()))) {
      var room = ServerRoom.open(job.doing(), limits, session, 0, method == CopyMethod.STREAM);
      Progress watched =
          (done, total, also) -> {
            stop.check();
            room.look(pace);
            progress.at(done, total, room.pauses() ? PAUSED : also);
          };
      Analysis.run(job, jobs, carried(job, method, stop, pace, watched), stop);
      var notes = new ArrayList<>(CopyNotes.of(job.source(), job.target()));
      notes.addAll(room.notes());
      return notes;
    }
  }

  /**
   * Restores a dump into the new database; it is analysed.
   *
   * @param job its source is the live database, from which the queues' definitions come
   * @param dump in pg_dump's custom format, on this host
   * @param queues schemas that are in no dump
   * @param home the attempt's scratch folder
   * @return what a person should know of the copy, clauses
   * @throws ActionFailed where a program is missing, or something fails
   * @throws Stop.Stopped where the run must end; children and sessions are gone then
   */
  public List<String> restore(
      Job job, Path dump, List<String> queues, Scratch home, Stop stop, Progress progress)
      throws ActionFailed, SQLException {
    var pace = new Pace(limits.rate(), stop);
    try (var session =
        Databases.endingWith(stop, Servers.connect(job.targetLogin(), job.application()))) {
      var room = ServerRoom.open(job.doing(), limits, session, 0, false);
      Progress watched =
          (done, total, also) -> {
            stop.check();
            room.look(pace);
            progress.at(done, total, also);
          };
      new DumpRestore(programs, jobs, job, stop, home).restore(dump, queues, watched);
      Analysis.run(job, jobs, Set.of(), stop);
      return room.notes();
    }
  }

  /** Carries everything; gives the tables that have been analysed on the way. */
  private Set<Table> carried(Job job, CopyMethod method, Stop stop, Pace pace, Progress progress)
      throws ActionFailed, SQLException {
    return switch (method) {
      case STREAM -> {
        try (var home = programs.scratch(job.application())) {
          yield new StreamedCopy(programs, jobs, job, stop, pace, home).copy(progress);
        }
      }
      case DUMP -> {
        dumped(job, stop, progress);
        yield Set.of();
      }
    };
  }

  /**
   * Looks whether the target has room, before anything is made there.
   *
   * @param target any database of the target server
   * @param bytes the size of the source database
   * @throws ActionFailed where it has not
   */
  public void requireRoom(String doing, Connection target, long bytes)
      throws ActionFailed, SQLException {
    ServerRoom.open(doing, limits, target, bytes, false);
  }

  private void dumped(Job job, Stop stop, Progress progress) throws ActionFailed, SQLException {
    var dump = programs.find("pg_dump", job.major());
    var restore = programs.find("pg_restore", job.major());
    try (var scratch = programs.scratch(job.application())) {
      dump(job, dump, scratch, stop, progress);
      var entries = entries(job, restore, scratch, stop);
      var lists = Lists.of(entries);
      restore(job, restore, scratch, lists.schemas(), 1, stop, progress);
      Extensions.create(job.source(), job.target());
      var rights = TemporaryGrants.read(job.source());
      Databases.execute(job.target(), rights.grants());
      restore(job, restore, scratch, lists.rest(), jobs, stop, progress);
      Databases.execute(job.target(), rights.revokes());
      NotNullNames.match(job.source(), job.target());
      restore(job, restore, scratch, lists.eventTriggers(), 1, stop, progress);
    }
  }

  private void dump(Job job, Path program, Scratch scratch, Stop stop, Progress progress)
      throws ActionFailed {
    var arguments =
        List.of(
            "--format=directory",
            "--compress=0",
            "--jobs=" + jobs,
            "--blobs",
            "--no-subscriptions",
            "--lock-wait-timeout=60s",
            "--file=" + scratch.file("dump"),
            "--dbname=" + ClientPrograms.database(job.sourceLogin().database()));
    var call =
        new ClientPrograms.Call(program, job.sourceLogin(), job.application(), arguments, Map.of());
    long total = 2 * job.bytes();
    programs.run(
        job.doing(),
        call,
        scratch,
        stop,
        () -> progress.at(Math.min(scratch.bytes(), job.bytes()), total, ""));
  }

  private List<String> entries(Job job, Path program, Scratch scratch, Stop stop)
      throws ActionFailed {
    var arguments =
        List.of("--list", "--file=" + scratch.file("entries"), scratch.file("dump").toString());
    var call =
        new ClientPrograms.Call(program, job.targetLogin(), job.application(), arguments, Map.of());
    programs.run(job.doing(), call, scratch, stop, () -> {});
    try {
      return Files.readAllLines(scratch.file("entries"));
    } catch (IOException unreadable) {
      throw new UncheckedIOException("cannot read the dump's table of contents", unreadable);
    }
  }

  private void restore(
      Job job,
      Path program,
      Scratch scratch,
      List<String> entries,
      int parallel,
      Stop stop,
      Progress progress)
      throws ActionFailed {
    if (entries.isEmpty()) {
      return;
    }
    var arguments =
        List.of(
            "--exit-on-error",
            "--jobs=" + parallel,
            "--use-list=" + list(scratch, entries),
            "--dbname=" + ClientPrograms.database(job.targetLogin().database()),
            scratch.file("dump").toString());
    var call =
        new ClientPrograms.Call(
            program, job.targetLogin(), job.application(), arguments, RESTORE_SETTINGS);
    programs.run(job.doing(), call, scratch, stop, () -> restored(job, progress));
  }

  private static void restored(Job job, Progress progress) throws ActionFailed {
    progress.at(job.bytes() + Math.min(size(job), job.bytes()), 2 * job.bytes(), "");
  }

  /** Of the copy; where it cannot be seen, the session ended with the run. */
  private static long size(Job job) {
    try {
      return Databases.number(job.target(), "SELECT pg_database_size(current_database())");
    } catch (SQLException unknown) {
      return 0;
    }
  }

  private static Path list(Scratch scratch, List<String> entries) {
    try {
      return Files.write(scratch.file("list"), entries);
    } catch (IOException full) {
      throw new UncheckedIOException("cannot write into the scratch folder", full);
    }
  }

  /**
   * The dump's entries in three parts: schemas, what is restored when extensions exist, and event
   * triggers, which would see whatever is done after them. Extensions and their comments are in
   * none.
   */
  record Lists(List<String> schemas, List<String> rest, List<String> eventTriggers) {
    Lists {
      schemas = List.copyOf(schemas);
      rest = List.copyOf(rest);
      eventTriggers = List.copyOf(eventTriggers);
    }

    static Lists of(List<String> lines) {
      var schemas = new ArrayList<String>();
      var rest = new ArrayList<String>();
      var eventTriggers = new ArrayList<String>();
      for (var line : lines) {
        var entry = ENTRY.matcher(line);
        if (!entry.matches()) {
          continue;
        }
        var what = entry.group(1);
        if (what.startsWith("SCHEMA - ")) {
          schemas.add(line);
        } else if (what.startsWith("EVENT TRIGGER - ")
            || what.startsWith("COMMENT - EVENT TRIGGER ")) {
          eventTriggers.add(line);
        } else if (!what.startsWith("EXTENSION - ") && !what.startsWith("COMMENT - EXTENSION ")) {
          rest.add(line);
        }
      }
      return new Lists(schemas, rest, eventTriggers);
    }
  }
}
