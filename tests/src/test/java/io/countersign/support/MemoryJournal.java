package io.countersign.support;

import io.countersign.GateId;
import io.countersign.RunId;
import io.countersign.Subject;
import io.countersign.gate.Ballot;
import io.countersign.gate.GateRow;
import io.countersign.gate.GateRow.Status;
import io.countersign.gate.GateStore;
import io.countersign.gate.Ruling;
import io.countersign.gate.Vote;
import io.countersign.run.Fold;
import io.countersign.run.Journal;
import io.countersign.run.NewGate;
import io.countersign.run.Recorded;
import io.countersign.run.RunEvent;
import io.countersign.run.RunSpec;
import io.countersign.run.RunState;
import io.countersign.run.Took;
import io.countersign.runbook.Gate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;

/**
 * The journal of one run and its gates, in memory and without any of the database's own guards:
 * what goes wrong here, the core has let through. For one thread.
 */
public final class MemoryJournal implements Journal, GateStore {
  private final List<Recorded> events = new ArrayList<>();
  private final Map<GateId, GateRow> gates = new LinkedHashMap<>();
  private final Set<GateId> used = new HashSet<>();
  private Instant now = Samples.NOON;
  private long epoch;

  /** Time passes. */
  public void pass(Duration time) {
    now = now.plus(time);
  }

  @Override
  public Instant now() {
    return now;
  }

  @Override
  public Submission submit(RunSpec spec, String draft) {
    record(new RunEvent.Requested(spec));
    return new Submission.Accepted(spec.id());
  }

  @Override
  public List<Recorded> read(RunId run) {
    return List.copyOf(events);
  }

  private RunState state() {
    return Fold.of(events);
  }

  private boolean ended() {
    return state() instanceof RunState.Ended;
  }

  @Override
  public Optional<Claim> claim(RunId run) {
    return ended() ? Optional.empty() : Optional.of(new Claim(run, ++epoch));
  }

  @Override
  public Appended append(Claim claim, OptionalLong expected, List<? extends RunEvent.Work> work) {
    if (!holds(claim) || (expected.isPresent() && expected.getAsLong() != events.size())) {
      return new Appended.Conflict("another was first");
    }
    work.forEach(this::record);
    return new Appended.Done(events.size());
  }

  @Override
  public Appended openGate(Claim claim, long expected, NewGate gate) {
    if (!holds(claim) || expected != events.size()) {
      return new Appended.Conflict("another was first");
    }
    var policy = gate.policy();
    var expires =
        now.plus(policy.then() == Gate.Expiry.HOLD ? Duration.ofDays(3650) : policy.expires());
    var spec = state().facts().spec();
    gates.put(
        gate.id(),
        new GateRow(
            gate.id(),
            claim.run(),
            gate.step(),
            gate.opening(),
            gate.order().digest(),
            gate.nonce(),
            Status.OPEN,
            spec.requester(),
            Set.of(),
            policy,
            gate.quorum(),
            gate.order().canonical(),
            gate.phrase(),
            now,
            expires,
            Optional.empty(),
            List.of()));
    record(
        new RunEvent.GateOpened(
            gate.step(),
            gate.id(),
            gate.opening(),
            gate.order().digest(),
            gate.nonce(),
            gate.order().canonical(),
            expires,
            gate.policy().then(),
            gate.difference()));
    return new Appended.Done(events.size());
  }

  @Override
  public Optional<Recorded> command(
      RunId run, Function<RunState, Optional<? extends RunEvent.Command>> judge) {
    return ended() ? Optional.empty() : judge.apply(state()).map(this::record);
  }

  private Recorded record(RunEvent event) {
    var recorded = new Recorded(events.size() + 1L, now, event);
    events.add(recorded);
    follow(event);
    return recorded;
  }

  private void follow(RunEvent event) {
    if (event instanceof RunEvent.GateExpired(_, var gate)) {
      decided(gate, Status.EXPIRED);
    } else if (event instanceof RunEvent.GateLapsed(_, var gate, _, _)) {
      decided(gate, Status.CLOSED);
    } else if (event instanceof RunEvent.StepStarted started) {
      started.gate().ifPresent(used::add);
    } else if (event instanceof RunEvent.CancelRequested || event instanceof RunEvent.AbortBegun) {
      gates.values().stream()
          .filter(it -> it.status() == Status.OPEN || it.status() == Status.APPROVED)
          .filter(it -> !used.contains(it.id()))
          .map(GateRow::id)
          .toList()
          .forEach(it -> decided(it, Status.CLOSED));
    }
  }

  private void decided(GateId id, Status status) {
    gates.computeIfPresent(
        id,
        (_, it) ->
            new GateRow(
                it.id(),
                it.run(),
                it.step(),
                it.opening(),
                it.digest(),
                it.nonce(),
                status,
                it.requester(),
                it.barred(),
                it.policy(),
                it.quorum(),
                it.order(),
                it.phrase(),
                it.openedAt(),
                it.expiresAt(),
                Optional.of(now),
                it.votes()));
  }

  @Override
  public Optional<GateRow> find(GateId id) {
    return Optional.ofNullable(gates.get(id));
  }

  @Override
  public Ruling decide(Ballot ballot, Judge judge) {
    var ruling = judge.rule(find(ballot.gate()), now);
    switch (ruling) {
      case Ruling.Refused _ -> {}
      case Ruling.Counted(var gate, _) -> gates.put(gate.id(), gate);
      case Ruling.Approved(var gate) -> {
        gates.put(gate.id(), gate);
        var by = gate.votes().stream().map(Vote::person).toList();
        var starts = gate.startsAt().orElseThrow();
        record(
            new RunEvent.GateApproved(
                gate.step(),
                gate.id(),
                by,
                starts.plus(gate.policy().validFor()),
                gate.policy().coolOff().map(_ -> starts)));
      }
      case Ruling.Denied(var gate) -> {
        gates.put(gate.id(), gate);
        record(new RunEvent.GateDenied(gate.step(), gate.id(), ballot.actor(), ballot.reason()));
      }
    }
    return ruling;
  }

  @Override
  public boolean holds(Claim claim) {
    return claim.epoch() == epoch && !ended();
  }

  @Override
  public boolean halted(RunId run) {
    return state().facts().halt().isPresent();
  }

  @Override
  public void progress(Claim claim, String step, int attempt, Progress progress) {}

  @Override
  public Optional<Progress> progress(RunId run) {
    return Optional.empty();
  }

  @Override
  public Optional<Kept> kept(Subject subject) {
    return Optional.empty();
  }

  /** Of one run, so no earlier ones are known. */
  @Override
  public List<Took> took(String estate, String runbook, int runs) {
    return List.of();
  }

  @Override
  public List<RunId> active() {
    return ended() ? List.of() : List.of(state().facts().spec().id());
  }
}
