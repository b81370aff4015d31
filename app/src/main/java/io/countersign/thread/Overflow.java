package io.countersign.thread;

import io.countersign.run.Fold;
import io.countersign.run.Recorded;
import io.countersign.runbook.Runbook;
import io.countersign.runbook.Value;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** What a card has no room for: every table and sequence, as a text file. Counts, never rows. */
public final class Overflow {
  /** Tables on the card itself. */
  static final int ON_CARD = 6;

  private static final int LONGEST = 900_000;

  private Overflow() {}

  /** The file's text; empty where the card says all. */
  public static Optional<String> of(List<Recorded> journal, Runbook runbook) {
    var outputs = Fold.of(journal).facts().outputs();
    var tables = lines(runbook, outputs, "rows-by-table");
    var sequences = lines(runbook, outputs, "sequences-behind");
    if (tables.size() <= ON_CARD && sequences.size() <= ON_CARD) {
      return Optional.empty();
    }
    var text =
        "Rows that come back, go and change, by table. Counts only; no part of what is approved."
            + "\n\n"
            + "come back\tgo\tchange\ttable\n"
            + tables.stream()
                .map(it -> it.replaceFirst("^(\\d+) (\\d+) (\\d+) ", "$1\t$2\t$3\t"))
                .collect(Collectors.joining("\n"))
            + "\n\nNumbers that were given since, by sequence\n\nnumbers\tsequence\n"
            + sequences.stream()
                .map(it -> it.replaceFirst("^(\\d+) ", "$1\t"))
                .collect(Collectors.joining("\n"))
            + "\n";
    return Optional.of(
        text.length() <= LONGEST
            ? text
            : text.substring(0, LONGEST) + "\nThere is more than fits into this file.\n");
  }

  static List<String> lines(
      Runbook runbook, Map<String, Map<String, Value>> outputs, String output) {
    return runbook.steps().stream()
        .filter(it -> Evidence.COMPARING.contains(it.action()))
        .flatMap(it -> Optional.ofNullable(outputs.get(it.id())).stream())
        .flatMap(it -> Optional.ofNullable(it.get(output)).stream())
        .flatMap(it -> it.shown().lines())
        .toList();
  }
}
