package io.countersign.thread;

import static io.countersign.support.Samples.ALICE;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.Problem;
import io.countersign.run.RunEvent;
import io.countersign.support.RestoreStory;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What people read; word for word it stands in golden/messages.txt. */
class ThreadTextsTest {
  @Test
  void whatDiffersIsToldWithoutRawKeys() {
    assertThat(
            Differences.of(
                List.of(
                    "intent.writes.counted: 1200 -> 1204",
                    "intent.writes.since-freeze: members.claim 1 -> members.claim 4, members.member"
                        + " 1",
                    "intent.live.oid: 16503 -> 16999",
                    "evidence.parity.content-hash: 7d9c -> 8e00")))
        .containsExactly(
            "rows of members.claim written since the freeze: 1 -> 4",
            "rows of members.member written since the freeze: 0 -> 1",
            "the OID of the live database: 16503 -> 16999",
            "content hash of step parity: 7d9c -> 8e00");
    assertThat(Differences.of(List.of("intent.writes.since-freeze: none -> unknown: reset")))
        .containsExactly("rows written since the freeze: none -> unknown: reset");
  }

  @Test
  void aWaitingStepIsToldOncePerAttempt() {
    var story = new RestoreStory().frozen().started("pitr", "server.restore");
    for (int look = 0; look < 3; look++) {
      story.later(Duration.ofSeconds(30));
      story.add(new RunEvent.StepParked("pitr", 1, story.now(), "", "replaying WAL"));
    }
    var told =
        story.journal().stream()
            .flatMap(
                it ->
                    ThreadLines.line(story.journal(), it.seq(), RestoreStory.runbook(), story.now())
                        .stream())
            .filter(it -> it.plain().contains("replaying"))
            .toList();
    assertThat(told).hasSize(1);
  }

  @Test
  void afterThePointOfNoReturnNothingIsPromised() {
    var story = new RestoreStory().swapped();
    story.add(
        new RunEvent.PersonNeeded(
            "invalidate", new Problem("telling caches", "It broke.", "Retry.")));
    var view =
        RunView.of(
            story.journal(),
            RestoreStory.runbook(),
            Optional.empty(),
            List.of(),
            Usual.NONE,
            story.now());
    assertThat(view.headline().plain())
        .contains("the destructive step has begun")
        .doesNotContain("unchanged");
    assertThat(view.footer().plain()).contains("@" + ALICE.user()).contains("7k2m9qxd");
  }
}
