package io.countersign.story;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.estate.SecretName;
import io.countersign.postgres.FileSecrets;
import io.countersign.sandbox.slack.Workspace;
import io.countersign.support.Stage;
import java.nio.file.Files;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** An auditor asks what one tenant held at a moment: a snapshot to read, until its time is over. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("chaos")
class TheSnapshotTest {
  private final Stage stage = Stage.open();

  @AfterAll
  void close() {
    stage.close();
  }

  private List<String> secrets() throws Exception {
    try (var files = Files.list(stage.world().medsuite().secrets())) {
      return files.map(it -> it.getFileName().toString()).sorted().toList();
    }
  }

  private String readers() {
    return stage
        .world()
        .one("postgres", "SELECT count(*) FROM pg_roles WHERE rolname LIKE 'cs\\_reader\\_%'");
  }

  private String audited(String event) {
    return stage
        .world()
        .one(
            "medsuite",
            "SELECT count(*) FROM identity.tenant_audit WHERE action = '%s'".formatted(event));
  }

  /** What the server answers to the login of a secret. */
  private String asked(String secret, String sql) throws Exception {
    var login = new FileSecrets(stage.world().medsuite().secrets()).login(new SecretName(secret));
    try (var session =
            DriverManager.getConnection(
                "jdbc:postgresql://%s:%d/%s"
                    .formatted(login.host(), login.port(), login.database()),
                login.user(),
                login.password().reveal());
        var statement = session.createStatement();
        var rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getString(1);
    } catch (SQLException refused) {
      return String.valueOf(refused.getMessage());
    }
  }

  @Test
  void the_past_of_one_tenant_is_read_beside_it_until_somebody_countersigns_its_removal()
      throws Exception {
    var databases = stage.databases();
    var before = stage.oid("acme");
    var secrets = secrets();
    var members = stage.world().one("tenant_acme", "SELECT count(*) FROM members.member");
    var moment =
        stage
            .world()
            .one(
                "postgres",
                "SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC',"
                    + " 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')");
    Stage.await(
        "the moment lies behind",
        () ->
            stage
                .world()
                .one(
                    "postgres",
                    "SELECT clock_timestamp() > '%s'::timestamptz + interval '2 s'"
                        .formatted(moment))
                .equals("t"));
    stage.world().execute("tenant_acme", "DELETE FROM members.member WHERE id <= 40");

    var plan =
        stage.command(
            Workspace.ALICE, "/tenant-as-of", "acme to " + moment + " keep=14d because audit");
    assertThat(plan.rendered())
        .contains("open it to a login that can only read", "No step needs a countersignature")
        .doesNotContain("freeze");
    var run = stage.press(plan, "acme");

    assertThat(stage.awaitHeadline(run, "A snapshot of acme as of"))
        .contains("can be read since", "acme itself was not touched");
    stage.awaitTold(run, "nobody else comes in", "In 14 days I ask whether it may go");
    assertThat(stage.events(run)).doesNotContain("gate-opened");
    assertThat(stage.status("acme")).isEqualTo("active");
    assertThat(stage.oid("acme")).isEqualTo(before);
    assertThat(stage.copies()).isEmpty();
    var secret = secrets().stream().filter(it -> !secrets.contains(it)).findFirst().orElseThrow();
    assertThat(secret).startsWith("tenant-db-acme-");
    assertThat(asked(secret, "SELECT count(*) FROM members.member")).isEqualTo(members);
    assertThat(asked(secret, "DELETE FROM members.member RETURNING 1"))
        .contains("read-only transaction");
    assertThat(audited("TENANT_SNAPSHOT_MADE")).isEqualTo("1");

    stage.skip("14 days 1 minute");
    var removal = stage.awaitScheduled("acme", "Removing the snapshot of acme as of");
    var card = stage.awaitCard(removal);
    assertThat(card.rendered())
        .contains("be removed for ever?", "acme itself lives in another database")
        .contains("no tenant lives in it", "acme is not touched");
    assertThat(stage.type(Workspace.BOB, card, "acme")).contains("Your approval counts");
    assertThat(stage.awaitEnded(removal)).contains("was removed for ever");
    assertThat(stage.databases()).isEqualTo(databases);
    assertThat(readers()).isEqualTo("0");
    assertThat(secrets()).isEqualTo(secrets);
    assertThat(audited("TENANT_SNAPSHOT_REMOVED")).isEqualTo("1");
    assertThat(stage.oid("acme")).isEqualTo(before);
  }
}
