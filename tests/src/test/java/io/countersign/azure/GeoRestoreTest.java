package io.countersign.azure;

import static io.countersign.azure.AzureRig.settled;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.action.Planned;
import io.countersign.action.server.RestoreLatest;
import io.countersign.estate.ServerRestorer.Progress;
import io.countersign.sandbox.azure.Call;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The region of a server is down: what Azure is asked for then, and what it never is. */
class GeoRestoreTest extends WithAzure {
  private static final String PAIRED = "northeurope";

  @BeforeEach
  void theRegionIsDown() {
    rig.fresh();
    rig.azure.manager().habits().pairedRegion(PAIRED).standingAs("Inaccessible");
    rig.pairedRegion = Optional.of(PAIRED);
  }

  private Progress latest() {
    var memo = "";
    for (int visit = 0; visit < 100; visit++) {
      var progress = rig.bot().visitLatest(rig.copy(1), memo);
      if (!(progress instanceof Progress.Working working)) {
        return progress;
      }
      memo = working.memo();
    }
    throw new AssertionError("it is never done");
  }

  private List<Call> puts() {
    return rig.azure.faults().calls().stream()
        .filter(it -> it.method().equals("PUT") && !it.path().contains("/firewallRules/"))
        .toList();
  }

  private void requireRefused(Progress progress, String... words) {
    assertThat(progress)
        .isInstanceOfSatisfying(
            Progress.Broken.class, it -> assertThat(it.problem().line()).contains(words));
    assertThat(puts()).isEmpty();
  }

  @Test
  void a_copy_of_the_geo_redundant_backup_is_asked_for_once_in_the_paired_region() {
    assertThat(latest())
        .isInstanceOfSatisfying(
            Progress.Ready.class,
            it ->
                assertThat(it.exactness().statement())
                    .contains("latest data", "no moment", "last hour may be missing"));

    assertThat(puts())
        .singleElement()
        .satisfies(
            it ->
                assertThat(it.body())
                    .contains("GeoRestore", PAIRED, "countersign-run", "/" + AzureRig.SOURCE.name())
                    .doesNotContain("PointInTimeRestore"));
    assertThat(rig.azure.manager().rules(rig.copy(1).server().name()).values())
        .containsExactly(AzureRig.BOT_ADDRESS);
    rig.bot().remove(rig.copy(1));
    assertThat(rig.azure.faults().count("DELETE", "-pitr-")).isEqualTo(1);
  }

  @Test
  void who_asks_for_a_moment_is_never_given_the_latest_data() {
    requireRefused(
        settled(rig.bot(), rig.copy(1)),
        "Inaccessible",
        "cannot be restored to " + rig.copy(1).target(),
        "server.restore-latest",
        "knows no moments");
  }

  @Test
  void without_a_geo_redundant_backup_the_remedy_is_to_wait() {
    rig.azure.manager().habits().pairedRegion("");

    requireRefused(settled(rig.bot(), rig.copy(1)), "status.azure.com", "no geo-redundant backup");
    requireRefused(latest(), "no geo-redundant backup", "Wait until its region is back");
  }

  @Test
  void an_estate_that_names_no_region_does_not_accept_the_latest_data() {
    rig.pairedRegion = Optional.empty();

    requireRefused(latest(), "restore.azure.paired-region");
  }

  @Test
  void a_region_that_is_not_the_paired_one_is_refused_by_azure_in_its_own_words() {
    rig.pairedRegion = Optional.of("westus");

    assertThat(latest())
        .isInstanceOfSatisfying(
            Progress.Broken.class,
            it -> assertThat(it.problem().happened()).contains("RegionIsNotPaired", PAIRED));
  }

  @Test
  void a_source_that_is_gone_is_named() {
    rig.azure.manager().vanish(AzureRig.SOURCE.name());

    requireRefused(latest(), "no flexible server of that name");
  }

  @Test
  void the_plan_says_plainly_that_no_moment_can_be_chosen() {
    var plan =
        new RestoreLatest(rig.bot())
            .plan(new Planned(Map.of("source", new Planned.Entry.Later("pg", "server"))));

    assertThat(plan.sentence()).contains("latest data");
    assertThat(String.join("\n", plan.statements()))
        .startsWith("latest data only: no moment can be chosen")
        .contains("createMode=GeoRestore location=" + PAIRED);
  }
}
