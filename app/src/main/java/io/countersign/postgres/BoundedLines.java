package io.countersign.postgres;

import java.io.IOException;
import java.io.Reader;
import java.util.function.Consumer;

/** Reads lines to the end, however long they are: of each no more than its beginning is held. */
final class BoundedLines {
  private static final int BUFFER = 1 << 13;

  private BoundedLines() {}

  /**
   * Gives each line to somebody.
   *
   * @param most characters of a line that are kept; the rest is read and forgotten
   */
  static void each(Reader in, int most, Consumer<String> lines) throws IOException {
    var buffer = new char[BUFFER];
    var line = new StringBuilder();
    boolean begun = false;
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
      for (int i = 0; i < n; i++) {
        begun = buffer[i] != '\n';
        if (!begun) {
          lines.accept(line.toString());
          line.setLength(0);
        } else if (buffer[i] != '\r' && line.length() < most) {
          line.append(buffer[i]);
        }
      }
    }
    if (begun) {
      lines.accept(line.toString());
    }
  }
}
