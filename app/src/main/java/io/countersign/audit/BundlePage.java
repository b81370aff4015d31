package io.countersign.audit;

import io.countersign.gate.GateRow;
import io.countersign.run.Recorded;
import io.countersign.run.RunEvent;
import io.countersign.run.RunSpec;
import io.countersign.runbook.Runbook;
import io.countersign.thread.Card;
import io.countersign.thread.Line;
import io.countersign.thread.RunView;
import io.countersign.thread.ThreadLines;
import io.countersign.thread.Usual;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A bundle as a page that a person reads from top to bottom; moments are in UTC. */
final class BundlePage {
  private final Bundle bundle;
  private final Html html;

  BundlePage(Bundle bundle) {
    this.bundle = bundle;
    this.html = new Html("Run " + bundle.run() + ": " + headline(bundle));
  }

  private static String headline(Bundle bundle) {
    return bundle
        .runbook()
        .map(
            it ->
                RunView.of(
                        bundle.journal(),
                        it,
                        Optional.empty(),
                        bundle.gates(),
                        Usual.NONE,
                        bundle.at())
                    .headline()
                    .plain())
        .orElseGet(() -> spec(bundle).map(RunSpec::title).orElse("what happened"));
  }

  private static Optional<RunSpec> spec(Bundle bundle) {
    return bundle.journal().stream()
        .map(Recorded::event)
        .filter(RunEvent.Requested.class::isInstance)
        .map(it -> ((RunEvent.Requested) it).spec())
        .findFirst();
  }

  String html() {
    standing();
    asked();
    plan();
    bundle.gates().forEach(this::gate);
    steps();
    events();
    notices();
    runbook();
    chain();
    return html.whole();
  }

  private void standing() {
    if (bundle.findings().isEmpty()) {
      html.marked(
          true,
          "Every row below is as it was written: its hashes were made again on "
              + bundle.at()
              + ", and nothing was found in the whole database.");
      return;
    }
    html.marked(
        false,
        "This database is not as it was written. Found on "
            + bundle.at()
            + ", of this and other runs:");
    bundle.findings().forEach(it -> html.marked(false, it.line()));
  }

  private void asked() {
    html.section("What was asked, by whom and why");
    spec(bundle)
        .ifPresent(
            it -> {
              var rows = new ArrayList<List<String>>();
              rows.add(List.of("runbook", it.runbook() + " · SHA-256 " + it.runbookDigest()));
              rows.add(List.of("subject", it.subject().value()));
              rows.add(List.of("asked by", it.requester().key() + ", in channel " + it.channel()));
              rows.add(List.of("at", it.requestedAt().toString()));
              rows.add(List.of("why", it.reason().isBlank() ? "no reason was given" : it.reason()));
              it.parameters().forEach((name, value) -> rows.add(List.of(name, value.shown())));
              it.pinned().forEach((name, value) -> rows.add(List.of(name, value.shown())));
              html.table(List.of("", ""), rows);
            });
  }

  private void plan() {
    html.section("The plan, with its exact statements");
    if (bundle.plan().isEmpty()) {
      html.paragraph(
          "This version cannot write the statements of this runbook any more. The runbook itself"
              + " stands below; every order and intent stands with its gate and step.");
      return;
    }
    html.paragraph("As this version writes it; what was only known later stands in < >.");
    int number = 1;
    for (var step : bundle.plan()) {
      html.paragraph(
          number
              + ". "
              + step.id()
              + " ("
              + step.action()
              + (step.gated() ? ", behind a gate" : "")
              + "): "
              + step.sentence());
      if (!step.statements().isEmpty()) {
        html.exact(String.join("\n", step.statements()));
      }
      number++;
    }
  }

  private void gate(GateRow gate) {
    html.section("Gate of " + gate.step() + ", opening " + gate.opening());
    bundle
        .runbook()
        .map(it -> card(gate, it))
        .ifPresent(
            card -> {
              html.paragraph(card.question().plain());
              card.evidence().stream().map(Line::plain).forEach(html::paragraph);
              card.outcome().map(Line::plain).ifPresent(html::paragraph);
            });
    html.paragraph(
        "Open from "
            + gate.openedAt()
            + " to "
            + gate.decidedAt().map(Object::toString).orElse("now")
            + ", would have expired at "
            + gate.expiresAt()
            + "; it is "
            + gate.status()
            + ". It takes "
            + gate.policy().approvals()
            + " of "
            + gate.policy().from()
            + ".");
    html.paragraph("Its order, whose SHA-256 is " + gate.digest() + ":");
    html.exact(gate.order());
    var votes =
        bundle.chapter().rows().stream()
            .filter(it -> it.source().equals("vote") && it.key().startsWith(gate.id() + "/"))
            .map(AuditRow::fields)
            .toList();
    if (votes.isEmpty()) {
      html.paragraph("Nobody voted.");
    } else {
      html.table(
          List.copyOf(votes.getFirst().keySet()), votes.stream().map(BundlePage::values).toList());
    }
  }

  private Card card(GateRow gate, Runbook runbook) {
    return Card.of(gate, bundle.journal(), runbook, bundle.at());
  }

  private static List<String> values(Map<String, String> fields) {
    return fields.values().stream().map(BundlePage::unquoted).toList();
  }

  private static String unquoted(String json) {
    return json.length() > 1 && json.startsWith("\"")
        ? json.substring(1, json.length() - 1).replace("\\\"", "\"").replace("\\\\", "\\")
        : json.equals("null") ? "" : json;
  }

  private void steps() {
    html.section("Steps");
    var rows = new ArrayList<List<String>>();
    for (var row : bundle.chapter().rows()) {
      if (row.source().equals("step_attempt")) {
        var fields = row.fields();
        rows.add(
            List.of(
                    "step",
                    "attempt",
                    "action",
                    "risk",
                    "state",
                    "started_at",
                    "ended_at",
                    "intent")
                .stream()
                .map(it -> unquoted(fields.getOrDefault(it, "")))
                .toList());
      }
    }
    rows.sort(java.util.Comparator.comparing(it -> it.get(5)));
    html.table(
        List.of(
            "step", "attempt", "action", "risk", "outcome", "from", "to", "intent, by identity"),
        rows);
  }

  /** What people did for it when no event could follow any more. */
  private void notices() {
    for (var row : bundle.chapter().rows()) {
      if (row.source().equals("notice")) {
        var fields = row.fields();
        html.folded(
            unquoted(fields.getOrDefault("at", ""))
                + " · the caches were told again, as "
                + unquoted(fields.getOrDefault("person", ""))
                + " asked",
            row.key());
      }
    }
  }

  private void events() {
    html.section("What happened");
    for (var row : bundle.chapter().rows()) {
      if (row.source().equals("run_event")) {
        var fields = row.fields();
        var told =
            bundle
                .runbook()
                .flatMap(
                    it ->
                        ThreadLines.line(
                            bundle.journal(), Long.parseLong(row.key()), it, bundle.at()))
                .map(it -> " · " + it.plain())
                .orElse("");
        html.folded(
            row.key()
                + " · "
                + unquoted(fields.getOrDefault("at", ""))
                + " · "
                + unquoted(fields.getOrDefault("kind", ""))
                + told,
            fields.getOrDefault("body", ""));
      }
    }
  }

  private void runbook() {
    html.section("The runbook, as the run pinned it");
    spec(bundle).ifPresent(it -> html.exact(it.source()));
  }

  private void chain() {
    html.section("How to verify it");
    var links = bundle.chapter().links();
    if (!links.isEmpty()) {
      html.paragraph("The run's chain has " + links.size() + " links and ends with");
      html.exact(links.getLast().hash());
    }
    if (bundle.anchors().isEmpty()) {
      html.paragraph("No anchor covers it yet; the next one is made within minutes.");
    } else {
      html.paragraph(
          "These anchors cover it. The same stand in the audit channel and in the audit file, where"
              + " whoever can write to the database cannot change them:");
      html.table(
          List.of("anchor", "of", "SHA-256"),
          bundle.anchors().stream()
              .map(it -> List.of(Long.toString(it.number()), it.at().toString(), it.hash()))
              .toList());
    }
    html.paragraph(
        "countersign audit verify --anchors FILE makes every hash again from the rows that stand in"
            + " the database and compares the anchors with the file. The JSON beside this page has"
            + " every row and link. A row's hash is the SHA-256 of 'countersign.row/1', the table,"
            + " and each column's name and JSON in alphabetical order; a link's that of"
            + " 'countersign.link/1', chain, number, table, key, columns, row hash, the hash before"
            + " it and the microseconds since 1970. Each part is written with its length in bytes,"
            + " a colon before it and a line feed after it.");
  }
}
