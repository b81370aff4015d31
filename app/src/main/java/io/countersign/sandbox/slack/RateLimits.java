package io.countersign.sandbox.slack;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Counts calls; answers how long to wait when there were too many. */
final class RateLimits {

  private final Guard guard;
  private final Clock clock;
  private final Map<String, Limits.Rate> rates;
  private final Map<String, Deque<Instant>> calls = new HashMap<>();

  RateLimits(Guard guard, Clock clock, Map<String, Limits.Rate> rates) {
    this.guard = guard;
    this.clock = clock;
    this.rates = rates;
  }

  /** Counts the call when it is allowed. */
  Optional<Duration> refuse(String method, String channel) {
    Limits.Rate rate = rates.get(method);
    if (rate == null) {
      return Optional.empty();
    }
    String key = rate.perChannel() ? method + "/" + channel : method;
    return guard.read(() -> count(rate, calls.computeIfAbsent(key, _ -> new ArrayDeque<>())));
  }

  private Optional<Duration> count(Limits.Rate rate, Deque<Instant> recent) {
    Instant now = clock.instant();
    Instant start = now.minus(rate.window());
    while (!recent.isEmpty() && !recent.getFirst().isAfter(start)) {
      recent.removeFirst();
    }
    if (recent.size() >= rate.calls()) {
      return Optional.of(Duration.between(start, recent.getFirst()));
    }
    recent.addLast(now);
    return Optional.empty();
  }
}
