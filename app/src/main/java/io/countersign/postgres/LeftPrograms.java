package io.countersign.postgres;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/**
 * Programs that outlived the bot that started them. A program dies with its run's stop, but not
 * with a bot that was killed: so while one runs, an empty file in its scratch folder says which
 * process it is, and whoever clears up after its attempt ends it first. A program that was started
 * in the very moment in which its bot died, and what it has given away itself to a process of its
 * own standing, is not found.
 */
final class LeftPrograms {
  private static final Pattern NOTE = Pattern.compile("program-(\\d{1,18})-(\\d{1,18})");

  /** The number of a process that ended is given again; when it began is told within a second. */
  private static final Duration SAME = Duration.ofSeconds(2);

  private static final Duration ENDS_WITHIN = Duration.ofSeconds(10);

  private LeftPrograms() {}

  /** Notes a program that has begun; closing the note removes it. */
  static Note note(Process child, Scratch home) throws IOException {
    var began = child.info().startInstant();
    if (began.isEmpty()) {
      return () -> {};
    }
    var file = home.file("program-" + child.pid() + "-" + began.get().toEpochMilli());
    Files.createFile(file);
    return () -> Files.deleteIfExists(file);
  }

  /** A note that a program runs. */
  interface Note extends AutoCloseable {
    @Override
    void close() throws IOException;
  }

  /**
   * Ends what still runs of the programs that are noted in a scratch folder, with what they have
   * started.
   *
   * @throws IOException where one does not end
   */
  static void end(Path folder) throws IOException {
    try (DirectoryStream<Path> notes = Files.newDirectoryStream(folder, "program-*")) {
      for (var note : notes) {
        var words = NOTE.matcher(String.valueOf(note.getFileName()));
        if (words.matches()) {
          end(Long.parseLong(words.group(1)), Long.parseLong(words.group(2)));
        }
      }
    } catch (NoSuchFileException | NotDirectoryException gone) {
      // whoever else clears up was faster
    }
  }

  private static void end(long pid, long began) throws IOException {
    var found = ProcessHandle.of(pid).filter(it -> isSame(it, began));
    if (found.isPresent()) {
      var left = found.get();
      left.descendants().forEach(ProcessHandle::destroyForcibly);
      left.destroyForcibly();
      awaitEnd(left);
    }
  }

  private static boolean isSame(ProcessHandle process, long began) {
    return process
        .info()
        .startInstant()
        .map(it -> Duration.between(Instant.ofEpochMilli(began), it).abs())
        .filter(it -> it.compareTo(SAME) < 0)
        .isPresent();
  }

  private static void awaitEnd(ProcessHandle left) throws IOException {
    CompletableFuture<ProcessHandle> end = left.onExit();
    try {
      end.get(ENDS_WITHIN.toSeconds(), TimeUnit.SECONDS);
    } catch (TimeoutException | ExecutionException stands) {
      throw new IOException("the process " + left.pid() + " does not end", stands);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while the process " + left.pid() + " ends", interrupted);
    }
  }
}
