package io.countersign.postgres;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A folder of one attempt in which a dump lies for a while. It holds patients' rows: only this user
 * may enter it (0700), and it is removed at the end whatever happened. The name says whose it is,
 * so that a later attempt finds what a killed process left.
 */
public final class Scratch implements AutoCloseable {
  private final Path folder;

  private Scratch(Path folder) {
    this.folder = folder;
  }

  /**
   * Makes the folder.
   *
   * @param parent where scratch folders lie; made if it is missing
   * @param application the attempt's {@code cs/<run>/<step>/<attempt>}
   */
  static Scratch make(Path parent, String application) throws IOException {
    Files.createDirectories(parent);
    var mine = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    return new Scratch(Files.createTempDirectory(parent, prefix(application) + "-", mine));
  }

  /**
   * Ends the programs that run in the folders of a step's attempts up to one, and removes the
   * folders; a later one may be at work.
   *
   * @param sessions what the attempts' names begin with: {@code cs/<run>/<step>/}
   * @throws IOException where one does not end, too
   */
  static void removeAll(Path parent, String sessions, int upTo) throws IOException {
    if (!Files.isDirectory(parent)) {
      return;
    }
    try (DirectoryStream<Path> all =
        Files.newDirectoryStream(
            parent, it -> isUpTo(sessions, upTo, String.valueOf(it.getFileName())))) {
      for (var leftover : all) {
        LeftPrograms.end(leftover);
        removeTree(leftover);
      }
    }
  }

  private static boolean isUpTo(String sessions, int upTo, String name) {
    var begins = Pattern.quote(prefix(sessions));
    var attempt = Pattern.compile(begins + "(\\d{1,9})-.*").matcher(name);
    return attempt.matches() && Integer.parseInt(attempt.group(1)) <= upTo;
  }

  private static String prefix(String application) {
    return application.replace('/', '-');
  }

  public Path folder() {
    return folder;
  }

  public Path file(String name) {
    return folder.resolve(name);
  }

  /** Writes a small file that only this user may read (0600), such as a password file. */
  Path secretFile(String name, String text) throws IOException {
    var mine = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    var file = file(name);
    Files.deleteIfExists(file);
    Files.createFile(file, mine);
    Files.writeString(file, text, StandardCharsets.UTF_8);
    return file;
  }

  /** All bytes in the folder at this moment; files that vanish meanwhile count as nothing. */
  public long bytes() {
    var sum = new AtomicLong();
    try {
      Files.walkFileTree(
          folder,
          new Visitor() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              sum.addAndGet(attributes.size());
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException unreadable) {
      throw new UncheckedIOException("cannot read the scratch folder", unreadable);
    }
    return sum.get();
  }

  /** Bytes still free on the disk that the folder lies on. */
  public long free() {
    try {
      return Files.getFileStore(folder).getUsableSpace();
    } catch (IOException unreadable) {
      throw new UncheckedIOException("cannot read the free space of the scratch disk", unreadable);
    }
  }

  @Override
  public void close() {
    try {
      removeTree(folder);
    } catch (IOException left) {
      throw new UncheckedIOException(
          "the scratch folder " + folder + " holds tenants' rows and could not be removed", left);
    }
  }

  private static void removeTree(Path root) throws IOException {
    Files.walkFileTree(
        root,
        new Visitor() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.deleteIfExists(file);
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

  /** Passes over what another process removes at the same time. */
  private static class Visitor extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFileFailed(Path file, IOException error) throws IOException {
      if (error instanceof NoSuchFileException) {
        return FileVisitResult.CONTINUE;
      }
      throw error;
    }
  }
}
