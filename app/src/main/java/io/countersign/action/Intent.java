package io.countersign.action;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What an attempt is about to do, by identity. Facts by name, sorted, all text: {@code live.oid =
 * 16503}. Holds nothing that changes by itself (sessions, sizes, counts of live rows), no secret
 * and no row.
 */
public record Intent(Map<String, String> facts) {
  public static final Intent NONE = new Intent(Map.of());

  public Intent {
    facts = Collections.unmodifiableMap(new TreeMap<>(facts));
  }

  /**
   * One fact.
   *
   * @throws IllegalStateException where it is missing: the intent was made by another version of
   *     the action
   */
  public String fact(String name) {
    var fact = facts.get(name);
    if (fact == null) {
      throw new IllegalStateException("the intent has no " + name);
    }
    return fact;
  }
}
