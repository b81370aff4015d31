package io.countersign.process;

import static io.countersign.process.Bots.ACME;
import static io.countersign.process.Bots.CLINIC;
import static io.countersign.process.Bots.GLOBEX;
import static io.countersign.process.Bots.LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Three tenants are restored by a bot that is killed: while it copies, at the gate, and in and
 * after the swap. The story is played once; the tests look at what came of it.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class KilledBots {
  private final Bots bots;
  private final List<Map<String, String>> swapPoints;
  private final List<ProcessHandle> orphans = new ArrayList<>();
  private final List<Duration> closed = new ArrayList<>();
  private @Nullable BotProcess running;

  /**
   * @param swapPoints each round of kills stops the three runs at three points
   */
  KilledBots(Duration heartbeat, List<Map<String, String>> swapPoints) {
    this.bots = new Bots(heartbeat);
    this.swapPoints = swapPoints;
  }

  @BeforeAll
  void play() {
    bots.fatten(ACME);
    bots.mangle(Bots.SLUGS);
    killedWhileItCopies();
    killedAtTheGateAndInTheSwap();
    swapPoints.stream().skip(1).forEach(this::killedInTheSwap);
    running = bots.start();
    measured("from the last start to the end of all runs", bots::awaitAllDone);
  }

  @AfterAll
  void end() {
    bots.close();
  }

  /** One run is at the gate, one has just begun a server copy, one has its programs at work. */
  private void killedWhileItCopies() {
    running = bots.start();
    bots.ask(CLINIC);
    bots.ask(GLOBEX);
    bot().stopAt(bots.run(GLOBEX), "acted pitr/1");
    bot().awaitAt(bots.run(GLOBEX));
    bots.card(CLINIC);
    bots.ask(ACME);
    var session = "cs/" + bots.run(ACME) + "/copy/1";
    await("pg_restore at work for acme")
        .atMost(LONG)
        .pollInterval(Duration.ofMillis(5))
        .until(() -> seenAtWork(session));
    bot().kill();
    assertThat(bots.dumps()).as("folders that the dead bot left").isNotEmpty();
  }

  /** What is seen is kept at once: a program that ends before the next look would be missed. */
  private boolean seenAtWork(String session) {
    var atWork = bot().programs("pg_restore");
    if (atWork.isEmpty() || bots.sessions(session) == 0) {
      return false;
    }
    orphans.addAll(atWork);
    orphans.addAll(bot().programs("pg_dump"));
    return true;
  }

  private void killedAtTheGateAndInTheSwap() {
    running = bots.start();
    swapPoints.getFirst().forEach((slug, point) -> bot().stopAt(bots.run(slug), point));
    bots.approve(bots.card(CLINIC));
    measured("from the start to the card of a run that was cut off", () -> bots.card(ACME));
    bots.approve(bots.card(ACME));
    bots.approve(bots.card(GLOBEX));
    killedWhereTheyStop();
  }

  private void killedInTheSwap(Map<String, String> points) {
    running = bots.start();
    points.forEach((slug, point) -> bot().stopAt(bots.run(slug), point));
    measured(
        "from the start to the swap of the runs that were cut off",
        () -> Bots.SLUGS.forEach(it -> bot().awaitAt(bots.run(it))));
    killedWhereTheyStop();
  }

  /** Nobody repairs anything here: no bot runs while the applications try to connect. */
  private void killedWhereTheyStop() {
    Bots.SLUGS.forEach(it -> bot().awaitAt(bots.run(it)));
    bot().kill();
    long killed = System.nanoTime();
    for (var slug : Bots.SLUGS) {
      await("the application of " + slug + " connects again")
          .atMost(Duration.ofSeconds(15))
          .pollInterval(Duration.ofMillis(20))
          .until(() -> bots.applicationConnects(slug));
      closed.add(Bots.since(killed));
    }
  }

  private BotProcess bot() {
    return Optional.ofNullable(running).orElseThrow();
  }

  private static void measured(String what, Runnable doing) {
    long begun = System.nanoTime();
    doing.run();
    System.out.printf("%s: %d ms%n", what, Bots.since(begun).toMillis());
  }

  @ParameterizedTest
  @ValueSource(strings = {ACME, GLOBEX, CLINIC})
  void the_tenant_is_back_as_if_nothing_had_happened(String slug) {
    bots.requireBack(slug);
  }

  @ParameterizedTest
  @ValueSource(strings = {ACME, GLOBEX, CLINIC})
  void the_names_were_swapped_once(String slug) {
    bots.requireSwappedOnce(slug);
  }

  @ParameterizedTest
  @ValueSource(strings = {ACME, GLOBEX, CLINIC})
  void the_channel_holds_one_message_and_no_line_twice(String slug) {
    bots.requireToldOnce(slug);
  }

  @Test
  void nothing_is_left_of_the_dead_attempts() {
    bots.requireNothingLeft();
    assertThat(orphans).isNotEmpty().noneMatch(ProcessHandle::isAlive);
  }

  @Test
  void applications_connect_again_within_seconds_though_no_bot_runs() {
    System.out.println("applications could connect again after " + closed);
    assertThat(closed)
        .hasSize(3 * swapPoints.size())
        .allSatisfy(it -> assertThat(it).isLessThan(Duration.ofSeconds(15)));
  }
}
