package io.countersign.run;

import io.countersign.Problem;
import io.countersign.action.Action;
import io.countersign.action.ActionFailed;
import io.countersign.action.Attempt;
import io.countersign.action.Clearing;
import io.countersign.action.Fields;
import io.countersign.action.Finding;
import io.countersign.action.Intent;
import io.countersign.action.Outcome;
import io.countersign.action.Recovery;
import io.countersign.action.Stop;
import io.countersign.action.Visit;
import io.countersign.run.RunEngine.Work;
import io.countersign.runbook.Risk;
import io.countersign.runbook.Step;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls actions and turns what they answer into events. An empty answer means: this process may not
 * go on with the run (its lease is lost, or it stops); the attempt stays as it is and its next
 * holder recovers it.
 */
final class Performer {
  private static final Logger log = LoggerFactory.getLogger(Performer.class);

  /** Until an attempt is visited that was found to be going on. */
  private static final Duration LOOK_SOON = Duration.ofSeconds(1);

  private final Journal journal;
  private final CrashPoint crash;

  Performer(Journal journal, CrashPoint crash) {
    this.journal = journal;
    this.crash = crash;
  }

  Intent intent(Work work, Step step, int attempt) throws ActionFailed {
    return intent(action(work, step), work, step, attempt);
  }

  private static <I extends Record, O extends Record> Intent intent(
      Action<I, O> action, Work work, Step step, int attempt) throws ActionFailed {
    return action.intent(visit(action, work, step, attempt, work.now()));
  }

  /**
   * The first visit of an attempt that was just written down. A destructive one looks whether it is
   * done already.
   */
  Optional<RunEvent.Work> begin(Work work, Step step, Facts.OpenAttempt open) {
    return begin(action(work, step), work, step, open);
  }

  private <I extends Record, O extends Record> Optional<RunEvent.Work> begin(
      Action<I, O> action, Work work, Step step, Facts.OpenAttempt open) {
    if (action.type().risk() == Risk.DESTRUCTIVE) {
      var found =
          guarded(work, open, () -> probed(action, attempt(action, work, step, open), open));
      if (!(found.orElse(null) instanceof RunEvent.AttemptAbandoned)) {
        return found;
      }
    }
    return visit(action, work, step, open);
  }

  Optional<RunEvent.Work> visit(Work work, Step step, Facts.OpenAttempt open) {
    return visit(action(work, step), work, step, open);
  }

  private <I extends Record, O extends Record> Optional<RunEvent.Work> visit(
      Action<I, O> action, Work work, Step step, Facts.OpenAttempt open) {
    var attempt = attempt(action, work, step, open);
    return guarded(
        work,
        open,
        () -> {
          var outcome = action.act(attempt);
          crash.reached("acted " + open.key());
          return event(action, outcome, open);
        });
  }

  private static <I extends Record, O extends Record> RunEvent.Work event(
      Action<I, O> action, Outcome<O> outcome, Facts.OpenAttempt open) {
    return switch (outcome) {
      case Outcome.Done<O>(var outputs, var said) -> succeeded(action, open, outputs, said);
      case Outcome.Park<O>(var wait, var memo, var said) ->
          new Parking(open, wait, memo, said).event();
      case Outcome.Failed<O>(var problem) ->
          new RunEvent.StepFailed(open.step(), open.attempt(), problem);
      case Outcome.Unknown<O>(var check) ->
          new RunEvent.StepInDoubt(open.step(), open.attempt(), check);
      case Outcome.Drifted<O>(var difference) ->
          new RunEvent.StepDrifted(
              open.step(), open.attempt(), open.approval().orElseThrow().gate(), difference);
    };
  }

  private record Parking(Facts.OpenAttempt open, Duration delay, String memo, String said) {
    RunEvent.StepParked event() {
      return new RunEvent.StepParked(
          open.step(), open.attempt(), Instant.EPOCH.plus(delay), memo, said);
    }
  }

  private static <I extends Record, O extends Record> RunEvent.StepSucceeded succeeded(
      Action<I, O> action, Facts.OpenAttempt open, O outputs, String said) {
    var values = Fields.of(action.type().outputs()).unbind(outputs);
    return new RunEvent.StepSucceeded(open.step(), open.attempt(), values, said);
  }

  /** The holder of an attempt died, or the attempt is in doubt. */
  Optional<RunEvent.Work> recover(Work work, Step step, Facts.OpenAttempt open) {
    return recover(action(work, step), work, step, open);
  }

  private <I extends Record, O extends Record> Optional<RunEvent.Work> recover(
      Action<I, O> action, Work work, Step step, Facts.OpenAttempt open) {
    log.info("{}: step {} was cut off; {}", work.shown(), open.key(), action.type().recovery());
    var attempt = attempt(action, work, step, open);
    return guarded(
        work,
        open,
        () ->
            switch (action.type().recovery()) {
              case REPEAT -> {
                action.clear(attempt);
                yield new RunEvent.AttemptAbandoned(
                    open.step(), open.attempt(), "it was cut off and is begun anew");
              }
              case PROBE -> probed(action, attempt, open);
              case ASK ->
                  new RunEvent.StepInDoubt(
                      open.step(), open.attempt(), "Only a person can tell whether this was done.");
            });
  }

  private <I extends Record, O extends Record> RunEvent.Work probed(
      Action<I, O> action, Attempt<I> attempt, Facts.OpenAttempt open) {
    return switch (action.probe(attempt)) {
      case Finding.Done<O>(var outputs, var said) -> succeeded(action, open, outputs, said);
      case Finding.NotDone<O>() -> {
        action.clear(attempt);
        yield new RunEvent.AttemptAbandoned(
            open.step(), open.attempt(), "it was cut off before it changed anything");
      }
      case Finding.Going<O>(var said) ->
          new Parking(open, LOOK_SOON, open.memo().orElse(""), said).event();
      case Finding.Unknown<O>(var check) ->
          new RunEvent.StepInDoubt(open.step(), open.attempt(), check);
    };
  }

  /**
   * Removes what an attempt left that will not be tried again in this form. The attempt has ended
   * in the journal, so a failure here is no event of it.
   *
   * @throws Uncleared where it could not be removed now
   * @throws Stop.Stopped where this process may not go on
   */
  RunEvent.Work clear(Work work, Step step, Facts.OpenAttempt open) throws Uncleared {
    return clear(action(work, step), work, step, open);
  }

  private <I extends Record, O extends Record> RunEvent.Work clear(
      Action<I, O> action, Work work, Step step, Facts.OpenAttempt open) throws Uncleared {
    try {
      switch (action.clearing(attempt(action, work, step, open))) {
        case Clearing.Done() -> {}
        case Clearing.Later later -> {
          return putOff(work, open, later);
        }
      }
    } catch (Stop.Stopped stopped) {
      throw stopped;
    } catch (RuntimeException lost) {
      log.warn("{}: step {} is not cleared: {}", work.shown(), open.key(), describe(lost));
      throw new Uncleared(uncleared(open, lost));
    }
    crash.reached("cleared " + open.key());
    return new RunEvent.AttemptAbandoned(open.step(), open.attempt(), "what it left is removed");
  }

  /**
   * Only while a run is put back, and for one thing at a time: a step that is tried again needs
   * what it left gone.
   */
  private RunEvent.Work putOff(Work work, Facts.OpenAttempt open, Clearing.Later later)
      throws Uncleared {
    var before = work.facts().later();
    var isOther = before.filter(it -> !it.left().key().equals(open.key())).isPresent();
    if (work.place().section() != Place.Section.ON_ABORT || isOther) {
      throw new Uncleared(later.problem());
    }
    if (before.filter(it -> !work.now().isBefore(it.deadline())).isPresent()) {
      return new RunEvent.PersonNeeded(open.step(), later.problem());
    }
    log.info("{}: step {} is cleared later: {}", work.shown(), open.key(), later.said());
    return new RunEvent.ClearPutOff(
        open.step(),
        open.attempt(),
        journal.now().plus(later.again()),
        later.within(),
        later.said());
  }

  /** What a step left could not be removed now. */
  static final class Uncleared extends Exception {
    private static final long serialVersionUID = 1;
    private final transient Problem problem;

    private Uncleared(Problem problem) {
      super(problem.line());
      this.problem = problem;
    }

    Problem problem() {
      return problem;
    }
  }

  /** Actions throw with what they found; of anything else nothing is known but its class. */
  private static Problem uncleared(Facts.OpenAttempt open, RuntimeException lost) {
    var doing = "removing what step " + open.step() + " left";
    return lost.getCause() instanceof ActionFailed failed
        ? new Problem(doing, failed.problem().happened(), failed.problem().next())
        : new Problem(
            doing,
            "The bot lost what it was working with: " + describe(lost) + ".",
            "Check that the servers can be reached, then retry.");
  }

  private interface Doing {
    RunEvent.Work run();
  }

  /**
   * Exceptions are lost infrastructure or bugs: the attempt is recovered like one whose holder
   * died, a limited number of times.
   */
  private Optional<RunEvent.Work> guarded(Work work, Facts.OpenAttempt open, Doing doing) {
    try {
      return Optional.of(timed(doing.run()));
    } catch (Stop.Stopped stopped) {
      log.info("{}: step {} stopped: {}", work.shown(), open.key(), stopped.why());
      return stopped.why() == Stop.Why.CANCELLED
          ? Optional.of(
              new RunEvent.StepFailed(
                  open.step(),
                  open.attempt(),
                  new Problem(
                      "at step " + open.step(), "The run was cancelled.", "Nothing to do.")))
          : Optional.empty();
    } catch (RuntimeException lost) {
      log.warn("{}: step {} lost its footing: {}", work.shown(), open.key(), describe(lost));
      return Optional.of(lost(work, open, lost));
    }
  }

  private RunEvent.Work lost(Work work, Facts.OpenAttempt open, RuntimeException lost) {
    if (!journal.holds(work.claim())) {
      throw lost;
    }
    var action = action(work, open.place().in(work.runbook()));
    if (action.type().recovery() != Recovery.REPEAT) {
      return new RunEvent.StepInDoubt(
          open.step(), open.attempt(), "The bot was cut off: " + describe(lost) + ".");
    }
    return new RunEvent.StepFailed(
        open.step(),
        open.attempt(),
        new Problem(
            "at step " + open.step(),
            "The bot lost what it was working with: " + describe(lost) + ".",
            "Check that the servers can be reached, then start the run again."));
  }

  /** Class names only: messages of unknown exceptions may carry rows or secrets. */
  private static String describe(RuntimeException lost) {
    return lost.getClass().getSimpleName()
        + (lost.getCause() == null ? "" : " after " + lost.getCause().getClass().getSimpleName());
  }

  /** A parking was written with a wait; its moment is counted from the database's clock. */
  private RunEvent.Work timed(RunEvent.Work event) {
    return event instanceof RunEvent.StepParked(var step, var attempt, var wait, var memo, var said)
        ? new RunEvent.StepParked(
            step, attempt, journal.now().plus(Duration.between(Instant.EPOCH, wait)), memo, said)
        : event;
  }

  private static Action<?, ?> action(Work work, Step step) {
    return work.actions()
        .find(step.action())
        .orElseThrow(() -> new IllegalStateException("no action " + step.action()));
  }

  private static <I extends Record, O extends Record> Visit<I> visit(
      Action<I, O> action, Work work, Step step, int attempt, Instant startedAt) {
    var spec = work.facts().spec();
    return new Visit<>(
        Fields.of(action.type().inputs()).bind(Inputs.resolved(step, work.facts())),
        spec.id(),
        step.id(),
        attempt,
        spec.tenant(),
        spec.requester(),
        spec.reason(),
        spec.requestedAt(),
        startedAt,
        work.now());
  }

  private <I extends Record, O extends Record> Attempt<I> attempt(
      Action<I, O> action, Work work, Step step, Facts.OpenAttempt open) {
    return new Going<>(
        journal,
        work.claim(),
        work.stop(),
        visit(action, work, step, open.attempt(), open.startedAt()),
        open.intent(),
        open.memo());
  }

  /** An attempt's lines to the engine. */
  private record Going<I extends Record>(
      Journal journal,
      Journal.Claim claim,
      Stop stop,
      Visit<I> visit,
      Intent intent,
      Optional<String> memo)
      implements Attempt<I> {
    @Override
    public void progress(long done, long total, Unit unit, String also) {
      journal.progress(
          claim,
          visit.step(),
          visit.attempt(),
          new Journal.Progress(
              done,
              total,
              unit.name().toLowerCase(java.util.Locale.ROOT),
              also.substring(0, Math.min(also.length(), ALSO_LENGTH))));
    }

    @Override
    public void fence() {
      stop.check();
      if (!journal.holds(claim)) {
        throw new Stop.Stopped(Stop.Why.LEASE_LOST);
      }
    }
  }
}
