package io.countersign.run;

import io.countersign.GateId;
import io.countersign.Problem;
import io.countersign.RunId;
import io.countersign.action.ActionFailed;
import io.countersign.action.Catalogue;
import io.countersign.action.Intent;
import io.countersign.action.Stop;
import io.countersign.gate.GateStore;
import io.countersign.gate.Order;
import io.countersign.gate.Quorum;
import io.countersign.run.Journal.Appended;
import io.countersign.run.Journal.Claim;
import io.countersign.runbook.Runbook;
import io.countersign.runbook.Step;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries runs forward: fold the journal, decide, write what is about to be done, do it, write what
 * came of it. Knows neither Slack nor SQL. Whoever calls {@link #advance} holds the run's
 * execution; epochs guard against two who think they do.
 */
public final class RunEngine {
  private static final Logger log = LoggerFactory.getLogger(RunEngine.class);

  /**
   * How often a step is begun anew after it was cut off or lost its infrastructure, before the run
   * gives up on it.
   */
  static final int ATTEMPTS = 5;

  /** A server that restarts, or a network that is gone for a while, should ask nobody. */
  private static final Duration CLEARED_WITHIN = Duration.ofMinutes(5);

  private static final Duration CLEAR_AGAIN = Duration.ofSeconds(10);

  private final Journal journal;
  private final GateStore gates;
  private final Function<String, Catalogue> actions;
  private final Runbooks runbooks;
  private final Performer performer;
  private final Supplier<String> nonces;
  private final CrashPoint crash;

  /**
   * @param actions an estate's actions by its name
   * @param nonces unguessable words for cards
   */
  public RunEngine(
      Journal journal,
      GateStore gates,
      Function<String, Catalogue> actions,
      Runbooks runbooks,
      Supplier<String> nonces,
      CrashPoint crash) {
    this.journal = journal;
    this.gates = gates;
    this.actions = actions;
    this.runbooks = runbooks;
    this.performer = new Performer(journal, crash);
    this.nonces = nonces;
    this.crash = crash;
  }

  /** When a run wants to be advanced again. */
  public sealed interface Next {
    /** Not before this much time has passed, unless it is woken. */
    record In(Duration delay, long seen) implements Next {}

    /** Only when it is woken. */
    record WhenWoken(long seen) implements Next {}

    /** It has ended. */
    record Never() implements Next {}

    /** Somebody else holds it. */
    record Lost() implements Next {}
  }

  /**
   * Advances a run as far as it goes without waiting.
   *
   * @param stop asked when the lease is lost, the run is cancelled or the process stops
   */
  public Next advance(RunId run, Stop stop) {
    var claim = journal.claim(run);
    if (claim.isEmpty()) {
      return new Next.Never();
    }
    while (true) {
      var turn = turn(claim.get(), stop);
      if (turn.isPresent()) {
        return turn.get();
      }
    }
  }

  /** One decision and what follows from it; empty where another turn should follow at once. */
  private Optional<Next> turn(Claim claim, Stop stop) {
    var events = journal.read(claim.run());
    long seen = events.getLast().seq();
    if (stop.why().isPresent()) {
      // a cancelled step has ended; what follows needs a token of its own
      return Optional.of(
          stop.why().get() == Stop.Why.CANCELLED
              ? new Next.In(Duration.ZERO, seen)
              : new Next.Lost());
    }
    var state = Fold.of(events);
    var runbook = runbooks.of(state.facts().spec());
    var now = journal.now();
    var work =
        new Work(
            claim,
            stop,
            runbook,
            actions.apply(state.facts().spec().tenant().estate()),
            state.facts(),
            Fold.placeOf(state),
            seen,
            now);
    return switch (Decide.next(runbook, state, now)) {
      case Decision.AwaitCommand() ->
          Optional.of(
              state instanceof RunState.Ended ? new Next.Never() : new Next.WhenWoken(seen));
      case Decision.AwaitTime(var until) ->
          Optional.of(new Next.In(Duration.between(now, until), seen));
      case Decision.PassOver(var step, var why) ->
          wrote(work, new RunEvent.StepPassedOver(step.id(), why));
      case Decision.OpenGate(var step) -> openGate(work, step);
      case Decision.ExpireGate(var step, var gate) ->
          wrote(work, new RunEvent.GateExpired(step.id(), gate));
      case Decision.LapseGate(var step, var gate, var why) ->
          wrote(work, new RunEvent.GateLapsed(step.id(), gate, why, List.of()));
      case Decision.Start(var step, var attempt, var gate) -> start(work, step, attempt, gate);
      case Decision.Visit(var step, var open) -> performed(work, performer.visit(work, step, open));
      case Decision.Recover(var step, var open) -> recover(work, step, open, state);
      case Decision.Clear(var step, var open) -> cleared(work, step, open, events.getLast().at());
      case Decision.BeginAbort(var halt) -> wrote(work, new RunEvent.AbortBegun(halt));
      case Decision.NeedPerson(var step, var problem) ->
          wrote(work, new RunEvent.PersonNeeded(step.id(), problem));
      case Decision.Finish(var ending) -> wrote(work, new RunEvent.Finished(ending));
    };
  }

  /** What one turn works with. */
  record Work(
      Claim claim,
      Stop stop,
      Runbook runbook,
      Catalogue actions,
      Facts facts,
      Place place,
      long seen,
      Instant now) {
    /** For log lines: run and subject. */
    String shown() {
      return "run " + claim.run() + " " + facts.spec().subject();
    }
  }

  /**
   * Writes an event that was decided from what was seen; where something newer came in, the next
   * turn decides again.
   */
  private Optional<Next> wrote(Work work, RunEvent.Work event) {
    return appended(
        work, journal.append(work.claim(), OptionalLong.of(work.seen()), List.of(event)), event);
  }

  private Optional<Next> appended(Work work, Appended appended, RunEvent event) {
    var what = event.getClass().getSimpleName();
    var step = event instanceof RunEvent.OfStep it ? " " + it.step() : "";
    return switch (appended) {
      case Appended.Done _ -> {
        log.info("{}: {}{}", work.shown(), what, step);
        crash.reached("appended " + what);
        yield Optional.empty();
      }
      case Appended.Conflict(var why) -> {
        log.info("{}: {}{} was not written: {}", work.shown(), what, step, why);
        yield Optional.empty();
      }
    };
  }

  /**
   * The end of an attempt is written whatever came in meanwhile; only a newer holder of the run
   * forbids it.
   */
  private Optional<Next> performed(Work work, Optional<RunEvent.Work> event) {
    if (event.isEmpty()) {
      return Optional.of(new Next.Lost());
    }
    var appended = journal.append(work.claim(), OptionalLong.empty(), List.of(event.get()));
    if (appended instanceof Appended.Conflict(var why)) {
      log.warn("{}: what came of an attempt was not written: {}", work.shown(), why);
      return Optional.of(new Next.Lost());
    }
    return appended(work, appended, event.get());
  }

  /**
   * What a step left is removed before anything else is done. Where that fails it is tried again
   * for a while, and then a person is asked: the tenant may be waiting for it.
   *
   * @param since when the run came to this
   */
  private Optional<Next> cleared(Work work, Step step, Facts.OpenAttempt open, Instant since) {
    try {
      return performed(work, Optional.of(performer.clear(work, step, open)));
    } catch (Stop.Stopped stopped) {
      log.info("{}: clearing {} stopped: {}", work.shown(), open.key(), stopped.why());
      return stopped.why() == Stop.Why.CANCELLED
          ? Optional.of(new Next.In(Duration.ZERO, work.seen()))
          : Optional.of(new Next.Lost());
    } catch (Performer.Uncleared uncleared) {
      return Duration.between(since, work.now()).compareTo(CLEARED_WITHIN) < 0
          ? Optional.of(new Next.In(CLEAR_AGAIN, work.seen()))
          : wrote(work, new RunEvent.PersonNeeded(step.id(), uncleared.problem()));
    }
  }

  private Optional<Next> openGate(Work work, Step step) {
    int opening = work.facts().openingsOf(step.id()) + 1;
    try {
      var inputs = Inputs.resolved(step, work.facts());
      var intent = performer.intent(work, step, 1);
      var order = Orders.of(work.runbook(), step, work.facts(), inputs, intent, work.actions());
      var difference = opening == 1 ? List.<String>of() : differenceFromBefore(work, step, order);
      var gate =
          new NewGate(
              new GateId(UUID.randomUUID()),
              step.id(),
              opening,
              order,
              nonces.get(),
              step.gate().orElseThrow(),
              Quorum.of(step.gate().orElseThrow(), work.facts().spec().moreApprovals()),
              Barred.of(journal.read(work.claim().run())),
              difference,
              step.gate().orElseThrow().typed()
                  ? Optional.of(work.facts().spec().tenant().slug())
                  : Optional.empty());
      var appended = journal.openGate(work.claim(), work.seen(), gate);
      if (appended instanceof Appended.Done) {
        log.info(
            "{}: gate of {} opened, order {}", work.shown(), step.id(), order.digest().shown());
        crash.reached("appended GateOpened");
      }
      return Optional.empty();
    } catch (ActionFailed cannot) {
      return couldNotBegin(work, step, cannot.problem());
    }
  }

  private List<String> differenceFromBefore(Work work, Step step, Order order) {
    return journal.read(work.claim().run()).reversed().stream()
        .map(Recorded::event)
        .flatMap(
            it ->
                it instanceof RunEvent.GateOpened opened && opened.step().equals(step.id())
                    ? java.util.stream.Stream.of(opened.order())
                    : java.util.stream.Stream.empty())
        .findFirst()
        .map(before -> Order.difference(before, order.canonical()))
        .orElse(List.of());
  }

  /**
   * Nothing was begun, so there is no attempt that failed: the halt is written, or a person is
   * asked.
   */
  private Optional<Next> couldNotBegin(Work work, Step step, Problem problem) {
    boolean back = work.runbook().onAbort().contains(step) || work.facts().crossed();
    return wrote(
        work,
        back
            ? new RunEvent.PersonNeeded(step.id(), problem)
            : new RunEvent.AbortBegun(new Halt.Failed(step.id(), problem)));
  }

  private Optional<Next> start(Work work, Step step, int attempt, Optional<GateId> gate) {
    if (attempt > ATTEMPTS) {
      return couldNotBegin(
          work,
          step,
          new Problem(
              "at step " + step.id(),
              "It was begun " + ATTEMPTS + " times and cut off each time.",
              "Look at the bot's log and at the server; then retry."));
    }
    Intent intent;
    Optional<RunEvent.Work> stale;
    try {
      intent = performer.intent(work, step, attempt);
      stale = gate.isPresent() ? stale(work, step, gate.get(), intent) : Optional.empty();
    } catch (ActionFailed cannot) {
      return couldNotBegin(work, step, cannot.problem());
    }
    if (stale.isPresent()) {
      return wrote(work, stale.get());
    }
    var action = work.actions().find(step.action()).orElseThrow();
    var started =
        new RunEvent.StepStarted(
            step.id(), attempt, step.action(), action.type().risk(), intent, gate);
    if (journal.append(work.claim(), OptionalLong.of(work.seen()), List.of(started))
        instanceof Appended.Conflict(var why)) {
      log.info("{}: {} was not started: {}", work.shown(), step.id(), why);
      return Optional.empty();
    }
    log.info("{}: step {} attempt {} started", work.shown(), step.id(), attempt);
    crash.reached("started " + step.id() + "/" + attempt);
    var open =
        new Facts.OpenAttempt(
            work.place(),
            step.id(),
            attempt,
            intent,
            gate.map(it -> new Facts.Approval(it, work.now())),
            Optional.empty(),
            work.now());
    return performed(work, performer.begin(work, step, open));
  }

  /**
   * The order is made again before the step begins; what differs from the approved one is never
   * run.
   */
  private Optional<RunEvent.Work> stale(Work work, Step step, GateId gate, Intent intent)
      throws ActionFailed {
    var inputs = Inputs.resolved(step, work.facts());
    var order = Orders.of(work.runbook(), step, work.facts(), inputs, intent, work.actions());
    var approved = gates.find(gate).orElseThrow();
    return order.digest().equals(approved.digest())
        ? Optional.empty()
        : Optional.of(
            new RunEvent.GateLapsed(
                step.id(),
                gate,
                "what would run is not what was approved",
                Order.difference(approved.order(), order.canonical())));
  }

  private Optional<Next> recover(Work work, Step step, Facts.OpenAttempt open, RunState state) {
    var event = performer.recover(work, step, open);
    boolean stillInDoubt =
        state instanceof RunState.InDoubt && event.orElse(null) instanceof RunEvent.StepInDoubt;
    if (stillInDoubt) {
      return Optional.of(new Next.In(Decide.LOOK_AGAIN, work.seen()));
    }
    return performed(work, event);
  }
}
