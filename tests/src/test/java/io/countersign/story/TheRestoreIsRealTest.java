package io.countersign.story;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.sandbox.postgres.Mangle;
import io.countersign.sandbox.postgres.TenantFingerprint;
import io.countersign.sandbox.postgres.Traffic;
import io.countersign.sandbox.slack.Message;
import io.countersign.sandbox.slack.Workspace;
import io.countersign.support.Canaries;
import io.countersign.support.Stage;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

/** One tenant goes back to a past moment while its application works, and nothing else changes. */
class TheRestoreIsRealTest {
  private static final String CANARIES =
      "SELECT count(*) FROM members.member WHERE display_name = '" + Canaries.ROW + "'";

  @Test
  void a_tenant_goes_back_to_a_past_moment_while_its_application_works() throws Exception {
    try (var stage = Stage.open();
        var traffic = Traffic.start(stage.world().medsuite(), "acme", 6, Duration.ofSeconds(1))) {
      var world = stage.world();
      var acme = stage.fingerprint("acme");
      var globex = stage.fingerprint("globex");
      var clinic = stage.fingerprint("north-clinic");
      var mangledOid = stage.oid("acme");
      var moments = Mangle.badMigration(world.medsuite(), "acme");
      assertThat(world.one("tenant_acme", CANARIES)).isEqualTo("0");

      Stage.await(
          "the moment can be asked for",
          () -> Instant.now().isAfter(moments.before().plusSeconds(2)));
      var run = stage.start("acme", moments.before().truncatedTo(ChronoUnit.SECONDS));
      stage.click(Workspace.BOB, stage.awaitCard(run), Stage.APPROVE);
      assertThat(stage.awaitEnded(run)).as(stage.thread(run)).startsWith("acme is back");
      assertThat(stage.events(run)).filteredOn("gate-opened"::equals).hasSize(1);

      assertThat(world.one("tenant_acme", CANARIES)).isEqualTo("1");
      assertThat(
              world.one(
                  "tenant_acme",
                  "SELECT count(*) FROM members.member WHERE display_name LIKE 'Newcomer%'"))
          .isEqualTo("0");
      assertThat(
              world.one(
                  "tenant_acme",
                  "SELECT count(*) FROM members.claim WHERE submitted_at BETWEEN '%s' AND '%s'"
                      .formatted(moments.before(), moments.after())))
          .isEqualTo("0");
      var now = stage.fingerprint("acme");
      assertThat(TenantFingerprint.differences(acme.catalogue(), now.catalogue())).isEmpty();
      assertThat(TenantFingerprint.differences(globex, stage.fingerprint("globex"))).isEmpty();
      assertThat(TenantFingerprint.differences(clinic, stage.fingerprint("north-clinic")))
          .isEmpty();
      assertThat(stage.status("acme")).isEqualTo("active");
      assertThat(stage.copies()).isEmpty();
      assertThat(world.one("medsuite", "SELECT string_agg(action, ',') FROM identity.tenant_audit"))
          .isEqualTo("TENANT_PITR_RESTORED");
      assertThat(
              stage.journal(
                  "SELECT count(DISTINCT intent ->> 'server') || ' for ' || count(*) FROM"
                      + " countersign.step_attempt WHERE action IN ('database.copy',"
                      + " 'database.swap')"))
          .as("one name for the server, or the guard on live OIDs compares nothing")
          .isEqualTo("1 for 2");
      requireMangledKept(stage, mangledOid);
      requireToldOnce(stage, run);
      requireCachesToldAgain(stage, run);
      long writes = traffic.writes();
      Stage.await("acme's application writes again", () -> traffic.writes() > writes);
      assertThat(stage.canaries().argv()).anyMatch(it -> it.contains("/copies/"));
      assertThat(stage.canaries().logged()).anyMatch(it -> it.contains("StepSucceeded cutover"));
    }
  }

  /** The button under the last line of the run, which the channel sees as well. */
  private static void requireCachesToldAgain(Stage stage, Stage.Run run) throws Exception {
    var end =
        stage
            .slack()
            .awaitMessage(Stage.CHANNEL, it -> it.hasButton("run.caches"), Duration.ofSeconds(30))
            .orElseThrow();
    try (var product = stage.world().medsuite().live().admin("medsuite");
        var statement = product.createStatement()) {
      statement.execute("LISTEN \"tenant.status.changed\"");
      assertThat(stage.click(Workspace.CAROL, end, "run.caches")).contains("Only a PLATFORM_ADMIN");
      assertThat(stage.click(Workspace.BOB, end, "run.caches"))
          .contains("Every process was told again", "/tenant-rollback acme");
      var clicks =
          stage.slack().deliveries().stream()
              .filter(it -> it.kind().equals("block_actions"))
              .toList();
      assertThat(stage.slack().redeliver(clicks.getLast()).isAcknowledged()).isTrue();
      statement.execute("SELECT 1");
      assertThat(product.unwrap(PGConnection.class).getNotifications()).hasSize(1);
    }
    stage.awaitTold(run, "had every process told again that acme changed");
  }

  private static void requireMangledKept(Stage stage, String oid) {
    var world = stage.world();
    assertThat(stage.besides("acme")).hasSize(1).allMatch(it -> it.contains("_pre_pitr_"));
    var kept = stage.besides("acme").iterator().next();
    assertThat(
            world.one(
                "postgres",
                "SELECT oid || ' ' || datallowconn FROM pg_database WHERE datname = '%s'"
                    .formatted(kept)))
        .isEqualTo(oid + " false");
    world.execute("postgres", "ALTER DATABASE \"" + kept + "\" ALLOW_CONNECTIONS true");
    assertThat(world.one(kept, CANARIES)).isEqualTo("0");
    assertThat(
            world.one(
                kept, "SELECT count(*) FROM members.member WHERE display_name LIKE 'Newcomer%'"))
        .isEqualTo("3");
    world.execute("postgres", "ALTER DATABASE \"" + kept + "\" ALLOW_CONNECTIONS false");
  }

  private static void requireToldOnce(Stage stage, Stage.Run run) {
    assertThat(stage.slack().messages(Stage.CHANNEL).stream().filter(it -> it.threadTs() == null))
        .extracting(Message::ts)
        .containsExactly(run.root().ts());
    Stage.await(
        "the thread is told to its end, and has its timeline",
        () ->
            stage.lines(run).stream().anyMatch(it -> it.contains("Run "))
                && stage.slack().files().stream().anyMatch(it -> it.name().contains(run.id())));
    var lines = stage.lines(run).stream().filter(it -> !it.isEmpty()).toList();
    assertThat(lines).doesNotHaveDuplicates();
    assertThat(lines.stream().skip(1).filter(it -> it.startsWith("done · ")))
        .extracting(it -> it.split("[·:]", 3)[1].strip())
        .containsExactly(
            "check servers and rights",
            "freeze acme",
            "wait for caches and open transactions",
            "copy the server",
            "copy acme's database",
            "compare",
            "remove the server copy",
            "keep jobs from running again",
            "keep numbers from being given twice",
            "run the product's own command",
            "swap the databases",
            "tell caches",
            "restart the product",
            "unfreeze acme",
            "write the audit row",
            "plan the old database's drop",
            "make sure that it was restarted");
    assertThat(lines.getLast()).contains("acme is back");
  }
}
