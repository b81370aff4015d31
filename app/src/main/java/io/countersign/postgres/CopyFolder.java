package io.countersign.postgres;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.countersign.Problem;
import io.countersign.estate.ServerRestorer.Copy;
import io.countersign.estate.ServerRestorer.RestorerUnavailable;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The folder of one copy and what stands in it: facts, each in a small file that appears whole or
 * not at all, so a restarted bot goes on where a dead one ended. The folder appears together with
 * its {@link Marker}; the marker goes last.
 */
final class CopyFolder {
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9.-]{0,62}");

  /** Whose copy this is. */
  record Marker(String run, String estate, String source, String server, Instant target) {}

  /**
   * What the source was asked before copying began.
   *
   * @param base the base backup's folder
   * @param user the bot's role; only it may log in
   * @param awaited the WAL file that must have been archived before recovery starts
   * @param segmentBytes the length of a whole WAL file
   * @param settings the copy's settings that must equal the source's
   */
  record Prepared(
      String base,
      int major,
      String user,
      String awaited,
      long segmentBytes,
      Map<String, String> settings) {}

  /**
   * The process that copies the base backup.
   *
   * @param times how often copying was started
   */
  record Copying(long pid, @Nullable Instant started, int times) {}

  /** The server process: its port on 127.0.0.1, and how often it was started. */
  record Started(int port, int times) {}

  /** What was proved before the copy left recovery. */
  record Proof(@Nullable Instant lastCommit, @Nullable Instant nextCommit, String statement) {}

  /** The copy is up. */
  record Finished(int port) {}

  /** The copy will not come. */
  record Failure(String doing, String happened, String next) {}

  private final Path path;
  private final ObjectMapper json =
      new ObjectMapper()
          .registerModule(new JavaTimeModule())
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS);

  private CopyFolder(Path path) {
    this.path = path;
  }

  /**
   * @throws RestorerUnavailable where the name could lead out of the folder of copies
   */
  static CopyFolder of(Path copies, String name) {
    if (!NAME.matcher(name).matches() || name.contains("..")) {
      throw unavailable(
          "looking for the server copy " + name,
          "that is no name of a copy.",
          "Copies are named with a-z, 0-9, dots and dashes, at most 63 of them.");
    }
    return new CopyFolder(copies.resolve(name));
  }

  static boolean isName(String name) {
    return NAME.matcher(name).matches() && !name.contains("..");
  }

  Path path() {
    return path;
  }

  Path data() {
    return path.resolve("data");
  }

  Path log() {
    return path.resolve("server.log");
  }

  Path output(String program) {
    return path.resolve(program + ".out");
  }

  boolean exists() {
    return Files.isDirectory(path);
  }

  /** Makes the folder and its marker appear in one move. */
  void create(Copy copy) {
    var half = path.resolveSibling("." + path.getFileName() + ".half");
    try {
      if (Files.exists(half)) {
        delete(half);
      }
      Files.createDirectories(path.getParent());
      Files.createDirectory(
          half, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      var marker =
          new Marker(
              copy.run().value(),
              copy.source().estate(),
              copy.source().name(),
              copy.server().name(),
              copy.target());
      Files.write(half.resolve(file(Marker.class)), json.writeValueAsBytes(marker));
      Files.move(half, path, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException error) {
      throw failed("making the folder of the server copy " + path.getFileName());
    }
  }

  <R extends Record> Optional<R> read(Class<R> kind) {
    var file = path.resolve(file(kind));
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(json.readValue(Files.readAllBytes(file), kind));
    } catch (IOException error) {
      throw failed("reading " + file);
    }
  }

  void write(Record fact) {
    var file = path.resolve(file(fact.getClass()));
    var half = path.resolve(file(fact.getClass()) + ".half");
    try {
      Files.write(half, json.writeValueAsBytes(fact));
      Files.move(half, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException error) {
      throw failed("writing " + file);
    }
  }

  void fail(Problem problem) {
    write(new Failure(problem.doing(), problem.happened(), problem.next()));
  }

  /** Ends the process that copies, and what it started. */
  static void kill(ProcessHandle copying) {
    copying.descendants().forEach(ProcessHandle::destroyForcibly);
    copying.destroyForcibly();
  }

  /** Deletes everything, the marker last: what is cut off here is recognised and taken up again. */
  void delete() {
    try {
      try (var children = Files.newDirectoryStream(path)) {
        for (var child : children) {
          if (!child.endsWith(file(Marker.class))) {
            delete(child);
          }
        }
      }
      delete(path);
    } catch (IOException error) {
      throw failed("deleting the server copy in " + path);
    }
  }

  private static void delete(Path tree) throws IOException {
    Files.walkFileTree(
        tree,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException error) throws IOException {
            if (Files.exists(file, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
              throw error;
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException error)
              throws IOException {
            Files.deleteIfExists(folder);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private static String file(Class<?> kind) {
    return kind.getSimpleName().toLowerCase(Locale.ROOT) + ".json";
  }

  private static RestorerUnavailable failed(String doing) {
    return unavailable(
        doing,
        "the file system refused.",
        "Check that the bot may write there and that the disk is not full, then retry.");
  }

  private static RestorerUnavailable unavailable(String doing, String happened, String next) {
    return new RestorerUnavailable(new Problem(doing, happened, next));
  }
}
