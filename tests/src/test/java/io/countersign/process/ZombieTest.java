package io.countersign.process;

import static io.countersign.process.Bots.ACME;
import static io.countersign.process.Bots.CLINIC;
import static io.countersign.process.Bots.GLOBEX;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A bot stands still (SIGSTOP) in the middle of three swaps, for longer than its lease. Another one
 * takes over and ends the runs; then the first wakes where it stood and knows nothing of it.
 */
@Tag("chaos")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ZombieTest {
  private static final Map<String, String> POINTS =
      Map.of(CLINIC, "before COMMIT", GLOBEX, "started cutover/1", ACME, "acted cutover/1");

  private final Bots bots = new Bots(Duration.ofSeconds(1));
  private final Map<String, String> oids = new TreeMap<>();
  private String events = "";

  @BeforeAll
  void play() {
    bots.mangle(Bots.SLUGS);
    var zombie = bots.start();
    Bots.SLUGS.forEach(bots::ask);
    POINTS.forEach((slug, point) -> zombie.stopAt(bots.run(slug), point));
    Bots.SLUGS.forEach(it -> bots.approve(bots.card(it)));
    Bots.SLUGS.forEach(it -> zombie.awaitAt(bots.run(it)));
    zombie.freeze();
    var second = bots.start();
    bots.awaitAllDone();
    Bots.SLUGS.forEach(it -> oids.put(it, bots.oid(bots.tenant(it).database())));
    events = events();

    zombie.thaw();
    zombie.letGo();
    await("it notices that all three runs are not its own any more")
        .atMost(Bots.LONG)
        .until(() -> lost(zombie) >= POINTS.size());
    second.kill();
    bots.deliverTo(zombie);
  }

  private String events() {
    return bots.own("SELECT count(*) FROM countersign.run_event");
  }

  /** What the engine and the scheduler say of work whose run somebody else holds now. */
  private static long lost(BotProcess bot) {
    return bot.log()
        .lines()
        .filter(it -> it.contains("was not written") || it.contains("LEASE_LOST"))
        .count();
  }

  @AfterAll
  void end() {
    bots.close();
  }

  @Order(1)
  @ParameterizedTest
  @ValueSource(strings = {ACME, GLOBEX, CLINIC})
  void the_tenant_is_back_once(String slug) {
    bots.requireBack(slug);
    bots.requireSwappedOnce(slug);
    bots.requireToldOnce(slug);
  }

  @Order(1)
  @Test
  void nothing_that_it_did_after_waking_has_an_effect() {
    oids.forEach((slug, oid) -> assertThat(bots.oid(bots.tenant(slug).database())).isEqualTo(oid));
    assertThat(events()).isEqualTo(events);
    bots.requireNothingLeft();
  }

  /** It is a good bot again, the only one now. */
  @Order(2)
  @Test
  void it_works_on() {
    bots.ask(ACME);
    assertThat(bots.card(ACME).text()).isNotBlank();
  }
}
