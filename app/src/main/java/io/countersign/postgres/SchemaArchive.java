package io.countersign.postgres;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What stands in an archive that pg_dump wrote in its custom format, or in the table of contents of
 * its directory format, without rows: one entry per object, with its statements and with what must
 * exist before it. Taking entries from the archive is exact; cutting a dump's text into statements
 * is not, because a comment or a function of the tenant can hold text that looks like a border.
 */
final class SchemaArchive {
  /** pg_dump of 15 writes 1.14, of 16 1.15, of 17 and 18 1.16. Others are not read. */
  private static final int OLDEST = 14;

  private static final int NEWEST = 16;

  /** The session in which the entries make sense; belongs to every part of an archive. */
  private static final Set<String> SETTINGS = Set.of("ENCODING", "STDSTRINGS", "SEARCHPATH");

  private static final byte[] MAGIC = "PGDMP".getBytes(StandardCharsets.US_ASCII);
  private static final int CUSTOM = 1;

  /** The tar format's number: the directory format's table of contents gives itself out as one. */
  private static final int DIRECTORY = 3;

  private static final int DATE_PARTS = 7;
  private static final int PRE_DATA = 2;

  /**
   * One object.
   *
   * @param catalogue the OID of the catalogue in which it stands, 0 for none
   * @param oid its OID in the source, 0 for none
   * @param kind as pg_restore lists it: {@code FK CONSTRAINT}
   * @param beforeRows whether pg_dump counts it among what exists before rows come
   * @param tablespace empty for the preset one
   * @param owner empty for none
   * @param after numbers of entries that come earlier; some are in no archive
   */
  record Entry(
      int id,
      long catalogue,
      long oid,
      String tag,
      String kind,
      boolean beforeRows,
      String definition,
      String schema,
      String tablespace,
      String owner,
      List<Integer> after,
      int from,
      int to) {
    Entry {
      after = List.copyOf(after);
    }

    /** For people: {@code INDEX members.member_name}. */
    String shown() {
      return kind + " " + (schema.isEmpty() ? "" : schema + ".") + tag;
    }
  }

  private final byte[] bytes;
  private final String database;
  private final int countAt;
  private final int entriesFrom;
  private final List<Entry> entries;

  private SchemaArchive(
      byte[] bytes, String database, int countAt, int entriesFrom, List<Entry> entries) {
    this.bytes = bytes;
    this.database = database;
    this.countAt = countAt;
    this.entriesFrom = entriesFrom;
    this.entries = List.copyOf(entries);
  }

  /**
   * Reads one, rows behind the entries or none; empty where it is of a format that is not known
   * here.
   *
   * @throws IndexOutOfBoundsException where it ends within its entries
   */
  static Optional<SchemaArchive> read(byte[] bytes) {
    var in = new Reader(bytes);
    var minor = in.header();
    if (minor.isEmpty()) {
      return Optional.empty();
    }
    int countAt = in.at;
    int count = in.number();
    int entriesFrom = in.at;
    var entries = new ArrayList<Entry>();
    for (int i = 0; i < count; i++) {
      entries.add(in.entry(minor.getAsInt()));
    }
    return Optional.of(new SchemaArchive(bytes, in.database, countAt, entriesFrom, entries));
  }

  /** Whether archives of that server's pg_dump can be read. */
  static boolean knows(int major) {
    return major >= 15 && major <= 18;
  }

  /** The database that it was made of. */
  String database() {
    return database;
  }

  /** All objects, without the session's settings, in an order in which they can be made. */
  List<Entry> entries() {
    return entries.stream().filter(it -> !SETTINGS.contains(it.kind())).toList();
  }

  /** An archive of some of these objects, for pg_restore. */
  byte[] only(Predicate<Entry> wanted) {
    var chosen =
        entries.stream().filter(it -> SETTINGS.contains(it.kind()) || wanted.test(it)).toList();
    var out = new ByteArrayOutputStream();
    out.write(bytes, 0, countAt);
    var count = Arrays.copyOfRange(bytes, countAt, entriesFrom);
    for (int i = 1; i < count.length; i++) {
      count[i] = (byte) (chosen.size() >> (8 * (i - 1)));
    }
    out.writeBytes(count);
    chosen.forEach(it -> out.write(bytes, it.from(), it.to() - it.from()));
    return out.toByteArray();
  }

  /** The archive's own encoding of numbers and texts. */
  private static final class Reader {
    private final byte[] bytes;
    private int at;
    private String database = "";
    private int intBytes;
    private int offsetBytes;
    private boolean inPieces;

    Reader(byte[] bytes) {
      this.bytes = bytes;
    }

    /** The minor version of the format; empty where it is another format. */
    OptionalInt header() {
      if (bytes.length < 12 || !Arrays.equals(bytes, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
        return OptionalInt.empty();
      }
      at = MAGIC.length;
      int major = letter();
      int minor = letter();
      at++; // the format's revision
      intBytes = letter();
      offsetBytes = letter();
      int format = letter();
      if (major != 1 || minor < OLDEST || minor > NEWEST || intBytes != 4) {
        return OptionalInt.empty();
      }
      if (format != CUSTOM && format != DIRECTORY) {
        return OptionalInt.empty();
      }
      inPieces = format == DIRECTORY;
      if (minor >= 15) {
        at++; // the algorithm of compression
      } else {
        number(); // its level
      }
      for (int i = 0; i < DATE_PARTS; i++) {
        number();
      }
      database = text();
      text(); // the server's version
      text(); // pg_dump's version
      return OptionalInt.of(minor);
    }

    Entry entry(int minor) {
      int from = at;
      int id = number();
      number(); // whether it has rows
      long catalogue = Long.parseLong(text());
      long oid = Long.parseLong(text());
      var tag = text();
      var kind = text();
      int section = number();
      var definition = text();
      text(); // how it is dropped
      text(); // how its rows are copied
      var schema = text();
      var tablespace = text();
      text(); // the table's access method
      if (minor >= 16) {
        number(); // the kind of relation
      }
      var owner = text();
      text(); // whether rows have OIDs, long gone
      var after = after();
      if (inPieces) {
        text(); // the piece with its rows
      } else {
        at += 1 + offsetBytes;
      }
      return new Entry(
          id,
          catalogue,
          oid,
          tag,
          kind,
          section == PRE_DATA,
          definition,
          schema,
          tablespace,
          owner,
          after,
          from,
          at);
    }

    private List<Integer> after() {
      var after = new ArrayList<Integer>();
      for (var id = text(); !id.isEmpty(); id = text()) {
        after.add(Integer.parseInt(id));
      }
      return after;
    }

    private int letter() {
      return bytes[at++] & 0xff;
    }

    private int number() {
      boolean negative = letter() != 0;
      int value = 0;
      for (int i = 0; i < intBytes; i++) {
        value |= letter() << (8 * i);
      }
      return negative ? -value : value;
    }

    /** A text; empty for none. */
    private String text() {
      int length = number();
      if (length <= 0) {
        return "";
      }
      at += length;
      return new String(bytes, at - length, length, StandardCharsets.UTF_8);
    }
  }
}
