package io.countersign.slack;

import static io.countersign.support.Samples.ALICE;
import static io.countersign.support.Samples.NOON;

import io.countersign.estate.DatabaseRef;
import io.countersign.gate.GateRow;
import io.countersign.run.RunSpec;
import io.countersign.runbook.Value;
import io.countersign.slack.MessageCases.Case;
import io.countersign.support.RestoreStory;
import io.countersign.support.Samples;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** A snapshot of a tenant as of a moment, and its end. */
final class SnapshotMessages {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final DatabaseRef SNAPSHOT =
      new DatabaseRef(Samples.SERVER, 24_871, "tenant_acme_restore_a1");
  private static final String ORDER =
      """
      intent.database.name=tenant_acme_restore_a1
      intent.database.oid=24871
      step=remove
      """;

  private final MessageSheet sheet;
  private final UnaryOperator<String> texts;

  private SnapshotMessages(MessageSheet sheet, UnaryOperator<String> texts) {
    this.sheet = sheet;
    this.texts = texts;
  }

  static void all(MessageSheet sheet, UnaryOperator<String> texts) {
    var drawing = new SnapshotMessages(sheet, texts);
    sheet.part("A snapshot as of a moment");
    sheet.answers(
        "a plan",
        it -> it.runbooks.put("tenant-as-of", MessageCases.shipped("tenant-as-of")),
        new Inbound.Typed(
            ALICE, "C0INCIDENT", "/tenant-as-of", "acme to 12:30 keep=14d because audit", "t"));
    RunMessages.draw(sheet, MessageCases.of("about to start", making(), new RestoreStory()), texts);
    RunMessages.draw(sheet, RunMessages.finished("made", making()), texts);
    RunMessages.draw(sheet, asked(removing()), texts);
    RunMessages.draw(sheet, RunMessages.finished("removed", removing()), texts);
    drawing.card("the card before a snapshot goes", asked(removing()), ORDER);
    drawing.card("the same, of an order that names nothing", asked(removing()), "step=remove\n");
  }

  private static RunSpec making() {
    return MessageCases.spec(
        MessageCases.shipped("tenant-as-of"),
        Map.of(
            "to", new Value.Moment(NOON.minusSeconds(1_800)),
            "keep", new Value.Span(Duration.ofDays(14))),
        Map.of(),
        Optional.empty());
  }

  private static RunSpec removing() {
    return MessageCases.spec(
        MessageCases.shipped("tenant-drop-as-of"),
        Map.of(
            "database", new Value.OfDatabase(SNAPSHOT),
            "as-of", new Value.Moment(NOON.minus(Duration.ofDays(14))),
            "reader", new Value.Text("cs_reader_7k2m9qxd"),
            "secret", new Value.Text("tenant-db-acme-20261107125200-7k2m9qxd-1")),
        Map.of("schedule.again", new Value.Span(Duration.ofDays(14))),
        Optional.empty());
  }

  private static Case asked(RunSpec removing) {
    var story =
        new RestoreStory()
            .begun()
            .done(
                "look",
                "snapshot.look",
                SECOND,
                Map.of(
                    "bytes",
                    new Value.Int(11_200_000_000L),
                    "verdict",
                    new Value.Text(
                        "no tenant lives in it, and nothing but its own secret leads to it"),
                    "sessions",
                    new Value.Text("nobody")),
                "")
            .add(MessageCases.opened("remove", 1, "intent.database.oid=24871", List.of()));
    return MessageCases.of("may the snapshot go", removing, story);
  }

  private void card(String title, Case at, String order) {
    var gate = at.runbook().step("remove").flatMap(it -> it.gate()).orElseThrow();
    CardMessages.draw(
        sheet, title, at, MessageCases.row(at, "remove", gate, order, GateRow.Status.OPEN), texts);
  }
}
