package io.countersign.slack;

import static io.countersign.support.Samples.ALICE;
import static io.countersign.support.Samples.BOB;
import static io.countersign.support.Samples.GATE;

import io.countersign.Problem;
import io.countersign.audit.Anchor;
import io.countersign.estate.ServerRestorer;
import io.countersign.run.Drills;
import io.countersign.run.Ending;
import io.countersign.run.Fold;
import io.countersign.run.Recorded;
import io.countersign.run.RunEvent;
import io.countersign.slack.MessageCases.Case;
import io.countersign.support.RestoreStory;
import io.countersign.support.Rewritten;
import io.countersign.support.Samples;
import io.countersign.thread.LeftoverLine;
import io.countersign.thread.LeftoverLine.Why;
import io.countersign.thread.MissedDrillLine;
import io.countersign.thread.ThreadLines;
import io.countersign.thread.Timeline;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** The lines of a thread, its timeline, and the anchor in its channel. */
final class ThreadMessages {
  private final MessageSheet sheet;
  private final UnaryOperator<String> texts;
  private final Set<Class<?>> told = new HashSet<>();

  private ThreadMessages(MessageSheet sheet, UnaryOperator<String> texts) {
    this.sheet = sheet;
    this.texts = texts;
  }

  /** Answers the events that were told. */
  static Set<Class<?>> all(MessageSheet sheet, UnaryOperator<String> texts) {
    var drawing = new ThreadMessages(sheet, texts);
    sheet.part("The lines of a thread");
    drawing.lines("a restore", new RestoreStory().finished());
    drawing.lines("a restore that is denied", new RestoreStory().denied());
    drawing.lines("a restore that needs somebody", new RestoreStory().needsYou());
    drawing.lines("a restore that fails", MessageCases.failed());
    drawing.lines("a restore that nobody countersigns", MessageCases.expired());
    drawing.last("a step that waits", MessageCases.parked());
    drawing.lines("a copy that cannot be removed yet", MessageCases.stuck());
    drawing.last("in doubt", MessageCases.inDoubt());
    drawing.last("nothing was changed", MessageCases.drifted());
    drawing.last("approved, cooling off", MessageCases.cooling());
    drawing.people();
    drawing.toldAgain();
    drawing.timelines();
    drawing.anchor();
    drawing.leftovers();
    drawing.missedDrills();
    return drawing.told;
  }

  private void people() {
    last("cancelled", new RestoreStory().frozen().add(new RunEvent.CancelRequested(ALICE, "")));
    last("skipped", new RestoreStory().begun().add(new RunEvent.SkipRequested(BOB, "invalidate")));
    last("again", new RestoreStory().needsYou().add(new RunEvent.RetryRequested(BOB)));
    last("left", new RestoreStory().needsYou().add(new RunEvent.LeftAsIs(BOB, "mended by hand")));
    last("left, no reason", new RestoreStory().needsYou().add(new RunEvent.LeftAsIs(BOB, "")));
    last(
        "lapsed",
        new RestoreStory()
            .approved()
            .add(
                new RunEvent.GateLapsed(
                    "cutover", GATE, "the approval was not used within 15 minutes", List.of())));
    last(
        "cut off",
        new RestoreStory()
            .copying()
            .add(new RunEvent.AttemptAbandoned("copy", 1, "the bot was restarted")));
    last("needs somebody after the swap", MessageCases.pastThePoint());
    last(
        "needs somebody, unfrozen",
        new RestoreStory()
            .begun()
            .add(
                new RunEvent.PersonNeeded(
                    "preflight",
                    new Problem(
                        "checking",
                        "the order of this step cannot be made",
                        "Look at the step's log, then try again"))));
  }

  private void toldAgain() {
    last("at its end, where caches were told", new RestoreStory().finished());
    var spec = Fold.of(new RestoreStory().finished().journal()).facts().spec();
    sheet.message(
        "caches were told again",
        Drawing.line(ThreadLines.toldAgain(BOB, spec), Samples.RUN, 1, Set.of()));
  }

  private void lines(String title, RestoreStory story) {
    lines(MessageCases.restore(title, story));
  }

  static void draw(MessageSheet sheet, Case of, UnaryOperator<String> texts) {
    new ThreadMessages(sheet, texts).lines(of);
  }

  private void lines(Case case_) {
    var title = case_.title();
    var journal = Rewritten.texts(case_.journal(), texts);
    var all = new StringBuilder();
    for (var event : journal) {
      ThreadLines.line(journal, event.seq(), case_.runbook(), case_.now())
          .ifPresent(
              it -> {
                told.add(event.event().getClass());
                all.append(MessageSheet.readable(Mrkdwn.of(it))).append('\n');
                check(title, journal, event, case_);
              });
    }
    sheet.plain(title, all.toString());
  }

  /** Each as a message of its own, for the limits; a sheet of lines is read at once. */
  private void check(String title, List<Recorded> journal, Recorded event, Case of) {
    var aside = new MessageSheet();
    draw(aside, title, journal, event, of);
    sheet.take(aside);
  }

  private void last(String title, RestoreStory story) {
    var case_ = MessageCases.restore(title, story);
    var journal = Rewritten.texts(case_.journal(), texts);
    told.add(journal.getLast().event().getClass());
    draw(sheet, title, journal, journal.getLast(), case_);
  }

  private static void draw(
      MessageSheet sheet, String title, List<Recorded> journal, Recorded event, Case of) {
    var line = ThreadLines.line(journal, event.seq(), of.runbook(), of.now()).orElseThrow();
    var offers = ThreadLines.offers(journal, event.seq(), of.runbook());
    sheet.message(title, Drawing.line(line, Samples.RUN, event.seq(), offers));
  }

  private void timelines() {
    for (var story :
        List.of(
            new RestoreStory().finished(),
            new RestoreStory().denied(),
            new RestoreStory().needsYou())) {
      var journal = Rewritten.texts(story.journal(), texts);
      var timeline = Timeline.of(journal, RestoreStory.runbook()).orElseThrow();
      sheet.plain("a timeline in words", timeline.told());
    }
  }

  private void leftovers() {
    var name = "pg-us-east-1-pitr-20261121125200-7k2m9qxd-a1";
    var copy =
        new ServerRestorer.Standing(
            name,
            "pg-us-east-1",
            Optional.of(Samples.RUN),
            Optional.of(Samples.NOON),
            "Azure bills it like the server that it was copied from",
            "az postgres flexible-server delete --ids /subscriptions/s/resourceGroups/g/providers/"
                + "Microsoft.DBforPostgreSQL/flexibleServers/"
                + name);
    var whys =
        Map.<String, Why>of(
            "its run is over", new Why.RunOver("7k2m9qxd", Samples.NOON),
            "its run goes on", new Why.RunGoesOn("7k2m9qxd", Samples.NOON),
            "its run is unknown", new Why.RunUnknown("7k2m9qxd", Samples.NOON),
            "its tag is gone", new Why.RunUnknown("", Samples.NOON));
    new TreeMap<>(whys)
        .forEach(
            (title, why) ->
                sheet.message(
                    "a copy that was left behind, " + title,
                    Drawing.whisper(
                        List.of(LeftoverLine.of(copy, why, Samples.NOON.plusSeconds(7_200))),
                        List.of())));
  }

  private void missedDrills() {
    var run = Samples.RUN;
    var next = Optional.of(Samples.NOON.plus(Duration.ofDays(89)));
    var whys = new TreeMap<String, Drills.Why>();
    whys.put("held", new Drills.Why.Waits("1", Samples.NOON, Optional.of("held by run " + run)));
    whys.put("unknown", new Drills.Why.Waits("1", Samples.NOON, Optional.empty()));
    whys.put("goes on", new Drills.Why.GoesOn(run, Samples.NOON));
    whys.put("none is planned", ended(Ending.FAILED, Optional.empty()));
    for (var ending : Ending.values()) {
      whys.put("the last one: " + ending, ended(ending, next));
    }
    whys.forEach(
        (title, why) ->
            sheet.message(
                "a rehearsal that was missed, " + title,
                Drawing.whisper(
                    List.of(
                        MissedDrillLine.of(
                            new Drills.Missed(Samples.ACME, "tenant-drill", "C0INCIDENT", why),
                            Optional.of("/tenant-drill acme"),
                            Samples.NOON.plusSeconds(90_000))),
                    List.of())));
  }

  private static Drills.Why ended(Ending ending, Optional<Instant> next) {
    return new Drills.Why.Ended(Samples.RUN, Samples.NOON, ending, next);
  }

  private void anchor() {
    var anchor =
        new Anchor(
            412, "cron", "p".repeat(64), "h".repeat(64), 97, 4_021, Samples.NOON, "c".repeat(64));
    sheet.message("an anchor", Drawing.whisper(List.of(AnchorTeller.line(anchor)), List.of()));
  }
}
