package io.countersign.slack;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How fast messages may be edited and posted. Slack allows 50 edits a minute for everything
 * together; we take 45, and the last ten of them are for what people wait for.
 */
final class Pace {
  static final Duration BETWEEN_EDITS = Duration.ofMillis(1_500);
  static final int EDITS_A_MINUTE = 45;
  static final int KEPT_FOR_URGENT = 10;
  private static final int REMEMBERED = 1_000;
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final InstantSource clock;
  private final Deque<Instant> edits = new ArrayDeque<>();
  private final Map<String, Instant> lastEdit = new LinkedHashMap<>();
  private final Map<String, Instant> pausedPosts = new HashMap<>();
  private Instant pausedEdits = Instant.EPOCH;

  Pace(InstantSource clock) {
    this.clock = clock;
  }

  /** How long an edit of this message has to wait; zero books it. */
  synchronized Duration edit(String message, boolean urgent) {
    var now = clock.instant();
    while (!edits.isEmpty() && !edits.getFirst().plus(MINUTE).isAfter(now)) {
      edits.removeFirst();
    }
    var earliest =
        max(pausedEdits, lastEdit.getOrDefault(message, Instant.EPOCH).plus(BETWEEN_EDITS));
    int most = urgent ? EDITS_A_MINUTE : EDITS_A_MINUTE - KEPT_FOR_URGENT;
    if (edits.size() >= most) {
      earliest = max(earliest, now.plus(BETWEEN_EDITS));
    }
    if (earliest.isAfter(now)) {
      return Duration.between(now, earliest);
    }
    edits.addLast(now);
    remember(message, now);
    return Duration.ZERO;
  }

  /** How long a new message in this channel has to wait. */
  synchronized Duration post(String channel) {
    var now = clock.instant();
    var until = pausedPosts.getOrDefault(channel, Instant.EPOCH);
    if (until.isAfter(now)) {
      return Duration.between(now, until);
    }
    pausedPosts.remove(channel);
    return Duration.ZERO;
  }

  synchronized void pauseEdits(Duration wait) {
    pausedEdits = max(pausedEdits, clock.instant().plus(wait));
  }

  synchronized void pausePosts(String channel, Duration wait) {
    pausedPosts.merge(channel, clock.instant().plus(wait), Pace::max);
  }

  private void remember(String message, Instant now) {
    lastEdit.remove(message);
    lastEdit.put(message, now);
    if (lastEdit.size() > REMEMBERED) {
      lastEdit.remove(lastEdit.keySet().iterator().next());
    }
  }

  private static Instant max(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }
}
