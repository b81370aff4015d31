package io.countersign.doctor;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * Whether clocks agree. Slack's requests are refused beyond 300 s, and the journal's times come
 * from its database.
 */
final class Clocks {
  private static final Duration MOST = Duration.ofSeconds(60);

  private final InstantSource here;

  Clocks(InstantSource here) {
    this.here = here;
  }

  /**
   * Compares another clock, just read, with this machine's.
   *
   * @param whose such as "Slack's clock"
   */
  void compare(Results results, String whose, Instant there) {
    var apart = Duration.between(there, here.instant());
    results.check(
        apart.abs().compareTo(MOST) <= 0,
        whose,
        "within " + Math.max(1, apart.abs().toSeconds()) + " s of this machine's",
        "This machine's clock is "
            + apart.abs().toSeconds()
            + (apart.isNegative() ? " s behind it." : " s ahead of it."),
        "let NTP set both clocks (timedatectl set-ntp true); Slack's requests are refused beyond"
            + " 300 s.");
  }
}
