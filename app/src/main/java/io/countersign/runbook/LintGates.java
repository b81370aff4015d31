package io.countersign.runbook;

import java.time.Duration;
import java.util.List;

/** What lint finds in gates: nothing is destroyed without one, and none opens by itself. */
final class LintGates {
  private static final int MOST_APPROVALS = 9;
  private static final int MOST_REMINDERS = 10;
  private static final Duration LONGEST = Duration.ofDays(7);
  private static final Duration SHORTEST_VALID = Duration.ofMinutes(1);
  private static final Duration LONGEST_VALID = Duration.ofHours(24);

  private final Runbook runbook;
  private final Lint.Known known;
  private final Places places;
  private final Complaints complaints;

  LintGates(Runbook runbook, Lint.Known known, Places places, Complaints complaints) {
    this.runbook = runbook;
    this.known = known;
    this.places = places;
    this.complaints = complaints;
  }

  void check() {
    for (int i = 0; i < runbook.steps().size(); i++) {
      var step = runbook.steps().get(i);
      var path = "steps/" + i;
      // where a gate's own form is wrong, the reader has said so
      if (destructive(step) && step.gate().isEmpty() && !places.has(path + "/gate")) {
        complaints.add(
            places.value(path + "/action"),
            step.action() + " is destructive and has no gate",
            "Add gate: { expires: 4h }.");
      }
      int index = i;
      step.gate().ifPresent(it -> gate(path + "/gate", index, it));
    }
    for (int i = 0; i < runbook.onAbort().size(); i++) {
      var step = runbook.onAbort().get(i);
      if (destructive(step)) {
        complaints.add(
            places.value("on-abort/" + i + "/action"),
            step.action() + " is destructive and cannot stand in on-abort",
            "Nobody approves what runs on abort: only safe and owned actions may stand here.");
      }
    }
  }

  private boolean destructive(Step step) {
    return known
        .actions()
        .apply(step.action())
        .map(it -> it.risk() == Risk.DESTRUCTIVE)
        .orElse(false);
  }

  private void gate(String path, int index, Gate gate) {
    if (gate.approvals() < 1 || gate.approvals() > MOST_APPROVALS) {
      complaints.add(
          places.value(path + "/approvals"),
          "approvals is 1 to " + MOST_APPROVALS + ", not " + gate.approvals(),
          "A gate needs at least one other person.");
    }
    for (int i = 0; i < gate.from().size(); i++) {
      if (gate.from().indexOf(gate.from().get(i)) < i) {
        complaints.add(
            places.value(path + "/from/" + i),
            "role " + gate.from().get(i) + " is named twice",
            "Name it once; approvals says how many people.");
      }
    }
    if (gate.from().size() > 1 && gate.approvals() < gate.from().size() && gate.approvals() >= 1) {
      complaints.add(
          places.value(path + "/approvals"),
          "approvals "
              + gate.approvals()
              + " is fewer than the "
              + gate.from().size()
              + " roles in from",
          "One of each role is needed: write approvals: "
              + gate.from().size()
              + " or name fewer roles.");
    }
    range(path + "/expires", "expires", gate.expires(), Duration.ofSeconds(1), LONGEST);
    range(path + "/valid-for", "valid-for", gate.validFor(), SHORTEST_VALID, LONGEST_VALID);
    remind(path, gate);
    coolOff(path, gate);
    escalate(path, gate);
    evidence(path, index, gate.evidence());
  }

  private void range(
      String path, String what, Duration duration, Duration shortest, Duration longest) {
    if (duration.compareTo(shortest) >= 0 && duration.compareTo(longest) <= 0) {
      return;
    }
    var text = Readings.written(duration);
    complaints.add(
        places.value(path),
        what
            + " "
            + text
            + " is not between "
            + Readings.written(shortest)
            + " and "
            + Readings.written(longest),
        "Write a duration such as 4h.");
  }

  private void coolOff(String path, Gate gate) {
    if (gate.coolOff().isEmpty()) {
      return;
    }
    var coolOff = gate.coolOff().get();
    range(path + "/cool-off", "cool-off", coolOff, Duration.ofSeconds(1), LONGEST);
    if (coolOff.compareTo(gate.expires()) >= 0 && coolOff.compareTo(LONGEST) <= 0) {
      complaints.add(
          places.value(path + "/cool-off"),
          "cool-off "
              + Readings.written(coolOff)
              + " is not shorter than the gate stays open ("
              + Readings.written(gate.expires())
              + ")",
          "Let the gate stay open longer, or cool off for less.");
    }
  }

  private void escalate(String path, Gate gate) {
    if (gate.escalate().isEmpty()) {
      return;
    }
    var escalation = gate.escalate().get();
    if (escalation.after().isZero() || escalation.after().compareTo(gate.expires()) >= 0) {
      complaints.add(
          places.value(path + "/escalate/after"),
          "escalation after "
              + Readings.written(escalation.after())
              + " does not come while the gate is open ("
              + Readings.written(gate.expires())
              + ")",
          "Escalate earlier.");
    }
    if (!gate.from().contains(escalation.to())) {
      complaints.add(
          places.value(path + "/escalate/to"),
          "role " + escalation.to() + " would be called and could not countersign",
          "Escalation calls, it gives nobody a vote: name the role in from too.");
    }
  }

  private void remind(String path, Gate gate) {
    if (gate.remind().size() > MOST_REMINDERS) {
      complaints.add(
          places.key(path + "/remind"),
          gate.remind().size() + " reminders are more than " + MOST_REMINDERS,
          "Remind less often.");
    }
    var before = Duration.ZERO;
    for (int i = 0; i < gate.remind().size(); i++) {
      var at = gate.remind().get(i);
      var place = places.value(path + "/remind/" + i);
      if (at.compareTo(before) <= 0) {
        complaints.add(
            place,
            "reminder " + Readings.written(at) + " does not come after " + Readings.written(before),
            "Reminders count from the gate's opening: write them in rising order.");
      } else if (at.compareTo(gate.expires()) >= 0) {
        complaints.add(
            place,
            "reminder "
                + Readings.written(at)
                + " would come after the gate has expired ("
                + Readings.written(gate.expires())
                + ")",
            "Remind earlier.");
      }
      before = at;
    }
  }

  private void evidence(String path, int index, List<String> evidence) {
    for (int i = 0; i < evidence.size(); i++) {
      var place = places.value(path + "/evidence/" + i);
      if (evidence.indexOf(evidence.get(i)) < i) {
        complaints.add(place, "evidence " + evidence.get(i) + " is named twice", "Name it once.");
      } else {
        evidence(place, index, evidence.get(i));
      }
    }
  }

  private void evidence(Place place, int index, String id) {
    var earlier = runbook.steps().subList(0, index);
    var found = earlier.stream().filter(it -> it.id().equals(id)).findFirst().orElse(null);
    if (found == null) {
      boolean later = runbook.steps().stream().anyMatch(it -> it.id().equals(id));
      complaints.add(
          place,
          later ? "step " + id + " is not earlier than the gate" : "no step is called " + id,
          Near.hint(id, earlier.stream().map(Step::id).filter(it -> !it.isEmpty()).toList()));
      return;
    }
    var own = runbook.steps().get(index).when();
    if (found.optional() || (found.when().isPresent() && !found.when().equals(own))) {
      complaints.add(
          place,
          "step " + id + " does not always run, so there may be no evidence",
          "Name a step that always runs before this gate.");
    }
  }
}
