package io.countersign.sandbox.slack;

import java.time.Clock;
import java.util.Locale;

/**
 * Message stamps like {@code 1699999999.000100}: unique and growing, whatever the clock does. Used
 * under the guard.
 */
final class Stamps {

  private final Clock clock;
  private long second;
  private long count;

  Stamps(Clock clock) {
    this.clock = clock;
  }

  String next() {
    long now = clock.instant().getEpochSecond();
    if (now > second) {
      second = now;
      count = 0;
    }
    count += 100;
    return String.format(Locale.ROOT, "%d.%06d", second, count);
  }
}
