package io.countersign.gate;

import io.countersign.Digest;
import io.countersign.RunId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What one gated step will do, every value known. Closed and canonical: two orders are equal
 * exactly if their digests are. Nothing that changes by itself stands here (sessions, live counts,
 * sizes) and nothing presentational (titles, zones, help).
 *
 * @param parameters the run's typed parameters, moments in UTC
 * @param inputs the step's resolved inputs
 * @param intent servers, OIDs and names as the action looked them up
 * @param evidence binding outputs of the steps that the gate names, as {@code parity.content-hash}
 */
public record Order(
    RunId run,
    Digest runbook,
    String step,
    String action,
    Map<String, String> parameters,
    Map<String, String> inputs,
    Map<String, String> intent,
    Map<String, String> evidence) {
  public Order {
    parameters = sorted(parameters);
    inputs = sorted(inputs);
    intent = sorted(intent);
    evidence = sorted(evidence);
  }

  private static Map<String, String> sorted(Map<String, String> facts) {
    return Collections.unmodifiableMap(new TreeMap<>(facts));
  }

  /**
   * One line per fact, {@code section.name=value}, sorted, with backslash and line break escaped:
   * equal text, equal order.
   */
  public String canonical() {
    var lines = new StringBuilder();
    facts()
        .forEach(
            (name, value) -> lines.append(name).append('=').append(escaped(value)).append('\n'));
    return lines.toString();
  }

  public Digest digest() {
    return Digest.of(canonical());
  }

  /** Every fact by its full name. */
  public Map<String, String> facts() {
    var facts = new TreeMap<String, String>();
    facts.put("action", action);
    facts.put("run", run.value());
    facts.put("runbook", runbook.hex());
    facts.put("step", step);
    parameters.forEach((name, value) -> facts.put("parameter." + name, value));
    inputs.forEach((name, value) -> facts.put("input." + name, value));
    intent.forEach((name, value) -> facts.put("intent." + name, value));
    evidence.forEach((name, value) -> facts.put("evidence." + name, value));
    return facts;
  }

  /** What differs from an earlier order, one line per fact; empty where the orders are equal. */
  public List<String> differenceFrom(Order earlier) {
    return difference(earlier.canonical(), canonical());
  }

  /**
   * What differs between two orders in their canonical, stored form: one line per fact, before and
   * after.
   */
  public static List<String> difference(String before, String after) {
    var old = read(before);
    var now = read(after);
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

  private static Map<String, String> read(String canonical) {
    var facts = new TreeMap<String, String>();
    for (var line : canonical.lines().toList()) {
      int equals = line.indexOf('=');
      facts.put(line.substring(0, equals), line.substring(equals + 1));
    }
    return facts;
  }

  private static String escaped(String value) {
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r");
  }
}
