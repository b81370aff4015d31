package io.countersign.process;

import static io.countersign.process.Bots.ACME;
import static io.countersign.process.Bots.CLINIC;
import static io.countersign.process.Bots.GLOBEX;
import static io.countersign.process.Bots.LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.countersign.sandbox.azure.Call;
import io.countersign.sandbox.azure.Faults;
import io.countersign.sandbox.azure.StandInAzure;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Three tenants of a server in Azure are restored by a bot that is killed twice, each time at three
 * points: around the request for the copy, and then while it looks at one and has one removed, with
 * restores that are real. The story is played once; the tests look at what Azure was asked.
 */
@Tag("chaos")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KilledOnAzureToTheGateTest {
  private final Bots bots =
      new Bots(
          Duration.ofMillis(500), Path.of("../runbooks"), Path.of("../manifest/estates/azure"));
  private final StandInAzure azure = bots.world().azure().orElseThrow();
  private final Map<String, Long> askedByTheFirst = new TreeMap<>();
  private final Map<String, Long> askedByTheSecond = new TreeMap<>();

  @BeforeAll
  void play() {
    bots.mangle(Bots.SLUGS);
    killedAroundTheRequest();
    Bots.SLUGS.forEach(it -> askedByTheFirst.put(it, requests(it)));
    killedWhileItLooksAndRemoves();
    Bots.SLUGS.forEach(it -> askedByTheSecond.put(it, requests(it)));
    var _ = bots.start();
    Bots.SLUGS.forEach(bots::card);
  }

  @AfterAll
  void end() {
    bots.close();
  }

  /** Before the request, between it and its answer, between the answer and the journal. */
  private void killedAroundTheRequest() {
    var bot = bots.start();
    bot.shut();
    Bots.SLUGS.forEach(bots::ask);
    bot.holdAt(bots.run(CLINIC), "started pitr/1");
    var unanswered = azure.faults().hold(of(GLOBEX, "PUT"));
    bot.holdAt(bots.run(ACME), "acted pitr/1");
    bot.open();
    bot.awaitAt(bots.run(CLINIC));
    await("the request for a copy").atMost(LONG).until(unanswered::isThere);
    bot.awaitAt(bots.run(ACME));
    bot.kill();
  }

  /** At a look at Azure's operation, at a look at the copy, and while one is removed. */
  private void killedWhileItLooksAndRemoves() {
    var held =
        List.of(
            azure.faults().hold(Faults.calls("GET", "/azureAsyncOperation/")),
            azure.faults().hold(of(ACME, "GET")),
            azure.faults().hold(of(GLOBEX, "DELETE")));
    var bot = bots.start();
    held.forEach(it -> await("a held answer").atMost(LONG).until(it::isThere));
    bot.kill();
  }

  private Predicate<Call> of(String slug, String method) {
    var name = "-" + bots.run(slug) + "-a1";
    return it -> it.method().equals(method) && it.path().endsWith(name);
  }

  private long requests(String slug) {
    return azure.faults().calls().stream()
        .filter(it -> it.method().equals("PUT") && !it.path().contains("/firewallRules/"))
        .filter(it -> it.path().contains("-" + bots.run(slug) + "-"))
        .count();
  }

  @Test
  void killed_before_the_request_the_next_bot_makes_it_once() {
    assertThat(askedByTheFirst.get(CLINIC)).isZero();
    assertThat(askedByTheSecond.get(CLINIC)).isEqualTo(1);
    requireOneServer(CLINIC);
  }

  @Test
  void killed_between_the_request_and_its_answer_the_next_bot_finds_what_it_made() {
    assertThat(askedByTheFirst.get(GLOBEX)).isEqualTo(1);
    requireOneServer(GLOBEX);
  }

  @Test
  void killed_between_the_answer_and_the_journal_the_next_bot_finds_what_was_made() {
    assertThat(askedByTheFirst.get(ACME)).isEqualTo(1);
    assertThat(
            bots.own(
                "SELECT count(*) FROM countersign.step_attempt WHERE step = 'pitr' AND run = '"
                    + bots.run(ACME)
                    + "'"))
        .as("the same attempt went on")
        .isEqualTo("1");
    requireOneServer(ACME);
  }

  /** Clinic's bot was at the operation, acme's at the copy itself. */
  @ParameterizedTest
  @ValueSource(strings = {CLINIC, ACME})
  void killed_at_a_look_the_next_bot_looks_on(String slug) {
    assertThat(askedByTheSecond.get(slug)).isEqualTo(1);
    requireOneServer(slug);
  }

  @Test
  void killed_while_a_copy_is_removed_the_next_bot_sees_that_it_goes() {
    assertThat(azure.faults().calls().stream().filter(of(GLOBEX, "DELETE")).count()).isEqualTo(1);
    assertThat(
            bots.own(
                "SELECT count(*) FROM countersign.step_attempt WHERE step = 'clear' AND state ="
                    + " 'DONE' AND run = '"
                    + bots.run(GLOBEX)
                    + "'"))
        .isEqualTo("1");
  }

  @Test
  void in_the_end_there_is_no_server_but_the_source_and_every_tenant_is_at_its_gate() {
    assertThat(azure.manager().servers()).containsExactly("pg-us-east-1");
    assertThat(bots.world().copies()).isEmpty();
    assertThat(bots.copiesAtWork()).isEmpty();
    Bots.SLUGS.forEach(it -> assertThat(bots.status(it)).isEqualTo("read_only"));
    assertThat(bots.own("SELECT count(*) FROM countersign.gate WHERE status = 'OPEN'"))
        .isEqualTo("3");
  }

  private void requireOneServer(String slug) {
    assertThat(requests(slug)).as("requests for a copy of %s", slug).isEqualTo(1);
    assertThat(azure.faults().calls().stream().filter(of(slug, "DELETE")).count())
        .as("removals of the copy of %s", slug)
        .isEqualTo(1);
  }
}
