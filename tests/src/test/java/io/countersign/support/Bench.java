package io.countersign.support;

import io.countersign.Person;
import io.countersign.Role;
import io.countersign.RunId;
import io.countersign.action.Stop;
import io.countersign.gate.Ballot;
import io.countersign.gate.GateRow;
import io.countersign.gate.Gates;
import io.countersign.gate.Roster;
import io.countersign.gate.Ruling;
import io.countersign.run.CrashPoint;
import io.countersign.run.Fold;
import io.countersign.run.Journal;
import io.countersign.run.RunEngine;
import io.countersign.run.RunEvent;
import io.countersign.run.RunSpec;
import io.countersign.run.RunState;
import io.countersign.runbook.Gate;
import io.countersign.runbook.Runbook;
import io.countersign.runbook.Step;
import io.countersign.store.JdbiGates;
import io.countersign.store.JdbiJournal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.random.RandomGenerator;

/**
 * An engine on a real journal with fake actions: prepare, swap behind a gate, tell; undo on abort.
 */
public final class Bench {
  public final OurDatabase database;
  public final FakeActions actions;
  public final JdbiJournal journal;
  public final JdbiGates gates;

  private final Gate policy;

  public Bench(OurDatabase database) {
    this(database, Samples.gate(1));
  }

  /**
   * @param policy of the gate before the swap
   */
  public Bench(OurDatabase database, Gate policy) {
    this.policy = policy;
    this.database = database;
    this.actions = new FakeActions(database);
    this.journal = database.get().journal();
    this.gates = database.get().gates();
  }

  public static Runbook runbook() {
    return runbook(Samples.gate(1));
  }

  /** The same with another gate before the swap. */
  public static Runbook runbook(Gate gate) {
    return new Runbook(
        "sample",
        "A sample",
        List.of("medsuite"),
        Optional.empty(),
        Role.PLATFORM_ADMIN,
        List.of(),
        List.of(
            step("prepare", "fake.owned", Optional.empty()),
            step("check", "fake.safe", Optional.empty()),
            step("swap", "fake.swap", Optional.of(gate)),
            new Step("tell", "fake.safe", Map.of(), Optional.empty(), Optional.empty(), true)),
        List.of(
            step("abort-1", "fake.undo", Optional.empty()),
            step("abort-2", "fake.safe", Optional.empty())),
        "runbook: sample");
  }

  private static Step step(String id, String action, Optional<Gate> gate) {
    return new Step(id, action, Map.of(), Optional.empty(), gate, false);
  }

  public RunEngine engine(CrashPoint crash) {
    return engine(runbook(policy), crash);
  }

  public RunEngine engine(Runbook runbook, CrashPoint crash) {
    return new RunEngine(
        journal,
        gates,
        _ -> actions.catalogue(),
        _ -> runbook,
        () -> UUID.randomUUID().toString(),
        crash);
  }

  /** A run that was asked for and whose root message stands. */
  public RunId begun() {
    var run = RunId.random(RandomGenerator.getDefault());
    return begun(Samples.spec(run, runbook().source()));
  }

  /** The same for what was asked. */
  public RunId begun(RunSpec spec) {
    var run = spec.id();
    var accepted = journal.submit(spec, run.value());
    if (!(accepted instanceof Journal.Submission.Accepted)) {
      throw new IllegalStateException(accepted.toString());
    }
    journal.command(run, _ -> Optional.of(new RunEvent.Begun()));
    return run;
  }

  public RunEngine.Next advance(RunId run) {
    return engine(CrashPoint.NONE).advance(run, new Stop());
  }

  public RunState state(RunId run) {
    return Fold.of(journal.read(run));
  }

  public GateRow gate(RunId run) {
    return gates.of(run).getLast();
  }

  public Ruling approve(RunId run, Person who) {
    return vote(run, who, Ballot.Choice.APPROVE, "");
  }

  public Ruling deny(RunId run, Person who, String reason) {
    return vote(run, who, Ballot.Choice.DENY, reason);
  }

  private Ruling vote(RunId run, Person who, Ballot.Choice choice, String reason) {
    return vote(gates, gate(run), who, choice, reason);
  }

  /** Somebody with every role votes on what his card shows. */
  static Ruling vote(
      JdbiGates gates, GateRow gate, Person who, Ballot.Choice choice, String reason) {
    return new Gates(gates, roster())
        .decide(
            new Ballot(
                gate.id(),
                who,
                choice,
                gate.digest(),
                gate.nonce(),
                reason,
                gate.phrase().orElse(""),
                "button"));
  }

  public static Roster roster() {
    return new Roster() {
      @Override
      public Reading read(Role role) {
        return new Reading.Members(
            Set.of(Samples.ALICE, Samples.BOB, Samples.DANA), 0, Duration.ZERO);
      }

      @Override
      public Membership membership(Person person) {
        return new Membership.Full();
      }
    };
  }

  public List<String> kinds(RunId run) {
    return journal.read(run).stream().map(it -> it.event().getClass().getSimpleName()).toList();
  }
}
