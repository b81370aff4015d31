package io.countersign.slack;

import io.countersign.Person;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** In which zone a person means a time: their own as Slack knows it, else UTC. */
final class Zones {
  private final SlackApi slack;

  Zones(SlackApi slack) {
    this.slack = slack;
  }

  ZoneId of(Person who) {
    try {
      return slack
          .account(who.user())
          .got()
          .flatMap(SlackApi.Account::zone)
          .map(ZoneId::of)
          .orElse(ZoneOffset.UTC);
    } catch (DateTimeException unknown) {
      return ZoneOffset.UTC;
    }
  }
}
