package io.countersign.postgres;

import static io.countersign.postgres.Identifiers.quoted;

import io.countersign.action.ActionFailed;
import io.countersign.action.Stop;
import io.countersign.postgres.DatabaseCopier.Job;
import io.countersign.postgres.DatabaseCopier.Progress;
import io.countersign.postgres.DumpedSchema.Part;
import io.countersign.postgres.SchemaArchive.Entry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Restores a dump in pg_dump's custom format into a new, empty database, with owners and grants,
 * without being superuser. The estate's queues are in no dump: their definitions come from the live
 * database, without a row.
 */
final class DumpRestore {
  private static final Map<String, String> SETTINGS =
      Map.of(
          "maintenance_work_mem", "256MB",
          "max_parallel_maintenance_workers", "0",
          "synchronous_commit", "off");

  private final ClientPrograms programs;
  private final int workers;
  private final Job job;
  private final Stop stop;
  private final Scratch home;

  /**
   * @param job its source is the live database
   * @param home for password files, lists and the queues' definitions
   */
  DumpRestore(ClientPrograms programs, int workers, Job job, Stop stop, Scratch home) {
    this.programs = programs;
    this.workers = workers;
    this.job = job;
    this.stop = stop;
    this.home = home;
  }

  /**
   * Restores everything.
   *
   * @param file pg_dump's, looked at already
   * @param queues schemas whose definitions come from the live database
   */
  void restore(Path file, List<String> queues, Progress progress)
      throws ActionFailed, SQLException {
    var dumped = DumpedSchema.read(job.doing(), file);
    var all = new ArrayList<DumpedSchema>();
    var defined = definitions(queues);
    defined.ifPresent(all::add);
    all.add(dumped);
    grant(databaseCreators(all));
    for (var it : all) {
      restore(it, Part.SCHEMAS, 1, progress);
    }
    extensions(dumped);
    var creators = new LinkedHashSet<DumpedSchema.Creator>();
    all.forEach(it -> creators.addAll(it.creators()));
    Databases.execute(job.target(), creators.stream().map(DumpedSchema.Creator::grant).toList());
    // a view of the tenant's may look into the queue, so that exists first
    for (var it : all) {
      restore(it, Part.BEFORE_ROWS, 1, progress);
    }
    for (var it : all) {
      restore(it, Part.REST, workers, progress);
    }
    // before the dump's own grants, or they would take away what lasts
    Databases.execute(job.target(), creators.stream().map(DumpedSchema.Creator::revoke).toList());
    for (var it : all) {
      restore(it, Part.GRANTS, 1, progress);
      StreamedCopy.grantAsOthers(it.archive(), job.target());
    }
    restore(dumped, Part.EVENT_TRIGGERS, 1, progress);
  }

  /** These vanish when the original's grants are replayed. */
  private List<String> databaseCreators(List<DumpedSchema> all) {
    return all.stream()
        .flatMap(it -> it.databaseCreators().stream())
        .distinct()
        .map(
            it ->
                "GRANT CREATE ON DATABASE "
                    + quoted(job.targetLogin().database())
                    + " TO "
                    + quoted(it))
        .toList();
  }

  private void grant(List<String> statements) throws SQLException {
    Databases.execute(job.target(), statements);
  }

  /** Empty where the live database has none of these schemas. */
  private Optional<DumpedSchema> definitions(List<String> queues)
      throws ActionFailed, SQLException {
    var present = present(job.source(), queues);
    if (present.isEmpty()) {
      return Optional.empty();
    }
    var file = home.file("queues.dump");
    var arguments =
        new ArrayList<>(
            List.of(
                "--format=custom",
                "--compress=0",
                "--schema-only",
                "--no-subscriptions",
                "--lock-wait-timeout=60s",
                "--file=" + file,
                "--dbname=" + ClientPrograms.database(job.sourceLogin().database())));
    present.forEach(it -> arguments.add("--schema=" + DumpFile.pattern(it)));
    var program = programs.find("pg_dump", job.major());
    programs.run(
        job.doing(),
        new ClientPrograms.Call(program, job.sourceLogin(), job.application(), arguments, Map.of()),
        home,
        stop,
        () -> {});
    return Optional.of(DumpedSchema.read(job.doing(), file));
  }

  private static List<String> present(Connection live, List<String> schemas) throws SQLException {
    var present = new ArrayList<String>();
    try (var query =
        live.prepareStatement("SELECT nspname FROM pg_namespace WHERE nspname = ANY (?)")) {
      query.setArray(1, live.createArrayOf("text", schemas.toArray()));
      try (var row = query.executeQuery()) {
        while (row.next()) {
          present.add(row.getString(1));
        }
      }
    }
    return present;
  }

  /** In the version that the server gives, as pg_restore would. */
  private void extensions(DumpedSchema dumped) throws SQLException {
    for (var entry : dumped.of(Part.EXTENSIONS)) {
      if (entry.kind().equals("EXTENSION")) {
        Extensions.create(job.source(), job.target(), entry.tag(), entry.definition());
      }
    }
  }

  private void restore(DumpedSchema dump, Part part, int parallel, Progress progress)
      throws ActionFailed {
    var entries = dump.of(part);
    if (entries.isEmpty()) {
      return;
    }
    var arguments =
        List.of(
            "--exit-on-error",
            "--jobs=" + parallel,
            "--use-list=" + list(entries),
            "--dbname=" + ClientPrograms.database(job.targetLogin().database()),
            dump.file().toString());
    var call =
        new ClientPrograms.Call(
            programs.find("pg_restore", job.major()),
            job.targetLogin(),
            job.application(),
            arguments,
            SETTINGS);
    programs.run(job.doing(), call, home, stop, () -> told(progress));
  }

  private void told(Progress progress) throws ActionFailed {
    progress.at(Math.min(size(), job.bytes()), job.bytes(), "");
  }

  /** Of the new database; where it cannot be seen, the session ended with the run. */
  private long size() {
    try {
      return Databases.number(job.target(), "SELECT pg_database_size(current_database())");
    } catch (SQLException unknown) {
      return 0;
    }
  }

  private Path list(List<Entry> entries) {
    try {
      return Files.write(home.file("list"), DumpedSchema.list(entries));
    } catch (IOException full) {
      throw new UncheckedIOException("cannot write into the scratch folder", full);
    }
  }
}
