package io.countersign.slack;

import io.countersign.Person;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneId;

/**
 * In which zone a person means a time: their own as Slack knows it, else UTC. It is read at most
 * once a minute, for the clock on people's walls alone; who may do what is read elsewhere.
 */
final class Zones {
  /** With the name that people know; that of an offset is "Z". */
  static final ZoneId UTC = ZoneId.of("UTC");

  static final Duration GOOD_FOR = Duration.ofMinutes(1);

  private final Shared<String, Answer<SlackApi.Account>> accounts;

  Zones(SlackApi slack, InstantSource clock) {
    this.accounts = new Shared<>(slack::account, it -> it.got().isPresent(), GOOD_FOR, clock);
  }

  ZoneId of(Person who) {
    try {
      return accounts
          .get(who.user())
          .value()
          .got()
          .flatMap(SlackApi.Account::zone)
          .map(ZoneId::of)
          .orElse(UTC);
    } catch (DateTimeException unknown) {
      return UTC;
    }
  }
}
