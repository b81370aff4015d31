package io.countersign.cli;

import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;

/** A command's output is for a person; the lines of libraries are for servers. */
final class QuietLoggers {
  /** Held: the logging library forgets levels of loggers that nobody holds. */
  private static final List<Logger> HELD =
      Stream.of("org.flywaydb", "com.zaxxer", "org.jdbi", "io.countersign")
          .map(Logger::getLogger)
          .toList();

  private QuietLoggers() {}

  static void hold() {
    HELD.forEach(it -> it.setLevel(Level.SEVERE));
  }
}
