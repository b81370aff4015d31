package io.countersign.run;

import io.countersign.GateId;
import io.countersign.run.RunEvent.*;
import io.countersign.run.RunState.*;
import io.countersign.runbook.Gate;
import io.countersign.runbook.Risk;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** From events to the state. Pure: the same journal gives the same state, today and in a year. */
public final class Fold {
  private Fold() {}

  /**
   * The state after a whole journal.
   *
   * @throws IllegalEvent where an event cannot follow
   */
  public static RunState of(List<Recorded> journal) {
    if (journal.isEmpty() || !(journal.getFirst().event() instanceof Requested(var spec))) {
      throw new IllegalArgumentException("a journal begins with Requested");
    }
    RunState state = new Asked(Facts.of(spec));
    for (var recorded : journal.subList(1, journal.size())) {
      state = after(state, recorded.event(), recorded.at());
    }
    return state;
  }

  /** The state after one more event. */
  public static RunState after(RunState state, RunEvent event, Instant at) {
    return switch (event) {
      case Command command -> command(state, command, at);
      case Work work -> work(state, work, at);
    };
  }

  /**
   * Commands are accepted in every state that has not ended; where they change nothing, the state
   * stays.
   */
  private static RunState command(RunState state, Command command, Instant at) {
    if (state instanceof Ended) {
      throw new IllegalEvent(state, command);
    }
    return switch (command) {
      case Requested _ -> throw new IllegalEvent(state, command);
      case Begun _ -> state instanceof Asked(var facts) ? new Ready(facts, Place.FIRST) : state;
      case CancelRequested(var by, var reason) ->
          knowing(state, it -> it.halted(new Halt.Cancelled(by, reason)));
      case SkipRequested(_, var step) -> skipping(state, step);
      case RetryRequested _ -> retried(state, at);
      case LeftAsIs(var by, var reason) ->
          state instanceof NeedsPerson(var facts, var place, _)
              ? new Ready(facts.left(new Halt.Left(by, reason)), place)
              : state;
      case GateApproved(_, var gate, _, var until, var notBefore) ->
          state instanceof AtGate(var facts, var place, var open, _, _) && open.equals(gate)
              ? new Approved(facts, place, gate, until, notBefore)
              : state;
      case GateDenied(var step, var gate, var by, var reason) ->
          denied(state, gate, new Halt.Denied(step, by, reason));
    };
  }

  /** While the gate is open, or approved and cooling off. */
  private static RunState denied(RunState state, GateId gate, Halt halt) {
    return switch (state) {
      case AtGate(var facts, var place, var open, _, _) when open.equals(gate) ->
          new Ready(facts.halted(halt), place);
      case Approved(var facts, var place, var open, _, _) when open.equals(gate) ->
          new Ready(facts.halted(halt), place);
      case RunState other -> other;
    };
  }

  private static RunState retried(RunState state, Instant at) {
    return state instanceof NeedsPerson(var facts, var place, _)
        ? new Ready(
            place.section() == Place.Section.STEPS ? facts.resumed() : facts.triedAgain(at), place)
        : state;
  }

  /** Where a person is asked about a step, leaving it out is the answer. */
  private static RunState skipping(RunState state, String step) {
    return state instanceof NeedsPerson(var facts, var place, _)
            && place.section() == Place.Section.STEPS
        ? new Ready(facts.skipping(step).resumed(), place)
        : knowing(state, it -> it.skipping(step));
  }

  /**
   * What a person asked for is remembered everywhere; it takes effect where the run next comes to
   * rest. Whoever is asked already, and undoing, is left alone.
   */
  private static RunState knowing(RunState state, UnaryOperator<Facts> more) {
    return switch (state) {
      case Asked(var facts) -> new Asked(more.apply(facts));
      case Ready(var facts, var next) -> new Ready(more.apply(facts), next);
      case AtGate(var facts, var place, var gate, var until, var then) ->
          new AtGate(more.apply(facts), place, gate, until, then);
      case Approved(var facts, var place, var gate, var until, var notBefore) ->
          new Approved(more.apply(facts), place, gate, until, notBefore);
      case Running(var facts, var place, var attempt) ->
          new Running(more.apply(facts), place, attempt);
      case Parked(var facts, var place, var attempt, var until) ->
          new Parked(more.apply(facts), place, attempt, until);
      case InDoubt(var facts, var place, var attempt, var check, var since) ->
          new InDoubt(more.apply(facts), place, attempt, check, since);
      case NeedsPerson it -> it;
      case Ended it -> it;
    };
  }

  private static RunState work(RunState state, Work work, Instant at) {
    record Move(RunState state, Work event) {}
    return switch (new Move(state, work)) {
      case Move(Ready(var facts, var next), StepPassedOver _) -> new Ready(facts, next.next());
      case Move(
              Ready(var facts, var next),
              GateOpened(var step, var gate, var opening, _, _, _, var until, var then, _)) ->
          new AtGate(facts.opened(step, opening), next, gate, until, then);
      case Move(AtGate(var facts, var place, _, _, _), GateExpired(var step, _)) ->
          new Ready(facts.halted(new Halt.Expired(step)), place);
      case Move(Approved(var facts, var place, _, _, _), GateLapsed _) -> new Ready(facts, place);
      case Move(Ready(var facts, var next), StepStarted started) ->
          started(facts, next, started, Optional.empty(), at);
      case Move(Approved(var facts, var place, var gate, var until, _), StepStarted started) ->
          started(facts, place, started, Optional.of(new Facts.Approval(gate, until)), at);
      case Move(Running(var facts, var place, var attempt), Work it) ->
          acted(facts, place, attempt, state, it, at);
      case Move(Parked(var facts, var place, var attempt, _), Work it) ->
          acted(facts, place, attempt, state, it, at);
      case Move(InDoubt(var facts, var place, var attempt, _, _), Work it) ->
          acted(facts, place, attempt, state, it, at);
      case Move(Ready(var facts, var next), AttemptAbandoned(var step, var attempt, _))
          when facts.later().filter(it -> it.isOf(step, attempt)).isPresent() ->
          new Ready(facts.removed(), next);
      case Move(Ready(var facts, var next), AttemptAbandoned _) when facts.open().isPresent() ->
          new Ready(facts.cleared(), next);
      case Move(Ready(var facts, var next), ClearPutOff putOff)
          when next.section() == Place.Section.ON_ABORT ->
          putOff(state, facts, next, putOff, at);
      case Move(RunState from, AbortBegun(var halt)) when !from.facts().crossed() ->
          aborting(from, halt);
      case Move(RunState from, PersonNeeded(_, var problem)) when !(from instanceof Ended) ->
          new NeedsPerson(from.facts(), placeOf(from), problem);
      case Move(Ready(var facts, _), Finished(var ending)) -> new Ended(facts, ending);
      case Move(Asked(var facts), Finished(var ending)) -> new Ended(facts, ending);
      case Move(RunState from, Work other) -> throw new IllegalEvent(from, other);
    };
  }

  private static RunState putOff(
      RunState from, Facts facts, Place next, ClearPutOff event, Instant at) {
    var left =
        facts
            .later()
            .map(Facts.Later::left)
            .or(facts::open)
            .filter(it -> it.step().equals(event.step()) && it.attempt() == event.attempt())
            .orElseThrow(() -> new IllegalEvent(from, event));
    return new Ready(facts.putOff(left, event, at), next);
  }

  private static RunState aborting(RunState from, Halt halt) {
    if (from instanceof Ended || placeOf(from).section() == Place.Section.ON_ABORT) {
      throw new IllegalEvent(from, new AbortBegun(halt));
    }
    return new Ready(from.facts().halted(halt), Place.FIRST_ABORT);
  }

  private static RunState started(
      Facts facts, Place place, StepStarted event, Optional<Facts.Approval> approval, Instant at) {
    var open =
        new Facts.OpenAttempt(
            place, event.step(), event.attempt(), event.intent(), approval, Optional.empty(), at);
    return new Running(
        facts.started(open, event.risk() == Risk.DESTRUCTIVE), place, event.attempt());
  }

  /** An approval that was not used up goes on being good for as long as it was given. */
  private static RunState abandoned(Facts facts, Place place) {
    return facts
        .open()
        .flatMap(Facts.OpenAttempt::approval)
        .<RunState>map(
            it ->
                new Approved(facts.cleared(), place, it.gate(), it.validUntil(), Optional.empty()))
        .orElseGet(() -> new Ready(facts.cleared(), place));
  }

  /** How an attempt went on; the same for one that acts, waits or is in doubt. */
  private static RunState acted(
      Facts facts, Place place, int attempt, RunState from, Work event, Instant at) {
    return switch (event) {
      case StepSucceeded(var step, var no, var outputs, _) when no == attempt ->
          new Ready(facts.succeeded(step, outputs), place.next());
      case StepParked(_, var no, var until, var memo, _) when no == attempt ->
          new Parked(facts.parked(memo), place, attempt, until);
      case StepFailed(var step, var no, var problem) when no == attempt ->
          failed(facts, place, new Halt.Failed(step, problem));
      case StepInDoubt(_, var no, var check) when no == attempt ->
          new InDoubt(facts, place, attempt, check, at);
      case StepDrifted(_, var no, _, _) when no == attempt -> new Ready(facts.drifted(), place);
      case AttemptAbandoned(_, var no, _) when no == attempt -> abandoned(facts, place);
      case AbortBegun(var halt) when from instanceof Parked && !facts.crossed() ->
          aborting(from, halt);
      case PersonNeeded(_, var problem) when !(from instanceof Running) ->
          new NeedsPerson(facts, place, problem);
      case RunEvent.Work other -> throw new IllegalEvent(from, other);
    };
  }

  /** A failed line of on-abort stops there: a person is needed. A failed step halts the run. */
  private static RunState failed(Facts facts, Place place, Halt.Failed halt) {
    return switch (place.section()) {
      case STEPS -> new Ready(facts.halted(halt), place);
      case ON_ABORT -> new NeedsPerson(facts, place, halt.problem());
    };
  }

  static Place placeOf(RunState state) {
    return switch (state) {
      case Asked _ -> Place.FIRST;
      case Ready(_, var next) -> next;
      case AtGate(_, var place, _, _, _) -> place;
      case Approved(_, var place, _, _, _) -> place;
      case Running(_, var place, _) -> place;
      case Parked(_, var place, _, _) -> place;
      case InDoubt(_, var place, _, _, _) -> place;
      case NeedsPerson(_, var place, _) -> place;
      case Ended _ -> Place.FIRST;
    };
  }

  /** Whether a gate's expiry ends the waiting: {@code hold} keeps asking. */
  static boolean ends(Gate.Expiry then) {
    return then == Gate.Expiry.ABORT;
  }
}
