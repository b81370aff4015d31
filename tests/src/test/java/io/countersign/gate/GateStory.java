package io.countersign.gate;

import static io.countersign.support.Samples.ALICE;
import static io.countersign.support.Samples.BOB;
import static io.countersign.support.Samples.CAROL;
import static io.countersign.support.Samples.DANA;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.Digest;
import io.countersign.GateId;
import io.countersign.Person;
import io.countersign.Role;
import io.countersign.RunId;
import io.countersign.action.Stop;
import io.countersign.estate.TenantRef;
import io.countersign.gate.Ballot.Choice;
import io.countersign.run.CrashPoint;
import io.countersign.run.Fold;
import io.countersign.run.Journal;
import io.countersign.run.Recorded;
import io.countersign.run.RunEngine;
import io.countersign.run.RunEvent;
import io.countersign.run.RunState;
import io.countersign.runbook.Gate;
import io.countersign.runbook.Risk;
import io.countersign.runbook.Runbook;
import io.countersign.support.Bench;
import io.countersign.support.FakeActions;
import io.countersign.support.Samples;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/** One run and whatever befalls it; after each thing that does, what must hold is looked at. */
final class GateStory {
  private static final List<Person> PEOPLE = List.of(ALICE, BOB, CAROL, DANA);
  private static final Duration LONG = Duration.ofMinutes(16);

  /** What happens, to whom, how much. */
  record Act(Kind kind, int one, int other) {}

  enum Kind {
    GO_ON,
    APPROVE,
    APPROVE_AGAIN,
    DENY,
    FORGE,
    CHANGE_THE_WORLD,
    DRIFT,
    LOSE,
    FAIL,
    DIE,
    WAIT,
    GIVE_ROLE,
    TAKE_ROLE,
    HIDE_ROSTER,
    CANCEL,
    RETRY
  }

  /** Where it is played. */
  record Place(Journal journal, GateStore gates, FakeActions actions, Consumer<Duration> pass) {}

  /** Like a dead process. */
  private static final class PulledPlug extends Error {
    private static final long serialVersionUID = 1;
  }

  private final Place place;
  private final Runbook runbook;
  private final RunId run;
  private final Set<Person> admins = new LinkedHashSet<>(List.of(ALICE, BOB, DANA));
  private final Map<GateId, Set<Person>> approvals = new HashMap<>();
  private final Set<GateId> denied = new HashSet<>();
  private boolean hidden;
  private String world = "as approved";

  GateStory(Place place, Gate policy, String tenant) {
    this.place = place;
    this.runbook = Bench.runbook(policy);
    this.run = RunId.random(RandomGenerator.getDefault());
    var ref = new TenantRef("medsuite", tenant);
    place
        .journal()
        .submit(Samples.spec(run, ref, ALICE, Optional.empty(), runbook.source()), run.value());
    place.journal().command(run, _ -> Optional.of(new RunEvent.Begun()));
    place.actions().world(world);
    goOn(CrashPoint.NONE);
  }

  void play(List<Act> acts) {
    for (var act : acts) {
      happen(act);
      if (act.other() % 3 != 0) {
        goOn(CrashPoint.NONE);
      }
      assertNothingStartedWithoutItsQuorum();
    }
    place.pass().accept(LONG);
    goOn(CrashPoint.NONE);
    assertNothingStartedWithoutItsQuorum();
    assertEveryApprovalCameToSomething();
  }

  private void happen(Act act) {
    switch (act.kind()) {
      case GO_ON -> goOn(CrashPoint.NONE);
      case APPROVE -> vote(person(act), Choice.APPROVE, last(), false);
      case APPROVE_AGAIN -> vote(person(act), Choice.APPROVE, any(act.other()), false);
      case DENY -> vote(person(act), Choice.DENY, last(), false);
      case FORGE -> vote(person(act), Choice.APPROVE, any(act.other()), true);
      case CHANGE_THE_WORLD -> {
        world = "changed " + act.one();
        place.actions().world(world);
      }
      case DRIFT -> place.actions().next("swap", "drift");
      case LOSE -> place.actions().next("swap", "lose");
      case FAIL -> place.actions().next("swap", "fail");
      case DIE -> dieAfter(act.one() % 6);
      case WAIT -> place.pass().accept(Duration.ofMinutes(act.other() % 100));
      case GIVE_ROLE -> admins.add(person(act));
      case TAKE_ROLE -> admins.remove(person(act));
      case HIDE_ROSTER -> hidden = act.one() % 2 == 0;
      case CANCEL -> command(new RunEvent.CancelRequested(BOB, "wrong minute"));
      case RETRY -> command(new RunEvent.RetryRequested(BOB));
    }
  }

  private static Person person(Act act) {
    return PEOPLE.get(act.one() % PEOPLE.size());
  }

  private void command(RunEvent.Command event) {
    place.journal().command(run, _ -> Optional.of(event));
  }

  private void dieAfter(int points) {
    int[] left = {points};
    CrashPoint plug =
        _ -> {
          if (left[0]-- == 0) {
            throw new PulledPlug();
          }
        };
    try {
      goOn(plug);
    } catch (PulledPlug dead) {
      // the next engine knows only the journal
    }
  }

  private void goOn(CrashPoint crash) {
    new RunEngine(
            place.journal(),
            place.gates(),
            _ -> place.actions().catalogue(),
            _ -> runbook,
            () -> UUID.randomUUID().toString(),
            crash)
        .advance(run, new Stop());
  }

  private List<RunEvent.GateOpened> openings() {
    return events(RunEvent.GateOpened.class).map(it -> (RunEvent.GateOpened) it.event()).toList();
  }

  private Optional<RunEvent.GateOpened> last() {
    return openings().isEmpty() ? Optional.empty() : Optional.of(openings().getLast());
  }

  private Optional<RunEvent.GateOpened> any(int index) {
    var all = openings();
    return all.isEmpty() ? Optional.empty() : Optional.of(all.get(index % all.size()));
  }

  private java.util.stream.Stream<Recorded> events(Class<? extends RunEvent> kind) {
    return place.journal().read(run).stream().filter(it -> kind.isInstance(it.event()));
  }

  private void vote(Person who, Choice choice, Optional<RunEvent.GateOpened> card, boolean forged) {
    if (card.isEmpty()) {
      return;
    }
    var before = place.gates().find(card.get().gate()).orElseThrow();
    var ballot =
        new Ballot(
            before.id(),
            who,
            choice,
            forged ? Digest.of("another order") : card.get().digest(),
            card.get().nonce(),
            choice == Choice.DENY ? "wrong minute" : "",
            before.phrase().orElse(""),
            "button");
    var ruling = new Gates(place.gates(), roster()).decide(ballot);
    if (ruling instanceof Ruling.Refused) {
      assertThat(place.gates().find(before.id())).contains(before);
      return;
    }
    assertThat(admins).as("who votes holds the role").contains(who);
    assertThat(hidden || forged).as("hidden or forged").isFalse();
    assertThat(who).isNotEqualTo(ALICE);
    assertThat(before.status()).isEqualTo(GateRow.Status.OPEN);
    assertThat(place.journal().now()).isBefore(before.expiresAt().plusSeconds(1));
    if (choice == Choice.DENY) {
      denied.add(before.id());
    } else {
      assertThat(approvals.computeIfAbsent(before.id(), _ -> new HashSet<>()).add(who))
          .as("%s votes for the first time", who)
          .isTrue();
    }
    boolean enough =
        approvals.getOrDefault(before.id(), Set.of()).size() >= before.policy().approvals();
    assertThat(ruling instanceof Ruling.Approved).isEqualTo(choice == Choice.APPROVE && enough);
  }

  private Roster roster() {
    return new Roster() {
      @Override
      public Reading read(Role role) {
        return hidden
            ? new Reading.Unreadable("Slack is down")
            : new Reading.Members(admins, 0, Duration.ZERO);
      }

      @Override
      public Membership membership(Person person) {
        return new Membership.Full();
      }
    };
  }

  // What must hold

  private void assertNothingStartedWithoutItsQuorum() {
    for (var recorded : place.journal().read(run)) {
      if (recorded.event() instanceof RunEvent.StepStarted started
          && started.risk() == Risk.DESTRUCTIVE) {
        assertApproved(recorded, started);
      }
    }
    assertThat(place.actions().effects(run, "swap")).isLessThanOrEqualTo(1);
  }

  private void assertApproved(Recorded recorded, RunEvent.StepStarted started) {
    var gate = started.gate().orElseThrow();
    var policy = runbook.step("swap").orElseThrow().gate().orElseThrow();
    assertThat(approvals.getOrDefault(gate, Set.of()))
        .hasSizeGreaterThanOrEqualTo(policy.approvals());
    assertThat(denied).doesNotContain(gate);
    var opened = openings().stream().filter(it -> it.gate().equals(gate)).findFirst().orElseThrow();
    assertThat(opened.order())
        .as("what runs is what was approved")
        .contains("intent.live.oid=" + started.intent().facts().get("live.oid") + "\n");
    assertThat(openings().stream().filter(it -> it.opening() > opened.opening()))
        .as("no newer card was open when it began")
        .allMatch(it -> seqOf(it) > recorded.seq());
    var approved =
        events(RunEvent.GateApproved.class)
            .map(it -> (RunEvent.GateApproved) it.event())
            .filter(it -> it.gate().equals(gate))
            .findFirst()
            .orElseThrow();
    assertThat(recorded.at()).isBefore(approved.validUntil().plusSeconds(1));
  }

  private long seqOf(RunEvent.GateOpened opened) {
    return place.journal().read(run).stream()
        .filter(it -> it.event().equals(opened))
        .findFirst()
        .orElseThrow()
        .seq();
  }

  private void assertEveryApprovalCameToSomething() {
    var state = Fold.of(place.journal().read(run));
    assertThat(state).isNotInstanceOfAny(RunState.Approved.class, RunState.Running.class);
    for (var recorded : events(RunEvent.GateApproved.class).toList()) {
      var gate = ((RunEvent.GateApproved) recorded.event()).gate();
      var after =
          place.journal().read(run).stream().filter(it -> it.seq() > recorded.seq()).toList();
      assertThat(after)
          .as("it ran, was reopened with a reason, lapsed, or the run was halted")
          .anyMatch(it -> isEndOf(gate, it.event()));
    }
  }

  private static boolean isEndOf(GateId gate, RunEvent event) {
    return switch (event) {
      case RunEvent.StepStarted it -> it.gate().filter(gate::equals).isPresent();
      case RunEvent.GateLapsed it -> it.gate().equals(gate) && !it.why().isBlank();
      case RunEvent.StepDrifted it -> it.gate().equals(gate) && !it.difference().isBlank();
      case RunEvent.AbortBegun _, RunEvent.PersonNeeded _ -> true;
      default -> false;
    };
  }

  List<String> kinds() {
    var kinds = new ArrayList<String>();
    place.journal().read(run).forEach(it -> kinds.add(it.event().getClass().getSimpleName()));
    return kinds;
  }
}
