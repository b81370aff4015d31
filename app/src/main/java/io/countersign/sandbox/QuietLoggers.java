package io.countersign.sandbox;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Holds loggers whose level was set: java.util.logging forgets the levels of loggers that nobody
 * holds.
 */
final class QuietLoggers {
  private static final Queue<Logger> HELD = new ConcurrentLinkedQueue<>();

  private QuietLoggers() {}

  static void hold(Logger logger, Level level) {
    logger.setLevel(level);
    HELD.add(logger);
  }
}
