package io.countersign.slack;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;

/** So many calls of one method within a minute, and none while Slack asks for a pause. */
final class Budget {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final InstantSource clock;
  private final int calls;
  private final Deque<Instant> taken = new ArrayDeque<>();
  private Instant paused = Instant.EPOCH;

  Budget(InstantSource clock, int calls) {
    this.clock = clock;
    this.calls = calls;
  }

  /** Whether a call may be made now; it is counted. */
  synchronized boolean take() {
    var now = clock.instant();
    while (!taken.isEmpty() && !taken.getFirst().plus(MINUTE).isAfter(now)) {
      taken.removeFirst();
    }
    if (paused.isAfter(now) || taken.size() >= calls) {
      return false;
    }
    taken.addLast(now);
    return true;
  }

  synchronized void pause(Duration wait) {
    var until = clock.instant().plus(wait);
    paused = until.isAfter(paused) ? until : paused;
  }
}
