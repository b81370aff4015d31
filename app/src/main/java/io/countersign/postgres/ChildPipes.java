package io.countersign.postgres;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.util.List;
import java.util.Optional;

/** What goes into a child process and what comes out of it, held in memory. */
final class ChildPipes {
  private static final int BUFFER_BYTES = 1 << 16;

  private final Optional<byte[]> input;
  private final int limit;
  private final ByteArrayOutputStream collected = new ByteArrayOutputStream();
  private volatile boolean tooMuch;
  private volatile boolean whole;

  private ChildPipes(Optional<byte[]> input, int limit) {
    this.input = input;
    this.limit = limit;
  }

  /** The child reads nothing, and what it writes is thrown away. */
  static ChildPipes none() {
    return new ChildPipes(Optional.empty(), 0);
  }

  static ChildPipes feeding(byte[] input) {
    return new ChildPipes(Optional.of(input), 0);
  }

  /**
   * @param limit in bytes; of more nothing is kept
   */
  static ChildPipes collecting(int limit) {
    return new ChildPipes(Optional.empty(), limit);
  }

  Redirect input() {
    return input.isPresent() ? Redirect.PIPE : Redirect.from(new File("/dev/null"));
  }

  Redirect output() {
    return limit > 0 ? Redirect.PIPE : Redirect.DISCARD;
  }

  /** Begins to write and read; the threads end with the child. */
  List<Thread> attach(Process child) {
    return List.of(
        Thread.ofVirtual().start(() -> write(child)), Thread.ofVirtual().start(() -> read(child)));
  }

  private void write(Process child) {
    if (input.isEmpty()) {
      return;
    }
    try (var in = child.getOutputStream()) {
      in.write(input.get());
    } catch (IOException ended) {
      // a child that ends early reads no more; its exit code tells the rest
    }
  }

  private void read(Process child) {
    if (limit == 0) {
      return;
    }
    var buffer = new byte[BUFFER_BYTES];
    try (var out = child.getInputStream()) {
      for (int n = out.read(buffer); n >= 0; n = out.read(buffer)) {
        tooMuch = tooMuch || collected.size() + n > limit;
        if (!tooMuch) {
          collected.write(buffer, 0, n);
        }
      }
      whole = true;
    } catch (IOException killed) {
      // the stream of a killed child ends like this; its exit code tells the rest
    }
  }

  boolean tooMuch() {
    return tooMuch;
  }

  /** Whether it was read to its end. */
  boolean whole() {
    return whole;
  }

  /** What the child wrote; to be asked after its end. */
  byte[] collected() {
    return collected.toByteArray();
  }
}
