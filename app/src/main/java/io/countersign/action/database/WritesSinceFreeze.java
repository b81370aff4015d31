package io.countersign.action.database;

import io.countersign.Digest;
import io.countersign.action.Intent;
import io.countersign.postgres.WriteCounters;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What was written to a live database since its tenant was frozen, as a fact of an order. Frozen,
 * its counters stand still, so these facts change only where somebody wrote all the same: then the
 * gate opens anew, and its order holds what is known now, so that it can be approved.
 */
final class WritesSinceFreeze {
  private static final String SINCE_FREEZE = "writes.since-freeze";
  private static final String COUNTED = "writes.counted";
  private static final String SERIES = "writes.series";

  private WritesSinceFreeze() {}

  static Map<String, String> facts(WriteCounters.Reading atFreeze, WriteCounters.Reading now) {
    return Map.of(
        SINCE_FREEZE, now.since(atFreeze),
        COUNTED, Long.toString(now.writes()),
        SERIES, Digest.of(now.since()).hex());
  }

  /** Whether nothing was written since the order was made. */
  static boolean approved(Intent intent, WriteCounters.Reading now) {
    return intent.fact(COUNTED).equals(Long.toString(now.writes()))
        && intent.fact(SERIES).equals(Digest.of(now.since()).hex());
  }

  /** For people: what the order says, and what is so now. */
  static String difference(
      Intent intent, WriteCounters.Reading atFreeze, WriteCounters.Reading now) {
    return WriteCounters.difference(intent.fact(SINCE_FREEZE), now.since(atFreeze));
  }

  /** How two intents of one step differ, for people. */
  static String difference(Intent approved, Intent now) {
    var names = new TreeSet<>(approved.facts().keySet());
    names.addAll(now.facts().keySet());
    names.removeIf(
        it -> approved.facts().getOrDefault(it, "").equals(now.facts().getOrDefault(it, "")));
    if (names.contains(SINCE_FREEZE)) {
      // the counters behind it say the same to machines
      names.removeAll(List.of(COUNTED, SERIES));
    }
    return names.stream()
        .map(
            it -> {
              var before = approved.facts().getOrDefault(it, "unknown");
              var after = now.facts().getOrDefault(it, "unknown");
              return it.equals(SINCE_FREEZE)
                  ? WriteCounters.difference(before, after)
                  : it + " was " + before + " and is " + after;
            })
        .collect(Collectors.joining("; "));
  }
}
