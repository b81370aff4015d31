package io.countersign.slack;

import static io.countersign.sandbox.slack.Workspace.ALICE;
import static io.countersign.sandbox.slack.Workspace.BOB;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.Person;
import io.countersign.Role;
import io.countersign.RunId;
import io.countersign.estate.TenantRef;
import io.countersign.gate.Roster;
import io.countersign.run.CrashPoint;
import io.countersign.run.Journal;
import io.countersign.run.RunSpec;
import io.countersign.sandbox.Transport;
import io.countersign.sandbox.slack.Limits;
import io.countersign.sandbox.slack.Message;
import io.countersign.sandbox.slack.SlackDriver;
import io.countersign.sandbox.slack.StandInSlack;
import io.countersign.server.Bot;
import io.countersign.store.Workers;
import io.countersign.support.Bench;
import io.countersign.support.Samples;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * 50 runs in 5 channels, two bots, Slack's own limits; one call in ten fails, and Slack is away for
 * ten minutes. In the end every thread is whole. The short form has 15 runs, and its clocks go
 * faster and jump over the outage.
 */
class OutageSoakTest {
  private static final int CHANNELS = 5;
  private static final int RUNS = 50;
  private static final int FEW = 15;
  private static final int STRUCK = 10;
  private static final Duration OUTAGE = Duration.ofMinutes(10);

  @Test
  void every_thread_is_whole_after_ten_minutes_without_slack() {
    try (var soak = new Soak(40, Duration.ofMinutes(4), FEW)) {
      soak.play(() -> soak.clock.jump(soak.rig.database, OUTAGE));
    }
  }

  @Tag("chaos")
  @Test
  void every_thread_is_whole_after_ten_real_minutes_without_slack() {
    try (var soak = new Soak(1, Duration.ofMinutes(14), RUNS)) {
      IntStream.range(0, 5)
          .forEach(
              _ -> soak.rig.slack.faults().silenceNext("chat.postMessage", Duration.ofSeconds(11)));
      var end = soak.clock.instant().plus(OUTAGE);
      soak.play(() -> soak.await("ten minutes", () -> soak.clock.instant().isAfter(end)));
    }
  }

  /** The runs, the bots and the people. */
  private static final class Soak implements AutoCloseable {
    final FastClock clock;
    final EdgeRig rig;
    private final Duration patience;
    private final int runs;
    private final SlackDriver people;
    private final SlackEdge replica;
    private final Workers workers;
    private final Set<String> clicked = new HashSet<>();
    private int tenants;

    Soak(int speed, Duration patience, int runs) {
      this.patience = patience;
      this.runs = runs;
      clock = new FastClock(speed);
      rig =
          new EdgeRig(
              Transport.HTTP,
              StandInSlack.start(
                  0, SenderRig.workspace(CHANNELS), Limits.slack().withoutEcho(), clock),
              clock,
              _ -> {},
              Samples.gate(1),
              Soak::everybody,
              (it, _) -> it.fakeDesk());
      clock.tell(rig.database);
      people = rig.slack.driver();
      replica = rig.replica();
      workers =
          new Workers(
              rig.database.get(),
              rig.bench.engine(CrashPoint.NONE),
              "soak",
              Bot.HEARTBEAT,
              2,
              InstantSource.system());
      workers.start();
    }

    private static Roster everybody(EdgeRig rig) {
      return new Roster() {
        @Override
        public Reading read(Role role) {
          return new Reading.Members(Set.of(rig.person(ALICE), rig.person(BOB)), 0, Duration.ZERO);
        }

        @Override
        public Membership membership(Person person) {
          return new Membership.Full();
        }
      };
    }

    void await(String what, BooleanSupplier holds) {
      Awaitility.await(what)
          .atMost(patience)
          .pollInterval(Duration.ofMillis(20))
          .until(holds::getAsBoolean);
    }

    void play(Runnable outage) {
      long seed = Long.getLong("seed", 812);
      long begun = System.nanoTime();
      rig.slack.faults().storm(new Random(seed), STRUCK);
      ask(runs / 2);
      await("half of them have begun", () -> began() >= runs / 4);
      rig.slack.faults().down(true);
      ask(runs - runs / 2);
      await("those that had begun are at their gates", () -> atGates() >= runs / 4);
      var before = cards().size();
      outage.run();
      rig.slack.faults().down(false);
      long back = System.nanoTime();
      await("a card", () -> cards().size() > before);
      long card = System.nanoTime() - back;
      await("all runs end", () -> !approveAll() && ended() == runs);
      await("all is shown", () -> WholeThreads.behind(rig.database) == 0);
      rig.slack.faults().storm(new Random(seed), 0);
      int messages = whole();
      System.out.printf(
          "%n%d runs, %d messages, %d calls of which %d were refused or failed; from Slack's return"
              + " to the first card %d ms; %d s in all%n",
          runs,
          messages,
          rig.slack.calls().size(),
          rig.slack.calls().stream().filter(it -> it.status() != 200).count(),
          Duration.ofNanos(card).toMillis(),
          Duration.ofNanos(System.nanoTime() - begun).toSeconds());
    }

    private int whole() {
      var renderer =
          new Renderer(
              rig.bench.journal,
              rig.bench.gates,
              _ -> Bench.runbook(),
              rig.database.get().posts(),
              SlackApi.of(rig.settings()));
      int messages = new WholeThreads(rig.database, people, renderer).require();
      assertThat(messages).isGreaterThanOrEqualTo(runs * 8);
      return messages;
    }

    private void ask(int runs) {
      IntStream.range(0, runs).forEach(_ -> ask());
      rig.poke();
    }

    private void ask() {
      var id = RunId.random(RandomGenerator.getDefault());
      var sample = Samples.spec(id, Bench.runbook().source());
      var tenant = new TenantRef("medsuite", "t" + ++tenants);
      var spec =
          new RunSpec(
              id,
              tenant.subject(),
              tenant,
              sample.runbook(),
              sample.title(),
              sample.source(),
              sample.parameters(),
              sample.pinned(),
              rig.person(ALICE),
              Optional.empty(),
              SenderRig.channel(1 + tenants % CHANNELS),
              "a bad migration",
              rig.bench.journal.now());
      assertThat(rig.bench.journal.submit(spec, id.value()))
          .isInstanceOf(Journal.Submission.Accepted.class);
    }

    private long began() {
      return count("SELECT count(*) FROM countersign.run_event WHERE kind = 'begun'");
    }

    private long atGates() {
      return count("SELECT count(*) FROM countersign.gate");
    }

    private long ended() {
      return count("SELECT count(*) FROM countersign.run WHERE ending = 'DONE'");
    }

    private long count(String sql) {
      return Long.parseLong(rig.database.one(sql));
    }

    private List<Message> cards() {
      return IntStream.rangeClosed(1, CHANNELS)
          .mapToObj(SenderRig::channel)
          .flatMap(it -> people.messages(it).stream())
          .filter(it -> it.hasButton(Drawing.APPROVE))
          .toList();
    }

    /** Bob presses each card until his click is acknowledged; whether there was one to press. */
    private boolean approveAll() {
      var fresh = cards().stream().filter(it -> clicked.add(it.channel() + it.ts())).toList();
      for (var card : fresh) {
        if (!people.click(BOB, card, Drawing.APPROVE).isAcknowledged()) {
          clicked.remove(card.channel() + card.ts());
        }
      }
      return !fresh.isEmpty();
    }

    @Override
    public void close() {
      workers.close();
      replica.close();
      rig.close();
    }
  }
}
