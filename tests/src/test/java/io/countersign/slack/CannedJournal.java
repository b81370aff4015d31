package io.countersign.slack;

import io.countersign.GateId;
import io.countersign.RunId;
import io.countersign.Subject;
import io.countersign.gate.Ballot;
import io.countersign.gate.GateRow;
import io.countersign.gate.GateStore;
import io.countersign.gate.Ruling;
import io.countersign.run.Fold;
import io.countersign.run.Journal;
import io.countersign.run.NewGate;
import io.countersign.run.Recorded;
import io.countersign.run.RunEvent;
import io.countersign.run.RunSpec;
import io.countersign.run.RunState;
import io.countersign.run.Took;
import io.countersign.slack.MessageCases.Case;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;

/** A journal that says what it was given and stays as it is, whatever is asked of it. */
final class CannedJournal implements Journal, GateStore {
  private final Map<GateId, GateRow> gates = new HashMap<>();
  private List<Recorded> journal = List.of();
  private Instant now;
  Optional<Submission> submission = Optional.empty();
  Optional<Kept> kept = Optional.empty();
  List<Took> past = List.of();

  /** Where the database is away. */
  boolean broken;

  CannedJournal(Instant now) {
    this.now = now;
  }

  /** There is one run, and it stands so. */
  void holds(Case run, GateRow... rows) {
    journal = run.journal();
    now = run.now();
    gates.clear();
    for (var row : rows) {
      gates.put(row.id(), row);
    }
  }

  void isEmpty() {
    journal = List.of();
  }

  @Override
  public Instant now() {
    return now;
  }

  @Override
  public Submission submit(RunSpec spec, String draft) {
    return submission.orElse(new Submission.Accepted(spec.id()));
  }

  @Override
  public List<Recorded> read(RunId run) {
    if (broken) {
      throw new IllegalStateException("the database is away");
    }
    return journal;
  }

  @Override
  public Optional<Recorded> command(
      RunId run, Function<RunState, Optional<? extends RunEvent.Command>> judge) {
    var state = Fold.of(journal);
    return state instanceof RunState.Ended
        ? Optional.empty()
        : judge.apply(state).map(it -> new Recorded(journal.size() + 1L, now, it));
  }

  @Override
  public Optional<GateRow> find(GateId id) {
    return Optional.ofNullable(gates.get(id));
  }

  @Override
  public Ruling decide(Ballot ballot, Judge judge) {
    return judge.rule(find(ballot.gate()), now);
  }

  @Override
  public Optional<Progress> progress(RunId run) {
    return Optional.empty();
  }

  @Override
  public Optional<Kept> kept(Subject subject) {
    read(new RunId("7k2m9qxd"));
    return kept;
  }

  @Override
  public List<Took> took(String estate, String runbook, int runs) {
    return past;
  }

  @Override
  public List<RunId> active() {
    throw new UnsupportedOperationException();
  }

  @Override
  public Optional<Claim> claim(RunId run) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Appended append(Claim claim, OptionalLong expected, List<? extends RunEvent.Work> work) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Appended openGate(Claim claim, long expected, NewGate gate) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean holds(Claim claim) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean halted(RunId run) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void progress(Claim claim, String step, int attempt, Progress progress) {
    throw new UnsupportedOperationException();
  }
}
