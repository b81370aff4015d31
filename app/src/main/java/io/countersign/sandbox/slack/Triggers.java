package io.countersign.sandbox.slack;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/** Trigger ids: each opens one view, within three seconds of the click that made it. */
final class Triggers {

  private record Trigger(String person, Instant made, boolean used) {}

  private final Guard guard;
  private final Clock clock;
  private final Duration life;
  private final SecureRandom random = new SecureRandom();
  private final Map<String, Trigger> triggers = new HashMap<>();

  Triggers(Guard guard, Clock clock, Duration life) {
    this.guard = guard;
    this.clock = clock;
    this.life = life;
  }

  String issue(String person) {
    Instant now = clock.instant();
    String id = now.toEpochMilli() + "." + Long.toUnsignedString(random.nextLong(), 36);
    guard.changed(() -> triggers.put(id, new Trigger(person, now, false)));
    return id;
  }

  /** The person whose click made the trigger. */
  String use(String id) {
    return guard.change(
        () -> {
          Trigger trigger = triggers.get(id);
          if (trigger == null) {
            throw new Refused("invalid_trigger_id");
          }
          if (trigger.used()) {
            throw new Refused("exchanged_trigger_id");
          }
          if (clock.instant().isAfter(trigger.made().plus(life))) {
            throw new Refused("expired_trigger_id");
          }
          triggers.put(id, new Trigger(trigger.person(), trigger.made(), true));
          return trigger.person();
        });
  }
}
