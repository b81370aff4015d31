package io.countersign.thread;

import io.countersign.runbook.Runbook;
import io.countersign.runbook.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What earlier steps measured, as sentences for somebody who has to decide. */
final class Evidence {
  private final Runbook runbook;
  private final Map<String, Map<String, Value>> outputs;
  private final Map<String, String> said;

  /**
   * @param outputs of the steps that are done, by step id
   * @param said what those steps said when they were done, by step id
   */
  Evidence(Runbook runbook, Map<String, Map<String, Value>> outputs, Map<String, String> said) {
    this.runbook = runbook;
    this.outputs = outputs;
    this.said = said;
  }

  List<Line> sentences() {
    var lines = new ArrayList<Line>();
    balance().ifPresent(lines::add);
    parity().ifPresent(lines::add);
    moment().ifPresent(lines::add);
    queues().ifPresent(lines::add);
    unused().ifPresent(lines::add);
    return lines;
  }

  /** How many rows come back, go and change; by primary key, counts only. */
  private Optional<Line> balance() {
    var comes = count("database.compare", "come-back");
    var goes = count("database.compare", "go");
    var changes = count("database.compare", "change");
    if (comes.isEmpty() || goes.isEmpty() || changes.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        Line.of(
            "Comes back: "
                + Texts.count(comes.get(), "row", "rows")
                + " · goes: "
                + Texts.count(goes.get(), "row", "rows")
                + " · changes: "
                + Texts.count(changes.get(), "row", "rows")));
  }

  private Optional<Line> parity() {
    var tables = count("database.compare", "tables");
    var verdict = value("database.compare", "verdict").map(Names::of);
    var sentence = saidBy("database.compare");
    var text =
        verdict
            .map(
                it ->
                    "The copy compared with its source: "
                        + Texts.clause(it)
                        + tables.map(n -> ", " + Texts.count(n, "table", "tables")).orElse(""))
            .or(() -> sentence.map(Texts::clause));
    return text.map(it -> Line.of(it));
  }

  private Optional<Line> moment() {
    return value("server.restore", "exactness")
        .map(Names::of)
        .or(() -> saidBy("server.restore"))
        .map(it -> Texts.told("Point in time: " + Texts.clause(it)));
  }

  private Optional<Line> queues() {
    return count("database.compare", "queue-jobs")
        .map(
            it ->
                Line.of(
                    it == 0
                        ? "Queued jobs that would run again: none"
                        : "The copy's queue holds "
                            + Texts.count(it, "job", "jobs")
                            + "; those that have run since would run again"));
  }

  private Optional<Line> unused() {
    return value("database.unused", "verdict")
        .map(it -> Line.of("It is " + Texts.clause(Names.of(it))));
  }

  private Optional<Long> count(String action, String output) {
    return value(action, output)
        .flatMap(it -> it instanceof Value.Int(var n) ? Optional.of(n) : Optional.empty());
  }

  private Optional<Value> value(String action, String output) {
    return runbook.steps().stream()
        .filter(it -> it.action().equals(action))
        .flatMap(it -> Optional.ofNullable(outputs.get(it.id())).stream())
        .flatMap(it -> Optional.ofNullable(it.get(output)).stream())
        .findFirst();
  }

  private Optional<String> saidBy(String action) {
    return runbook.steps().stream()
        .filter(it -> it.action().equals(action))
        .flatMap(it -> Optional.ofNullable(said.get(it.id())).stream())
        .filter(it -> !it.isBlank())
        .findFirst();
  }
}
