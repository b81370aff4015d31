package io.countersign.postgres;

import static io.countersign.postgres.Identifiers.quoted;

import io.countersign.Problem;
import io.countersign.action.ActionFailed;
import io.countersign.postgres.SchemaArchive.Entry;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a dump in a file says of itself before its rows: which database it is of, its objects, and
 * the rights that their owners need while it is restored. Nobody but the dump knows that: the
 * database that it was made of may have changed since, which is why it is restored.
 */
final class DumpedSchema {
  private static final int FIRST_LOOK = 1 << 20;

  /** Definitions alone; the largest that were seen have a few megabytes. */
  private static final int LIMIT = 64 << 20;

  private final Path file;
  private final SchemaArchive archive;
  private final Set<Entry> eventTriggers;

  private DumpedSchema(Path file, SchemaArchive archive) {
    this.file = file;
    this.archive = archive;
    this.eventTriggers = StreamedCopy.withEventTriggers(archive);
  }

  /**
   * Reads as much of the file, or of the folder's table of contents, as holds definitions.
   *
   * @throws ActionFailed where it is no archive that is known here
   */
  static DumpedSchema read(String doing, Path file) throws ActionFailed {
    try {
      for (long limit = FIRST_LOOK; limit <= LIMIT; limit *= 4) {
        var archive = read(file, (int) limit);
        if (archive.isPresent()) {
          return new DumpedSchema(file, archive.get());
        }
      }
    } catch (IOException | NumberFormatException | NegativeArraySizeException damaged) {
      // told below
    }
    throw new ActionFailed(
        new Problem(
            doing,
            "the dump does not begin as one of pg_dump of PostgreSQL 15 to 18 does.",
            "Take another backup."));
  }

  /** Empty where the definitions do not end within so many bytes. */
  private static Optional<SchemaArchive> read(Path file, int limit) throws IOException {
    var begins = Files.isDirectory(file) ? file.resolve("toc.dat") : file;
    try (InputStream in = Files.newInputStream(begins)) {
      return SchemaArchive.read(in.readNBytes(limit));
    } catch (IndexOutOfBoundsException cutOff) {
      return Optional.empty();
    }
  }

  Path file() {
    return file;
  }

  SchemaArchive archive() {
    return archive;
  }

  /** When an object is restored. */
  enum Part {
    SCHEMAS,
    /** Made by our own session, as the database's owner. */
    EXTENSIONS,
    /** What pg_dump counts among what exists before rows. */
    BEFORE_ROWS,
    REST,
    /** Grants, and views that are filled with the rights that grants give. */
    GRANTS,
    /** Grants that another than the owner made; our own session makes them. */
    OTHER_GRANTORS,
    /** They would see whatever is done after them. */
    EVENT_TRIGGERS
  }

  private Part part(Entry entry) {
    if (eventTriggers.contains(entry)) {
      return Part.EVENT_TRIGGERS;
    }
    if (StreamedCopy.isOfOtherGrantor(entry)) {
      return Part.OTHER_GRANTORS;
    }
    if (StreamedCopy.isOfExtension(entry)) {
      return Part.EXTENSIONS;
    }
    return switch (entry.kind()) {
      case "SCHEMA" -> Part.SCHEMAS;
      case "ACL", "DEFAULT ACL", "MATERIALIZED VIEW DATA" -> Part.GRANTS;
      default -> entry.beforeRows() ? Part.BEFORE_ROWS : Part.REST;
    };
  }

  /** Those of one part, in an order in which they can be made. */
  List<Entry> of(Part part) {
    return archive.entries().stream().filter(it -> part(it) == part).toList();
  }

  /** pg_restore's list of these: it reads the number before the semicolon. */
  static List<String> list(List<Entry> entries) {
    return entries.stream().map(it -> it.id() + ";").toList();
  }

  /**
   * Rights that owners need while a restore runs. {@code ALTER TABLE ... OWNER TO o} wants o to
   * have CREATE on the schema; those that last are granted by the dump afterwards.
   *
   * @return schema and role
   */
  Set<Creator> creators() {
    var owners = new HashMap<String, String>();
    of(Part.SCHEMAS).forEach(it -> owners.put(it.tag(), it.owner()));
    var creators = new LinkedHashSet<Creator>();
    for (var entry : archive.entries()) {
      var owner = owners.get(entry.schema());
      if (owner != null && !entry.owner().isEmpty() && !entry.owner().equals(owner)) {
        creators.add(new Creator(entry.schema(), entry.owner()));
      }
    }
    return creators;
  }

  /** A role that owns something in a schema of somebody else's. */
  record Creator(String schema, String role) {
    String grant() {
      return "GRANT CREATE ON SCHEMA " + quoted(schema) + " TO " + quoted(role);
    }

    String revoke() {
      return "REVOKE CREATE ON SCHEMA " + quoted(schema) + " FROM " + quoted(role);
    }
  }

  /** Who owns schemas and publications; they need CREATE on the database while they are made. */
  List<String> databaseCreators() {
    var roles = new ArrayList<String>();
    for (var entry : archive.entries()) {
      boolean isDatabases = entry.kind().equals("SCHEMA") || entry.kind().equals("PUBLICATION");
      if (isDatabases && !entry.owner().isEmpty() && !roles.contains(entry.owner())) {
        roles.add(entry.owner());
      }
    }
    return roles;
  }
}
