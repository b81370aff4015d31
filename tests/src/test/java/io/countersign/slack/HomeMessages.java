package io.countersign.slack;

import static io.countersign.support.Samples.ALICE;
import static io.countersign.support.Samples.NOON;
import static io.countersign.support.Samples.RUN;

import io.countersign.gate.GateRow;
import io.countersign.run.Schedules.Later;
import io.countersign.run.Schedules.Schedule;
import io.countersign.runbook.Value;
import io.countersign.support.RestoreStory;
import io.countersign.support.Rewritten;
import io.countersign.support.Samples;
import io.countersign.thread.Card;
import io.countersign.thread.HomeView;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/** Homes: full, empty, of strangers, and where something cannot be read. */
final class HomeMessages {
  private static final Optional<String> LINK = Optional.of("https://example.test/archives/1");
  private final MessageSheet sheet;
  private final UnaryOperator<String> texts;

  private HomeMessages(MessageSheet sheet, UnaryOperator<String> texts) {
    this.sheet = sheet;
    this.texts = texts;
  }

  static void all(MessageSheet sheet, UnaryOperator<String> texts) {
    sheet.part("Homes");
    var drawing = new HomeMessages(sheet, texts);
    drawing.home("an approver's", HomeView.of(drawing.ordinary()));
    drawing.home("with more than there is room for", HomeView.of(drawing.full(2)));
    drawing.home("with one card too many", HomeView.of(drawing.full(1)));
    drawing.home("nothing to see", HomeView.of(nothing(Optional.empty(), 0)));
    drawing.home(
        "nobody says who holds the role",
        HomeView.of(nothing(Optional.of("Slack answered: rate limited, try again in 5 s"), 0)));
    drawing.home("two runs of others", HomeView.of(nothing(Optional.empty(), 2)));
    drawing.home("of which channels cannot be written to", HomeView.of(drawing.closed()));
    drawing.home("a guest's", HomeView.notAMember("a guest"));
    drawing.home("somebody's", HomeView.unknown("Slack answered: no answer"));
  }

  private HomeView.Facts ordinary() {
    var story = new RestoreStory().atGate();
    var now = story.now();
    return new HomeView.Facts(
        List.of(asked(story)),
        Optional.empty(),
        List.of(standing(story), standing(new RestoreStory().copying())),
        3,
        0,
        List.of(later(1, "tenant-drop-old", now), later(2, "restore-drill", NOON)),
        List.of(standing(new RestoreStory().finished()), standing(new RestoreStory().denied())),
        now);
  }

  private HomeView.Facts full(int more) {
    var story = new RestoreStory().atGate();
    return new HomeView.Facts(
        Collections.nCopies(HomeView.CARDS + more, asked(story)),
        Optional.empty(),
        List.of(standing(story)),
        0,
        1,
        IntStream.range(0, HomeView.LATER + 1)
            .mapToObj(it -> later(it, "restore-drill", story.now()))
            .toList(),
        List.of(),
        story.now());
  }

  private HomeView.Asked asked(RestoreStory story) {
    var row = Rewritten.texts(story.row(GateRow.Status.OPEN), texts);
    var journal = Rewritten.texts(story.journal(), texts);
    return new HomeView.Asked(
        RUN, Card.of(row, journal, RestoreStory.runbook(), story.now()), LINK);
  }

  private HomeView.Standing standing(RestoreStory story) {
    return new HomeView.Standing(
        Rewritten.texts(story.journal(), texts), RestoreStory.runbook(), Optional.empty(), LINK);
  }

  private static HomeView.Facts nothing(Optional<String> unreadable, int hidden) {
    return new HomeView.Facts(
        List.of(), unreadable, List.of(), 0, hidden, List.of(), List.of(), NOON);
  }

  private HomeView.Facts closed() {
    return new HomeView.Facts(
        List.of(),
        Optional.empty(),
        List.of(standing(new RestoreStory().copying())),
        0,
        0,
        List.of(),
        List.of(),
        ClosedMessages.CHANNELS,
        NOON);
  }

  static Schedule later(int number, String runbook, Instant due) {
    return new Schedule(
        new UUID(0, number),
        new Later(
            RUN,
            "schedule",
            runbook,
            Samples.ACME,
            Map.of("database", new Value.OfDatabase(MessageCases.KEPT)),
            ALICE,
            "",
            Duration.ofDays(7)),
        "C0INCIDENT",
        due.plus(Duration.ofHours(runbook.contains("drop") ? 168 : 0)),
        0);
  }

  private void home(String title, HomeView home) {
    sheet.view(title, HomeDrawing.view(home), "home");
  }
}
