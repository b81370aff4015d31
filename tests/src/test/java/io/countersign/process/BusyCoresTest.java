package io.countersign.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.server.Bot;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Two bots work while every core is kept busy by somebody else; neither may take the other for
 * dead. {@code -Dminutes=}
 */
@Tag("chaos")
class BusyCoresTest {
  private static final Duration LONG = Duration.ofMinutes(Integer.getInteger("minutes", 3));

  @Test
  void a_slow_bot_is_not_a_dead_bot() throws IOException {
    var spinning = new ArrayList<Process>();
    try (var bots = new Bots(Bot.HEARTBEAT)) {
      bots.mangle(Bots.SLUGS);
      var both = List.of(bots.start(), bots.start());
      for (int core = 0; core < Runtime.getRuntime().availableProcessors(); core++) {
        spinning.add(new ProcessBuilder("sh", "-c", "while :; do :; done").start());
      }
      int runs = work(bots);
      long mistaken = both.stream().mapToLong(BusyCoresTest::takeOvers).sum();
      System.out.printf(
          "busy cores: %d minutes, %d runs, %d take-overs, load %.1f%n",
          LONG.toMinutes(),
          runs,
          mistaken,
          java.lang.management.ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
      assertThat(runs).isPositive();
      assertThat(mistaken).as("take-overs of a bot that lives").isZero();
      assertThat(
              bots.own(
                  "SELECT count(*) FROM countersign.run_event WHERE kind = 'attempt-abandoned'"))
          .isEqualTo("0");
    } finally {
      spinning.forEach(Process::destroyForcibly);
    }
  }

  private static int work(Bots bots) {
    var lives = Bots.SLUGS.stream().map(it -> new TenantLife(bots, it, new Random(1))).toList();
    long begun = System.nanoTime();
    while (Bots.since(begun).compareTo(LONG) < 0) {
      lives.parallelStream().forEach(TenantLife::oneRun);
    }
    return lives.stream().mapToInt(it -> it.runs().size()).sum();
  }

  private static long takeOvers(BotProcess bot) {
    return bot.log()
        .lines()
        .filter(it -> it.contains("Found dead execution") || it.contains("the lease is in danger"))
        .count();
  }
}
