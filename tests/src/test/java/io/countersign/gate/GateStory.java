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
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/** One run and whatever befalls it; after each thing that does, what must hold is looked at. */
final class GateStory {
  private static final List<Person> PEOPLE = List.of(ALICE, BOB, CAROL, DANA);
  private static final Role OWNERS = new Role("DATABASE_OWNER");
  static final List<Role> ONE_ROLE = List.of(Role.PLATFORM_ADMIN);
  static final List<Role> TWO_ROLES = List.of(Role.PLATFORM_ADMIN, OWNERS);

  /** Longer than any cool-off and valid-for together. */
  private static final Duration LONG = Duration.ofMinutes(51);

  /** Which gate, and whether a schedule asked. */
  record Setting(Gate policy, boolean scheduled) {
    /** How many people it takes. */
    int places() {
      return Math.max(policy.approvals(), policy.from().size()) + (scheduled ? 1 : 0);
    }
  }

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
  private final Setting setting;
  private final Map<Role, Set<Person>> holders =
      Map.of(
          Role.PLATFORM_ADMIN,
          new LinkedHashSet<>(List.of(ALICE, BOB, DANA)),
          OWNERS,
          new LinkedHashSet<>(List.of(CAROL, DANA)));

  /** Who approved, with the roles of that moment. */
  private final Map<GateId, Map<Person, Set<Role>>> approvals = new HashMap<>();

  private final Set<GateId> denied = new HashSet<>();
  private boolean hidden;
  private String world = "as approved";

  GateStory(Place place, Setting setting, String tenant) {
    this.place = place;
    this.setting = setting;
    this.runbook = Bench.runbook(setting.policy());
    this.run = RunId.random(RandomGenerator.getDefault());
    var ref = new TenantRef("medsuite", tenant);
    place
        .journal()
        .submit(
            Samples.spec(
                run,
                ref,
                ALICE,
                setting.scheduled() ? Optional.of("drill") : Optional.empty(),
                runbook.source()),
            run.value());
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
      case GIVE_ROLE -> holders(role(act)).add(person(act));
      case TAKE_ROLE -> holders(role(act)).remove(person(act));
      case HIDE_ROSTER -> hidden = act.one() % 2 == 0;
      case CANCEL -> command(new RunEvent.CancelRequested(BOB, "wrong minute"));
      case RETRY -> command(new RunEvent.RetryRequested(BOB));
    }
  }

  private static Person person(Act act) {
    return PEOPLE.get(act.one() % PEOPLE.size());
  }

  private static Role role(Act act) {
    return TWO_ROLES.get(act.other() % 2);
  }

  private Set<Person> holders(Role role) {
    return Objects.requireNonNull(holders.get(role));
  }

  private Set<Role> rolesOf(Person who) {
    return setting.policy().from().stream()
        .filter(it -> holders(it).contains(who))
        .collect(Collectors.toUnmodifiableSet());
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
    assertThat(rolesOf(who)).as("who votes holds a role").isNotEmpty();
    assertThat(hidden || forged).as("hidden or forged").isFalse();
    assertThat(who).isNotEqualTo(ALICE);
    if (choice == Choice.DENY) {
      assertThat(before.status() == GateRow.Status.OPEN || cools(before)).isTrue();
      denied.add(before.id());
      return;
    }
    assertThat(before.status()).isEqualTo(GateRow.Status.OPEN);
    assertThat(place.journal().now()).isBefore(before.expiresAt().plusSeconds(1));
    assertThat(approvals.computeIfAbsent(before.id(), _ -> new HashMap<>()).put(who, rolesOf(who)))
        .as("%s votes for the first time", who)
        .isNull();
    assertThat(ruling instanceof Ruling.Approved).isEqualTo(isQuorum(before.id()));
  }

  private boolean cools(GateRow gate) {
    return gate.status() == GateRow.Status.APPROVED
        && place
            .journal()
            .now()
            .isBefore(
                gate.decidedAt()
                    .orElseThrow()
                    .plus(setting.policy().coolOff().orElseThrow())
                    .plusSeconds(1));
  }

  /** Enough people, and for each role somebody who stands for no other one. */
  private boolean isQuorum(GateId gate) {
    var people = approvals.getOrDefault(gate, Map.of());
    if (people.size() < setting.places()) {
      return false;
    }
    if (setting.policy().from().equals(ONE_ROLE)) {
      return true;
    }
    return people.entrySet().stream()
        .filter(it -> it.getValue().contains(Role.PLATFORM_ADMIN))
        .anyMatch(
            admin ->
                people.entrySet().stream()
                    .filter(it -> !it.equals(admin))
                    .anyMatch(it -> it.getValue().contains(OWNERS)));
  }

  private Roster roster() {
    return new Roster() {
      @Override
      public Reading read(Role role) {
        return hidden
            ? new Reading.Unreadable("Slack is down")
            : new Reading.Members(holders(role), 0, Duration.ZERO);
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
    assertThat(isQuorum(gate)).as("enough people, one of each role").isTrue();
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
    assertThat(approved.notBefore().isPresent()).isEqualTo(setting.policy().coolOff().isPresent());
    approved.notBefore().ifPresent(it -> assertThat(recorded.at()).isAfterOrEqualTo(it));
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
          .as("it ran, was reopened with a reason, lapsed, was stopped, or the run was halted")
          .anyMatch(it -> isEndOf(gate, it.event()));
    }
  }

  private static boolean isEndOf(GateId gate, RunEvent event) {
    return switch (event) {
      case RunEvent.StepStarted it -> it.gate().filter(gate::equals).isPresent();
      case RunEvent.GateLapsed it -> it.gate().equals(gate) && !it.why().isBlank();
      case RunEvent.GateDenied it -> it.gate().equals(gate);
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
