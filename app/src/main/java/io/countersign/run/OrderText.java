package io.countersign.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;

/** Compares two orders in their canonical, stored form. */
final class OrderText {
  private OrderText() {}

  /** What differs, one line per fact, before and after. */
  static List<String> difference(String before, String after) {
    var old = facts(before);
    var now = facts(after);
    var names = new TreeSet<>(old.keySet());
    names.addAll(now.keySet());
    var lines = new ArrayList<String>();
    for (var name : names) {
      if (!Objects.equals(old.get(name), now.get(name))) {
        lines.add(
            name
                + ": "
                + old.getOrDefault(name, "(none)")
                + " -> "
                + now.getOrDefault(name, "(none)"));
      }
    }
    return lines;
  }

  private static Map<String, String> facts(String canonical) {
    var facts = new TreeMap<String, String>();
    for (var line : canonical.lines().toList()) {
      int equals = line.indexOf('=');
      facts.put(line.substring(0, equals), line.substring(equals + 1));
    }
    return facts;
  }
}
