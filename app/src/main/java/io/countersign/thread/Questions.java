package io.countersign.thread;

import io.countersign.RunId;
import io.countersign.action.Symptoms;
import io.countersign.run.Facts;
import io.countersign.run.Fold;
import io.countersign.run.Place;
import io.countersign.run.Recorded;
import io.countersign.run.RunEvent;
import io.countersign.run.RunSpec;
import io.countersign.run.RunState;
import io.countersign.runbook.Runbook;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Answers to what people ask in a run's thread. */
public final class Questions {
  private Questions() {}

  public static List<Line> help() {
    return List.of(
        Line.of("In a run's thread, name me and say one of these words; only you see the answer."),
        Line.EMPTY
            .code("status")
            .text(": where the run stands · ")
            .code("why")
            .text(": what it waits for · ")
            .code("eta")
            .text(": how long it has taken, and what is left"),
        Line.EMPTY
            .code("plan")
            .text(": every statement, as a file · ")
            .code("log STEP")
            .text(": what is recorded of a step · ")
            .code("export")
            .text(": the run's record, as files. It is recorded who asks for these."),
        Line.of("Or give me an error that you see: I say what I know of its cause and what to do."),
        Line.EMPTY
            .code("cancel [reason]")
            .text(" · ")
            .code("retry")
            .text(" · ")
            .code("skip STEP")
            .text(" · ")
            .code("leave [reason]")
            .text(" · ")
            .code("caches")
            .text(", to tell them again after the run: for those who may start such a run."),
        Line.of(
            "To approve or deny, use the card's buttons; nothing that is written counts as a"
                + " vote."));
  }

  /** What an error means that somebody has brought; nothing is looked up or done for it. */
  public static List<Line> symptom(Symptoms.Answer known) {
    return List.of(
        Line.strong("What is known of this error: ").text(known.cause()),
        Line.of("What to do: " + known.fix()));
  }

  /** Nothing is guessed: what was said might have been meant to act. */
  public static List<Line> unclear() {
    var lines = new ArrayList<Line>();
    lines.add(Line.of("I did not understand that, and did nothing."));
    lines.addAll(help());
    return lines;
  }

  public static Line noPlan(RunId run) {
    return Line.of(
        "I cannot make the plan of run "
            + run
            + " again: its estate is no longer set up here. Its record has what was done: say"
            + " export.");
  }

  /** The first lines of a plan's file. */
  public static Line aboutPlan(RunSpec spec) {
    return Line.of(
        "Plan of run "
            + spec.id()
            + ": "
            + spec.runbook()
            + " for "
            + spec.tenant()
            + ", as the runbook stood when it was asked for. Values that were not known then stand"
            + " in < >.");
  }

  public static Line handed(String what) {
    return Line.of(what + ". It is recorded that you asked for it.");
  }

  public static Line inDirectMessages(String what) {
    return Line.of(what + " is in our direct messages.");
  }

  public static Line notHanded(String what, String trouble) {
    return Line.of(
        what
            + " could not be sent to you (Slack answered: "
            + trouble
            + "). Ask again in a minute.");
  }

  public static List<Line> status(RunView view) {
    var lines = new ArrayList<Line>();
    lines.add(view.headline());
    view.rows().stream()
        .filter(it -> !it.word().equals("done") && !it.word().equals("skipped"))
        .map(Row::whole)
        .forEach(lines::add);
    return lines;
  }

  /** What the run is waiting for, since when, and what happens if nobody answers. */
  public static Line why(List<Recorded> journal, Runbook runbook, Instant now) {
    var state = Fold.of(journal);
    var since = Texts.moment(journal.getLast().at(), now);
    return switch (state) {
      case RunState.Asked _ ->
          Line.of("Waiting since ").line(since).text(" for its message to stand in the channel.");
      case RunState.Ready(var facts, var place) ->
          facts
              .later()
              .filter(_ -> place.isPastEnd(runbook))
              .map(it -> removing(it, now))
              .orElseGet(() -> Line.of("It waits for nothing and is about to go on."));
      case RunState.Running(var facts, var place, _) ->
          Line.of("At work since ").line(since).text(": " + doing(facts, place, runbook) + ".");
      case RunState.Parked(var facts, var place, _, var until) ->
          Line.of("Still " + doing(facts, place, runbook) + said(journal) + ". I look again at ")
              .line(Texts.moment(until, now))
              .text(".");
      case RunState.AtGate at -> atGate(at, runbook, journal, now);
      case RunState.Approved(_, _, _, _, var notBefore) ->
          notBefore
              .filter(now::isBefore)
              .map(
                  it ->
                      Line.of("It is approved and begins at ")
                          .line(Texts.moment(it, now))
                          .text("; until then it can be stopped on its card."))
              .orElseGet(() -> Line.of("It is approved and about to begin."));
      case RunState.InDoubt(_, _, _, var check, var from) ->
          Line.of("In doubt since ")
              .line(Texts.moment(from, now))
              .text("; I look again every 30 s. To check by hand: ")
              .code(check);
      case RunState.NeedsPerson(_, _, var problem) ->
          Line.of("It needs a person since ")
              .line(since)
              .text(": " + Texts.whole(problem.happened()) + " " + Texts.whole(problem.next()))
              .text(HOW_ON);
      case RunState.Ended _ ->
          Line.of("It waits for nothing, it ended at ")
              .line(since)
              .text(". ")
              .line(
                  RunView.of(journal, runbook, Optional.empty(), List.of(), Usual.NONE, now)
                      .headline());
    };
  }

  private static Line removing(Facts.Later later, Instant now) {
    return Line.of(
            "Everything else is put back. " + Texts.sentence(later.said()) + " I ask again at ")
        .line(Texts.moment(later.until(), now))
        .text("; if it still stands at ")
        .line(Texts.moment(later.deadline(), now))
        .text(", a person is asked.");
  }

  private static final String HOW_ON =
      " Then say retry to try again, or leave to end the run with everything as it stands.";

  private static String doing(Facts facts, Place place, Runbook runbook) {
    return Texts.phrase(place.in(runbook), facts.spec().tenant().slug()).doing();
  }

  private static Line atGate(
      RunState.AtGate at, Runbook runbook, List<Recorded> journal, Instant now) {
    var spec = at.facts().spec();
    var step = at.place().in(runbook);
    var roles = step.gate().map(it -> Needed.one(it.from())).orElse("a person");
    var line =
        Line.of("Waiting since ")
            .line(Texts.moment(opened(journal), now))
            .text(" for " + roles + " other than ")
            .mention(spec.requester())
            .text(" to countersign: " + Texts.phrase(step, spec.tenant().slug()).toDo() + ".");
    return switch (at.then()) {
      case ABORT ->
          line.text(" If nobody answers by ")
              .line(Texts.moment(at.expiresAt(), now))
              .text(
                  ", "
                      + new Fate(runbook, at, new History(journal)).ifAbandoned()
                      + ". The card stands in this thread.");
      case HOLD ->
          line.text(
              " If nobody answers, nothing happens and I keep asking. The card stands in this"
                  + " thread.");
    };
  }

  /** Only what can be said honestly: how long it has taken, and what is left. */
  public static Line eta(List<Recorded> journal, Runbook runbook, Usual usual, Instant now) {
    return new Eta(journal, runbook, usual, now).line();
  }

  private static Instant opened(List<Recorded> journal) {
    return journal.reversed().stream()
        .filter(it -> it.event() instanceof RunEvent.GateOpened)
        .findFirst()
        .orElse(journal.getLast())
        .at();
  }

  private static String said(List<Recorded> journal) {
    return journal.getLast().event() instanceof RunEvent.StepParked(_, _, _, _, var said)
            && !said.isBlank()
        ? ": " + Texts.clause(said)
        : "";
  }
}
