package io.countersign.gate;

import static io.countersign.support.Samples.ALICE;
import static io.countersign.support.Samples.BOB;
import static io.countersign.support.Samples.DANA;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.Person;
import io.countersign.Role;
import io.countersign.RunId;
import io.countersign.Secret;
import io.countersign.action.Stop;
import io.countersign.estate.TenantRef;
import io.countersign.gate.Ballot.Choice;
import io.countersign.gate.Ruling.Refusal;
import io.countersign.run.CrashPoint;
import io.countersign.run.RunEvent;
import io.countersign.run.RunState;
import io.countersign.runbook.Gate;
import io.countersign.runbook.Runbook;
import io.countersign.sandbox.slack.Limits;
import io.countersign.sandbox.slack.StandInSlack;
import io.countersign.sandbox.slack.UserGroup;
import io.countersign.sandbox.slack.Workspace;
import io.countersign.slack.RoleSource;
import io.countersign.slack.SlackRoster;
import io.countersign.slack.SlackSettings;
import io.countersign.support.Bench;
import io.countersign.support.OurDatabase;
import io.countersign.support.Samples;
import io.countersign.thread.Refusals;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** People and clocks that come to a gate in the same moment, on the real database. */
class RacesAtTheGateTest {
  private static final int ROUNDS = 20;
  private static final int MANY = Integer.getInteger("rounds", 1_000);
  private static final int CLICKERS = 50;
  private static final int CLICKS_EACH = 4;
  private static final Person[] SECOND_PEOPLE = {BOB, DANA};

  private final OurDatabase database = OurDatabase.fresh();
  private final Bench bench = new Bench(database);
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Random random = new Random(20_261_121);
  private final Map<String, Integer> outcomes = new TreeMap<>();
  private int tenants;

  @AfterEach
  void close() {
    System.out.println("races at the gate: " + outcomes);
    threads.shutdownNow();
    database.close();
  }

  @Test
  void of_200_clicks_by_50_people_two_count_and_everybody_is_answered() {
    clicks(ROUNDS);
  }

  @Test
  @Tag("chaos")
  void many_rounds_of_200_clicks() {
    clicks(MANY);
  }

  @Test
  void an_approval_and_an_expiry_never_both_take_effect() {
    rounds(ROUNDS, this::expiryAgainstApproval);
  }

  @Test
  @Tag("chaos")
  void many_rounds_of_expiry_against_approval() {
    rounds(MANY, this::expiryAgainstApproval);
  }

  @Test
  void of_a_denial_and_an_approval_the_first_decides() {
    rounds(ROUNDS, this::denialAgainstApproval);
  }

  @Test
  @Tag("chaos")
  void many_rounds_of_denial_against_approval() {
    rounds(MANY, this::denialAgainstApproval);
  }

  @Test
  void a_vote_counts_only_while_its_role_is_held() {
    rounds(ROUNDS, this::removalAgainstVote);
  }

  @Test
  @Tag("chaos")
  void many_rounds_of_role_removal_against_vote() {
    rounds(MANY, this::removalAgainstVote);
  }

  private static void rounds(int count, Runnable round) {
    IntStream.range(0, count).forEach(_ -> round.run());
  }

  // 200 clicks

  private void clicks(int rounds) {
    try (var slack = StandInSlack.start(0, crowd(), Limits.hurried(), Clock.systemUTC())) {
      var began = System.nanoTime();
      var door = new Gates(bench.gates, roster(slack));
      rounds(rounds, () -> clicks(door, slack.workspace().teamId()));
      long seconds = Duration.ofNanos(System.nanoTime() - began).toSeconds();
      long reads =
          slack.calls().stream().filter(it -> it.method().equals("usergroups.users.list")).count();
      long accounts = slack.calls().stream().filter(it -> it.method().equals("users.info")).count();
      outcomes.put("reads of the roster", (int) reads);
      outcomes.put("reads of accounts", (int) accounts);
      outcomes.put("seconds", (int) seconds);
      outcomes.put("votes", rounds * CLICKERS * CLICKS_EACH);
      assertThat(reads).as("20 a minute, in %s s", seconds).isBetween(1L, 1 + (seconds + 1) / 3);
    }
  }

  private void clicks(Gates door, String team) {
    var gate = opened(Samples.gate(2), new Person(team, "U0ASKER"));
    var people = IntStream.range(0, CLICKERS).mapToObj(it -> new Person(team, "U0" + it)).toList();
    var clicks =
        Stream.generate(people::stream)
            .limit(CLICKS_EACH)
            .flatMap(it -> it)
            .map(it -> ballot(gate, it, Choice.APPROVE))
            .toList();
    var rulings = together(clicks.stream().map(it -> cast(door, it)).toList());

    assertThat(rulings).hasSize(CLICKERS * CLICKS_EACH);
    assertThat(rulings).filteredOn(Ruling.Approved.class::isInstance).hasSize(1);
    assertThat(rulings).filteredOn(Ruling.Counted.class::isInstance).hasSize(1);
    assertThat(rulings)
        .filteredOn(Ruling.Refused.class::isInstance)
        .allSatisfy(
            it ->
                assertThat(((Ruling.Refused) it).why())
                    .isInstanceOfAny(Refusal.Decided.class, Refusal.VotedBefore.class));
    assertAnswered(rulings, gate);
    var after = bench.gates.find(gate.id()).orElseThrow();
    assertThat(after.status()).isEqualTo(GateRow.Status.APPROVED);
    assertThat(after.votes()).extracting(Vote::person).doesNotHaveDuplicates().hasSize(2);
    assertWokenOnce(gate.run());
  }

  private static Workspace crowd() {
    var demo = Workspace.demo();
    var zone = demo.people().getFirst().tz();
    var people =
        IntStream.range(0, CLICKERS)
            .mapToObj("U0%d"::formatted)
            .map(it -> io.countersign.sandbox.slack.Person.member(it, "Bob", demo.teamId(), zone))
            .toList();
    var admins =
        new UserGroup(
            Workspace.PLATFORM_ADMINS,
            "platform-admins",
            people.stream().map(io.countersign.sandbox.slack.Person::id).toList());
    return new Workspace(
        demo.teamId(),
        demo.teamDomain(),
        demo.enterpriseId(),
        demo.appId(),
        demo.botUserId(),
        demo.botId(),
        demo.botName(),
        demo.botToken(),
        demo.signingSecret(),
        demo.appToken(),
        people,
        List.of(),
        List.of(admins));
  }

  private static Roster roster(StandInSlack slack) {
    var settings =
        new SlackSettings(
            new Secret(slack.workspace().botToken()),
            Optional.of(new Secret(slack.workspace().signingSecret())),
            Optional.empty(),
            slack.apiUrl(),
            Set.of());
    return SlackRoster.of(
        settings,
        Map.of(Role.PLATFORM_ADMIN, new RoleSource.UserGroup(Workspace.PLATFORM_ADMINS)),
        InstantSource.system());
  }

  // Two at once

  private void expiryAgainstApproval() {
    var usual = Samples.gate(1);
    var brief =
        new Gate(
            1,
            usual.from(),
            Duration.ofMillis(80),
            usual.then(),
            usual.validFor(),
            usual.remind(),
            usual.evidence(),
            usual.typed(),
            usual.coolOff(),
            usual.escalate());
    var gate = opened(brief, ALICE);
    var door = new Gates(bench.gates, Bench.roster());
    var eve = gate.expiresAt().minus(Duration.ofNanos(random.nextInt(60_000_000)));
    var rulings =
        together(
            List.of(
                () -> {
                  while (bench.gates.now().isBefore(eve)) {
                    Thread.onSpinWait();
                  }
                  return door.decide(ballot(gate, BOB, Choice.APPROVE));
                },
                () -> {
                  while (!(bench.state(gate.run()) instanceof RunState.Ended)) {
                    engine(brief).advance(gate.run(), new Stop());
                  }
                  return new Ruling.Refused(new Refusal.NoSuchGate(), Set.of());
                }));
    var ruling = rulings.getFirst();
    var after = bench.gates.find(gate.id()).orElseThrow();
    tally(after.status().name());
    boolean approved = ruling instanceof Ruling.Approved;
    assertThat(after.status())
        .isEqualTo(approved ? GateRow.Status.APPROVED : GateRow.Status.EXPIRED);
    assertThat(bench.actions.effects(gate.run(), "swap")).isEqualTo(approved ? 1 : 0);
    assertThat(bench.kinds(gate.run()))
        .filteredOn(it -> it.equals("GateApproved") || it.equals("GateExpired"))
        .containsExactly(approved ? "GateApproved" : "GateExpired");
    assertAnswered(List.of(ruling), gate);
  }

  private void denialAgainstApproval() {
    var gate = opened(Samples.gate(1), ALICE);
    var door = new Gates(bench.gates, Bench.roster());
    int first = random.nextInt(2);
    var rulings =
        together(
            List.of(
                cast(door, ballot(gate, SECOND_PEOPLE[first], Choice.APPROVE)),
                cast(door, ballot(gate, SECOND_PEOPLE[1 - first], Choice.DENY))));
    var after = bench.gates.find(gate.id()).orElseThrow();
    tally(after.status().name());
    var winner = rulings.get(after.status() == GateRow.Status.APPROVED ? 0 : 1);
    var loser = rulings.get(after.status() == GateRow.Status.APPROVED ? 1 : 0);
    assertThat(winner).isInstanceOfAny(Ruling.Approved.class, Ruling.Denied.class);
    assertThat(loser)
        .isInstanceOfSatisfying(
            Ruling.Refused.class, it -> assertThat(it.why()).isInstanceOf(Refusal.Decided.class));
    assertThat(after.votes()).hasSize(1);
    assertAnswered(rulings, gate);
    assertWokenOnce(gate.run());
  }

  private void removalAgainstVote() {
    var gate = opened(Samples.gate(1), ALICE);
    var holds = new AtomicBoolean(true);
    var door = new Gates(bench.gates, new RoleTakenAway(holds));
    var removedBefore = new AtomicBoolean();
    int pause = random.nextInt(12);
    var approved =
        together(
                List.of(
                    () -> {
                      removedBefore.set(!holds.get());
                      return door.decide(ballot(gate, BOB, Choice.APPROVE));
                    },
                    () -> {
                      IntStream.range(0, pause).forEach(_ -> bench.gates.now());
                      holds.set(false);
                      return new Ruling.Refused(new Refusal.NoSuchGate(), Set.of());
                    }))
            .getFirst();
    tally(approved.getClass().getSimpleName());
    if (removedBefore.get()) {
      assertThat(approved).isInstanceOf(Ruling.Refused.class);
    }
    var after = bench.gates.find(gate.id()).orElseThrow();
    assertThat(after.status())
        .isEqualTo(
            approved instanceof Ruling.Approved ? GateRow.Status.APPROVED : GateRow.Status.OPEN);
    var late = door.decide(ballot(gate, BOB, Choice.APPROVE));
    assertThat(late).isInstanceOf(Ruling.Refused.class);
    assertThat(bench.gates.find(gate.id()).orElseThrow().votes())
        .hasSize(approved instanceof Ruling.Approved ? 1 : 0);
    assertAnswered(List.of(approved, late), gate);
  }

  /** Bob holds the role until it is taken away. */
  private record RoleTakenAway(AtomicBoolean holds) implements Roster {
    @Override
    public Reading read(Role role) {
      return new Reading.Members(
          holds.get() ? Set.of(ALICE, BOB) : Set.of(ALICE), 0, Duration.ZERO);
    }

    @Override
    public Membership membership(Person person) {
      return new Membership.Full();
    }
  }

  // What all have

  private static Runbook runbook(Gate policy) {
    var sample = Bench.runbook(policy);
    return new Runbook(
        sample.name(),
        sample.title(),
        sample.estates(),
        sample.command(),
        sample.requester(),
        sample.parameters(),
        List.of(sample.step("swap").orElseThrow()),
        List.of(),
        sample.source());
  }

  private io.countersign.run.RunEngine engine(Gate policy) {
    return bench.engine(runbook(policy), CrashPoint.NONE);
  }

  private GateRow opened(Gate policy, Person requester) {
    var id = RunId.random(random);
    var ref = new TenantRef("medsuite", "t" + ++tenants);
    bench.journal.submit(
        Samples.spec(id, ref, requester, Optional.empty(), "runbook: race"), id.value());
    bench.journal.command(id, _ -> Optional.of(new RunEvent.Begun()));
    engine(policy).advance(id, new Stop());
    database.execute("DELETE FROM countersign.scheduled_tasks");
    return bench.gate(id);
  }

  private static Ballot ballot(GateRow gate, Person who, Choice choice) {
    var reason = choice == Choice.DENY ? "wrong minute" : "";
    return new Ballot(gate.id(), who, choice, gate.digest(), gate.nonce(), reason, "", "button");
  }

  private static Callable<Ruling> cast(Gates door, Ballot ballot) {
    return () -> door.decide(ballot);
  }

  /** All wait for each other, then all go. */
  private List<Ruling> together(List<Callable<Ruling>> people) {
    var go = new CountDownLatch(1);
    var futures = new ArrayList<Future<Ruling>>();
    for (var person : people) {
      futures.add(
          threads.submit(
              () -> {
                go.await();
                return person.call();
              }));
    }
    go.countDown();
    return futures.stream().map(RacesAtTheGateTest::join).toList();
  }

  private static Ruling join(Future<Ruling> future) {
    try {
      return future.get();
    } catch (ExecutionException failed) {
      throw new AssertionError(failed.getCause());
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      throw new AssertionError(stop);
    }
  }

  private void tally(String outcome) {
    outcomes.merge(outcome, 1, Integer::sum);
  }

  private void assertAnswered(List<Ruling> rulings, GateRow gate) {
    assertThat(rulings)
        .allSatisfy(
            it ->
                assertThat(Refusals.of(it, Optional.of(gate), gate.openedAt()).toString())
                    .isNotBlank());
  }

  private void assertWokenOnce(RunId run) {
    assertThat(
            database.one(
                "SELECT count(*) || ' of version ' || max(version) FROM countersign.scheduled_tasks"
                    + " WHERE task_instance = '%s'".formatted(run)))
        .isEqualTo("1 of version 1");
    assertThat(bench.kinds(run))
        .filteredOn(it -> it.equals("GateApproved") || it.equals("GateDenied"))
        .hasSize(1);
  }
}
