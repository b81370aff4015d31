package io.countersign.server;

import io.countersign.audit.Anchor;
import io.countersign.audit.AnchorLine;
import io.countersign.audit.Anchors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The anchors outside of the database: a file that is only ever appended to, a line for each. What
 * the database held at the last line it can no longer deny.
 *
 * <p>An anchor is committed before its line is written, so the file is never ahead of its database
 * by itself.
 */
public final class AnchorFile {
  private static final int AT_ONCE = 500;
  private static final Set<OpenOption> APPEND =
      Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND);

  private final Path path;

  public AnchorFile(Path path) {
    this.path = path.toAbsolutePath();
  }

  /**
   * The file and the database do not fit, or the file cannot be used; the message says what to do.
   */
  public static final class Refused extends Exception {
    private static final long serialVersionUID = 1;

    Refused(String message) {
      super(message);
    }
  }

  /** What a file of anchors says. */
  public record Content(List<AnchorLine> lines, List<Integer> unreadable) {
    public Content {
      lines = List.copyOf(lines);
      unreadable = List.copyOf(unreadable);
    }
  }

  /** Reads a file of anchors. A line that a crash has cut off stands again, whole, on the next. */
  public static Content read(Path path) throws IOException {
    var texts = Files.exists(path) ? Files.readAllLines(path) : List.<String>of();
    var lines = new ArrayList<AnchorLine>();
    var unreadable = new ArrayList<Integer>();
    for (int i = 0; i < texts.size(); i++) {
      var line = AnchorLine.read(texts.get(i));
      line.ifPresent(lines::add);
      boolean cutOff = i + 1 == texts.size() || texts.get(i + 1).startsWith(texts.get(i));
      if (line.isEmpty() && !texts.get(i).isBlank() && !cutOff) {
        unreadable.add(i + 1);
      }
    }
    return new Content(lines, unreadable);
  }

  /**
   * Whether this database may be worked on: it knows the newest anchor of the file.
   *
   * @throws Refused where it is behind the file or is another
   */
  public void require(Anchors anchors) throws Refused {
    var last = last();
    if (last.isEmpty()) {
      return;
    }
    var line = last.get();
    var anchor = anchors.find(line.number());
    if (anchor.isEmpty()) {
      throw new Refused(
          "Countersign's own database is behind its audit anchors: "
              + path
              + " ends with anchor "
              + line.number()
              + " of "
              + line.at()
              + ", the database with "
              + anchors.newest()
              + ". It was set back to an earlier state, so votes and steps that were made since are"
              + " missing there, and a destructive step could run again. Restore a newer state of"
              + " it."
              + ifMeant());
    }
    if (!line.is(anchor.get())) {
      throw new Refused(
          "Anchor "
              + line.number()
              + " in "
              + path
              + " is not the one in Countersign's own database: that is another database, or its"
              + " history was changed. Look with countersign audit verify --anchors "
              + path
              + ", and check COUNTERSIGN_DATABASE_URL."
              + ifMeant());
    }
  }

  private String ifMeant() {
    return " If this state is meant: look at every tenant whose run is unfinished, keep the file as"
        + " evidence under another name, and start again; a new file is begun.";
  }

  private Optional<AnchorLine> last() throws Refused {
    try (var channel = FileChannel.open(path, APPEND, ownerOnly())) {
      var lines = channel.isOpen() ? read(path).lines() : List.<AnchorLine>of();
      return lines.isEmpty() ? Optional.empty() : Optional.of(lines.getLast());
    } catch (IOException unusable) {
      throw new Refused(
          "COUNTERSIGN_AUDIT_FILE: "
              + path
              + " cannot be read and appended to ("
              + unusable.getClass().getSimpleName()
              + "). Make its folder, writable for the bot's user, or name another file.");
    }
  }

  /**
   * Appends the anchors that are not in it yet, and waits until they are on the disk. Processes
   * that share the file append each anchor once.
   *
   * @return how many were appended; 0 where another process is at it
   */
  public int append(Anchors anchors) throws IOException {
    try (var channel = FileChannel.open(path, APPEND, ownerOnly());
        var lock = channel.tryLock()) {
      return lock == null ? 0 : append(channel, anchors);
    } catch (OverlappingFileLockException another) {
      return 0;
    }
  }

  private int append(FileChannel channel, Anchors anchors) throws IOException {
    var lines = read(path).lines();
    long last = lines.isEmpty() ? 0 : lines.getLast().number();
    var missing = anchors.after(last, AT_ONCE);
    if (missing.isEmpty()) {
      return 0;
    }
    var text = new StringBuilder(endsWithinLine() ? "\n" : "");
    missing.stream().map(AnchorFile::line).forEach(it -> text.append(it).append('\n'));
    var bytes = ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
    channel.force(true);
    return missing.size();
  }

  private static String line(Anchor anchor) {
    return AnchorLine.of(anchor).text();
  }

  private boolean endsWithinLine() throws IOException {
    var text = Files.readString(path);
    return !text.isEmpty() && !text.endsWith("\n");
  }

  private static java.nio.file.attribute.FileAttribute<?> ownerOnly() {
    return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
  }
}
