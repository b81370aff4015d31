package io.countersign.audit;

import io.countersign.RunId;
import io.countersign.gate.GateRow;
import io.countersign.run.Draft;
import io.countersign.run.Recorded;
import io.countersign.runbook.Runbook;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.StringJoiner;

/**
 * Everything about one run, for somebody who was not there: every row that its chain covers, as
 * JSON and as a page.
 *
 * @param chapter the run's rows and links
 * @param findings what is not as it was written, of the whole database
 * @param anchors those that cover the run, oldest first
 * @param journal as the bot reads it
 * @param runbook the one that the run pinned; empty where this version cannot read it any more
 * @param plan the steps with their exact statements, as this version would write them
 * @param at when the bundle was made
 */
public record Bundle(
    RunId run,
    AuditBook.Chapter chapter,
    List<Finding> findings,
    List<Anchor> anchors,
    List<Recorded> journal,
    List<GateRow> gates,
    Optional<Runbook> runbook,
    List<Draft.PlannedStep> plan,
    Instant at) {
  public Bundle {
    findings = List.copyOf(findings);
    anchors = List.copyOf(anchors);
    journal = List.copyOf(journal);
    gates = List.copyOf(gates);
    plan = List.copyOf(plan);
  }

  /** Where bundles come from (port). */
  public interface Bundles {
    /** Empty where there is no such run. */
    Optional<Bundle> of(RunId run);
  }

  /** The name of its files, without the ending. */
  public String name() {
    return "countersign-" + run;
  }

  /** A page that needs nothing but itself. */
  public String page() {
    return new BundlePage(this).html();
  }

  /** Every row and link of the run, with what is needed to make the hashes again. */
  public String json() {
    var rows = new ArrayList<String>();
    for (var row : chapter.rows()) {
      rows.add(
          object(
              "table", quoted(row.source()),
              "key", quoted(row.key()),
              "columns", object(row)));
    }
    var links = chapter.links().stream().map(Bundle::json).toList();
    var anchored = anchors.stream().map(Bundle::json).toList();
    var wrong = findings.stream().map(it -> quoted(it.line())).toList();
    return object(
            "form", quoted("countersign.bundle/1"),
            "run", quoted(run.value()),
            "made", quoted(at.toString()),
            "findings", array(wrong),
            "rows", array(rows),
            "links", array(links),
            "anchors", array(anchored))
        + "\n";
  }

  private static String object(AuditRow row) {
    var columns = new StringJoiner(", ", "{", "}");
    row.fields().forEach((name, value) -> columns.add(quoted(name) + ": " + value));
    return columns.toString();
  }

  private static String json(Link link) {
    return object(
        "n", Long.toString(link.n()),
        "table", quoted(link.source()),
        "key", quoted(link.key()),
        "columns", array(link.columns().stream().map(Bundle::quoted).toList()),
        "row_hash", quoted(link.rowHash()),
        "previous", quoted(link.previous()),
        "micros", Long.toString(link.micros()),
        "hash", quoted(link.hash()));
  }

  private static String json(Anchor anchor) {
    return object(
        "number", Long.toString(anchor.number()),
        "at", quoted(anchor.at().toString()),
        "previous", quoted(anchor.previous()),
        "heads", quoted(anchor.heads()),
        "chains", Long.toString(anchor.chains()),
        "links", Long.toString(anchor.links()),
        "hash", quoted(anchor.hash()));
  }

  private static String object(String... namesAndValues) {
    var fields = new StringJoiner(",\n", "{", "}");
    for (int i = 0; i < namesAndValues.length; i += 2) {
      fields.add(quoted(namesAndValues[i]) + ": " + namesAndValues[i + 1]);
    }
    return fields.toString();
  }

  private static String array(List<String> values) {
    return "[" + String.join(",\n", values) + "]";
  }

  static String quoted(String text) {
    var quoted = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char sign = text.charAt(i);
      if (sign == '"' || sign == '\\') {
        quoted.append('\\').append(sign);
      } else if (sign < ' ') {
        quoted.append(String.format("\\u%04x", (int) sign));
      } else {
        quoted.append(sign);
      }
    }
    return quoted.append('"').toString();
  }
}
