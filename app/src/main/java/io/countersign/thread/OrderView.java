package io.countersign.thread;

import io.countersign.gate.GateRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A whole order for whoever wants to read it before he countersigns: grouped, in words, exact. */
public final class OrderView {
  private static final int VALUE = 300;
  private static final Map<String, String> GROUPS =
      Map.of(
          "parameter.", "What was asked for",
          "input.", "What the step is given",
          "intent.", "What it acts on, as the servers show it",
          "evidence.", "What was measured before");

  private OrderView() {}

  /** Lines for people; the exact text that the digest is of stands in {@link GateRow#order}. */
  public static List<Line> of(GateRow gate) {
    var lines = new ArrayList<Line>();
    lines.add(
        Line.EMPTY
            .bold(Line.of("Order " + gate.digest().shown()))
            .text(": exactly what an approval is for. SHA-256 of its text: ")
            .code(gate.digest().hex()));
    lines.add(
        Line.of(
            "Binding is everything below: where one fact differs when the step begins, nothing is"
                + " run and people are asked again. Only shown on the card, and never binding: who"
                + " is connected, how many rows differ, sizes, the reason."));
    var facts = gate.order().lines().toList();
    lines.add(Line.EMPTY.bold(Line.of("What runs")));
    facts.stream()
        .filter(it -> GROUPS.keySet().stream().noneMatch(it::startsWith))
        .map(OrderView::fact)
        .forEach(lines::add);
    for (var group : List.of("parameter.", "intent.", "evidence.", "input.")) {
      var own = facts.stream().filter(it -> it.startsWith(group)).toList();
      if (!own.isEmpty()) {
        lines.add(Line.EMPTY.bold(Line.of(GROUPS.getOrDefault(group, group))));
        own.stream().map(OrderView::fact).forEach(lines::add);
      }
    }
    return lines;
  }

  private static Line fact(String line) {
    int equals = line.indexOf('=');
    var name = equals < 0 ? line : line.substring(0, equals);
    var value = equals < 0 ? "" : line.substring(equals + 1);
    var clipped = value.length() > VALUE ? value.substring(0, VALUE) + "…" : value;
    return Line.of(Differences.name(name) + ": ").code(clipped.isEmpty() ? "(empty)" : clipped);
  }
}
