package io.countersign.azure;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.Person;
import io.countersign.action.Attempt;
import io.countersign.action.Clearing;
import io.countersign.action.Finding;
import io.countersign.action.Intent;
import io.countersign.action.NoOutputs;
import io.countersign.action.Outcome;
import io.countersign.action.TestAttempt;
import io.countersign.action.Visit;
import io.countersign.action.server.DiscardServer;
import io.countersign.action.server.RestoreServer;
import io.countersign.estate.SecretStore;
import io.countersign.estate.ServerRestorer.Copy;
import io.countersign.estate.ServerRestorer.Progress;
import io.countersign.estate.TenantRef;
import io.countersign.postgres.Servers;
import io.countersign.sandbox.azure.Answer;
import io.countersign.sandbox.azure.Backing.State;
import io.countersign.sandbox.azure.Faults;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The steps that make and remove a copy in Azure, visit by visit, as the engine visits them. */
class AzureStepsTest extends WithAzure {
  private Instant began = Instant.EPOCH;

  @BeforeEach
  void fresh() {
    rig.fresh();
    began = rig.clock.instant();
  }

  private RestoreServer restore() {
    var bot = rig.bot();
    SecretStore nobody =
        _ -> {
          throw new IllegalStateException("nothing is opened here");
        };
    return new RestoreServer(new Servers(AzureRig.registry(), nobody, bot), bot);
  }

  private <I extends Record> Visit<I> visit(I inputs, String step) {
    return new Visit<>(
        inputs,
        AzureRig.RUN,
        step,
        1,
        new TenantRef(AzureRig.ESTATE, "acme"),
        new Person("T1", "U1"),
        "",
        began,
        began,
        rig.clock.instant());
  }

  private Attempt<RestoreServer.Inputs> attempt(Copy copy, String memo) {
    return new TestAttempt<>(
        visit(new RestoreServer.Inputs(copy.source(), copy.target()), "pitr"),
        new Intent(Map.of("copy.name", copy.server().name(), "target", copy.target().toString())),
        memo);
  }

  private Outcome<NoOutputs> discard(Copy copy) {
    return new DiscardServer(rig.bot())
        .act(
            new TestAttempt<>(
                visit(new DiscardServer.Inputs(copy.server()), "clear"),
                new Intent(Map.of("copy.name", copy.server().name())),
                ""));
  }

  private static <O extends Record> Outcome.Park<O> parked(Outcome<O> outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Park.class);
    return (Outcome.Park<O>) outcome;
  }

  @Test
  void a_restore_that_never_ends_is_given_up_after_six_hours() {
    rig.backing.ends(1_000, new State.Made("copy.example.test"));
    var copy = rig.copy(1);
    var memo = parked(restore().act(attempt(copy, ""))).memo();
    rig.clock.pass(Duration.ofHours(6).plusSeconds(1));

    assertThat(restore().act(attempt(copy, memo)))
        .isInstanceOfSatisfying(
            Outcome.Failed.class,
            it -> assertThat(it.problem().happened()).contains("after 6 hours", "restoring"));
  }

  @Test
  void a_step_waits_as_long_as_azure_asks_but_never_a_day() {
    rig.backing.ends(1_000, new State.Made("copy.example.test"));
    var copy = rig.copy(1);
    var memo = parked(restore().act(attempt(copy, ""))).memo();
    var looks = Faults.calls("GET", "azureAsyncOperation");

    rig.azure.faults().refuse(looks, 1, Faults.tooMany(90));
    assertThat(parked(restore().act(attempt(copy, memo))).lookAgain())
        .isEqualTo(Duration.ofSeconds(90));

    rig.azure.faults().refuse(looks, 1, Faults.tooMany(86_400));
    assertThat(parked(restore().act(attempt(copy, memo))).lookAgain())
        .isEqualTo(Duration.ofMinutes(15));
  }

  @Test
  void a_visit_that_was_cut_off_goes_on_with_the_same_copy() {
    rig.backing.ends(3, new State.Made("copy.example.test"));
    var copy = rig.copy(1);
    rig.azure.faults().loseAnswer(Faults.calls("PUT", "-pitr-"), 1);
    var memo = parked(restore().act(attempt(copy, ""))).memo();

    assertThat(restore().probe(attempt(copy, ""))).isInstanceOf(Finding.Going.class);
    Outcome<RestoreServer.Outputs> outcome = restore().act(attempt(copy, memo));
    while (outcome instanceof Outcome.Park<RestoreServer.Outputs> park) {
      outcome = restore().act(attempt(copy, park.memo()));
    }

    assertThat(outcome).isInstanceOf(Outcome.Done.class);
    assertThat(rig.backing.begun()).hasSize(1);
    rig.clock.pass(Duration.ofHours(7));
    assertThat(restore().probe(attempt(copy, ""))).isInstanceOf(Finding.NotDone.class);
  }

  @Test
  void a_cut_off_restore_that_is_given_up_leaves_no_server() {
    rig.backing.ends(1_000, new State.Made("copy.example.test"));
    var copy = rig.copy(1);
    parked(restore().act(attempt(copy, "")));

    restore().clear(attempt(copy, ""));
    restore().clear(attempt(copy, ""));

    assertThat(rig.bot().look(copy)).isNotInstanceOf(Progress.Ready.class);
    assertThat(rig.azure.manager().servers()).containsExactly(AzureRig.SOURCE.name());
  }

  private Clearing cleared(Copy copy) {
    return restore().clearing(attempt(copy, ""));
  }

  @Test
  void a_copy_that_azure_still_makes_keeps_nobody_waiting_and_goes_when_it_is_made() {
    rig.backing.ends(6, new State.Made("copy.example.test"));
    rig.azure.manager().habits().busyWhileMaking(true);
    var copy = rig.copy(1);
    parked(restore().act(attempt(copy, "")));

    assertThat(cleared(copy))
        .isInstanceOfSatisfying(
            Clearing.Later.class,
            it -> {
              assertThat(it.said()).contains("Azure still makes", "409");
              assertThat(it.problem().next())
                  .contains("az postgres flexible-server delete --ids /");
              assertThat(it.within()).isEqualTo(Duration.ofHours(3));
            });
    assertThat(Stream.generate(() -> cleared(copy)).limit(10))
        .anyMatch(Clearing.Done.class::isInstance);
    assertThat(rig.bot().look(copy)).isNotInstanceOf(Progress.Ready.class);
    assertThat(rig.azure.manager().servers()).containsExactly(AzureRig.SOURCE.name());
  }

  @Test
  void what_will_not_pass_by_itself_asks_a_person_soon() {
    var copy = rig.copy(1);
    AzureRig.settled(rig.bot(), copy);
    rig.azure.faults().forbid(Right.DELETE_SERVERS.action());

    assertThat(cleared(copy))
        .isInstanceOfSatisfying(
            Clearing.Later.class,
            it -> {
              assertThat(it.within()).isEqualTo(Duration.ofMinutes(5));
              assertThat(it.problem().next()).contains("az role assignment create");
            });
  }

  @Test
  void a_discard_waits_until_the_copy_is_gone_and_while_azure_is_busy() {
    var copy = rig.copy(1);
    AzureRig.settled(rig.bot(), copy);
    rig.azure
        .faults()
        .refuse(
            Faults.calls("DELETE", "-pitr-"), 1, Answer.error(409, "AnyCode", "Being backed up."));

    assertThat(parked(discard(copy)).said()).contains("409");
    assertThat(parked(discard(copy)).said()).contains("being removed");
    assertThat(discard(copy)).isInstanceOf(Outcome.Done.class);
    assertThat(rig.azure.faults().count("DELETE", "-pitr-")).isEqualTo(2);
  }

  @Test
  void a_discard_of_what_another_run_made_fails_and_says_so() {
    var copy = rig.copy(1);
    rig.azure.manager().foreign(copy.server().name(), AzureRig.SOURCE.name(), Map.of());

    assertThat(discard(copy))
        .isInstanceOfSatisfying(
            Outcome.Failed.class,
            it -> assertThat(it.problem().happened()).contains("did not make it"));
  }
}
