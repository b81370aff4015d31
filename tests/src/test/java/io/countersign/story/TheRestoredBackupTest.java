package io.countersign.story;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.estate.SecretName;
import io.countersign.postgres.FileSecrets;
import io.countersign.sandbox.slack.Message;
import io.countersign.sandbox.slack.Workspace;
import io.countersign.support.Stage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
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
 * A backup comes back: beside its tenant until its time is over, or in its tenant's place behind a
 * gate, and never into the live database.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class TheRestoredBackupTest {
  private static final String COMMAND = "/tenant-restore-backup";
  private final Stage stage = Stage.open();
  private String oid = "";
  private String members = "";

  @BeforeAll
  void back_up_and_mangle() {
    oid = stage.oid("acme");
    members = members("tenant_acme");
    var run = stage.press(stage.command(Workspace.ALICE, "/tenant-backup", "acme"), "acme");
    stage.awaitHeadline(run, "acme is backed up");
    stage.world().execute("tenant_acme", "DELETE FROM members.member WHERE id <= 40");
  }

  @AfterAll
  void close() {
    stage.close();
  }

  private String members(String database) {
    return stage.world().one(database, "SELECT count(*) FROM members.member");
  }

  private String row(String slug) {
    return stage
        .world()
        .one(
            "medsuite",
            "SELECT concat_ws(' ', status, db_name, db_config_ref) FROM identity.tenant WHERE slug"
                + " LIKE '%s'".formatted(slug));
  }

  private List<String> secretsOfAcme() throws Exception {
    try (var files = Files.list(secrets())) {
      return files
          .map(it -> it.getFileName().toString())
          .filter(it -> it.startsWith("tenant-db-acme"))
          .sorted()
          .toList();
    }
  }

  private Path secrets() {
    return stage.world().medsuite().secrets();
  }

  private Stage.Run restore(String more) {
    var plan = stage.command(Workspace.ALICE, COMMAND, "acme" + more);
    assertThat(plan.rendered()).contains("check the backup", "restore the backup beside acme");
    return stage.press(plan, "acme");
  }

  private void deny(Message card) {
    stage.slack().click(Workspace.BOB, card, Stage.DENY);
    assertThat(
            stage
                .slack()
                .awaitView(
                    Workspace.BOB,
                    it -> it.callbackId().equals("gate.deny"),
                    Duration.ofSeconds(20)))
        .isPresent();
    stage.slack().submit(Workspace.BOB, Map.of("reason", Map.of("reason", "not this one")));
  }

  @Test
  @Order(1)
  void a_backup_stands_beside_its_tenant_read_only_and_the_tenant_is_not_touched()
      throws Exception {
    var run = restore(" because the auditor asks");

    assertThat(stage.awaitHeadline(run, "A backup of acme"))
        .contains("stands beside it", "acme itself was not touched");
    stage.awaitTold(run, "every table has the rows that were counted", "without pgboss");
    var row = row("acme-restore-%").split(" ", -1);
    assertThat(row[0]).isEqualTo("read_only");
    assertThat(row[1]).matches("tenant_acme_restore_[0-9]{14}_a1");
    assertThat(members(row[1])).isEqualTo(members);
    assertThat(row("acme")).isEqualTo("active tenant_acme tenant-db-acme");
    assertThat(stage.oid("acme")).isEqualTo(oid);
    assertThat(stage.events(run)).doesNotContain("gate-opened");
    assertThat(written(row[2])).contains("read-only transaction");
    assertThat(
            stage.world().one(row[1], "SELECT count(*) FROM pg_namespace WHERE nspname = 'pgboss'"))
        .isEqualTo("1");
    assertThat(stage.world().one(row[1], "SELECT count(*) FROM pgboss.job")).isEqualTo("0");
  }

  /** What the server says when the product writes with the login of a secret. */
  private String written(String secret) throws Exception {
    var login = new FileSecrets(secrets()).login(new SecretName(secret));
    try (var session =
            DriverManager.getConnection(
                "jdbc:postgresql://%s:%d/%s"
                    .formatted(login.host(), login.port(), login.database()),
                login.user(),
                login.password().reveal());
        var statement = session.createStatement()) {
      statement.execute("UPDATE members.member SET birth_year = birth_year");
      return "written";
    } catch (SQLException refused) {
      return String.valueOf(refused.getMessage());
    }
  }

  @Test
  @Order(2)
  void when_its_time_is_over_the_sibling_goes_with_row_and_secret_if_somebody_countersigns()
      throws Exception {
    var before = row("acme-restore-%").split(" ", -1);
    stage.skip("14 days 1 minute");
    var run = stage.awaitScheduled("acme", "Removing acme-restore-");
    var card = stage.awaitCard(run);
    assertThat(card.rendered())
        .contains("be removed for ever?", "acme itself lives in another database")
        .contains("nothing but its own row and secret leads to it", "acme is not touched");
    assertThat(stage.type(Workspace.BOB, card, "acme")).contains("Your approval counts");
    assertThat(stage.awaitEnded(run)).contains("was removed for ever", "acme itself was not");
    assertThat(row("acme-restore-%")).isEqualTo("archived  ");
    assertThat(stage.databases()).contains("tenant_acme").doesNotContain(before[1]);
    assertThat(secretsOfAcme()).contains("tenant-db-acme").doesNotContain(before[2]);
    assertThat(stage.oid("acme")).isEqualTo(oid);
  }

  /** What is put back is swept for every point of a run; this is the same on a real tenant. */
  @Test
  @Tag("chaos")
  @Order(3)
  void denied_the_way_to_live_leaves_nothing_and_the_tenant_is_unfrozen() throws Exception {
    var databases = stage.besides("acme");
    var secrets = secretsOfAcme();
    var run = restore(" then=point-live");
    var card = stage.awaitCard(run);
    assertThat(card.rendered())
        .contains("replace acme's live database by its backup of")
        .contains("Leads acme to tenant_acme_restore_", "closed, kept: tenant_acme (OID " + oid)
        .contains("The backup ", "every table has the rows that were counted");
    assertThat(stage.status("acme")).isEqualTo("read_only");
    deny(card);
    assertThat(stage.awaitEnded(run)).startsWith("Not done").contains("acme is unfrozen");
    assertThat(stage.besides("acme")).isEqualTo(databases);
    assertThat(secretsOfAcme()).isEqualTo(secrets);
    assertThat(row("acme")).isEqualTo("active tenant_acme tenant-db-acme");
  }

  @Test
  @Order(4)
  void approved_the_tenant_lives_in_its_backup_and_the_old_database_is_kept_for_the_way_back()
      throws Exception {
    var run = restore(" then=point-live");
    var card = stage.awaitCard(run);
    assertThat(stage.click(Workspace.ALICE, card, Stage.APPROVE)).contains("somebody else");
    assertThat(stage.click(Workspace.BOB, card, Stage.APPROVE)).contains("Your approval counts");
    assertThat(stage.awaitEnded(run))
        .as(stage.thread(run))
        .startsWith("acme is back at its backup of")
        .contains("/tenant-rollback acme");
    var row = row("acme").split(" ", -1);
    assertThat(row[1]).startsWith("tenant_acme_restore_");
    assertThat(members(row[1])).isEqualTo(members);
    assertThat(written(row[2])).isEqualTo("written");
    assertThat(stage.oid("acme")).isEqualTo(oid);
    assertThat(
            stage
                .world()
                .one("postgres", "SELECT datallowconn FROM pg_database WHERE oid = " + oid))
        .isEqualTo("f");
    assertThat(
            stage.journal(
                "SELECT due_at - countersign.now() > interval '6 days 23 hours' FROM"
                    + " countersign.schedule WHERE made_by = '%s'".formatted(run.id())))
        .isEqualTo("t");
  }
}
