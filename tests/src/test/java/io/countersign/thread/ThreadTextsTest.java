package io.countersign.thread;

import static io.countersign.support.Samples.ALICE;
import static io.countersign.support.Samples.BOB;
import static io.countersign.support.Samples.DANA;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.Problem;
import io.countersign.action.Intent;
import io.countersign.gate.Ballot;
import io.countersign.gate.GateRow;
import io.countersign.gate.Ruling;
import io.countersign.gate.Ruling.Refusal;
import io.countersign.run.Journal;
import io.countersign.run.RunEvent;
import io.countersign.run.Took;
import io.countersign.runbook.Risk;
import io.countersign.runbook.Runbook;
import io.countersign.support.Golden;
import io.countersign.support.RestoreStory;
import io.countersign.support.Samples;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What people read, compared word for word. */
class ThreadTextsTest {
  private static final Duration FOUR = Duration.ofMinutes(4);
  private static final Duration TWENTY = Duration.ofMinutes(20);

  /** Two runs of other tenants: one took ten minutes for each step, the other twelve. */
  private static final Usual PAST =
      Usual.of(
          RestoreStory.runbook().steps().stream()
              .flatMap(
                  it ->
                      Stream.of(
                          new Took("globex", it.id(), Duration.ofMinutes(10)),
                          new Took("initech", it.id(), Duration.ofMinutes(12))))
              .toList(),
          "acme");

  @Test
  void theRootMessageTellsTheWholeStory() {
    var progress =
        Optional.of(
            new Journal.Progress(5_100_000_000L, 11_800_000_000L, "bytes", "12 of 31 tables"));
    var text = new StringBuilder();
    draw(text, "asked", new RestoreStory(), Optional.empty());
    draw(text, "copying", new RestoreStory().copying().later(Duration.ofMinutes(4)), progress);
    draw(text, "copying, as before", new RestoreStory().copying().later(FOUR), progress, PAST);
    draw(text, "copying for too long", new RestoreStory().copying().later(TWENTY), progress, PAST);
    draw(text, "at the gate", new RestoreStory().atGate(), Optional.empty());
    draw(text, "approved", new RestoreStory().approved(), Optional.empty());
    draw(text, "done", new RestoreStory().finished(), Optional.empty());
    draw(text, "denied", new RestoreStory().denied(), Optional.empty());
    draw(text, "needs you", new RestoreStory().needsYou(), Optional.empty());
    Golden.check("thread/root.txt", text.toString());
  }

  /** The steps of the other strategy are none of the run's, and are not shown or counted. */
  @Test
  void aFlipIsToldInItsOwnWords() {
    var text = new StringBuilder();
    var runbook = RestoreStory.flipRunbook();
    draw(text, "asked", RestoreStory.flipping(), runbook, Optional.empty(), Usual.NONE);
    draw(
        text,
        "at the gate",
        RestoreStory.flipping().atGate(),
        runbook,
        Optional.empty(),
        Usual.NONE);
    draw(text, "flipped", RestoreStory.flipping().flipped(), runbook, Optional.empty(), Usual.NONE);
    draw(
        text,
        "done",
        RestoreStory.flipping().flippedAndFinished(),
        runbook,
        Optional.empty(),
        Usual.NONE);
    var story = RestoreStory.flipping().atGate();
    draw(text, story, story.row(GateRow.Status.OPEN), runbook);
    Golden.check("thread/flip.txt", text.toString());
  }

  private static void draw(
      StringBuilder text, String title, RestoreStory story, Optional<Journal.Progress> progress) {
    draw(text, title, story, RestoreStory.runbook(), progress, Usual.NONE);
  }

  private static void draw(
      StringBuilder text,
      String title,
      RestoreStory story,
      Optional<Journal.Progress> progress,
      Usual usual) {
    draw(text, title, story, RestoreStory.runbook(), progress, usual);
  }

  private static void draw(
      StringBuilder text,
      String title,
      RestoreStory story,
      Runbook runbook,
      Optional<Journal.Progress> progress,
      Usual usual) {
    var view = RunView.of(story.journal(), runbook, progress, List.of(), usual, story.now());
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
    draw(text, story, row, RestoreStory.runbook());
  }

  private static void draw(StringBuilder text, RestoreStory story, GateRow row, Runbook runbook) {
    var card = Card.of(row, story.journal(), runbook, story.now());
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
            new RestoreStory().needsYou(),
            new RestoreStory().begun().add(new RunEvent.SkipRequested(BOB, "invalidate")))) {
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
  void aStepsLogTellsWhatHappenedInOrder() {
    var story = new RestoreStory().atGate();
    var text = new StringBuilder();
    for (var step : List.of("freeze", "copy", "cutover", "audit")) {
      log(text, story, step);
    }
    var waits = new RestoreStory().frozen().started("pitr", "server.restore");
    for (int look = 0; look < 40; look++) {
      waits
          .later(Duration.ofSeconds(90))
          .add(new RunEvent.StepParked("pitr", 1, waits.now(), "", "replaying WAL"));
    }
    log(text, waits, "pitr");
    log(text, troubled(), "cutover");
    Golden.check("thread/log.txt", text.toString());
  }

  /** Denied once, begun, in doubt, settled by a person, begun again, and left out in the end. */
  private static RestoreStory troubled() {
    var problem = new Problem("swapping", "the server did not answer", "Look at it, then retry");
    var intent = new Intent(Map.of("live.oid", "16503", "writes.since-freeze", "none"));
    return new RestoreStory()
        .atGate()
        .add(
            new RunEvent.GateApproved(
                "cutover",
                Samples.GATE,
                List.of(BOB, DANA),
                Samples.NOON.plusSeconds(9_000),
                Optional.empty()))
        .add(
            new RunEvent.StepStarted(
                "cutover", 1, "database.swap", Risk.DESTRUCTIVE, intent, Optional.of(Samples.GATE)))
        .later(Duration.ofSeconds(20))
        .add(new RunEvent.StepInDoubt("cutover", 1, "SELECT datname FROM pg_database"))
        .later(Duration.ofSeconds(30))
        .add(new RunEvent.StepFailed("cutover", 1, problem))
        .add(new RunEvent.PersonNeeded("cutover", problem))
        .later(Duration.ofMinutes(5))
        .add(new RunEvent.SkipRequested(ALICE, "cutover"))
        .add(new RunEvent.AttemptAbandoned("cutover", 1, "it will not be tried again"))
        .add(new RunEvent.StepPassedOver("cutover", "somebody asked to skip it"));
  }

  private static void log(StringBuilder text, RestoreStory story, String step) {
    StepLog.of(story.journal(), RestoreStory.runbook(), step, story.now())
        .forEach(it -> text.append(it.plain()).append('\n'));
    text.append('\n');
  }

  @Test
  void everyQuestionHasItsAnswer() {
    var story = new RestoreStory().atGate();
    var view =
        RunView.of(
            story.journal(),
            RestoreStory.runbook(),
            Optional.empty(),
            List.of(),
            Usual.NONE,
            story.now());
    var text = new StringBuilder();
    say(text, "help", Questions.help());
    say(text, "unclear", Questions.unclear());
    say(text, "status", Questions.status(view));
    say(text, "why", List.of(Questions.why(story.journal(), RestoreStory.runbook(), story.now())));
    eta(text, "about to start", new RestoreStory());
    eta(text, "copying", new RestoreStory().copying().later(FOUR));
    eta(text, "at the gate", story);
    eta(text, "approved", new RestoreStory().approved());
    eta(text, "done", new RestoreStory().finished());
    eta(text, "put back", new RestoreStory().denied());
    eta(text, "needs you", new RestoreStory().needsYou());
    say(
        text,
        "eta where nothing is known",
        List.of(Questions.eta(story.journal(), RestoreStory.runbook(), Usual.NONE, story.now())));
    var what = "The plan of run " + Samples.RUN;
    say(
        text,
        "plan",
        List.of(
            Questions.handed(what),
            Questions.inDirectMessages(what),
            Questions.notHanded(what, "rate limited, try again in 5 s"),
            Questions.noPlan(Samples.RUN),
            Questions.aboutPlan(Samples.spec(Samples.RUN, "runbook: sample"))));
    say(
        text,
        "log of no step",
        List.of(
            StepLog.which(RestoreStory.runbook(), "frezee"),
            StepLog.which(RestoreStory.runbook(), "")));
    Golden.check("thread/questions.txt", text.toString());
  }

  private static void eta(StringBuilder text, String when, RestoreStory story) {
    var line = Questions.eta(story.journal(), RestoreStory.runbook(), PAST, story.now());
    say(text, "eta, " + when, List.of(line));
  }

  private static void say(StringBuilder text, String asked, List<Line> answer) {
    text.append("== ").append(asked).append('\n');
    answer.forEach(it -> text.append(it.plain()).append('\n'));
    text.append('\n');
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
