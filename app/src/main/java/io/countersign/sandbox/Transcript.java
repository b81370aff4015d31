package io.countersign.sandbox;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** What a demo prints: who did what, what the bot said, and which checks held. */
final class Transcript {
  private final Instant began;
  private final java.time.InstantSource clock;
  private final List<String> failures = new ArrayList<>();

  Transcript(java.time.InstantSource clock) {
    this.clock = clock;
    this.began = clock.instant();
  }

  void title(String text) {
    System.out.println();
    System.out.println("== " + text);
  }

  void person(String name, String what) {
    line(name, what);
  }

  void bot(String text) {
    line("countersign", text);
  }

  private void line(String who, String text) {
    var passed = Duration.between(began, clock.instant());
    var lines = text.strip().lines().toList();
    for (int i = 0; i < lines.size(); i++) {
      System.out.printf(
          "%6s  %-12s %s%n",
          i == 0 ? "%d:%02d".formatted(passed.toMinutes(), passed.toSecondsPart()) : "",
          i == 0 ? who : "",
          lines.get(i));
    }
  }

  /** A check that must hold for the demo to succeed. */
  void check(String what, boolean held, Object seen) {
    System.out.printf(
        "%6s  %-12s %s%n", "", held ? "holds" : "DOES NOT HOLD", what + (held ? "" : ": " + seen));
    if (!held) {
      failures.add(what + ": " + seen);
    }
  }

  /** 0 where every check held. */
  int end() {
    System.out.println();
    if (failures.isEmpty()) {
      System.out.println("The story is told; every check held.");
      return 0;
    }
    System.out.println("Checks that did not hold:");
    failures.forEach(it -> System.out.println("  - " + it));
    return 1;
  }
}
