package io.countersign.process;

import static io.countersign.process.Bots.ACME;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.sandbox.slack.Message;
import io.countersign.sandbox.slack.Workspace;
import io.countersign.server.Bot;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Prints what an estate in Azure adds to a start, beside one on this host, in turns: until the bot
 * is ready, and from there to its first plan, which is the first that asks Azure for anything.
 * Nothing is asserted of a time.
 */
@Tag("bench")
class AzureStartTest {
  private static final int ROUNDS = Integer.getInteger("rounds", 7);
  private static final Duration LONG = Duration.ofMinutes(1);

  /** Both in milliseconds. */
  private record Start(long ready, long plan) {}

  @Test
  void what_azure_adds_to_a_start() {
    var here = new ArrayList<Start>();
    var azure = new ArrayList<Start>();
    try (var local = new Bots(Bot.HEARTBEAT);
        var cloud =
            new Bots(Bot.HEARTBEAT, Path.of("../runbooks"), Path.of("../manifest/estates/azure"))) {
      for (int round = 0; round <= ROUNDS; round++) {
        var one = start(local);
        var other = start(cloud);
        // the first of each fills caches of files
        if (round > 0) {
          here.add(one);
          azure.add(other);
        }
      }
    }
    System.out.printf(
        "%n%-26s %8s %8s %8s %8s %8s%n",
        "ms, median of " + ROUNDS, "local", "azure", "more", "ratio", "most");
    row(
        "start to READY",
        here.stream().map(Start::ready).toList(),
        azure.stream().map(Start::ready).toList());
    row(
        "READY to the first plan",
        here.stream().map(Start::plan).toList(),
        azure.stream().map(Start::plan).toList());
    assertThat(azure).hasSize(ROUNDS);
  }

  private static void row(String what, List<Long> here, List<Long> azure) {
    long one = median(here);
    long other = median(azure);
    System.out.printf(
        "%-26s %8d %8d %8d %8.2f %8d%n",
        what,
        one,
        other,
        other - one,
        (double) other / one,
        azure.stream().max(Long::compare).orElseThrow());
  }

  private static long median(List<Long> all) {
    return all.stream().sorted().toList().get(all.size() / 2);
  }

  private static Start start(Bots bots) {
    long begun = System.nanoTime();
    try (var bot = bots.begin()) {
      bot.awaitReady();
      long ready = Bots.since(begun).toMillis();
      bots.deliverTo(bot);
      long asked = System.nanoTime();
      plan(bots);
      return new Start(ready, Bots.since(asked).toMillis());
    }
  }

  private static void plan(Bots bots) {
    var slack = bots.slack();
    var before = slack.ephemerals(Workspace.ALICE).stream().map(Message::ts).toList();
    slack.slash(
        Workspace.ALICE,
        Workspace.INCIDENT,
        "/tenant-restore",
        Bots.command(ACME, Instant.now().minusSeconds(2)) + " because of nothing");
    assertThat(
            slack.awaitEphemeral(
                Workspace.ALICE,
                it -> it.hasButton("draft.start") && !before.contains(it.ts()),
                LONG))
        .isPresent();
  }
}
