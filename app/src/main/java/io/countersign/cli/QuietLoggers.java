package io.countersign.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A command's output is for a person; the lines of libraries are for servers. They are quiet until
 * this is closed.
 */
final class QuietLoggers implements AutoCloseable {
  private static final List<String> NAMES =
      List.of(
          "org.flywaydb", "com.zaxxer", "org.jdbi", "com.azure", "com.microsoft", "io.countersign");

  /**
   * Each logger with the level it had, or {@code null} when it took its parent's. Held: the logging
   * library forgets levels of loggers that nobody holds.
   */
  private final Map<Logger, @Nullable Level> before = new LinkedHashMap<>();

  QuietLoggers() {
    for (var name : NAMES) {
      var logger = Logger.getLogger(name);
      before.put(logger, logger.getLevel());
      logger.setLevel(Level.SEVERE);
    }
  }

  @Override
  public void close() {
    before.forEach(Logger::setLevel);
  }
}
