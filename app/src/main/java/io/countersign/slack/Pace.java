package io.countersign.slack;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How fast this process may edit one message, and what Slack has asked it to wait. How many edits
 * there may be in a minute is counted in the database, for all processes together.
 */
final class Pace {
  static final Duration BETWEEN_EDITS = Duration.ofMillis(1_500);
  private static final int REMEMBERED = 1_000;

  private final InstantSource clock;
  private final Map<String, Instant> lastEdit = new LinkedHashMap<>();
  private final Map<String, Instant> pausedPosts = new HashMap<>();
  private Instant pausedEdits = Instant.EPOCH;

  Pace(InstantSource clock) {
    this.clock = clock;
  }

  Instant now() {
    return clock.instant();
  }

  /** How long an edit of this message has to wait. */
  synchronized Duration edit(String message) {
    var spread = lastEdit.getOrDefault(message, Instant.EPOCH).plus(BETWEEN_EDITS);
    return until(spread.isAfter(pausedEdits) ? spread : pausedEdits);
  }

  /** The message is edited now. */
  synchronized void edits(String message) {
    lastEdit.remove(message);
    lastEdit.put(message, clock.instant());
    if (lastEdit.size() > REMEMBERED) {
      lastEdit.remove(lastEdit.keySet().iterator().next());
    }
  }

  /** How long a new message in this channel has to wait. */
  synchronized Duration post(String channel) {
    var wait = until(pausedPosts.getOrDefault(channel, Instant.EPOCH));
    if (wait.isZero()) {
      pausedPosts.remove(channel);
    }
    return wait;
  }

  synchronized void pauseEdits(Duration wait) {
    var then = clock.instant().plus(wait);
    pausedEdits = then.isAfter(pausedEdits) ? then : pausedEdits;
  }

  synchronized void pausePosts(String channel, Duration wait) {
    pausedPosts.merge(
        channel, clock.instant().plus(wait), (one, other) -> one.isAfter(other) ? one : other);
  }

  private Duration until(Instant then) {
    var now = clock.instant();
    return then.isAfter(now) ? Duration.between(now, then) : Duration.ZERO;
  }
}
