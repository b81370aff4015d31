package io.countersign.thread;

import static io.countersign.support.Samples.ALICE;
import static io.countersign.support.Samples.BOB;
import static io.countersign.support.Samples.DANA;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.gate.Ballot;
import io.countersign.gate.GateRow;
import io.countersign.gate.Ruling;
import io.countersign.gate.Ruling.Refusal;
import io.countersign.run.Journal;
import io.countersign.support.Golden;
import io.countersign.support.RestoreStory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What people read, compared word for word. */
class ThreadTextsTest {
  @Test
  void theRootMessageTellsTheWholeStory() {
    var progress =
        Optional.of(
            new Journal.Progress(5_100_000_000L, 11_800_000_000L, "bytes", "12 of 31 tables"));
    var text = new StringBuilder();
    draw(text, "asked", new RestoreStory(), Optional.empty());
    draw(text, "copying", new RestoreStory().copying().later(Duration.ofMinutes(4)), progress);
    draw(text, "at the gate", new RestoreStory().atGate(), Optional.empty());
    draw(text, "approved", new RestoreStory().approved(), Optional.empty());
    draw(text, "done", new RestoreStory().finished(), Optional.empty());
    draw(text, "denied", new RestoreStory().denied(), Optional.empty());
    draw(text, "needs you", new RestoreStory().needsYou(), Optional.empty());
    Golden.check("thread/root.txt", text.toString());
  }

  private static void draw(
      StringBuilder text, String title, RestoreStory story, Optional<Journal.Progress> progress) {
    var view =
        RunView.of(story.journal(), RestoreStory.runbook(), progress, List.of(), story.now());
    text.append("== ").append(title).append(" (").append(view.word()).append(")\n");
    text.append(view.headline().plain()).append('\n');
    view.rows().forEach(it -> text.append("  ").append(it.whole().plain()).append('\n'));
    text.append(view.footer().plain()).append('\n');
    text.append(view.offers().stream().sorted().toList()).append("\n\n");
  }

  @Test
  void theCardAsksOneQuestionAndLaterSaysWhatBecameOfIt() {
    var text = new StringBuilder();
    var story = new RestoreStory().atGate();
    draw(text, story, story.row(GateRow.Status.OPEN));
    var approval = story.vote(Ballot.Choice.APPROVE, "");
    draw(text, story, story.row(GateRow.Status.APPROVED, approval));
    var denial = story.vote(Ballot.Choice.DENY, "wrong minute, take 11:28");
    draw(text, story, story.row(GateRow.Status.DENIED, denial));
    draw(text, story, story.row(GateRow.Status.EXPIRED));
    draw(text, story, story.row(GateRow.Status.CLOSED));
    Golden.check("thread/card.txt", text.toString());
  }

  private static void draw(StringBuilder text, RestoreStory story, GateRow row) {
    var card = Card.of(row, story.journal(), RestoreStory.runbook(), story.now());
    text.append("== ").append(row.status()).append('\n');
    text.append(card.headline().plain()).append('\n');
    if (card.open()) {
      card.evidence().forEach(it -> text.append("  ").append(it.plain()).append('\n'));
      text.append('[').append(card.approve()).append("]\n");
    }
    text.append('\n');
  }

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
  void theThreadHasOneLinePerStep() {
    var text = new StringBuilder();
    for (var story :
        List.of(
            new RestoreStory().finished(),
            new RestoreStory().denied(),
            new RestoreStory().needsYou())) {
      for (var event : story.journal()) {
        ThreadLines.line(story.journal(), event.seq(), RestoreStory.runbook(), story.now())
            .ifPresent(it -> text.append(it.plain()).append('\n'));
      }
      text.append('\n');
    }
    Golden.check("thread/lines.txt", text.toString());
  }

  @Test
  void aWaitingStepIsToldOncePerAttempt() {
    var story = new RestoreStory().frozen().started("pitr", "server.restore");
    for (int look = 0; look < 3; look++) {
      story.later(Duration.ofSeconds(30));
      story.add(
          new io.countersign.run.RunEvent.StepParked("pitr", 1, story.now(), "", "replaying WAL"));
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
  void everyRefusalSaysWhatWasRefusedWhyAndWhoCan() {
    var story = new RestoreStory().atGate();
    var row = Optional.of(story.row(GateRow.Status.OPEN));
    var others = Set.of(BOB, DANA);
    var refusals =
        List.of(
            new Refusal.NoSuchGate(),
            new Refusal.Decided(
                GateRow.Status.APPROVED, Optional.of(BOB), Optional.of(story.now())),
            new Refusal.Decided(GateRow.Status.CLOSED, Optional.empty(), Optional.empty()),
            new Refusal.Expired(story.now()),
            new Refusal.Outdated(),
            new Refusal.Excluded("a guest"),
            new Refusal.Unreadable("Slack answered: rate limited"),
            new Refusal.NotInRole("PLATFORM_ADMIN"),
            new Refusal.IsRequester(),
            new Refusal.Barred(),
            new Refusal.VotedBefore(story.vote(Ballot.Choice.APPROVE, "")),
            new Refusal.ReasonMissing());
    var lines = new ArrayList<String>();
    for (var refusal : refusals) {
      lines.add(Refusals.of(new Ruling.Refused(refusal, others), row, story.now()).plain());
    }
    lines.add(
        Refusals.of(new Ruling.Refused(new Refusal.IsRequester(), Set.of()), row, story.now())
            .plain());
    Golden.check("thread/refusals.txt", lines.stream().collect(Collectors.joining("\n", "", "\n")));
    assertThat(refusals).as("a text for every refusal there is").hasSize(12);
  }

  @Test
  void afterThePointOfNoReturnNothingIsPromised() {
    var story = new RestoreStory().swapped();
    story.add(
        new io.countersign.run.RunEvent.PersonNeeded(
            "invalidate", new io.countersign.Problem("telling caches", "It broke.", "Retry.")));
    var view =
        RunView.of(
            story.journal(), RestoreStory.runbook(), Optional.empty(), List.of(), story.now());
    assertThat(view.headline().plain())
        .contains("the destructive step has begun")
        .doesNotContain("unchanged");
    assertThat(view.footer().plain()).contains("@" + ALICE.user()).contains("7k2m9qxd");
  }
}
