package io.countersign.azure;

import static io.countersign.azure.AzureRig.settled;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.RunId;
import io.countersign.estate.ServerRef;
import io.countersign.estate.ServerRestorer;
import io.countersign.estate.ServerRestorer.Copy;
import io.countersign.estate.ServerRestorer.Progress;
import io.countersign.estate.ServerRestorer.RestorerUnavailable;
import io.countersign.sandbox.azure.Backing.State;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is removed, and what never is: sources, copies of other runs, servers of the same name. */
class ServersOfOthersTest extends WithAzure {
  private static final String SERVERS = "/flexibleServers/";

  @BeforeEach
  void fresh() {
    rig.fresh();
  }

  private static Progress.Broken broken(Progress progress) {
    assertThat(progress).isInstanceOf(Progress.Broken.class);
    return (Progress.Broken) progress;
  }

  @Test
  void a_copy_is_removed_by_the_run_that_made_it_and_by_no_other() {
    var copy = rig.copy(1);
    settled(rig.bot(), copy);
    var foreign = new Copy(copy.source(), copy.server(), copy.target(), new RunId("00000000"));

    rig.bot().remove(foreign);
    assertThat(rig.azure.manager().servers()).contains(copy.server().name());
    assertThat(rig.bot().look(foreign)).isInstanceOf(Progress.Broken.class);

    rig.bot().remove(copy);
    assertThat(rig.bot().look(copy)).isInstanceOf(Progress.Working.class);
    assertThat(rig.bot().look(copy)).isInstanceOf(Progress.Absent.class);
    rig.bot().remove(copy);
    assertThat(rig.bot().login(copy.server())).isEmpty();
  }

  @Test
  void a_source_is_never_removed_whatever_its_tags_say() {
    var tags =
        Map.of(
            "countersign-run",
            AzureRig.RUN.value(),
            "countersign-estate",
            AzureRig.ESTATE,
            "countersign-source",
            "another");
    rig.azure.manager().foreign(AzureRig.SOURCE.name(), "another", tags);

    rig.bot().remove(new Copy(AzureRig.SOURCE, AzureRig.SOURCE, Instant.EPOCH, AzureRig.RUN));

    assertThat(rig.azure.faults().count("DELETE", SERVERS)).isZero();
    assertThat(rig.azure.manager().servers()).contains(AzureRig.SOURCE.name());
  }

  @Test
  void a_server_of_the_name_that_this_run_did_not_make_is_left_alone() {
    var copy = rig.copy(1);
    rig.azure.manager().foreign(copy.server().name(), AzureRig.SOURCE.name(), Map.of());

    assertThat(broken(rig.bot().visit(copy, "")).problem().happened())
        .contains("this run did not make");
    rig.bot().remove(copy);
    assertThat(rig.azure.manager().servers()).contains(copy.server().name());
  }

  @Test
  void a_removal_that_azure_puts_off_is_said_to_be_worth_another_try() {
    rig.azure.manager().habits().busyWhileMaking(true);
    rig.backing.ends(50, new State.Made("copy.example.test"));
    rig.bot().begin(rig.copy(1));

    assertThatThrownBy(() -> rig.bot().remove(rig.copy(1)))
        .isInstanceOfSatisfying(
            RestorerUnavailable.class,
            it -> {
              assertThat(it.passing()).isTrue();
              assertThat(it.problem().happened()).contains("409", "ServerIsBusy");
            });
  }

  @Test
  void the_copies_that_runs_made_are_named_and_nothing_else() {
    settled(rig.bot(), rig.copy(1));
    settled(rig.bot(), rig.copy(2));
    rig.azure.manager().foreign("by-hand", "x", Map.of());

    assertThat(rig.bot().standing(AzureRig.ESTATE))
        .extracting(ServerRestorer.Standing::name)
        .containsExactly(rig.copy(1).server().name(), rig.copy(2).server().name());
    assertThat(rig.bot().standing(AzureRig.ESTATE).getFirst())
        .satisfies(
            it -> {
              assertThat(it.run()).contains(AzureRig.RUN);
              assertThat(it.source()).isEqualTo(AzureRig.SOURCE.name());
              assertThat(it.expires().orElseThrow()).isAfter(rig.clock.instant());
              assertThat(it.remedy()).startsWith("az ").endsWith("/flexibleServers/" + it.name());
            });
    assertThat(rig.bot().standing("another")).isEmpty();
  }

  @Test
  void a_copy_that_is_being_removed_is_not_named_and_one_whose_tag_was_changed_still_is() {
    settled(rig.bot(), rig.copy(1));
    rig.bot().remove(rig.copy(1));
    rig.azure
        .manager()
        .foreign(
            rig.copy(2).server().name(),
            AzureRig.SOURCE.name(),
            Map.of(
                "countersign-run",
                "somebody's",
                "countersign-estate",
                AzureRig.ESTATE,
                "countersign-source",
                AzureRig.SOURCE.name()));

    assertThat(rig.bot().standing(AzureRig.ESTATE))
        .extracting(ServerRestorer.Standing::name)
        .doesNotContain(rig.copy(1).server().name());
    assertThat(rig.bot().standing(AzureRig.ESTATE))
        .singleElement()
        .satisfies(
            it -> {
              assertThat(it.name()).isEqualTo(rig.copy(2).server().name());
              assertThat(it.run()).isEmpty();
            });
  }

  @Test
  void a_plan_says_what_azure_will_be_asked_for() {
    assertThat(String.join("\n", rig.bot().plan("pg-us-east-1", "14:30")))
        .contains("PUT /subscriptions/", "pointInTimeUTC=14:30", AzureRig.BOT_ADDRESS);
  }

  @Test
  void names_that_are_no_copies_of_ours_are_known() {
    assertThat(Clone.isName(rig.copy(1).server().name())).isTrue();
    assertThat(Clone.isName("pg-us-east-1")).isFalse();
    assertThat(Clone.isName("pg-us-east-1-pitr-202604221430")).isFalse();
    assertThat(rig.bot().login(new ServerRef(AzureRig.ESTATE, "pg-1-pitr-1"))).isEmpty();
  }
}
