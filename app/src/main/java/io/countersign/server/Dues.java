package io.countersign.server;

import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at all that comes with time, one after the other. What fails is tried again at the next
 * look and keeps nothing else from being looked at: a schedule that cannot be read must not silence
 * the reminders of a gate.
 */
record Dues(List<Runnable> looks) implements Runnable {
  private static final Logger log = LoggerFactory.getLogger(Dues.class);

  Dues {
    looks = List.copyOf(looks);
  }

  /** Never throws. */
  @Override
  public void run() {
    looks.forEach(Dues::look);
  }

  private static void look(Runnable one) {
    try {
      one.run();
    } catch (RuntimeException lost) {
      log.warn("could not look what is due: {}", lost.getClass().getSimpleName());
    }
  }
}
