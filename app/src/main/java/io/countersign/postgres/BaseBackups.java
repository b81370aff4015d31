package io.countersign.postgres;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The finished base backups in a folder, as pg_basebackup wrote them (plain format). */
final class BaseBackups {
  private static final Pattern STOP_TIME =
      Pattern.compile("(?m)^STOP TIME: (\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d) (UTC|GMT)$");
  private static final Pattern START_FILE =
      Pattern.compile("^START WAL LOCATION: [0-9A-F/]+ \\(file ([0-9A-F]{24})\\)$");
  private static final DateTimeFormatter SECONDS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss");

  private BaseBackups() {}

  /**
   * One base backup.
   *
   * @param ended no commit before this moment is needed from the archive to make it consistent
   * @param major the server's major version
   */
  record Base(Path folder, Instant ended, int major) {}

  /**
   * All of one server, oldest first. Half-made ones are passed over: pg_basebackup writes the
   * manifest last.
   *
   * @param systemIdentifier the server's, as pg_control_system() says it
   */
  static List<Base> of(Path folder, Path archive, String systemIdentifier) throws IOException {
    var bases = new ArrayList<Base>();
    for (var each : candidates(folder)) {
      if (finished(each) && systemIdentifier(each).equals(systemIdentifier)) {
        int major = Integer.parseInt(Files.readString(each.resolve("PG_VERSION")).strip());
        bases.add(new Base(each, ended(each, archive), major));
      }
    }
    bases.sort(Comparator.comparing(Base::ended));
    return bases;
  }

  private static List<Path> candidates(Path folder) throws IOException {
    if (Files.exists(folder.resolve("PG_VERSION"))) {
      return List.of(folder);
    }
    var found = new ArrayList<Path>();
    try (DirectoryStream<Path> children = Files.newDirectoryStream(folder, Files::isDirectory)) {
      children.forEach(found::add);
    }
    return found;
  }

  private static boolean finished(Path base) {
    return Files.isRegularFile(base.resolve("PG_VERSION"))
        && Files.isRegularFile(base.resolve("backup_label"))
        && Files.isRegularFile(base.resolve("backup_manifest"))
        && Files.isRegularFile(base.resolve("global/pg_control"));
  }

  /** The first eight bytes of pg_control, in the machine's byte order. */
  private static String systemIdentifier(Path base) throws IOException {
    try (var control = Files.newInputStream(base.resolve("global/pg_control"))) {
      var bytes = ByteBuffer.wrap(control.readNBytes(Long.BYTES)).order(ByteOrder.nativeOrder());
      return Long.toUnsignedString(bytes.getLong());
    }
  }

  /**
   * The archive's history file says when the backup stopped, cut to the second; where it is missing
   * or in a zone whose letters are ambiguous, the moment the manifest was written is a little
   * later, which is safe.
   */
  private static Instant ended(Path base, Path archive) throws IOException {
    var started = Files.readString(base.resolve("backup_label")).lines().findFirst().orElse("");
    var file = START_FILE.matcher(started);
    if (file.matches() && Files.isDirectory(archive)) {
      try (var histories = Files.newDirectoryStream(archive, file.group(1) + ".*.backup")) {
        for (var history : histories) {
          var stopped = stopped(Files.readString(history), started);
          if (stopped.isPresent()) {
            return stopped.get();
          }
        }
      }
    }
    return Files.getLastModifiedTime(base.resolve("backup_manifest")).toInstant();
  }

  private static Optional<Instant> stopped(String history, String started) {
    var stop = STOP_TIME.matcher(history);
    if (!history.startsWith(started) || !stop.find()) {
      return Optional.empty();
    }
    try {
      var second = LocalDateTime.parse(stop.group(1), SECONDS).toInstant(ZoneOffset.UTC);
      return Optional.of(second.plusSeconds(1));
    } catch (DateTimeException malformed) {
      return Optional.empty();
    }
  }
}
