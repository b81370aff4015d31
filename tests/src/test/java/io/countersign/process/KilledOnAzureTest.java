package io.countersign.process;

import static io.countersign.process.Bots.ACME;
import static io.countersign.process.Bots.CLINIC;
import static io.countersign.process.Bots.GLOBEX;
import static io.countersign.process.Bots.LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.countersign.azure.ScriptedBacking;
import io.countersign.sandbox.azure.Backing.State;
import io.countersign.sandbox.azure.Call;
import io.countersign.sandbox.azure.Faults;
import io.countersign.sandbox.azure.StandInAzure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * A bot is killed while five of its runs stand at five points around what they ask of Azure: each
 * has a copy of the server made and removed, and nothing else. Another bot ends them all. The story
 * is played once; the tests look at what Azure was asked.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("chaos")
class KilledOnAzureTest {
  private static final String ONLY_A_COPY =
      """
      runbook: copy-only
      title: Make a copy of the server and remove it
      estates: [medsuite]
      command: /tenant-restore
      parameters:
        tenant: { type: tenant, help: Its server is copied }
        to: { type: instant, help: A moment }
        reason: { type: text, max: 300, default: "", help: Why }
      steps:
        - id: pitr
          action: server.restore
          with: { source: "${tenant.server}", to: "${to}" }
        - id: clear
          action: server.discard
          with: { server: "${pitr.server}" }
      on-abort:
        - action: server.discard
          with: { server: "${pitr.server}" }
      """;

  /** Tenants that stand in the registry alone: nothing of a tenant is touched here. */
  private static final String LOOKED_AT = "dental";

  private static final String REMOVED = "east-clinic";

  /** Each tenant's run, by where it stood when the bot was killed. */
  private static final List<String> SLUGS = List.of(CLINIC, GLOBEX, ACME, LOOKED_AT, REMOVED);

  private final Map<String, Long> askedByTheDead = new TreeMap<>();
  private Bots bots;
  private StandInAzure azure;

  @BeforeAll
  void play(@TempDir Path folder) throws IOException {
    Files.writeString(folder.resolve("copy-only.yaml"), ONLY_A_COPY);
    bots = new Bots(Duration.ofMillis(500), folder, Path.of("../manifest/estates/azure"));
    azure = bots.world().azure().orElseThrow();
    enrol();
    var backing = new ScriptedBacking();
    var live = bots.world().medsuite().botLogin();
    backing.ends(4, new State.Made(live.host() + ":" + live.port()));
    azure.manager().backedBy(backing);
    killedAtFivePoints();
    SLUGS.forEach(it -> askedByTheDead.put(it, requests(it)));
    var _ = bots.start();
    bots.awaitAllEnded();
  }

  @AfterAll
  void end() {
    bots.close();
  }

  private void enrol() {
    for (var slug : List.of(LOOKED_AT, REMOVED)) {
      bots.world()
          .execute(
              "medsuite",
              """
              INSERT INTO identity.tenant (slug, display_name, db_name, db_server_id, db_config_ref)
              SELECT '%s', '%s', db_name, db_server_id, db_config_ref FROM identity.tenant
               WHERE slug = '%s'\
              """
                  .formatted(slug, slug, ACME));
    }
  }

  private void killedAtFivePoints() {
    var moment = Instant.now();
    var bot = bots.start();
    bot.shut();
    List.of(CLINIC, GLOBEX, ACME, REMOVED)
        .forEach(it -> bots.ask(it, "/tenant-restore", Bots.command(it, moment)));
    bot.holdAt(bots.run(CLINIC), "started pitr/1");
    bot.holdAt(bots.run(ACME), "acted pitr/1");
    var asked = azure.faults().hold(of(GLOBEX, "PUT"));
    var removed = azure.faults().hold(of(REMOVED, "DELETE"));
    bot.open();
    List.of(CLINIC, ACME).forEach(it -> bot.awaitAt(bots.run(it)));
    await("an answer to the request is held").atMost(LONG).until(asked::isThere);
    await("an answer to the removal is held").atMost(LONG).until(removed::isThere);
    // an operation's address does not say whose it is: now nobody else looks at any
    var looked = azure.faults().hold(Faults.calls("GET", "/azureAsyncOperation/"));
    bots.ask(LOOKED_AT, "/tenant-restore", Bots.command(LOOKED_AT, moment));
    await("an answer to a look is held").atMost(LONG).until(looked::isThere);
    bot.kill();
  }

  private Predicate<Call> of(String slug, String method) {
    var name = "-" + bots.run(slug) + "-a1";
    return it -> it.method().equals(method) && it.path().endsWith(name);
  }

  private long requests(String slug) {
    return count(
        it ->
            it.method().equals("PUT")
                && it.path().contains("-" + bots.run(slug) + "-")
                && !it.path().contains("/firewallRules/"));
  }

  private long count(Predicate<Call> which) {
    return azure.faults().calls().stream().filter(which).count();
  }

  private void requireMadeAndRemovedOnce(String slug) {
    assertThat(requests(slug)).as("requests for a copy for %s", slug).isEqualTo(1);
    assertThat(count(of(slug, "DELETE"))).as("removals of the copy for %s", slug).isEqualTo(1);
    assertThat(attempts(slug, "pitr")).as("attempts for %s", slug).isEqualTo("1");
  }

  private String attempts(String slug, String step) {
    return bots.own(
        "SELECT count(*) FROM countersign.step_attempt WHERE run = '%s' AND step = '%s'"
            .formatted(bots.run(slug), step));
  }

  @Test
  void killed_before_the_request_another_bot_makes_it() {
    assertThat(askedByTheDead.get(CLINIC)).isZero();
    requireMadeAndRemovedOnce(CLINIC);
  }

  @Test
  void killed_between_the_request_and_its_answer_another_bot_finds_what_it_made() {
    assertThat(askedByTheDead.get(GLOBEX)).isEqualTo(1);
    requireMadeAndRemovedOnce(GLOBEX);
  }

  @Test
  void killed_between_the_answer_and_the_journal_another_bot_finds_what_was_made() {
    assertThat(askedByTheDead.get(ACME)).isEqualTo(1);
    requireMadeAndRemovedOnce(ACME);
  }

  @Test
  void killed_while_it_looks_another_bot_looks_on() {
    assertThat(askedByTheDead.get(LOOKED_AT)).isEqualTo(1);
    requireMadeAndRemovedOnce(LOOKED_AT);
  }

  @Test
  void killed_while_a_copy_is_removed_another_bot_sees_that_it_goes() {
    requireMadeAndRemovedOnce(REMOVED);
    assertThat(attempts(REMOVED, "clear")).as("the dead bot's, and another's").isEqualTo("2");
  }

  @Test
  void in_the_end_there_is_no_server_but_the_source() {
    assertThat(azure.manager().servers()).containsExactly("pg-us-east-1");
  }
}
