package io.countersign.slack;

import static io.countersign.support.Samples.ALICE;
import static io.countersign.support.Samples.GATE;
import static io.countersign.support.Samples.NOON;
import static io.countersign.support.Samples.RUN;

import io.countersign.action.Intent;
import io.countersign.estate.SecretName;
import io.countersign.gate.GateRow;
import io.countersign.run.Journal;
import io.countersign.run.RunEvent;
import io.countersign.runbook.ContextFields;
import io.countersign.runbook.Risk;
import io.countersign.slack.MessageCases.Case;
import io.countersign.support.RestoreStory;
import io.countersign.support.Rewritten;
import io.countersign.thread.OrderView;
import io.countersign.thread.Timeline;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * Where databases keep their names and the tenant's reference is led to another. The steps of the
 * other strategy are none of the run's: they are not shown and not counted.
 */
final class FlipMessages {
  private static final String SECRET = "tenant-db-acme-20261121125200-7k2m9qxd-1";
  private final MessageSheet sheet;
  private final UnaryOperator<String> texts;

  private FlipMessages(MessageSheet sheet, UnaryOperator<String> texts) {
    this.sheet = sheet;
    this.texts = texts;
  }

  static void all(MessageSheet sheet, UnaryOperator<String> texts) {
    var drawing = new FlipMessages(sheet, texts);
    sheet.part("A flip instead of a swap");
    drawing.plans();
    drawing.runs();
    drawing.cards();
    drawing.thread();
  }

  private void plans() {
    typed("a plan", _ -> {}, "/tenant-restore", "acme to 12:30 strategy flip-the-ref");
    typed(
        "a plan, with what earlier runs took",
        it -> it.journal.past = RunMessages.took(MessageCases.shipped("tenant-restore")),
        "/tenant-restore",
        "acme to 12:30 strategy flip-the-ref");
    typed(
        "a plan of the way back",
        it -> {
          DeskMessages.kept(it);
          var secret = new Journal.KeptSecret(new SecretName("tenant-db-acme"), "3");
          it.journal.kept =
              Optional.of(
                  new Journal.Kept(
                      MessageCases.KEPT,
                      NOON.minus(Duration.ofHours(26)),
                      RUN,
                      Optional.of(secret)));
        },
        "/tenant-rollback",
        "acme");
  }

  private void typed(String title, Consumer<OnPaper> world, String command, String text) {
    sheet.answers(title, world, new Inbound.Typed(ALICE, "C0INCIDENT", command, text, "t"));
  }

  private static Case flip(String title, RestoreStory story) {
    return new Case(title, story.journal(), RestoreStory.flipRunbook(), story.now());
  }

  private static RestoreStory flipping() {
    return RestoreStory.flipping()
        .approved()
        .add(
            new RunEvent.StepStarted(
                "cutover", 1, "reference.flip", Risk.DESTRUCTIVE, Intent.NONE, Optional.of(GATE)));
  }

  private void runs() {
    run(flip("about to start", RestoreStory.flipping()));
    run(flip("at the gate", RestoreStory.flipping().atGate()));
    run(flip("the flip", flipping()));
    run(flip("in doubt", inDoubt()));
    run(flip("flipped", RestoreStory.flipping().flipped()));
    run(flip("done", RestoreStory.flipping().flippedAndFinished()));
    run(
        RunMessages.finished(
            "restored, with the drop planned", MessageCases.restoring(ContextFields.FLIP)));
    run(MessageCases.rollingBack(ContextFields.FLIP, 12, 3));
    run(RunMessages.finished("rolled back", MessageCases.rollback(ContextFields.FLIP)));
  }

  private static RestoreStory inDoubt() {
    return flipping()
        .later(Duration.ofSeconds(20))
        .add(new RunEvent.StepInDoubt("cutover", 1, MessageCases.CHECK));
  }

  private void run(Case of) {
    RunMessages.draw(sheet, of, texts);
  }

  private void cards() {
    var story = RestoreStory.flipping().atGate();
    var row = story.row(GateRow.Status.OPEN);
    CardMessages.draw(sheet, "its card", flip("", story), row, texts);
    var read = Rewritten.texts(row, texts);
    sheet.view(
        "its order",
        Modals.show("Order " + read.digest().shown(), OrderView.of(read), List.of(read.order())),
        "modal");
    var back = MessageCases.rollingBack(ContextFields.FLIP, 12, 3);
    card(
        "the card of the way back",
        back,
        "flip-back",
        """
        intent.back.name=tenant_acme
        intent.back.oid=16503
        intent.back.secret=tenant-db-acme
        intent.kept.name=tenant_acme_restore_a1
        intent.live.name=tenant_acme_restore_a1
        intent.live.oid=24871
        intent.live.secret=%s
        step=flip-back
        """
            .formatted(SECRET));
    card(
        "the card of a drop, with its secret",
        MessageCases.dropping(),
        "drop",
        """
        intent.database.name=tenant_acme_restore_a1
        intent.database.oid=24871
        intent.drop.secret=%s
        step=drop
        """
            .formatted(SECRET));
  }

  private void card(String title, Case at, String step, String order) {
    var gate = at.runbook().step(step).flatMap(it -> it.gate()).orElseThrow();
    var row = MessageCases.row(at, step, gate, order, GateRow.Status.OPEN);
    CardMessages.draw(sheet, title, at, row, texts);
  }

  private void thread() {
    ThreadMessages.draw(
        sheet,
        flip("the lines of its thread", RestoreStory.flipping().flippedAndFinished()),
        texts);
    ThreadMessages.draw(sheet, flip("the lines of one in doubt", inDoubt()), texts);
    var done = Rewritten.texts(RestoreStory.flipping().flippedAndFinished().journal(), texts);
    sheet.plain(
        "a timeline in words", Timeline.of(done, RestoreStory.flipRunbook()).orElseThrow().told());
    for (var question : List.of("status", "why", "eta", "log cutover", "log swap")) {
      asked(question + ", at the gate", RestoreStory.flipping().atGate(), question);
    }
    for (var question : List.of("status", "why", "eta", "cancel")) {
      asked(question + ", flipped", RestoreStory.flipping().flipped(), question);
    }
  }

  private void asked(String title, RestoreStory story, String words) {
    sheet.answers(
        title,
        it -> {
          var of = flip("", story);
          it.pinned = Optional.of(of.runbook());
          it.journal.holds(
              new Case("", Rewritten.texts(of.journal(), texts), of.runbook(), of.now()));
          it.journal.past = RunMessages.took(RestoreStory.flipRunbook());
        },
        new Inbound.Said(ALICE, "C0INCIDENT", "1.2", "1.3", words, true));
  }
}
