package io.countersign.slack;

import io.countersign.Person;
import io.countersign.gate.Call;
import io.countersign.gate.GateRow;
import io.countersign.gate.Ruling;
import io.countersign.gate.Ruling.Refusal;
import io.countersign.run.Draft;
import io.countersign.run.RunEvent;
import io.countersign.runbook.Value;
import io.countersign.slack.MessageCases.Case;
import io.countersign.support.RestoreStory;
import io.countersign.support.Rewritten;
import io.countersign.support.Samples;
import io.countersign.thread.CallLines;
import io.countersign.thread.Card;
import io.countersign.thread.OrderView;
import io.countersign.thread.Overflow;
import io.countersign.thread.PlanView;
import io.countersign.thread.Refusals;
import io.countersign.thread.ThreadLines;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The messages of which length is a question, with all that is supplied as long as it may be. */
final class LongestMessages {
  /** Names of 63 bytes, reasons of 300 characters, problems of 2,000 for each part. */
  static final UnaryOperator<String> TEXTS =
      Rewritten.replacing(
          Map.ofEntries(
              Map.entry("tenant_acme_pre_pitr_20261121125200_a1", "k".repeat(63)),
              Map.entry("tenant_acme_restore_a1", "r".repeat(63)),
              Map.entry("tenant_acme", "d".repeat(63)),
              Map.entry("acme", "s".repeat(63)),
              Map.entry("medsuite", "e".repeat(40)),
              Map.entry("pg-us-east-1", "p".repeat(63)),
              Map.entry("a bad migration", "why ".repeat(75).strip()),
              Map.entry("wrong minute, take 11:28", "minute ".repeat(71).strip()),
              Map.entry("wrong tenant", "tenant ".repeat(200).strip()),
              Map.entry("The registry did not answer.", "Silence and ".repeat(160).strip()),
              Map.entry(
                  "Look whether it is up, then try again.", "Look well and ".repeat(140).strip()),
              Map.entry("12 checks passed.", "Checked and ".repeat(160).strip()),
              Map.entry("74 tables, 11.8 GB.", "Copied and ".repeat(160).strip()),
              Map.entry("3 rows were written", "Rows and ".repeat(220).strip())));

  private final MessageSheet sheet;

  private LongestMessages(MessageSheet sheet) {
    this.sheet = sheet;
  }

  static void all(MessageSheet sheet) {
    var drawing = new LongestMessages(sheet);
    sheet.part("The longest there can be");
    RunMessages.draw(
        sheet, MessageCases.restore("a run that goes on", new RestoreStory().copying()), TEXTS);
    RunMessages.draw(
        sheet, MessageCases.restore("a run that is denied", new RestoreStory().denied()), TEXTS);
    RunMessages.draw(
        sheet,
        MessageCases.restore("a run that needs somebody", new RestoreStory().needsYou()),
        TEXTS);
    RunMessages.draw(sheet, RunMessages.forty(), TEXTS);
    drawing.card();
    drawing.lines();
    drawing.people();
    drawing.plan();
  }

  private void card() {
    var tables =
        IntStream.range(0, 5_000)
            .mapToObj(it -> "1234567 7654321 1111111 " + "q".repeat(63) + "." + "t".repeat(63))
            .collect(Collectors.joining("\n"));
    var story = new RestoreStory().comparing(tables).atGate();
    var sequences = new Value.Text(("1234567 " + "q".repeat(126) + "\n").repeat(5_000));
    var measured =
        MessageCases.measured("parity", Map.of("sequences-behind", sequences), story.journal());
    var journal = Rewritten.texts(measured, TEXTS);
    var row = Rewritten.texts(story.row(GateRow.Status.OPEN), TEXTS);
    var card = Card.of(row, journal, RestoreStory.runbook(), story.now());
    sheet.message("a card of 5,000 tables", Drawing.card(card));
    var file = Overflow.of(journal, RestoreStory.runbook()).orElseThrow().lines().toList();
    sheet.plain("its file begins", String.join("\n", file.subList(0, 4)));
    sheet.plain("its file ends", String.join("\n", file.subList(file.size() - 4, file.size())));
    sheet.view(
        "its order",
        Modals.show("Order " + row.digest().shown(), OrderView.of(row), List.of(row.order())),
        "modal");
    sheet.message(
        "a call by direct message",
        Drawing.whisper(
            CallLines.direct(
                Call.Kind.ESCALATION, row, card, Optional.empty(), Optional.empty(), story.now()),
            List.of()));
  }

  private void lines() {
    line("a step's end", new RestoreStory().copying(), 5);
    line("needs somebody", new RestoreStory().needsYou(), Integer.MAX_VALUE);
    line("nothing was changed", MessageCases.drifted(), Integer.MAX_VALUE);
    line("the end", new RestoreStory().denied(), Integer.MAX_VALUE);
  }

  private void line(String title, RestoreStory story, int seq) {
    var journal = Rewritten.texts(story.journal(), TEXTS);
    var event = journal.get(Math.min(seq, journal.size()) - 1);
    ThreadLines.line(journal, event.seq(), RestoreStory.runbook(), story.now())
        .ifPresent(
            it ->
                sheet.message(
                    title,
                    Drawing.line(
                        it,
                        Samples.RUN,
                        1,
                        ThreadLines.offers(journal, event.seq(), RestoreStory.runbook()))));
  }

  private static Set<Person> many() {
    return IntStream.range(0, 200)
        .mapToObj(it -> new Person("T0DEMO", "U0COLLEAGUE%03d".formatted(it)))
        .collect(Collectors.toSet());
  }

  private void people() {
    var story = new RestoreStory().atGate();
    var row = story.row(GateRow.Status.OPEN);
    var refused = new Ruling.Refused(new Refusal.IsRequester(), many());
    sheet.message(
        "a refusal of a role that 200 people hold",
        Drawing.whisper(List.of(Refusals.of(refused, Optional.of(row), story.now())), List.of()));
    var called = many().stream().map(Person::user).sorted().toList();
    sheet.message(
        "200 people are called",
        Drawing.line(
            CallLines.announced(Call.Kind.REMINDER, row, called, story.now()),
            Samples.RUN,
            1,
            Set.of()));
  }

  /** Forty steps, and 200 people who can countersign. */
  private void plan() {
    Case forty = RunMessages.forty();
    var spec = ((RunEvent.Requested) forty.journal().getFirst().event()).spec();
    var steps =
        forty.runbook().steps().stream()
            .map(
                it ->
                    new Draft.PlannedStep(
                        it.id(),
                        it.action(),
                        "does ".repeat(100),
                        List.of("SELECT 1\n".repeat(1_000)),
                        false))
            .toList();
    var draft = new Draft("7k2m9qxd", Rewritten.texts(spec, TEXTS), steps, many(), List.of());
    var plan = PlanView.of(draft, forty.runbook(), ZoneOffset.UTC, forty.now());
    sheet.message("a plan of forty steps", Drawing.whisper(plan.lines(), List.of()));
    sheet.view(
        "all its statements",
        Modals.show(
            "Statements",
            List.of(),
            plan.statements().stream().map(PlanView.Statements::text).toList()),
        "modal");
  }
}
