package io.countersign.story;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.azure.Right;
import io.countersign.doctor.Examination;
import io.countersign.doctor.Result;
import io.countersign.sandbox.Transport;
import io.countersign.sandbox.azure.Answer;
import io.countersign.sandbox.azure.Faults;
import io.countersign.sandbox.azure.StandInAzure;
import io.countersign.sandbox.postgres.Mangle;
import io.countersign.sandbox.slack.Workspace;
import io.countersign.support.Canaries;
import io.countersign.support.Stage;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The same story with the server in Azure and the logins in its vault; closing looks for leaks. */
class OnAzureTest {
  private static Stage stage;
  private static StandInAzure azure;

  @BeforeAll
  static void open() {
    stage = Stage.open(Transport.HTTP, Path.of("../manifest/estates/azure"));
    azure = stage.world().azure().orElseThrow();
  }

  @AfterAll
  static void close() {
    stage.close();
  }

  @BeforeEach
  void well() {
    azure.faults().forget();
  }

  @Test
  void a_tenant_on_azure_goes_back_to_a_past_moment_with_one_request_for_a_copy() throws Exception {
    var world = stage.world();
    var moments = Mangle.badMigration(world.medsuite(), "acme");
    Stage.await(
        "the moment can be asked for",
        () -> Instant.now().isAfter(moments.before().plusSeconds(2)));
    azure.faults().loseAnswer(Faults.calls("PUT", "-pitr-"), 1);
    azure.faults().refuse(Faults.calls("GET", "-pitr-"), 1, Faults.tooMany(4));

    var run = stage.start("acme", moments.before().truncatedTo(ChronoUnit.SECONDS));
    var card = stage.awaitCard(run);

    assertThat(stage.copies()).as("it holds every tenant, and went before the gate").isEmpty();
    stage.click(Workspace.BOB, card, Stage.APPROVE);
    assertThat(stage.awaitEnded(run)).as(stage.thread(run)).startsWith("acme is back");
    assertThat(
            world.one(
                "tenant_acme",
                "SELECT count(*) FROM members.member WHERE display_name = '" + Canaries.ROW + "'"))
        .isEqualTo("1");
    assertThat(stage.status("acme")).isEqualTo("active");
    assertThat(stage.thread(run)).contains("as Azure states");

    assertThat(azure.manager().servers()).containsExactly("pg-us-east-1");
    assertThat(azure.faults().calls())
        .filteredOn(it -> it.method().equals("PUT") && !it.path().contains("firewallRules"))
        .hasSize(1);
    assertThat(azure.faults().count("PUT", "/firewallRules/countersign")).isEqualTo(1);
    assertThat(azure.faults().count("DELETE", "/flexibleServers/")).isEqualTo(1);
    assertThat(azure.faults().count("GET", "/secrets/registry-admin")).isPositive();
  }

  @Test
  void cancelled_while_azure_makes_the_copy_the_tenant_is_open_at_once_and_the_copy_goes_later() {
    azure
        .faults()
        .refuse(
            Faults.calls("DELETE", "-pitr-"), 1, Answer.error(409, "ServerIsBusy", "It is made."));
    var asked = azure.faults().hold(Faults.calls("PUT", "-pitr-"));
    var run = stage.start("north-clinic");
    Stage.await("a copy is asked for", asked::isThere);
    stage.say(Workspace.ALICE, run, "@countersign cancel wrong tenant");
    asked.letGo();

    stage.awaitTold(run, "stands for now: Azure still makes the server copy", "I ask again at");
    Stage.await("the tenant is open", () -> stage.status("north-clinic").equals("active"));
    assertThat(stage.headline(run)).doesNotStartWith("Not done");
    assertThat(azure.manager().servers()).hasSize(2);
    stage.skip("2 minutes");

    assertThat(stage.awaitEnded(run)).contains("cancelled by", "unfrozen unchanged");
    assertThat(azure.faults().count("DELETE", "-pitr-")).isEqualTo(2);
    // the stand-in lets go of a server when somebody looks, and nobody's business is left to
    assertThat(examined("copies of servers")).allMatch(Result.Fine.class::isInstance);
    assertThat(azure.manager().servers()).containsExactly("pg-us-east-1");
    assertThat(stage.copies()).isEmpty();
    theChannelIsToldOfACopyThatIsLeftBehind(run);
  }

  private static void theChannelIsToldOfACopyThatIsLeftBehind(Stage.Run run) {
    var left = "pg-us-east-1-pitr-20261121125200-" + run.id() + "-a2";
    azure
        .manager()
        .foreign(
            left,
            "pg-us-east-1",
            Map.of(
                "countersign-run", run.id(),
                "countersign-estate", "medsuite",
                "countersign-source", "pg-us-east-1",
                "countersign-expires", "2126-11-21T00:00:00Z"));
    stage.skip("15 minutes");
    Stage.await(
        "the channel is told",
        () ->
            stage.slack().messages(Stage.CHANNEL).stream()
                .anyMatch(it -> it.text().contains("was left behind: " + left)));
    azure.manager().vanish(left);
  }

  private static String reference(String slug) {
    return stage
        .world()
        .one(
            "medsuite",
            "SELECT db_name || ' by ' || db_config_ref FROM identity.tenant WHERE slug = '%s'"
                .formatted(slug));
  }

  @Test
  @Tag("chaos")
  void a_reference_into_the_vault_is_led_to_the_restored_database_and_back() {
    var before = reference("globex");
    var oid = stage.oid("globex");
    var wanted = "globex to " + stage.well() + " strategy=flip-the-ref because bad migration 812";
    var run = stage.press(stage.ask(Workspace.ALICE, wanted), "globex");
    stage.click(Workspace.BOB, stage.awaitCard(run), Stage.APPROVE);

    assertThat(stage.awaitEnded(run)).as(stage.thread(run)).startsWith("globex is back");
    assertThat(reference("globex"))
        .startsWith("tenant_globex_restore_")
        .contains(" by tenant-db-globex-");
    assertThat(stage.status("globex")).isEqualTo("active");
    assertThat(azure.faults().calls())
        .filteredOn(it -> it.method().equals("PUT") && it.path().contains("/secrets/tenant-db-"))
        .as("one new secret, and the old one is not written over")
        .singleElement()
        .satisfies(it -> assertThat(it.path()).contains("/secrets/tenant-db-globex-"));

    var back = stage.rollBack("globex");
    stage.click(Workspace.BOB, stage.awaitCard(back), Stage.APPROVE);
    assertThat(stage.awaitEnded(back)).as(stage.thread(back)).startsWith("globex is rolled back");
    assertThat(reference("globex")).isEqualTo(before);
    assertThat(stage.oid("globex")).isEqualTo(oid);
    assertThat(stage.status("globex")).isEqualTo("active");
  }

  private static List<Result> examined(String what) {
    var environment = new TreeMap<>(stage.world().environment());
    environment.put("COUNTERSIGN_CHANNELS", Workspace.INCIDENT);
    return new Examination(environment, InstantSource.system(), false)
        .results().stream().filter(it -> it.what().contains(what)).toList();
  }

  @Test
  void the_doctor_finds_nothing_wrong_in_azure_where_all_is_well() {
    assertThat(examined("Azure")).hasSize(4).allMatch(Result.Fine.class::isInstance);
  }

  @Test
  void the_doctor_names_missing_roles_and_copies_that_were_left_behind() {
    azure.faults().forbid(Right.WRITE_SERVERS.action());
    azure.faults().forbid(Right.DELETE_FIREWALL.action());
    azure.faults().forbid(Right.WRITE_SECRETS.action());
    var left = "pg-us-east-1-pitr-20261101125200-00000000-a1";
    azure
        .manager()
        .foreign(
            left,
            "pg-us-east-1",
            Map.of(
                "countersign-run", "00000000",
                "countersign-estate", "medsuite",
                "countersign-source", "pg-us-east-1",
                "countersign-expires", "2026-11-02T00:00:00Z"));

    var findings = examined("Azure").stream().filter(Result.Finding.class::isInstance).toList();
    azure.manager().vanish(left);

    assertThat(findings)
        .extracting(Result::line)
        .satisfiesExactly(
            it -> assertThat(it).contains(Right.WRITE_SECRETS.action(), "Secrets Officer"),
            it -> assertThat(it).contains(Right.WRITE_SERVERS.action(), "az role assignment"),
            it -> assertThat(it).contains(Right.DELETE_FIREWALL.action(), "az role assignment"),
            it -> assertThat(it).contains(left, "holds every tenant", "az postgres"));
  }

  @Test
  void the_doctor_names_the_role_without_which_no_secret_can_be_read() {
    azure.faults().forbid(Right.READ_SECRETS.action());

    assertThat(examined("the registry"))
        .singleElement()
        .satisfies(it -> assertThat(it.line()).contains(Right.READ_SECRETS.action()));
  }
}
