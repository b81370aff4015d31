package io.countersign.slack;

import static io.countersign.support.Samples.NOON;
import static io.countersign.support.Samples.RUN;

import io.countersign.gate.Call;
import io.countersign.gate.GateRow;
import io.countersign.slack.MessageCases.Case;
import io.countersign.support.RestoreStory;
import io.countersign.support.Rewritten;
import io.countersign.thread.CallLines;
import io.countersign.thread.Card;
import io.countersign.thread.Posts;
import io.countersign.thread.Unwritten;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Where a run's channel cannot be written to. */
final class ClosedMessages {
  /** For each reason that there are words for, and for one without. */
  static final List<Posts.Closed> CHANNELS =
      Stream.of("not_in_channel", "is_archived", Unwritten.SHARED, "restricted_action")
          .map(it -> new Posts.Closed("C0INCIDENT", it, NOON))
          .toList();

  private final MessageSheet sheet;
  private final UnaryOperator<String> texts;

  private ClosedMessages(MessageSheet sheet, UnaryOperator<String> texts) {
    this.sheet = sheet;
    this.texts = texts;
  }

  static void all(MessageSheet sheet, UnaryOperator<String> texts) {
    var drawing = new ClosedMessages(sheet, texts);
    sheet.part("A channel that cannot be written to");
    for (var closed : CHANNELS) {
      drawing.requester(closed.code(), closed, new RestoreStory().copying());
    }
    drawing.requester("before the run has begun", CHANNELS.getFirst(), new RestoreStory());
    drawing.called();
  }

  /** As it is sent to whoever asked for the run. */
  private void requester(String title, Posts.Closed closed, RestoreStory story) {
    var journal = new CannedJournal(story.now());
    journal.holds(
        new Case("", Rewritten.texts(story.journal(), texts), RestoreStory.runbook(), story.now()));
    var posts = OnPaper.fake(Posts.class, Map.of("closed", _ -> Map.of("C0INCIDENT", closed)));
    var renderer =
        new Renderer(
            journal,
            journal,
            _ -> RestoreStory.runbook(),
            posts,
            new SlackApi(new FakeMethods().client()));
    var post =
        new Posts.Post(
            RUN,
            "U0ALICE",
            "closed/C0INCIDENT",
            Posts.Kind.DIRECT,
            1,
            1,
            Optional.empty(),
            Optional.empty(),
            0);
    sheet.message(title, renderer.render(post).orElseThrow().content());
  }

  private void called() {
    var story = new RestoreStory().atGate();
    var row = Rewritten.texts(story.row(GateRow.Status.OPEN), texts);
    var journal = Rewritten.texts(story.journal(), texts);
    var card = Card.of(row, journal, RestoreStory.runbook(), story.now());
    for (var closed : CHANNELS) {
      var lines =
          CallLines.direct(
              Call.Kind.OPENED, row, card, Optional.empty(), Optional.of(closed), story.now());
      sheet.message("called to a card, " + closed.code(), Drawing.whisper(lines, List.of()));
    }
  }
}
