package io.countersign.sandbox.slack;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The addresses under which the bot may answer a command or a click for a while. */
final class ResponseUrls {

  /**
   * Where answers go: the person, the channel, the thread, and the message that may be replaced.
   */
  record Place(
      String person, String channel, @Nullable String threadTs, @Nullable String originalTs) {}

  private record Entry(Place place, Instant made, int uses) {}

  private final Guard guard;
  private final Clock clock;
  private final Limits limits;
  private final SecureRandom random = new SecureRandom();
  private final Map<String, Entry> entries = new HashMap<>();

  ResponseUrls(Guard guard, Clock clock, Limits limits) {
    this.guard = guard;
    this.clock = clock;
    this.limits = limits;
  }

  String issue(Place place) {
    String id = Long.toUnsignedString(random.nextLong(), 36);
    guard.changed(() -> entries.put(id, new Entry(place, clock.instant(), 0)));
    return id;
  }

  /** Empty when the address is unknown, too old or used up. */
  Optional<Place> use(String id) {
    return guard.read(
        () -> {
          Entry entry = entries.get(id);
          if (entry == null
              || entry.uses() >= limits.responseUrlUses()
              || clock.instant().isAfter(entry.made().plus(limits.responseUrlLife()))) {
            return Optional.empty();
          }
          entries.put(id, new Entry(entry.place(), entry.made(), entry.uses() + 1));
          return Optional.of(entry.place());
        });
  }

  /** From now on, replacing the original means this message. */
  void settle(String id, String originalTs) {
    guard.changed(
        () ->
            entries.computeIfPresent(
                id,
                (_, entry) -> {
                  Place old = entry.place();
                  Place place = new Place(old.person(), old.channel(), old.threadTs(), originalTs);
                  return new Entry(place, entry.made(), entry.uses());
                }));
  }
}
