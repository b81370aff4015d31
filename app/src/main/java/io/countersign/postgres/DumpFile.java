package io.countersign.postgres;

import io.countersign.Digest;
import io.countersign.Problem;
import io.countersign.action.ActionFailed;
import io.countersign.action.Stop;
import io.countersign.estate.Backup.TableRows;
import io.countersign.estate.Login;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;

/**
 * One database as a file in pg_dump's custom format, with the rows of each table counted in the
 * very snapshot that the dump is of.
 */
public final class DumpFile {
  /** As the operations document has it; levels beyond cost time and save little. */
  private static final String GZIP = "--compress=6";

  private static final String DATA = " TABLE DATA ";
  private static final int BUFFER = 1 << 16;

  /** Those that pg_dump takes the rows of: what belongs to an extension is made by it again. */
  private static final String TABLES =
      """
      SELECT n.nspname, c.relname
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind = 'r' AND c.relpersistence <> 't'
         AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND n.nspname <> ALL (?)
         AND NOT EXISTS (SELECT FROM pg_depend e
                          WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid
                            AND e.deptype = 'e')
       ORDER BY 1, 2
      """;

  private final ClientPrograms programs;

  public DumpFile(ClientPrograms programs) {
    this.programs = programs;
  }

  /**
   * What is to be dumped.
   *
   * @param login leads into the database, as the bot
   * @param without schemas that are left out: the queues
   */
  public record Job(
      String doing, Login login, String application, int major, List<String> without) {
    public Job {
      without = List.copyOf(without);
    }
  }

  /**
   * What was dumped.
   *
   * @param takenAt the snapshot's moment, by the server's clock
   */
  public record Dumped(
      Path file, long bytes, Digest digest, Instant takenAt, List<TableRows> tables) {
    public Dumped {
      tables = List.copyOf(tables);
    }
  }

  /** The program's arguments, for the plan. */
  public static List<String> arguments(String database, List<String> without, String file) {
    var arguments = new ArrayList<String>();
    arguments.add("--format=custom");
    arguments.add(GZIP);
    without.forEach(it -> arguments.add("--exclude-schema=" + pattern(it)));
    arguments.add("--no-subscriptions");
    arguments.add("--lock-wait-timeout=60s");
    arguments.add("--file=" + file);
    arguments.add("--dbname=" + ClientPrograms.database(database));
    return arguments;
  }

  /** pg_dump takes patterns; a quoted one means itself. */
  static String pattern(String schema) {
    return '"' + schema.replace("\"", "\"\"") + '"';
  }

  /**
   * Dumps into the scratch folder. Tables are locked against changes of their shape meanwhile, and
   * against nothing else.
   *
   * @param written told the file's bytes about five times a second
   * @throws ActionFailed where it fails, or where nothing was written
   */
  public Dumped dump(Job job, Scratch scratch, Stop stop, LongConsumer written)
      throws ActionFailed, SQLException {
    var program = programs.find("pg_dump", job.major());
    var file = scratch.file("backup.dump");
    try (var source = SnapshotSource.open(job.login(), job.application(), stop)) {
      var session = source.session();
      var takenAt = now(session);
      var tables = tables(session, job.without());
      source.lock(
          StreamTable.all(session).stream()
              .filter(it -> !job.without().contains(it.table().schema()))
              .toList());
      var arguments =
          new ArrayList<>(arguments(job.login().database(), job.without(), file.toString()));
      arguments.add("--snapshot=" + source.snapshot());
      var call =
          new ClientPrograms.Call(program, job.login(), job.application(), arguments, Map.of());
      programs.run(job.doing(), call, scratch, stop, () -> written.accept(size(file)));
      var rows = new ArrayList<TableRows>();
      for (var table : tables) {
        stop.check();
        rows.add(new TableRows(table.schema(), table.name(), TableHashes.rows(session, table)));
      }
      return new Dumped(file, notEmpty(job, file), digest(job.doing(), file), takenAt, rows);
    }
  }

  /** The tables whose rows a dump of this database would hold. */
  public static List<TableHashes.Table> tables(Connection session, List<String> without)
      throws SQLException {
    var tables = new ArrayList<TableHashes.Table>();
    try (var query = session.prepareStatement(TABLES)) {
      query.setArray(1, session.createArrayOf("text", without.toArray()));
      try (var row = query.executeQuery()) {
        while (row.next()) {
          tables.add(new TableHashes.Table(row.getString(1), row.getString(2)));
        }
      }
    }
    return tables;
  }

  private static Instant now(Connection session) throws SQLException {
    try (var statement = session.createStatement();
        var row = statement.executeQuery("SELECT transaction_timestamp()")) {
      row.next();
      return row.getObject(1, OffsetDateTime.class).toInstant();
    }
  }

  private static long notEmpty(Job job, Path file) throws ActionFailed {
    long bytes = size(file);
    if (bytes == 0) {
      throw new ActionFailed(
          new Problem(job.doing(), "pg_dump wrote nothing.", "Look at the disk, then retry."));
    }
    return bytes;
  }

  private static long size(Path file) {
    try {
      return Files.exists(file) ? Files.size(file) : 0;
    } catch (IOException unreadable) {
      throw new UncheckedIOException("cannot read the size of the dump", unreadable);
    }
  }

  private static Digest digest(String doing, Path file) throws ActionFailed {
    try (var in = Files.newInputStream(file)) {
      return digest(in, InputStream::transferTo, OutputStream.nullOutputStream());
    } catch (IOException unreadable) {
      throw new ActionFailed(
          new Problem(doing, "the dump cannot be read back.", "Look at the disk, then retry."));
    }
  }

  /** How bytes go on. */
  private interface Carry {
    long to(InputStream in, OutputStream out) throws IOException;
  }

  private static Digest digest(InputStream in, Carry carry, OutputStream out) throws IOException {
    try {
      var sha = MessageDigest.getInstance("SHA-256");
      var _ = carry.to(new BufferedInputStream(new DigestInputStream(in, sha), BUFFER), out);
      return new Digest(HexFormat.of().formatHex(sha.digest()));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java platform has SHA-256", impossible);
    }
  }

  /**
   * Brings a stored dump into the scratch folder.
   *
   * @return its digest
   */
  public static Digest fetched(InputStream stored, Path file) throws IOException {
    var mine = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    Files.createFile(file, mine);
    try (var out = Files.newOutputStream(file)) {
      return digest(stored, InputStream::transferTo, out);
    }
  }

  /**
   * Reads a dump to its end as pg_restore would.
   *
   * @return an entry for each table of which it holds rows: schema, name and owner, with a space
   *     between them and perhaps in them
   * @throws ActionFailed where pg_restore cannot, with what it said
   */
  public List<String> readToItsEnd(
      String doing,
      Login anywhere,
      String application,
      int major,
      Path file,
      Scratch scratch,
      Stop stop)
      throws ActionFailed {
    var program = programs.find("pg_restore", major);
    var all = call(program, anywhere, application, List.of("--file=/dev/null", file.toString()));
    programs.run(doing, all, scratch, stop, () -> {});
    var entries = scratch.file("entries");
    var list =
        call(
            program,
            anywhere,
            application,
            List.of("--list", "--file=" + entries, file.toString()));
    programs.run(doing, list, scratch, stop, () -> {});
    try {
      return Files.readAllLines(entries).stream()
          .filter(it -> it.contains(DATA))
          .map(it -> it.substring(it.indexOf(DATA) + DATA.length()))
          .toList();
    } catch (IOException unreadable) {
      throw new UncheckedIOException("cannot read the dump's table of contents", unreadable);
    }
  }

  private static ClientPrograms.Call call(
      Path program, Login login, String application, List<String> arguments) {
    return new ClientPrograms.Call(program, login, application, arguments, Map.of());
  }
}
