package io.countersign.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.countersign.sandbox.slack.Workspace;
import io.countersign.server.Bot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Two bots restore three tenants again and again and are killed and stopped all the time, at random
 * moments and at random points. {@code -Dseed=}, {@code -Dkills=}, {@code -Dstops=}.
 */
@Tag("chaos")
class ChaosTest {
  private static final int KILLS = Integer.getInteger("kills", 100);
  private static final int STOPS = Integer.getInteger("stops", 30);
  private static final long SEED = Long.getLong("seed", System.nanoTime() % 1_000_000);
  private static final Duration TAKEN = Duration.ofSeconds(60);
  private static final List<String> POINTS =
      List.of(
          "started preflight/",
          "started freeze/",
          "acted freeze/",
          "acted settle/",
          "started pitr/",
          "acted pitr/",
          "started copy/",
          "acted copy/",
          "acted parity/",
          "acted clear/",
          "appended GateOpened",
          "started cutover/",
          "asked for the lock",
          "locked",
          "alone",
          "measured",
          "live renamed",
          "restored renamed",
          "opened and closed",
          "before COMMIT",
          "acted cutover/",
          "appended StepSucceeded",
          "acted unfreeze/",
          "acted audit/",
          "appended AbortBegun",
          "acted abort-1/",
          "acted abort-2/");

  private final Random random = new Random(SEED);
  private final Bots bots = new Bots(Bot.HEARTBEAT);
  private final List<BotProcess> living = new ArrayList<>();
  private final List<Duration> takeOvers = new ArrayList<>();
  private final Map<String, Integer> killedAt = new TreeMap<>();
  private volatile boolean enough;

  @Test
  void no_effect_happens_twice_and_no_run_is_lost() {
    System.out.printf("chaos: seed %d, %d kills, %d stops%n", SEED, KILLS, STOPS);
    bots.mangle(Bots.SLUGS);
    living.add(bots.start());
    living.add(bots.start());
    var lives = Bots.SLUGS.stream().map(it -> life(it)).toList();
    try (bots;
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var going =
          lives.stream()
              .map(it -> CompletableFuture.runAsync(() -> liveOn(it), threads))
              .toArray(CompletableFuture<?>[]::new);
      try {
        disturb(going);
      } finally {
        enough = true;
      }
      CompletableFuture.allOf(going).orTimeout(15, TimeUnit.MINUTES).join();
      report(lives);
      bots.requireNothingLeft();
      lives.forEach(this::requireToldOnce);
    }
  }

  private TenantLife life(String slug) {
    return new TenantLife(bots, slug, new Random(random.nextLong()));
  }

  private void liveOn(TenantLife life) {
    while (!enough) {
      life.oneRun();
    }
  }

  /** Kills and stops in random order; the first tenant that comes to harm ends it. */
  private void disturb(CompletableFuture<?>[] lives) {
    int kills = KILLS;
    int stops = STOPS;
    while (kills + stops > 0) {
      for (var life : lives) {
        if (life.isCompletedExceptionally()) {
          throw new AssertionError("a tenant came to harm", failure(life));
        }
      }
      pause(Duration.ofMillis(random.nextInt(6_000)));
      if (random.nextInt(kills + stops) < kills) {
        kill();
        kills--;
      } else {
        stop();
        stops--;
      }
    }
  }

  private static Throwable failure(CompletableFuture<?> life) {
    try {
      life.join();
      return new IllegalStateException("it did not fail");
    } catch (CompletionException failed) {
      return failed;
    }
  }

  /** Lets the bots work for a while; a moment cannot be waited for by a condition. */
  private static void pause(Duration time) {
    long begun = System.nanoTime();
    await()
        .atMost(time.plusMinutes(1))
        .pollInterval(Duration.ofMillis(50))
        .until(() -> Bots.since(begun).compareTo(time) > 0);
  }

  /** Two of three kills wait until a run comes to a certain point. */
  private void kill() {
    var point = random.nextInt(3) > 0 ? POINTS.get(random.nextInt(POINTS.size())) : "";
    int which = point.isEmpty() ? -1 : firstAt(point);
    var where = which < 0 ? "a random moment" : point;
    if (which < 0) {
      which = random.nextInt(living.size());
    }
    killedAt.merge(where, 1, Integer::sum);
    var victim = living.get(which);
    victim.kill();
    bots.deliverTo(living.get(1 - which));
    var held = bots.held(victim.name());
    var replacement = bots.begin();
    awaitTakenOver(victim.name(), held, "killed at " + where);
    replacement.awaitReady();
    living.set(which, replacement);
  }

  /** Which bot has a run that stands at the point; -1 where none comes to it. */
  private int firstAt(String point) {
    living.forEach(it -> it.stopAtNext(point));
    int first = -1;
    try {
      await()
          .atMost(Duration.ofSeconds(20))
          .pollInterval(Duration.ofMillis(5))
          .until(() -> living.stream().anyMatch(BotProcess::standsAtNext));
      first = living.getFirst().standsAtNext() ? 0 : 1;
    } catch (ConditionTimeoutException never) {
      System.out.println("no run came to " + point);
    }
    for (int which = 0; which < living.size(); which++) {
      if (which != first) {
        living.get(which).stopNowhere();
      }
    }
    return first;
  }

  /** Stands still until all its runs are taken over, and a random time more; then it goes on. */
  private void stop() {
    int which = random.nextInt(living.size());
    var zombie = living.get(which);
    var name = zombie.name();
    zombie.freeze();
    bots.deliverTo(living.get(1 - which));
    awaitTakenOver(name, bots.held(name), "stopped");
    pause(Duration.ofMillis(random.nextInt(5_000)));
    zombie.thaw();
  }

  private void awaitTakenOver(String name, int held, String how) {
    var took = bots.awaitTakenOver(name, TAKEN);
    if (held > 0) {
      takeOvers.add(took);
    }
    System.out.printf("%s: it held %d runs, taken over after %d ms%n", how, held, took.toMillis());
  }

  private void report(List<TenantLife> lives) {
    var longest = takeOvers.stream().max(Duration::compareTo).orElse(Duration.ZERO);
    System.out.printf(
        """
        chaos: seed %d
          kills %d, stops %d, of which %d met a process that held a run
          runs %d: swapped once %d, denied and put back %d, of these asked a person %d times
          longest take-over %d ms
          killed at %s
        """,
        SEED,
        KILLS,
        STOPS,
        takeOvers.size(),
        lives.stream().mapToInt(it -> it.runs().size()).sum(),
        lives.stream().mapToInt(TenantLife::done).sum(),
        lives.stream().mapToInt(TenantLife::putBack).sum(),
        lives.stream().mapToInt(TenantLife::asked).sum(),
        longest.toMillis(),
        killedAt);
  }

  /** Each run has one message in the channel, and no line of its thread stands twice. */
  private void requireToldOnce(TenantLife life) {
    var slack = bots.slack();
    for (var run : life.runs()) {
      var roots =
          slack.messages(Workspace.INCIDENT).stream()
              .filter(it -> it.threadTs() == null)
              .filter(it -> String.valueOf(it.metadata()).contains(run))
              .toList();
      assertThat(roots).as("messages of run %s", run).hasSize(1);
      var lines =
          slack.replies(Workspace.INCIDENT, roots.getFirst().ts()).stream()
              .map(bots::known)
              .toList();
      assertThat(lines).as("the thread of run %s", run).doesNotHaveDuplicates();
    }
  }
}
