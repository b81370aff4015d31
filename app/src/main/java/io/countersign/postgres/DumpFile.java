package io.countersign.postgres;

import io.countersign.Digest;
import io.countersign.Problem;
import io.countersign.action.ActionFailed;
import io.countersign.action.Stop;
import io.countersign.estate.Backup.TableRows;
import io.countersign.estate.Login;
import java.io.BufferedInputStream;
import java.io.EOFException;
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
import java.util.zip.ZipException;

/**
 * One database as a file that pg_dump wrote, with the rows of each table counted in the very
 * snapshot that the dump is of: in the custom format by one session, or in the directory format by
 * several and packed.
 */
public final class DumpFile {
  /** As the operations document has it; levels beyond cost time and save little. */
  private static final String GZIP = "--compress=6";

  /** Smaller than gzip's level 6, and more than ten times cheaper; pg_dump has it from 16 on. */
  private static final String ZSTD = "--compress=zstd:1";

  private static final int FIRST_WITH_ZSTD = 16;

  /** What a pg_dump says, before it connects, that was built without a compression. */
  private static final String NOT_BUILT_IN = "does not support compression";

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
   * @param workers sessions that dump tables side by side, 1 to 16: 1 makes the custom format, more
   *     make the directory format
   */
  public record Job(
      String doing, Login login, String application, int major, List<String> without, int workers) {
    public Job {
      without = List.copyOf(without);
    }

    private List<String> compressions() {
      return major < FIRST_WITH_ZSTD ? List.of(GZIP) : List.of(ZSTD, GZIP);
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

  /** The program's arguments, for the plan, where neither client nor size is known yet. */
  public static List<String> planned(String database, List<String> without, String file) {
    return arguments(database, without, file, 1, "--compress=<zstd:1; before PostgreSQL 16: 6>");
  }

  private static List<String> arguments(
      String database, List<String> without, String file, int workers, String compression) {
    var arguments = new ArrayList<String>();
    if (workers == 1) {
      arguments.add("--format=custom");
    } else {
      arguments.add("--format=directory");
      arguments.add("--jobs=" + workers);
    }
    arguments.add(compression);
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
   * @param written told the bytes on the disk about five times a second
   * @throws ActionFailed where it fails, or where nothing was written
   */
  public Dumped dump(Job job, Scratch scratch, Stop stop, LongConsumer written)
      throws ActionFailed, SQLException {
    var file = scratch.file("backup.dump");
    try (var source = SnapshotSource.open(job.login(), job.application(), stop)) {
      var session = source.session();
      var takenAt = now(session);
      var tables = tables(session, job.without());
      source.lock(
          StreamTable.all(session).stream()
              .filter(it -> !job.without().contains(it.table().schema()))
              .toList());
      compressed(job, source.snapshot(), scratch, stop, written);
      var rows = new ArrayList<TableRows>();
      for (var table : tables) {
        stop.check();
        rows.add(new TableRows(table.schema(), table.name(), TableHashes.rows(session, table)));
      }
      return new Dumped(file, notEmpty(job, file), digest(job.doing(), file), takenAt, rows);
    }
  }

  /** By the best compression that the client was built with. */
  private void compressed(
      Job job, String snapshot, Scratch scratch, Stop stop, LongConsumer written)
      throws ActionFailed {
    var compressions = job.compressions();
    for (var compression : compressions) {
      try {
        dumped(job, snapshot, compression, scratch, stop, written);
        return;
      } catch (ActionFailed failed) {
        boolean another = !compression.equals(compressions.getLast());
        if (!another || !failed.problem().happened().contains(NOT_BUILT_IN)) {
          throw failed;
        }
      }
    }
  }

  private void dumped(
      Job job,
      String snapshot,
      String compression,
      Scratch scratch,
      Stop stop,
      LongConsumer written)
      throws ActionFailed {
    boolean packed = job.workers() > 1;
    var file = scratch.file("backup.dump");
    var target = packed ? scratch.file("pieces") : file;
    var arguments =
        new ArrayList<>(
            arguments(
                job.login().database(),
                job.without(),
                target.toString(),
                job.workers(),
                compression));
    arguments.add("--snapshot=" + snapshot);
    var call =
        new ClientPrograms.Call(
            programs.find("pg_dump", job.major()),
            job.login(),
            job.application(),
            arguments,
            Map.of());
    programs.run(job.doing(), call, scratch, stop, () -> written.accept(scratch.bytes()));
    if (packed) {
      try {
        PackedDump.pack(target, file);
      } catch (IOException full) {
        throw new ActionFailed(
            new Problem(
                job.doing(),
                "the dump's pieces could not be packed into one file.",
                "Free space in the scratch folder on the bot's host, then retry."));
      }
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
      return digest(in, it -> it.transferTo(OutputStream.nullOutputStream()));
    } catch (IOException unreadable) {
      throw new ActionFailed(
          new Problem(doing, "the dump cannot be read back.", "Look at the disk, then retry."));
    }
  }

  /** Takes all bytes to where they go. */
  private interface Carry {
    void all(InputStream in) throws IOException;
  }

  private static Digest digest(InputStream in, Carry carry) throws IOException {
    try {
      var sha = MessageDigest.getInstance("SHA-256");
      carry.all(new BufferedInputStream(new DigestInputStream(in, sha), BUFFER));
      return new Digest(HexFormat.of().formatHex(sha.digest()));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java platform has SHA-256", impossible);
    }
  }

  /**
   * Brings a stored dump into the scratch folder, as a file or, if it is packed, as the folder of
   * its pieces. What is there may be used only if the digest is the expected one.
   *
   * @return the digest of what was stored
   */
  public static Digest fetched(InputStream stored, Path place) throws IOException {
    var in = new BufferedInputStream(stored, BUFFER);
    if (PackedDump.begins(in)) {
      return digest(in, it -> unpacked(it, place));
    }
    var mine = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    Files.createFile(place, mine);
    try (var out = Files.newOutputStream(place)) {
      return digest(in, it -> it.transferTo(out));
    }
  }

  private static void unpacked(InputStream in, Path folder) throws IOException {
    try {
      PackedDump.unpack(in, folder);
    } catch (ZipException | EOFException damaged) {
      // the digest tells, which is that of all bytes
    }
    in.transferTo(OutputStream.nullOutputStream());
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
