package io.countersign.story;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.estate.SecretName;
import io.countersign.postgres.FileSecrets;
import io.countersign.sandbox.slack.Workspace;
import io.countersign.support.Stage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * The second strategy from the typed command to the week after: the tenant's reference is led to
 * the restored database, and back.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class FlipTheRefTest {
  private static final String REQUESTED = " strategy=flip-the-ref because bad migration 812";
  private final Stage stage = Stage.open();
  private String oid = "";
  private String flipped = "";

  @BeforeAll
  void look() {
    oid = stage.oid("acme");
  }

  @AfterAll
  void close() {
    stage.close();
  }

  private String row(String slug) {
    return stage
        .world()
        .one(
            "medsuite",
            "SELECT db_name || ' by ' || db_config_ref FROM identity.tenant WHERE slug = '%s'"
                .formatted(slug));
  }

  private Path secrets() {
    return stage.world().medsuite().secrets();
  }

  private List<String> secretsOf(String slug) throws Exception {
    try (var files = Files.list(secrets())) {
      return files
          .map(it -> it.getFileName().toString())
          .filter(it -> it.startsWith("tenant-db-" + slug))
          .sorted()
          .toList();
    }
  }

  private String open(String database) {
    return stage
        .world()
        .one("postgres", "SELECT datallowconn FROM pg_database WHERE datname = '" + database + "'");
  }

  private Stage.Run flip(String slug) {
    return stage.press(stage.ask(Workspace.ALICE, slug + " to " + stage.well() + REQUESTED), slug);
  }

  private void deny(io.countersign.sandbox.slack.Message card) {
    stage.slack().click(Workspace.BOB, card, Stage.DENY);
    assertThat(
            stage
                .slack()
                .awaitView(
                    Workspace.BOB,
                    it -> it.callbackId().equals("gate.deny"),
                    java.time.Duration.ofSeconds(20)))
        .isPresent();
    stage.slack().submit(Workspace.BOB, Map.of("reason", Map.of("reason", "wrong minute")));
  }

  @Test
  @Order(1)
  void the_tenant_is_led_to_the_restored_database_and_works_there() throws Exception {
    var before = Files.readString(secrets().resolve("tenant-db-acme"));
    var run = flip("acme");
    var card = stage.awaitCard(run);
    assertThat(card.rendered())
        .contains("replace acme's live database by its state of")
        .contains("Leads acme to tenant_acme_restore_", "closed, kept: tenant_acme (OID " + oid)
        .contains("stays closed until a bot runs again")
        .contains("Undo: /tenant-rollback acme")
        .contains("Approve the flip")
        .doesNotContain("Becomes live", "swap");
    assertThat(stage.click(Workspace.ALICE, card, Stage.APPROVE)).contains("somebody else");
    assertThat(stage.click(Workspace.BOB, card, Stage.APPROVE)).contains("Your approval counts");
    assertThat(stage.awaitEnded(run))
        .as(stage.thread(run))
        .startsWith("acme is back at")
        .contains("stays as tenant_acme", "/tenant-rollback acme leads back to it");

    flipped = row("acme");
    assertThat(flipped).startsWith("tenant_acme_restore_").contains(" by tenant-db-acme-");
    assertThat(open("tenant_acme")).isEqualTo("f");
    assertThat(stage.oid("acme")).isEqualTo(oid);
    assertThat(secrets().resolve("tenant-db-acme")).hasContent(before);
    assertThat(stage.status("acme")).isEqualTo("active");
    write(flipped.split(" by ", 2)[1]);
    assertThat(stage.thread(run)).doesNotContain("swap", "skipped");
    assertThat(stage.events(run)).contains("step-passed-over");
  }

  /** As the product does: by the secret that the row names. */
  private void write(String secret) throws Exception {
    var login = new FileSecrets(secrets()).login(new SecretName(secret));
    try (var session =
            java.sql.DriverManager.getConnection(
                "jdbc:postgresql://%s:%d/%s"
                    .formatted(login.host(), login.port(), login.database()),
                login.user(),
                login.password().reveal());
        var statement = session.createStatement()) {
      statement.execute("UPDATE members.member SET birth_year = birth_year");
    }
  }

  @Test
  @Order(2)
  @Tag("chaos")
  void a_second_flip_makes_names_that_are_no_longer_and_denied_it_leaves_nothing()
      throws Exception {
    var secrets = secretsOf("acme");
    var databases = stage.besides("acme");
    var run =
        stage.press(stage.ask(Workspace.ALICE, "acme to " + stage.moment() + REQUESTED), "acme");
    var card = stage.awaitCard(run);
    assertThat(card.rendered())
        .containsPattern("Leads acme to tenant_acme_restore_[0-9]{14}_a1 ")
        .containsPattern("by the secret tenant-db-acme-[0-9]{14}-[0-9a-z]{8}-1 ");
    deny(card);
    assertThat(stage.awaitEnded(run)).startsWith("Not done").contains("acme is unfrozen");
    assertThat(row("acme")).isEqualTo(flipped);
    assertThat(secretsOf("acme")).isEqualTo(secrets).hasSize(2);
    assertThat(stage.besides("acme")).isEqualTo(databases).hasSize(1);
    write(flipped.split(" by ", 2)[1]);
  }

  @Test
  @Order(3)
  void the_rollback_returns_row_secret_and_access_and_the_drop_takes_the_new_secret_along()
      throws Exception {
    var run = stage.rollBack("acme");
    var card = stage.awaitCard(run);
    assertThat(card.rendered())
        .contains("roll acme back: its live database by tenant_acme")
        .contains("Leads acme to tenant_acme (OID " + oid, "by the secret tenant-db-acme ·")
        .contains("Approve the rollback")
        .doesNotContain("swap");
    assertThat(stage.click(Workspace.BOB, card, Stage.APPROVE)).contains("Your approval counts");
    assertThat(stage.awaitEnded(run)).startsWith("acme is rolled back");
    assertThat(row("acme")).isEqualTo("tenant_acme by tenant-db-acme");
    assertThat(stage.oid("acme")).isEqualTo(oid);
    assertThat(open("tenant_acme")).isEqualTo("t");
    assertThat(stage.settings("acme")).doesNotContain("default_transaction_read_only");
    assertThat(stage.status("acme")).isEqualTo("active");
    write("tenant-db-acme");
    var restored = flipped.split(" by ", 2)[0];
    assertThat(open(restored)).isEqualTo("f");

    stage.skip("7 days 1 minute");
    var drop = stage.awaitScheduled("acme", "Dropping acme's kept database " + restored);
    var asked = stage.awaitCard(drop);
    assertThat(asked.rendered())
        .contains(restored, "The secret " + flipped.split(" by ", 2)[1], "goes too");
    assertThat(stage.type(Workspace.BOB, asked, "acme")).contains("Your approval counts");
    assertThat(stage.awaitEnded(drop)).contains("was dropped for ever");
    assertThat(stage.besides("acme")).isEmpty();
    assertThat(secretsOf("acme")).containsExactly("tenant-db-acme");
    write("tenant-db-acme");
  }
}
