package io.countersign.thread;

import io.countersign.action.Intent;
import io.countersign.run.Recorded;
import io.countersign.run.RunEvent;
import io.countersign.runbook.Near;
import io.countersign.runbook.Risk;
import io.countersign.runbook.Runbook;
import io.countersign.runbook.Step;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** All that is known of one step of a run, in the order in which it happened. */
public final class StepLog {
  private static final int VALUE = 300;

  private final List<Recorded> own;
  private final Instant now;
  private final List<Line> lines = new ArrayList<>();
  private Optional<Instant> began = Optional.empty();

  private StepLog(List<Recorded> own, Instant now) {
    this.own = own;
    this.now = now;
  }

  /** What is said where no step of that name is known. */
  public static Line which(Runbook runbook, String id) {
    var ids = steps(runbook).map(Step::id).toList();
    var near = Near.names(id, ids);
    return Line.of(
        (id.isEmpty() ? "Say which step: log STEP." : "There is no step " + id + " in this run.")
            + (near.isEmpty() ? "" : " Did you mean " + String.join(" or ", near) + "?")
            + " Its steps: "
            + String.join(", ", ids)
            + ".");
  }

  private static Stream<Step> steps(Runbook runbook) {
    return Stream.concat(runbook.steps().stream(), runbook.onAbort().stream());
  }

  /**
   * @param step one of the runbook's
   * @param now the database's clock
   */
  public static List<Line> of(List<Recorded> journal, Runbook runbook, String step, Instant now) {
    var found =
        steps(runbook)
            .filter(it -> it.id().equals(step))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException("no step " + step));
    var own =
        journal.stream()
            .filter(it -> it.event() instanceof RunEvent.OfStep of && of.step().equals(step))
            .toList();
    var log = new StepLog(own, now);
    log.lines.add(
        Line.EMPTY
            .bold(Line.of("Step " + step))
            .text(" (" + found.action() + "): what is recorded of it, as of ")
            .line(Texts.moment(now, now))
            .text("."));
    if (own.isEmpty()) {
      log.lines.add(Line.of("It has not begun."));
    }
    for (int i = 0; i < own.size(); i++) {
      log.tell(i);
    }
    return List.copyOf(log.lines);
  }

  private void tell(int index) {
    var at = own.get(index).at();
    switch (own.get(index).event()) {
      case RunEvent.StepStarted it -> started(it, at);
      case RunEvent.StepParked it -> parked(it, index);
      case RunEvent.StepSucceeded(_, _, _, var said) ->
          ended(at, "done", said.isBlank() ? "" : ": " + Texts.sentence(said));
      case RunEvent.StepFailed(_, _, var problem) ->
          ended(
              at,
              "not done",
              ": " + Texts.whole(problem.happened()) + " " + Texts.whole(problem.next()));
      case RunEvent.StepInDoubt(_, _, var check) ->
          lines.add(
              when(at)
                  .text("in doubt: I was cut off and do not know whether it was done. To check: ")
                  .code(clipped(check)));
      case RunEvent.StepDrifted(_, _, _, var difference) ->
          ended(at, "nothing was changed", ": " + Texts.sentence(difference));
      case RunEvent.AttemptAbandoned(_, _, var why) ->
          ended(at, "given up and cleared", ": " + Texts.sentence(why));
      case RunEvent.ClearPutOff it -> putOff(it, index);
      case RunEvent.StepPassedOver(_, var why) -> add(at, "skipped: " + Texts.sentence(why));
      case RunEvent.SkipRequested(var by, _) ->
          lines.add(when(at).mention(by).text(" asked to skip it."));
      case RunEvent.GateOpened it ->
          add(
              at,
              "asked for approval, card %d, order %s."
                  .formatted(it.opening(), it.digest().shown()));
      case RunEvent.GateApproved(_, _, var by, _, _) ->
          lines.add(when(at).text("approved by ").people(by).text("."));
      case RunEvent.GateDenied(_, _, var by, var reason) ->
          lines.add(when(at).text("denied by ").mention(by).text(": " + Texts.sentence(reason)));
      case RunEvent.GateExpired _ -> add(at, "nobody countersigned in time.");
      case RunEvent.GateLapsed(_, _, var why, _) ->
          add(at, "the approval is no longer good: " + Texts.sentence(why));
      case RunEvent.PersonNeeded(_, var problem) ->
          add(at, "needs a person: " + Texts.whole(problem.happened()));
      case RunEvent.Requested _,
          RunEvent.Begun _,
          RunEvent.CancelRequested _,
          RunEvent.RetryRequested _,
          RunEvent.LeftAsIs _,
          RunEvent.AbortBegun _,
          RunEvent.Finished _ -> {}
    }
  }

  private void started(RunEvent.StepStarted event, Instant at) {
    began = Optional.of(at);
    var what =
        switch (event.risk()) {
          case SAFE -> "";
          case OWNED -> ", which removes only what this run made";
          case DESTRUCTIVE -> ", which is destructive and was approved";
        };
    lines.add(when(at).text("attempt " + event.attempt() + " began" + what + "."));
    intent(event.intent(), event.risk());
  }

  private void intent(Intent intent, Risk risk) {
    if (intent.facts().isEmpty()) {
      return;
    }
    lines.add(
        Line.of(risk == Risk.SAFE ? "What it was about to look at or do:" : "What it acts on:"));
    intent
        .facts()
        .forEach(
            (name, value) ->
                lines.add(
                    Line.of(Differences.name("intent." + name) + ": ")
                        .code(value.isEmpty() ? "(empty)" : clipped(value))));
  }

  /** Looks that said the same are one line: the first tells how many there were, until when. */
  private void parked(RunEvent.StepParked event, int index) {
    if (index > 0 && saysTheSame(own.get(index - 1).event(), event)) {
      return;
    }
    int last = index;
    while (last + 1 < own.size() && saysTheSame(own.get(last + 1).event(), event)) {
      last++;
    }
    var looks = last - index + 1;
    var line = when(own.get(index).at()).text("waits");
    if (looks > 1) {
      line =
          line.text(", looked " + looks + " times until ")
              .line(Texts.moment(own.get(last).at(), now));
    }
    lines.add(line.text(event.said().isBlank() ? "." : ": " + Texts.sentence(event.said())));
  }

  private void putOff(RunEvent.ClearPutOff event, int index) {
    if (index == 0
        || !(own.get(index - 1).event() instanceof RunEvent.ClearPutOff before)
        || !before.said().equals(event.said())) {
      add(own.get(index).at(), "what it left stands for now: " + Texts.sentence(event.said()));
    }
  }

  private static boolean saysTheSame(RunEvent one, RunEvent.StepParked other) {
    return one instanceof RunEvent.StepParked parked
        && parked.attempt() == other.attempt()
        && parked.said().equals(other.said());
  }

  private void ended(Instant at, String what, String said) {
    var took = began.map(it -> " after " + Texts.duration(Duration.between(it, at))).orElse("");
    lines.add(when(at).line(Texts.told(what + took + said)));
  }

  private void add(Instant at, String text) {
    lines.add(when(at).line(Texts.told(text)));
  }

  private Line when(Instant at) {
    return Texts.moment(at, now).text(" · ");
  }

  private static String clipped(String text) {
    return text.length() > VALUE ? text.substring(0, VALUE) + "…" : text;
  }
}
