package io.countersign.run;

import io.countersign.GateId;
import io.countersign.action.Intent;
import io.countersign.runbook.Value;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a run's journal has established so far, whatever the state.
 *
 * @param outputs of the steps that succeeded, by step id
 * @param attempts how many attempts each step has had
 * @param openings how often each step's gate was opened
 * @param crossedBy the first destructive attempt that has started ({@code cutover/1}): the point of
 *     no return
 * @param halt why the run must not go forward
 * @param open the attempt that was started and neither succeeded nor was cleared
 * @param skipped steps that a person wants left out
 * @param later what an attempt left and what cannot be removed yet
 */
public record Facts(
    RunSpec spec,
    Map<String, Map<String, Value>> outputs,
    Map<String, Integer> attempts,
    Map<String, Integer> openings,
    Optional<String> crossedBy,
    Optional<Halt> halt,
    Optional<OpenAttempt> open,
    Set<String> skipped,
    Optional<Later> later) {
  public Facts {
    skipped = Set.copyOf(skipped);
    outputs = Map.copyOf(outputs);
    attempts = Map.copyOf(attempts);
    openings = Map.copyOf(openings);
  }

  /** The approval that a destructive attempt runs on. */
  public record Approval(GateId gate, Instant validUntil) {}

  /** An attempt whose end is not known to be clean. */
  public record OpenAttempt(
      Place place,
      String step,
      int attempt,
      Intent intent,
      Optional<Approval> approval,
      Optional<String> memo,
      Instant startedAt) {
    /** {@code cutover/1}. */
    public String key() {
      return step + "/" + attempt;
    }
  }

  /**
   * What is removed when everything else is put back.
   *
   * @param since when it was first put off; a person who says retry begins anew
   * @param deadline from then on a person is asked
   */
  public record Later(
      OpenAttempt left, Instant since, Instant until, Instant deadline, String said) {
    boolean isOf(String step, int attempt) {
      return left.step().equals(step) && left.attempt() == attempt;
    }
  }

  /** Whether the point of no return lies behind. */
  public boolean crossed() {
    return crossedBy.isPresent();
  }

  static Facts of(RunSpec spec) {
    return new Facts(
        spec,
        Map.of(),
        Map.of(),
        Map.of(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Set.of(),
        Optional.empty());
  }

  public int attemptsOf(String step) {
    return attempts.getOrDefault(step, 0);
  }

  public int openingsOf(String step) {
    return openings.getOrDefault(step, 0);
  }

  Facts started(OpenAttempt attempt, boolean destructive) {
    return new Facts(
        spec,
        outputs,
        with(attempts, attempt.step(), attempt.attempt()),
        openings,
        crossedBy.isEmpty() && destructive ? Optional.of(attempt.key()) : crossedBy,
        halt,
        Optional.of(attempt),
        skipped,
        later);
  }

  Facts parked(String memo) {
    var kept =
        open.map(
            it ->
                new OpenAttempt(
                    it.place(),
                    it.step(),
                    it.attempt(),
                    it.intent(),
                    it.approval(),
                    Optional.of(memo),
                    it.startedAt()));
    return new Facts(spec, outputs, attempts, openings, crossedBy, halt, kept, skipped, later);
  }

  Facts succeeded(String step, Map<String, Value> made) {
    return new Facts(
        spec,
        with(outputs, step, made),
        attempts,
        openings,
        crossedBy,
        halt,
        Optional.empty(),
        skipped,
        later);
  }

  Facts cleared() {
    return new Facts(
        spec, outputs, attempts, openings, crossedBy, halt, Optional.empty(), skipped, later);
  }

  /** What cannot be removed yet is nobody's business until everything else is put back. */
  Facts putOff(OpenAttempt left, RunEvent.ClearPutOff event, Instant at) {
    var since = later.map(Later::since).orElse(at);
    var wait = new Later(left, since, event.until(), since.plus(event.within()), event.said());
    return new Facts(
        spec,
        outputs,
        attempts,
        openings,
        crossedBy,
        halt,
        later.isPresent() ? open : Optional.empty(),
        skipped,
        Optional.of(wait));
  }

  Facts removed() {
    return new Facts(
        spec, outputs, attempts, openings, crossedBy, halt, open, skipped, Optional.empty());
  }

  /** A person wants it tried again: for as long as at first. */
  Facts triedAgain(Instant at) {
    return later.isEmpty()
        ? this
        : new Facts(
            spec,
            outputs,
            attempts,
            openings,
            crossedBy,
            halt,
            open,
            skipped,
            later.map(
                it ->
                    new Later(
                        it.left(),
                        at,
                        at,
                        at.plus(java.time.Duration.between(it.since(), it.deadline())),
                        it.said())));
  }

  /**
   * A drifted attempt has proved that it changed nothing, so the point it seemed to cross lies
   * ahead again.
   */
  Facts drifted() {
    var drifted = open.map(OpenAttempt::key);
    var still = crossedBy.filter(it -> !drifted.equals(Optional.of(it)));
    return new Facts(
        spec, outputs, attempts, openings, still, halt, Optional.empty(), skipped, later);
  }

  Facts opened(String step, int opening) {
    return new Facts(
        spec,
        outputs,
        attempts,
        with(openings, step, opening),
        crossedBy,
        halt,
        open,
        skipped,
        later);
  }

  /** The first halt stays; a later one says nothing new. */
  Facts halted(Halt why) {
    return halt.isPresent()
        ? this
        : new Facts(
            spec, outputs, attempts, openings, crossedBy, Optional.of(why), open, skipped, later);
  }

  /** Whatever halted the run before, this is why it ends. */
  Facts left(Halt.Left why) {
    return new Facts(
        spec, outputs, attempts, openings, crossedBy, Optional.of(why), open, skipped, later);
  }

  Facts skipping(String step) {
    var more = new HashSet<>(skipped);
    more.add(step);
    return new Facts(spec, outputs, attempts, openings, crossedBy, halt, open, more, later);
  }

  Facts resumed() {
    return new Facts(
        spec, outputs, attempts, openings, crossedBy, Optional.empty(), open, skipped, later);
  }

  private static <V> Map<String, V> with(Map<String, V> map, String key, V value) {
    var copy = new HashMap<>(map);
    copy.put(key, value);
    return copy;
  }
}
