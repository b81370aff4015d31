package io.countersign.process;

import static io.countersign.process.Bots.ACME;
import static io.countersign.process.Bots.CLINIC;
import static io.countersign.process.Bots.GLOBEX;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.sandbox.postgres.Traffic;
import io.countersign.sandbox.slack.Workspace;
import io.countersign.server.Bot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Prints what the bot does on this machine, in milliseconds. Nothing is asserted of a time. */
@Tag("bench")
class FiguresTest {
  private static final int STARTS = 5;
  private static final int REQUESTS = 200;
  private static final int CLIENTS = 12;
  private static final int KILLS = 3;

  private final List<String> table = new ArrayList<>();

  @Test
  void figures_of_this_machine() {
    try (var bots = new Bots(Bot.HEARTBEAT)) {
      bots.mangle(Bots.SLUGS);
      row("start to READY", times(STARTS, () -> startToReady(bots)));
      bots.start();
      requests(bots, 20);
      row("request acknowledged", requests(bots, REQUESTS));
      var gaps = Stream.of(ACME, GLOBEX, CLINIC).map(it -> swapUnderTraffic(bots, it)).toList();
      row("swap, nobody of 12 clients served", gaps.stream().mapToLong(Gaps::outage));
      row("swap, longest wait of one client", gaps.stream().mapToLong(Gaps::client));
      row("kill to take-over", times(KILLS, () -> killToTakeOver(bots)));
    }
    System.out.println("\n%-36s %6s %8s %8s %8s".formatted("ms", "n", "p50", "p99", "max"));
    table.forEach(System.out::println);
    assertThat(table).hasSize(5);
  }

  private static LongStream times(int count, LongSupplier one) {
    return LongStream.generate(one).limit(count);
  }

  private void row(String what, LongStream measured) {
    var sorted = measured.sorted().toArray();
    table.add(
        String.format(
            Locale.ROOT,
            "%-36s %6d %8d %8d %8d",
            what,
            sorted.length,
            sorted[(sorted.length - 1) / 2],
            sorted[(sorted.length - 1) * 99 / 100],
            sorted[sorted.length - 1]));
  }

  private static long startToReady(Bots bots) {
    long begun = System.nanoTime();
    var bot = bots.begin();
    bot.awaitReady();
    long took = Bots.since(begun).toMillis();
    bot.kill();
    return took;
  }

  /** From the stand-in's request to the bot's answer over HTTP. */
  private static LongStream requests(Bots bots, int count) {
    return times(
        count,
        () -> {
          long begun = System.nanoTime();
          var answer =
              bots.slack().slash(Workspace.ALICE, Workspace.INCIDENT, "/tenant-restore", "help");
          assertThat(answer.outcome().isAcknowledged()).isTrue();
          return Bots.since(begun).toMillis();
        });
  }

  private record Gaps(long outage, long client) {}

  private static Gaps swapUnderTraffic(Bots bots, String slug) {
    bots.ask(slug);
    var card = bots.card(slug);
    var medsuite = bots.world().medsuite();
    var traffic = Traffic.start(medsuite, slug, CLIENTS, Duration.ofSeconds(1));
    try (traffic) {
      bots.approve(card);
      bots.awaitAllDone();
    }
    return new Gaps(traffic.longestOutageMillis(), traffic.longestGapMillis());
  }

  /** A second bot is ready; the first dies in the middle of a run. */
  private static long killToTakeOver(Bots bots) {
    var first = bots.newest();
    bots.awaitNothingHeld();
    first.stopAtNext("acted freeze/");
    bots.ask(ACME);
    bots.awaitStandsAtNext(first);
    var second = bots.start();
    first.kill();
    long took = bots.awaitTakenOver(first.name(), Duration.ofMinutes(1)).toMillis();
    bots.approve(bots.card(ACME));
    bots.awaitAllDone();
    assertThat(second.isAlive()).isTrue();
    return took;
  }
}
