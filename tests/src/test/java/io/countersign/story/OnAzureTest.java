package io.countersign.story;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.sandbox.Transport;
import io.countersign.sandbox.azure.Faults;
import io.countersign.sandbox.postgres.Mangle;
import io.countersign.sandbox.slack.Workspace;
import io.countersign.support.Canaries;
import io.countersign.support.Stage;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.Test;

/** The same story with the server in Azure and the logins in its vault. */
class OnAzureTest {
  @Test
  void a_tenant_on_azure_goes_back_to_a_past_moment_with_one_request_for_a_copy() throws Exception {
    try (var stage = Stage.open(Transport.HTTP, Path.of("../manifest/estates/azure"))) {
      var world = stage.world();
      var azure = world.azure().orElseThrow();
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
                  "SELECT count(*) FROM members.member WHERE display_name = '"
                      + Canaries.ROW
                      + "'"))
          .isEqualTo("1");
      assertThat(stage.status("acme")).isEqualTo("active");

      assertThat(azure.manager().servers()).containsExactly("pg-us-east-1");
      assertThat(azure.faults().calls())
          .filteredOn(it -> it.method().equals("PUT") && !it.path().contains("firewallRules"))
          .hasSize(1);
      assertThat(azure.faults().count("PUT", "/firewallRules/countersign")).isEqualTo(1);
      assertThat(azure.faults().count("DELETE", "/flexibleServers/")).isEqualTo(1);
      assertThat(azure.faults().count("GET", "/secrets/registry-admin")).isPositive();
      assertThat(stage.thread(run)).contains("as Azure states");
    }
  }
}
