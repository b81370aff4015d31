package io.countersign.slack;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.countersign.RunId;
import io.countersign.Secret;
import io.countersign.estate.DatabaseRef;
import io.countersign.estate.TenantRef;
import io.countersign.gate.GateRow;
import io.countersign.run.Recorded;
import io.countersign.run.RunEvent;
import io.countersign.run.RunSpec;
import io.countersign.run.Schedules.Later;
import io.countersign.run.Schedules.Schedule;
import io.countersign.runbook.Value;
import io.countersign.sandbox.slack.Limits;
import io.countersign.sandbox.slack.StandInSlack;
import io.countersign.sandbox.slack.Workspace;
import io.countersign.support.RestoreStory;
import io.countersign.support.Samples;
import io.countersign.thread.Card;
import io.countersign.thread.HomeView;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * The fullest Home there can be, within what Slack takes; the stand-in refuses what Slack refuses.
 */
class HomeFitsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Optional<String> LINK =
      Optional.of("https://example.test/archives/" + "x".repeat(150));
  private static final String LONGEST = "<".repeat(63);

  @Test
  void the_fullest_home_is_taken_and_keeps_its_last_line() throws JsonProcessingException {
    var view = HomeDrawing.view(HomeView.of(full()));
    var blocks = JSON.readTree(view).path("blocks");
    assertThat(blocks.size()).isBetween(60, 100);
    assertThat(view).doesNotContain("There is more than fits here");
    assertThat(lengths(blocks)).allMatch(it -> it <= 3_000);
    assertThat(count(view, "gate.approve")).isEqualTo(HomeView.CARDS);
    assertThat(count(view, HomeDrawing.LATER)).isEqualTo(HomeView.LATER);
    assertThat(view).contains("Ended lately", "32 more cards wait for you", "And 25 more runs");
    try (var slack = StandInSlack.start(0, Workspace.demo(), Limits.hurried(), Clock.systemUTC())) {
      var token = new Secret(slack.workspace().botToken());
      var settings =
          new SlackSettings(token, Optional.of(token), Optional.empty(), slack.apiUrl(), Set.of());
      assertThat(SlackApi.of(settings).publishHome(Workspace.BOB, view))
          .isInstanceOf(Answer.Ok.class);
    }
  }

  private static HomeView.Facts full() {
    var tables =
        String.join("\n", Collections.nCopies(100, "1234567 7654321 1111111 s." + LONGEST));
    var story = new RestoreStory().comparing(tables).atGate();
    var card =
        Card.of(
            story.row(GateRow.Status.OPEN), story.journal(), RestoreStory.runbook(), story.now());
    var run = standing(story);
    return new HomeView.Facts(
        Collections.nCopies(40, new HomeView.Asked(Samples.RUN, card, LINK)),
        Optional.of("x".repeat(4_000)),
        Collections.nCopies(HomeView.RUNS, run),
        25,
        1_234,
        IntStream.range(0, HomeView.LATER + 1).mapToObj(HomeFitsTest::later).toList(),
        Collections.nCopies(HomeView.ENDED, run),
        story.now());
  }

  /** Of a tenant with the longest name, for the longest reason. */
  private static HomeView.Standing standing(RestoreStory story) {
    var events = new ArrayList<Recorded>(story.journal());
    var sample = Samples.spec(Samples.RUN, "runbook: sample");
    var tenant = new TenantRef("medsuite", "a".repeat(63));
    var spec =
        new RunSpec(
            new RunId("7k2m9qxd"),
            tenant.subject(),
            tenant,
            sample.runbook(),
            sample.title(),
            sample.source(),
            sample.parameters(),
            sample.pinned(),
            sample.requester(),
            Optional.of("s".repeat(300)),
            sample.channel(),
            "&".repeat(300),
            sample.requestedAt());
    events.set(0, new Recorded(1, events.getFirst().at(), new RunEvent.Requested(spec)));
    return new HomeView.Standing(
        List.copyOf(events), RestoreStory.runbook(), Optional.empty(), LINK);
  }

  private static Schedule later(int number) {
    var kept = new DatabaseRef(Samples.SERVER, 16_503, LONGEST);
    return new Schedule(
        new UUID(0, number),
        new Later(
            Samples.RUN,
            "schedule",
            "tenant-drop-old",
            Samples.ACME,
            Map.of("database", new Value.OfDatabase(kept)),
            Samples.ALICE,
            "",
            Duration.ofDays(7)),
        "C0INCIDENT",
        Samples.NOON.plusNanos(123_456_000),
        0);
  }

  private static List<Integer> lengths(JsonNode blocks) {
    var lengths = new ArrayList<Integer>();
    blocks.forEach(it -> lengths.add(it.path("text").path("text").asText().length()));
    return lengths;
  }

  private static int count(String text, String word) {
    return text.split("\"" + word.replace(".", "\\.") + "\"", -1).length - 1;
  }
}
