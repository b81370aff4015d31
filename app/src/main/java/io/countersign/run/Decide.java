package io.countersign.run;

import io.countersign.Problem;
import io.countersign.run.Decision.*;
import io.countersign.run.RunState.*;
import io.countersign.runbook.Input;
import io.countersign.runbook.Runbook;
import io.countersign.runbook.Step;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** From the state to what comes next. Pure; {@code now} is the database's clock, passed in. */
public final class Decide {
  /** How often a step in doubt is looked at again. */
  public static final Duration LOOK_AGAIN = Duration.ofSeconds(30);

  private Decide() {}

  public static Decision next(Runbook runbook, RunState state, Instant now) {
    return switch (state) {
      case Asked(var facts) ->
          facts.halt().isPresent() ? new Finish(facts.halt().get().ending()) : new AwaitCommand();
      case Ready(var facts, var next) -> ready(runbook, facts, next, now);
      case AtGate(var facts, var place, var gate, var until, var then) ->
          facts.halt().isPresent()
              ? stop(runbook, facts, place)
              : atGate(place.in(runbook), gate, until, then, now);
      case Approved(var facts, var place, var gate, var until, var notBefore) ->
          facts.halt().isPresent()
              ? stop(runbook, facts, place)
              : notBefore
                  .filter(now::isBefore)
                  .<Decision>map(AwaitTime::new)
                  .orElseGet(() -> approved(facts, place.in(runbook), gate, until, now));
      case Running(var facts, var place, _) ->
          new Recover(place.in(runbook), facts.open().orElseThrow());
      case Parked(var facts, var place, _, var until) -> parked(runbook, facts, place, until, now);
      case InDoubt(var facts, var place, _, _, var since) ->
          now.isBefore(since.plus(LOOK_AGAIN))
              ? new AwaitTime(since.plus(LOOK_AGAIN))
              : new Recover(place.in(runbook), facts.open().orElseThrow());
      case NeedsPerson _ -> new AwaitCommand();
      case Ended _ -> new AwaitCommand();
    };
  }

  private static Decision ready(Runbook runbook, Facts facts, Place next, Instant now) {
    if (facts.halt().orElse(null) instanceof Halt.Left left) {
      return new Finish(left.ending());
    }
    return switch (next.section()) {
      case STEPS -> forward(runbook, facts, next);
      case ON_ABORT -> back(runbook, facts, next, now);
    };
  }

  private static Decision forward(Runbook runbook, Facts facts, Place next) {
    if (next.isPastEnd(runbook)) {
      return new Finish(Ending.DONE);
    }
    var step = next.in(runbook);
    // a person is asked at a step of this run's, never at one of the other strategy
    if (facts.halt().isPresent() && (applies(step, facts.spec()) || !facts.crossed())) {
      return stop(runbook, facts, next);
    }
    if (facts.open().isPresent()) {
      return new Clear(step, facts.open().get());
    }
    if (!applies(step, facts.spec())) {
      return new PassOver(step, otherwise(step));
    }
    if (step.optional() && facts.skipped().contains(step.id())) {
      return new PassOver(step, "somebody asked to skip it");
    }
    return step.gate().isPresent() ? new OpenGate(step) : start(facts, step, Optional.empty());
  }

  /**
   * on-abort: first what a half-done step left, then line by line, passing over what was never
   * made; at last what could not be removed at first.
   */
  private static Decision back(Runbook runbook, Facts facts, Place next, Instant now) {
    if (facts.open().isPresent()) {
      var open = facts.open().get();
      return new Clear(open.place().in(runbook), open);
    }
    if (next.isPastEnd(runbook)) {
      return facts
          .later()
          .<Decision>map(it -> later(runbook, it, now))
          .orElseGet(() -> new Finish(facts.halt().map(Halt::ending).orElse(Ending.FAILED)));
    }
    var step = next.in(runbook);
    if (!applies(step, facts.spec())) {
      return new PassOver(step, otherwise(step));
    }
    return unmade(step, facts)
        .<Decision>map(it -> new PassOver(step, it))
        .orElseGet(() -> start(facts, step, Optional.empty()));
  }

  private static Decision later(Runbook runbook, Facts.Later later, Instant now) {
    return now.isBefore(later.until())
        ? new AwaitTime(later.until())
        : new Clear(later.left().place().in(runbook), later.left());
  }

  private static Decision start(Facts facts, Step step, Optional<io.countersign.GateId> gate) {
    return new Start(step, facts.attemptsOf(step.id()) + 1, gate);
  }

  private static Decision atGate(
      Step step,
      io.countersign.GateId gate,
      Instant until,
      io.countersign.runbook.Gate.Expiry then,
      Instant now) {
    if (!Fold.ends(then)) {
      return new AwaitCommand();
    }
    return now.isBefore(until) ? new AwaitTime(until) : new ExpireGate(step, gate);
  }

  private static Decision approved(
      Facts facts, Step step, io.countersign.GateId gate, Instant validUntil, Instant now) {
    return now.isBefore(validUntil)
        ? start(facts, step, Optional.of(gate))
        : new LapseGate(step, gate, "the approval was not used in time");
  }

  private static Decision parked(
      Runbook runbook, Facts facts, Place place, Instant until, Instant now) {
    if (facts.halt().isPresent() && place.section() == Place.Section.STEPS) {
      return stop(runbook, facts, place);
    }
    return now.isBefore(until)
        ? new AwaitTime(until)
        : new Visit(place.in(runbook), facts.open().orElseThrow());
  }

  /** Before the point of no return everything is put back; after it only a person may decide. */
  private static Decision stop(Runbook runbook, Facts facts, Place place) {
    var halt = facts.halt().orElseThrow();
    if (!facts.crossed()) {
      return new BeginAbort(halt);
    }
    var step = place.in(runbook);
    return new NeedPerson(step, afterTheSwap(halt, step));
  }

  private static Problem afterTheSwap(Halt halt, Step step) {
    var next =
        "The destructive step has begun, so nothing is put back by itself. Mend the cause and try"
            + " again.";
    return switch (halt) {
      case Halt.Cancelled(_, var reason) ->
          new Problem(
              "at step " + step.id(),
              "The run was cancelled" + (reason.isBlank() ? "." : ": " + reason + "."),
              next);
      case Halt.Denied(_, _, var reason) ->
          new Problem("at step " + step.id(), "The gate was denied: " + reason + ".", next);
      case Halt.Left(_, var reason) ->
          new Problem("at step " + step.id(), "The run was left as it is: " + reason + ".", next);
      case Halt.Expired _ ->
          new Problem("at step " + step.id(), "Nobody countersigned in time.", next);
      case Halt.Failed(_, var problem) ->
          new Problem(problem.doing(), problem.happened(), problem.next() + " " + next);
    };
  }

  private static String otherwise(Step step) {
    var when = step.when().orElseThrow();
    return when.parameter() + " is not " + when.value();
  }

  /** Whether a step is one of this run's: its condition holds, or it has none. */
  public static boolean applies(Step step, RunSpec spec) {
    return step.when().isEmpty() || holds(step.when().get(), spec);
  }

  /** The runbook without the steps that are none of this run's; places count in the whole one. */
  public static Runbook partOf(Runbook whole, RunSpec spec) {
    return new Runbook(
        whole.name(),
        whole.title(),
        whole.estates(),
        whole.command(),
        whole.requester(),
        whole.parameters(),
        whole.steps().stream().filter(it -> applies(it, spec)).toList(),
        whole.onAbort().stream().filter(it -> applies(it, spec)).toList(),
        whole.source());
  }

  private static boolean holds(Step.When when, RunSpec spec) {
    var value = (when.ofContext() ? spec.pinned() : spec.parameters()).get(when.parameter());
    return value != null && value.shown().equals(when.value());
  }

  /** Why a line of on-abort has nothing to do: the output it would use was never made. */
  private static Optional<String> unmade(Step step, Facts facts) {
    for (var input : step.with().values()) {
      if (input instanceof Input.OfStep(var from, var output)
          && !facts.outputs().getOrDefault(from, java.util.Map.of()).containsKey(output)) {
        return Optional.of("step " + from + " made no " + output);
      }
    }
    return Optional.empty();
  }
}
