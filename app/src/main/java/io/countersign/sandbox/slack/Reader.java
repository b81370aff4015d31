package io.countersign.sandbox.slack;

import java.time.Instant;
import java.time.ZoneId;
import java.util.Map;

/**
 * Who reads, as far as it changes what is read: names in place of ids, the zone of times, and what
 * "today" is.
 */
public record Reader(Map<String, String> names, ZoneId zone, Instant now) {

  public Reader {
    names = Map.copyOf(names);
  }

  String name(String id) {
    return names.getOrDefault(id, id);
  }
}
