package io.countersign.thread;

import static io.countersign.support.Samples.ALICE;
import static io.countersign.support.Samples.NOON;
import static io.countersign.support.Samples.RUN;

import io.countersign.estate.DatabaseRef;
import io.countersign.gate.GateRow;
import io.countersign.run.Schedules.Later;
import io.countersign.run.Schedules.Schedule;
import io.countersign.runbook.Value;
import io.countersign.support.Golden;
import io.countersign.support.RestoreStory;
import io.countersign.support.Samples;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What a Home says, compared word for word. */
class HomeTextsTest {
  private static final Optional<String> LINK = Optional.of("https://example.test/archives/1");

  @Test
  void a_home_says_what_waits_for_one_first_then_all_else() {
    var text = new StringBuilder();
    var story = new RestoreStory().atGate();
    var card =
        Card.of(
            story.row(GateRow.Status.OPEN), story.journal(), RestoreStory.runbook(), story.now());
    var now = story.now();
    draw(
        text,
        "an approver's",
        HomeView.of(
            new HomeView.Facts(
                List.of(new HomeView.Asked(RUN, card, LINK)),
                Optional.empty(),
                List.of(standing(story), standing(new RestoreStory().copying())),
                3,
                0,
                List.of(later("tenant-drop-old", now), later("restore-drill", NOON)),
                List.of(
                    standing(new RestoreStory().finished()), standing(new RestoreStory().denied())),
                now)));
    draw(text, "nothing to see", HomeView.of(nothing(Optional.empty())));
    draw(
        text,
        "nobody says who holds the role",
        HomeView.of(nothing(Optional.of("Slack answered: rate limited, try again in 5 s"))));
    draw(text, "two runs of others", HomeView.of(nothing(Optional.empty(), 2)));
    draw(text, "a guest's", HomeView.notAMember("a guest"));
    draw(text, "somebody's", HomeView.unknown("Slack answered: no answer"));
    Golden.check("thread/home.txt", text.toString());
  }

  private static HomeView.Facts nothing(Optional<String> unreadable) {
    return nothing(unreadable, 0);
  }

  private static HomeView.Facts nothing(Optional<String> unreadable, int hidden) {
    return new HomeView.Facts(
        List.of(), unreadable, List.of(), 0, hidden, List.of(), List.of(), NOON);
  }

  private static HomeView.Standing standing(RestoreStory story) {
    return new HomeView.Standing(story.journal(), RestoreStory.runbook(), Optional.empty(), LINK);
  }

  private static Schedule later(String runbook, java.time.Instant due) {
    var kept = new DatabaseRef(Samples.SERVER, 16_503, "tenant_acme_pre_pitr_20261121125200_a1");
    return new Schedule(
        new UUID(0, 7),
        new Later(
            RUN,
            "schedule",
            runbook,
            Samples.ACME,
            Map.of("database", new Value.OfDatabase(kept)),
            ALICE,
            "",
            Duration.ofDays(7)),
        "C0INCIDENT",
        due.plus(Duration.ofHours(runbook.contains("drop") ? 168 : 0)),
        0);
  }

  private static void draw(StringBuilder text, String title, HomeView home) {
    text.append("== ").append(title).append('\n');
    for (var part : home.parts()) {
      switch (part) {
        case HomeView.Part.Heading(var heading) -> text.append("# ").append(heading).append('\n');
        case HomeView.Part.Says(var lines) ->
            lines.forEach(it -> text.append("  ").append(it.plain()).append('\n'));
        case HomeView.Part.Decide(var card, var link) ->
            text.append("  ")
                .append(card.headline().plain())
                .append(link.isPresent() ? " (link)" : "")
                .append("\n    [")
                .append(card.approve())
                .append("]\n");
        case HomeView.Part.Later it ->
            text.append("  ")
                .append(it.line().plain())
                .append("\n    [")
                .append(it.keep())
                .append("]\n");
      }
    }
    text.append('\n');
  }
}
