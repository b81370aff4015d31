package io.countersign.thread;

import io.countersign.Person;
import io.countersign.run.Ending;
import io.countersign.run.Fold;
import io.countersign.run.Recorded;
import io.countersign.run.RunEvent;
import io.countersign.run.RunSpec;
import io.countersign.runbook.Runbook;
import io.countersign.runbook.Step;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Which events the thread tells, and how. One line per step, not one per event. */
public final class ThreadLines {
  private ThreadLines() {}

  /**
   * The line about the event with this number, as things stood then; empty where it has been said
   * before or there is none.
   */
  public static Optional<Line> line(
      List<Recorded> journal, long seq, Runbook runbook, Instant now) {
    var upTo = journal.stream().filter(it -> it.seq() <= seq).toList();
    if (upTo.isEmpty() || upTo.getLast().seq() != seq) {
      return Optional.empty();
    }
    return new Telling(upTo, runbook, now).last();
  }

  /** What people are offered below the line about the event with this number. */
  public static Set<RunView.Offer> offers(List<Recorded> journal, long seq, Runbook runbook) {
    var event =
        journal.stream()
            .filter(it -> it.seq() == seq)
            .map(Recorded::event)
            .findFirst()
            .orElse(null);
    if (event instanceof RunEvent.PersonNeeded) {
      return Set.of(RunView.Offer.RETRY, RunView.Offer.LEAVE);
    }
    return event instanceof RunEvent.Finished(var ending)
            && ending == Ending.DONE
            && hasToldCaches(journal, runbook)
        ? Set.of(RunView.Offer.CACHES)
        : Set.of();
  }

  private static boolean hasToldCaches(List<Recorded> journal, Runbook runbook) {
    return journal.stream()
        .map(Recorded::event)
        .anyMatch(
            it ->
                it instanceof RunEvent.StepSucceeded done
                    && runbook
                        .step(done.step())
                        .filter(step -> step.action().equals("tenant.invalidate"))
                        .isPresent());
  }

  /** That somebody had the caches told again, after the run. */
  public static Line toldAgain(Person who, RunSpec spec) {
    return Line.EMPTY
        .mention(who)
        .text(" had every process told again that " + spec.tenant().slug() + " changed.");
  }

  /** The journal up to the event that is told. */
  private record Telling(List<Recorded> journal, Runbook runbook, Instant now) {
    Optional<Line> last() {
      return switch (journal.getLast().event()) {
        case RunEvent.CancelRequested(var by, var reason) ->
            Optional.of(
                Line.EMPTY
                    .mention(by)
                    .text(
                        " asked to cancel"
                            + (reason.isBlank() ? "." : ": " + Texts.sentence(reason))));
        case RunEvent.RetryRequested(var by) ->
            Optional.of(Line.EMPTY.mention(by).text(" asked to try again."));
        case RunEvent.SkipRequested(var by, var step) ->
            Optional.of(
                Line.EMPTY
                    .mention(by)
                    .text(
                        " asked to skip: "
                            + name(step)
                            + ". Whoever skips does not countersign in this run any more."));
        case RunEvent.LeftAsIs(var by, var reason) ->
            Optional.of(
                Line.EMPTY
                    .mention(by)
                    .text(
                        " ended this run with everything as it stands"
                            + (reason.isBlank() ? "." : ": " + Texts.sentence(reason))));
        case RunEvent.GateDenied(_, _, var by, var reason) ->
            Optional.of(Line.of("Denied by ").mention(by).text(": " + Texts.sentence(reason)));
        case RunEvent.GateExpired _ ->
            Optional.of(Line.of("Nobody countersigned in time. " + fate() + " so far."));
        case RunEvent.GateLapsed(_, _, var why, _) ->
            Optional.of(
                Line.of("The approval is no longer good: " + Texts.clause(why) + ". I ask again."));
        case RunEvent.StepParked(var step, var attempt, _, _, var said) ->
            saidBefore(step, attempt) || said.isBlank() ? Optional.empty() : about(step, said);
        case RunEvent.StepSucceeded(var step, _, _, var said) -> done(step, said);
        case RunEvent.StepFailed(var step, _, var problem) ->
            Optional.of(
                Line.strong("Not done: " + name(step) + ". ")
                    .text(Texts.whole(problem.happened()) + " " + Texts.whole(problem.next())));
        case RunEvent.StepInDoubt(var step, var attempt, var check) ->
            doubtedBefore(step, attempt) ? Optional.empty() : Optional.of(doubt(step, check));
        case RunEvent.StepDrifted(_, _, _, var difference) ->
            Optional.of(
                Line.of(
                    "Nothing was changed: what I found differs from what was approved ("
                        + Texts.clause(difference)
                        + "). I ask again."));
        case RunEvent.AttemptAbandoned(var step, var attempt, _) when failedBefore(step, attempt) ->
            Optional.empty();
        case RunEvent.AttemptAbandoned(var step, _, var why) ->
            Optional.of(
                Line.of(
                    "I was cut off "
                        + during(step)
                        + " and cleared what it had begun ("
                        + Texts.clause(why)
                        + ")."));
        case RunEvent.ClearPutOff(var step, _, var until, _, var said) ->
            putOffBefore(said)
                ? Optional.empty()
                : Optional.of(
                    Line.of(
                            "What I had begun "
                                + during(step)
                                + " stands for now: "
                                + Texts.sentence(said)
                                + " Everything else is put back first; I ask again at ")
                        .line(Texts.moment(until, now))
                        .text("."));
        case RunEvent.PersonNeeded(var step, var problem) ->
            Optional.of(
                Line.strong(
                        "Needs you: stopped " + during(step) + "; " + decapitalised(fate()) + ". ")
                    .text(
                        Texts.whole(problem.happened())
                            + " "
                            + Texts.whole(problem.next())
                            + " If nobody answers, it stays as it is · run "
                            + run()));
        case RunEvent.Finished _ -> Optional.of(finished());
        case RunEvent.GateApproved(var step, _, var by, _, var notBefore) ->
            Optional.of(
                Line.of("Approved by ")
                    .people(by)
                    .line(
                        notBefore
                            .map(
                                it ->
                                    Line.of(". From ")
                                        .line(Texts.moment(it, now))
                                        .text(" on: " + name(step))
                                        .text(". Until then it can be stopped on its card."))
                            .orElse(Line.of(". Next: " + name(step) + "."))));
        case RunEvent.AbortBegun _ -> Optional.of(Line.of("Putting everything back."));
        case RunEvent.Requested _,
            RunEvent.Begun _,
            RunEvent.GateOpened _,
            RunEvent.StepPassedOver _,
            RunEvent.StepStarted _ ->
            Optional.empty();
      };
    }

    private Optional<Line> done(String step, String said) {
      var took =
          new History(journal).of(step).map(it -> " · " + Texts.duration(it.took())).orElse("");
      return Optional.of(
          Texts.told(
              "done · " + name(step) + (said.isBlank() ? "" : ": " + Texts.clause(said)) + took));
    }

    private Optional<Line> about(String step, String said) {
      return Optional.of(Texts.told(name(step) + ": " + Texts.sentence(said)));
    }

    private Line doubt(String step, String check) {
      return Line.strong(
              "In doubt: I was cut off " + during(step) + " and do not know whether it was done. ")
          .text("Nothing is repeated; I look again every 30 s. To check by hand: ")
          .code(check)
          .text(" Run " + run() + ".");
    }

    private Line finished() {
      var view =
          RunView.of(
              journal, runbook, Optional.empty(), List.of(), Usual.NONE, journal.getLast().at());
      return Line.EMPTY
          .bold(view.headline())
          .text(" Run " + run() + ". For its record as a file: @countersign export.");
    }

    private boolean saidBefore(String step, int attempt) {
      return before()
          .anyMatch(
              it ->
                  it instanceof RunEvent.StepParked(var s, var no, _, _, var said)
                      && s.equals(step)
                      && no == attempt
                      && !said.isBlank());
    }

    private boolean putOffBefore(String said) {
      return before()
          .anyMatch(
              it ->
                  it instanceof RunEvent.ClearPutOff(_, _, _, _, var before)
                      && before.equals(said));
    }

    /** Its failure has been told; that what it left was cleared is no news. */
    private boolean failedBefore(String step, int attempt) {
      return before()
          .anyMatch(
              it ->
                  it instanceof RunEvent.StepFailed(var s, var no, _)
                      && s.equals(step)
                      && no == attempt);
    }

    private boolean doubtedBefore(String step, int attempt) {
      return before()
          .anyMatch(
              it ->
                  it instanceof RunEvent.StepInDoubt(var s, var no, _)
                      && s.equals(step)
                      && no == attempt);
    }

    private java.util.stream.Stream<RunEvent> before() {
      return journal.subList(0, journal.size() - 1).stream().map(Recorded::event);
    }

    private String name(String step) {
      return runbook.step(step).map(this::name).orElse(step);
    }

    private String name(Step step) {
      return Texts.phrase(step, tenant()).toDo();
    }

    private String during(String step) {
      return runbook
          .step(step)
          .map(it -> Texts.during(Texts.phrase(it, tenant())))
          .orElse("at step " + step);
    }

    private String fate() {
      return new Fate(runbook, Fold.of(journal), new History(journal)).now();
    }

    private static String decapitalised(String sentence) {
      return sentence.startsWith("The ") ? "t" + sentence.substring(1) : sentence;
    }

    private String tenant() {
      return Fold.of(journal).facts().spec().tenant().slug();
    }

    private String run() {
      return Fold.of(journal).facts().spec().id().value();
    }
  }
}
