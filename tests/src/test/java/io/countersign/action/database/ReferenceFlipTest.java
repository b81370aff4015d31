package io.countersign.action.database;

import static io.countersign.action.database.FlipStage.before;
import static io.countersign.action.database.TwoServers.LIVE;
import static io.countersign.action.database.TwoServers.NAME;
import static io.countersign.action.database.TwoServers.begun;
import static io.countersign.action.database.TwoServers.once;
import static io.countersign.action.database.TwoServers.visit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.action.ActionFailed;
import io.countersign.action.Finding;
import io.countersign.action.NoOutputs;
import io.countersign.action.Outcome;
import io.countersign.action.Stop;
import io.countersign.action.Symptoms;
import io.countersign.action.tenant.DiscardSecret;
import io.countersign.action.tenant.MakeSecret;
import io.countersign.estate.DatabaseRef;
import io.countersign.estate.SecretName;
import java.io.IOException;
import java.nio.file.Files;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The flip of a tenant's reference and its way back, on a real server, registry and folder. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReferenceFlipTest {
  private final FlipStage stage = new FlipStage();

  ReferenceFlipTest() throws Exception {}

  @AfterEach
  void theOldDatabaseIsLiveAgain() throws SQLException, ActionFailed {
    stage.setBack();
  }

  @AfterAll
  void close() throws SQLException, IOException {
    stage.close();
  }

  /** Like a dead process: nothing above may catch it and go on. */
  private static final class PulledPlug extends Error {
    private static final long serialVersionUID = 1;
  }

  private static Consumer<String> at(String point, Runnable happens) {
    return reached -> {
      if (reached.equals(point)) {
        happens.run();
      }
    };
  }

  private void nothingWasChanged() throws SQLException {
    assertThat(stage.row()).isEqualTo(before());
    assertThat(stage.open(stage.live)).isTrue();
    assertThat(stage.open(stage.restored)).isFalse();
  }

  private void itIsFlipped() throws SQLException {
    assertThat(stage.row()).isEqualTo(stage.after());
    assertThat(stage.open(stage.live)).isFalse();
    assertThat(stage.open(stage.restored)).isTrue();
  }

  private Flipped flipped() throws Exception {
    var outcome = once(stage.action(_ -> {}), stage.inputs(), "flip");
    assertThat(outcome).isInstanceOf(Outcome.Done.class);
    return ((Outcome.Done<Flipped>) outcome).outputs();
  }

  @Test
  void the_intent_is_equal_on_each_call_and_names_both_databases_and_both_secrets()
      throws Exception {
    var in = stage.inputs();
    var intent = stage.action(_ -> {}).intent(visit(in, "flip", 1));
    assertThat(intent).isEqualTo(stage.action(_ -> {}).intent(visit(in, "flip", 2)));
    assertThat(intent.facts())
        .containsEntry("live.oid", Long.toString(stage.live.oid()))
        .containsEntry("restored.oid", Long.toString(stage.restored.oid()))
        .containsEntry("live.secret", "tenant-db-acme")
        .containsEntry("restored.secret", stage.made.value())
        .containsEntry(
            "live.secret-version", stage.secrets.current(FlipStage.OLD).orElseThrow().version());
  }

  @Test
  void
      the_reference_leads_to_the_restored_database_and_the_old_one_is_closed_with_its_secret_as_it_was()
          throws Exception {
    var old = stage.folder.resolve(FlipStage.OLD.value());
    var text = Files.readString(old);
    var version = stage.secrets.current(FlipStage.OLD).orElseThrow().version();
    try (var client = stage.servers.connect(LIVE, NAME, "acme_app")) {
      var out = flipped();
      assertThat(client.isValid(2)).isFalse();
      assertThat(out.live()).isEqualTo(stage.restored);
      assertThat(out.kept()).isEqualTo(stage.live);
      assertThat(out.keptSecret()).isEqualTo(FlipStage.OLD);
      assertThat(out.keptSecretVersion()).isEqualTo(version);
    }
    itIsFlipped();
    assertThat(old).hasContent(text);
    assertThatThrownBy(() -> stage.servers.connect(LIVE, NAME, "postgres"))
        .hasMessageContaining("not currently accepting connections");
    // frozen until it is unfrozen, like the one that was live
    var insert = "INSERT INTO members.member (id, name) VALUES (1000000, 'too early')";
    assertThatThrownBy(() -> stage.servers.execute(LIVE, FlipStage.RESTORED, "acme_app", insert))
        .hasMessageContaining("read-only");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"before closing", "closed", "alone", "left", "opened", "before the reference"})
  void whoever_dies_before_the_reference_changes_is_cleared_and_the_next_attempt_flips(String point)
      throws Exception {
    var in = stage.inputs();
    var dying =
        stage.action(
            at(
                point,
                () -> {
                  throw new PulledPlug();
                }));
    var attempt = begun(dying, in, "flip", 1);
    assertThatThrownBy(() -> dying.act(attempt)).isInstanceOf(PulledPlug.class);
    assertThat(stage.row()).isEqualTo(before());
    var action = stage.action(_ -> {});
    assertThat(stage.recovered(action, attempt)).isInstanceOf(Finding.NotDone.class);
    nothingWasChanged();
    var again = begun(action, in, "flip", 2);
    assertThat(again.intent()).isEqualTo(attempt.intent());
    assertThat(action.act(again)).isInstanceOf(Outcome.Done.class);
    itIsFlipped();
  }

  @Test
  void whoever_dies_after_the_reference_changed_is_found_done_and_nothing_is_opened_again()
      throws Exception {
    var in = stage.inputs();
    var dying =
        stage.action(
            at(
                "referred",
                () -> {
                  throw new PulledPlug();
                }));
    var attempt = begun(dying, in, "flip", 1);
    assertThatThrownBy(() -> dying.act(attempt)).isInstanceOf(PulledPlug.class);
    var action = stage.action(_ -> {});
    assertThat(action.probe(attempt)).isInstanceOf(Finding.Done.class);
    action.clear(attempt);
    itIsFlipped();
  }

  @ParameterizedTest
  @ValueSource(strings = {"closed", "alone", "left", "opened", "before the reference"})
  void whoever_is_stopped_opens_the_old_database_again_himself(String point) throws Exception {
    var in = stage.inputs();
    var stops = new ArrayList<Stop>();
    var action = stage.action(at(point, () -> stops.getFirst().request(Stop.Why.SHUTDOWN)));
    var attempt = begun(action, in, "flip", 1);
    stops.add(attempt.stop());
    assertThatThrownBy(() -> action.act(attempt)).isInstanceOf(Stop.Stopped.class);
    nothingWasChanged();
  }

  @Test
  void a_row_written_before_it_is_closed_opens_the_gate_anew() throws Exception {
    var in = stage.inputs();
    var write = "UPDATE members.member SET paid = paid WHERE id = 1";
    try (var writer = stage.servers.connect(LIVE, NAME, "acme_app");
        var statement = writer.createStatement()) {
      var action =
          stage.action(
              at(
                  "before closing",
                  () -> {
                    try {
                      statement.execute(write);
                    } catch (SQLException ended) {
                      throw new IllegalStateException(ended);
                    }
                  }));
      assertThat(once(action, in, "flip"))
          .isEqualTo(
              new Outcome.Drifted<>("rows written since the freeze: none -> members.member 1"));
    }
    nothingWasChanged();
    // the order made anew holds what was written, so a second approval lets it go
    assertThat(once(stage.action(_ -> {}), in, "flip")).isInstanceOf(Outcome.Done.class);
  }

  @Test
  void a_superuser_who_is_there_in_the_middle_is_named_and_everything_is_undone() throws Exception {
    var in = stage.inputs();
    var roots = new ArrayList<java.sql.Connection>();
    var action =
        stage.action(
            at(
                "before closing",
                () -> {
                  try {
                    roots.add(stage.servers.connect(LIVE, NAME, "postgres"));
                  } catch (SQLException refused) {
                    throw new IllegalStateException(refused);
                  }
                }));
    var outcome = (Outcome.Failed<Flipped>) once(action, in, "flip");
    assertThat(outcome.problem().happened()).contains("may not be ended", "as postgres");
    assertThat(roots.getFirst().isValid(1)).isTrue();
    roots.getFirst().close();
    nothingWasChanged();
  }

  @Test
  void a_secret_that_is_refused_undoes_everything() throws Exception {
    stage.admin("REVOKE CONNECT ON DATABASE " + FlipStage.RESTORED + " FROM PUBLIC");
    var outcome = (Outcome.Failed<Flipped>) once(stage.action(_ -> {}), stage.inputs(), "flip");
    stage.admin("GRANT CONNECT ON DATABASE " + FlipStage.RESTORED + " TO PUBLIC");
    assertThat(outcome.problem().line())
        .contains("logging in to " + FlipStage.RESTORED, stage.made.value(), "permission denied");
    nothingWasChanged();
  }

  @Test
  void a_secret_that_leads_elsewhere_begins_nothing() throws Exception {
    stage.secrets.make(
        stage.made,
        stage.servers.login(LIVE, "postgres", "acme_app"),
        io.countersign.estate.RunSecrets.owner(stage.made).orElseThrow());
    assertThatThrownBy(() -> begun(stage.action(_ -> {}), stage.inputs(), "flip", 1))
        .hasMessageContaining("leads to postgres and not to " + FlipStage.RESTORED);
    nothingWasChanged();
  }

  @Test
  void a_row_that_somebody_changes_in_the_last_moment_is_left_as_he_made_it() throws Exception {
    var in = stage.inputs();
    Runnable change =
        () -> {
          try {
            stage.inRegistry("UPDATE public.tenant SET secret = 'rotated'");
          } catch (SQLException refused) {
            throw new IllegalStateException(refused);
          }
        };
    var outcome = once(stage.action(at("before the reference", change)), in, "flip");
    assertThat(((Outcome.Drifted<Flipped>) outcome).difference())
        .contains("somebody changed the tenant's row", before());
    assertThat(stage.row()).isEqualTo(NAME + " by rotated");
    assertThat(stage.open(stage.live)).isTrue();
    assertThat(stage.open(stage.restored)).isFalse();
  }

  @Test
  void an_answer_of_the_registry_that_is_lost_is_looked_up() throws Exception {
    var lossy = new LossyRegistry(stage.registry, LossyRegistry.Loses.THE_ANSWER);
    assertThat(once(stage.action(lossy, _ -> {}), stage.inputs(), "flip"))
        .isInstanceOf(Outcome.Done.class);
    itIsFlipped();
  }

  @Test
  void a_change_that_the_registry_did_not_carry_out_undoes_everything() throws Exception {
    var lossy = new LossyRegistry(stage.registry, LossyRegistry.Loses.THE_CHANGE);
    var outcome =
        (Outcome.Failed<Flipped>) once(stage.action(lossy, _ -> {}), stage.inputs(), "flip");
    assertThat(outcome.problem().happened()).contains("did not do it");
    nothingWasChanged();
  }

  @Test
  void while_nobody_can_tell_what_the_row_says_the_old_database_stays_closed() throws Exception {
    var in = stage.inputs();
    for (var loses : LossyRegistry.Loses.values()) {
      var silent = new LossyRegistry(stage.registry, loses, true);
      var action = stage.action(silent, _ -> {});
      var attempt = begun(action, in, "flip", 1);
      var outcome = (Outcome.Unknown<Flipped>) action.act(attempt);
      assertThat(outcome.check())
          .contains("the flip is done if it names " + stage.after())
          .contains("it is not if it names " + before());
      assertThat(stage.open(stage.live)).isFalse();
      assertThat(action.probe(attempt)).isInstanceOf(Finding.Unknown.class);
      silent.speaks();
      if (loses == LossyRegistry.Loses.THE_CHANGE) {
        assertThat(stage.recovered(action, attempt)).isInstanceOf(Finding.NotDone.class);
        nothingWasChanged();
      } else {
        assertThat(stage.recovered(action, attempt)).isInstanceOf(Finding.Done.class);
        itIsFlipped();
      }
    }
  }

  /**
   * A process stands still at its very last fence; another takes over, finds nothing done and opens
   * the old database. When the first one wakes, it changes no reference.
   */
  @Test
  void a_process_that_stood_still_changes_no_reference_after_another_has_taken_over()
      throws Exception {
    var action = stage.action(_ -> {});
    var attempt = begun(action, stage.inputs(), "flip", 1);
    var found = new ArrayList<Finding<Flipped>>();
    var sleepy =
        new Sleepy(
            attempt, new AtomicInteger(), 2, () -> found.add(stage.recovered(action, attempt)));
    assertThatThrownBy(() -> action.act(sleepy)).isInstanceOf(Stop.Stopped.class);
    assertThat(found.getFirst()).isInstanceOf(Finding.NotDone.class);
    nothingWasChanged();
  }

  /** The other way round: what is flipped by the one who took over stays so. */
  @Test
  void a_process_that_stood_still_opens_nothing_after_another_has_flipped() throws Exception {
    var action = stage.action(_ -> {});
    var in = stage.inputs();
    var attempt = begun(action, in, "flip", 1);
    var sleepy =
        new Sleepy(
            attempt,
            new AtomicInteger(),
            2,
            () -> {
              assertThat(stage.recovered(action, attempt)).isInstanceOf(Finding.NotDone.class);
              try {
                assertThat(action.act(begun(action, in, "flip", 2)))
                    .isInstanceOf(Outcome.Done.class);
              } catch (ActionFailed failed) {
                throw new IllegalStateException(failed);
              }
            });
    // what it answers is written nowhere: the journal refuses its epoch
    assertThat(action.act(sleepy)).isInstanceOf(Outcome.Done.class);
    itIsFlipped();
  }

  @Test
  void the_way_back_returns_row_secret_and_access_and_keeps_what_was_live() throws Exception {
    var version = stage.secrets.current(FlipStage.OLD).orElseThrow();
    var out = flipped();
    var outcome = once(stage.back(_ -> {}), stage.inputsBack(out), "back");
    var back = ((Outcome.Done<Flipped>) outcome).outputs();
    assertThat(back.live()).isEqualTo(stage.live);
    assertThat(back.kept()).isEqualTo(stage.restored);
    assertThat(back.keptSecret()).isEqualTo(stage.made);
    assertThat(stage.secrets.current(FlipStage.OLD)).contains(version);
    nothingWasChanged();
    try (var client = stage.servers.connect(LIVE, NAME, "acme_app")) {
      assertThat(client.isValid(2)).isTrue();
    }
    // and forth again, as a rollback of the rollback
    var again =
        new Flipped(
            back.live(), back.kept(), back.keptSecret(), back.keptSecretVersion(), Duration.ZERO);
    assertThat(once(stage.back(_ -> {}), stage.inputsBack(again), "again"))
        .isInstanceOf(Outcome.Done.class);
    itIsFlipped();
  }

  @Test
  void a_secret_made_for_a_flip_goes_with_the_database_to_which_it_leads() throws Exception {
    var out = flipped();
    // it is live: neither goes
    assertThatThrownBy(() -> begun(stage.drop(), dropped(stage.restored, stage.made), "drop", 1))
        .hasMessageContaining("the registry names it as the database of medsuite/acme");
    assertThat(discarded(stage.made)).contains("the registry names it as the secret of");
    assertThat(stage.secrets.current(stage.made)).isPresent();

    once(stage.back(_ -> {}), stage.inputsBack(out), "back");
    var attempt = begun(stage.drop(), dropped(stage.restored, stage.made), "drop", 1);
    assertThat(attempt.intent().facts()).containsEntry("drop.secret", stage.made.value());
    var outcome = (Outcome.Done<NoOutputs>) stage.drop().act(attempt);
    assertThat(outcome.said()).contains("so is the secret " + stage.made);
    assertThat(stage.secrets.current(stage.made)).isEmpty();
    // whoever died between the two finds the database gone and the secret's removal done again
    assertThat(stage.drop().probe(attempt)).isInstanceOf(Finding.Done.class);
    assertThat(stage.row()).isEqualTo(before());
    stage.restoreAnew();
  }

  @Test
  void a_secret_that_no_run_made_stays_when_its_database_is_dropped() throws Exception {
    var outcome = (Outcome.Done<NoOutputs>) droppedAfter(flipped().keptSecret());
    assertThat(outcome.said()).contains("the secret tenant-db-acme", "not the bot's");
    assertThat(stage.secrets.current(FlipStage.OLD)).isPresent();
  }

  /** Not the tenant's own database, which other tests need: a third one that stands for it. */
  private Outcome<NoOutputs> droppedAfter(SecretName secret) throws Exception {
    stage.admin("CREATE DATABASE tenant_acme_old OWNER acme_owner TEMPLATE template0");
    stage.admin("ALTER DATABASE tenant_acme_old ALLOW_CONNECTIONS false");
    var old = stage.servers.database("tenant_acme_old");
    return once(stage.drop(), dropped(old, secret), "drop");
  }

  private static DatabaseDropKept.In dropped(DatabaseRef database, SecretName secret) {
    return new DatabaseDropKept.In(database, secret.value());
  }

  private String discarded(SecretName secret) throws ActionFailed {
    var outcome = once(stage.discardSecret(), new DiscardSecret.Inputs(secret), "abort-2");
    return ((Outcome.Failed<NoOutputs>) outcome).problem().happened();
  }

  @Test
  void a_secret_that_was_made_is_removed_on_abort_and_no_other_is() throws Exception {
    assertThat(discarded(FlipStage.OLD)).contains("its name is not one that this run gives");
    assertThat(discarded(new SecretName("tenant-db-acme-20261121155200-00000000-1")))
        .contains("its name is not one that this run gives");
    assertThat(once(stage.discardSecret(), new DiscardSecret.Inputs(stage.made), "abort-2"))
        .isInstanceOf(Outcome.Done.class);
    assertThat(stage.secrets.current(stage.made)).isEmpty();
    assertThat(stage.secrets.current(FlipStage.OLD)).isPresent();
  }

  @Test
  void an_attempt_to_make_a_secret_that_was_cut_off_leaves_none_and_the_next_has_another_name()
      throws Exception {
    var in = new MakeSecret.Inputs(FlipStage.OLD, stage.restored);
    var attempt = begun(stage.makeSecret(), in, "login", 1);
    stage.makeSecret().clear(attempt);
    assertThat(stage.secrets.current(stage.made)).isEmpty();
    var second = begun(stage.makeSecret(), in, "login", 2);
    stage.makeSecret().act(second);
    var name = new SecretName("tenant-db-acme-20261121155200-7k2m9qxd-2");
    assertThat(stage.secrets.login(name).database()).isEqualTo(FlipStage.RESTORED);
    stage.makeSecret().clear(second);
    assertThat(stage.secrets.current(name)).isEmpty();
  }

  /**
   * Clients hold their pools and what they read of the registry for as long as it may be cached.
   * From right before the reference changes they write, past the read-only preset, wherever that
   * leads them.
   */
  @Test
  void
      with_pools_and_cached_references_no_write_reaches_the_old_database_once_the_reference_changes()
          throws Exception {
    var frozen = stage.reading(stage.live);
    var rows = "SELECT count(*) FROM members.member WHERE name LIKE 'client %'";
    try (var clients = new CachingClients(stage, 20)) {
      clients.awaitConnected();
      var in = stage.inputs();
      var outcome = once(stage.action(at("before the reference", clients::write)), in, "flip");
      assertThat(outcome).isInstanceOf(Outcome.Done.class);
      System.out.println("a flip under 20 clients: " + ((Outcome.Done<?>) outcome).said());
      clients.awaitWritten();
      assertThat(clients.writtenTo()).containsOnly(FlipStage.RESTORED);
      assertThat(clients.refused()).as("somebody still held the old reference").isPositive();
      assertThat(clients.lastRefusal()).contains("is not currently accepting connections");
      assertThat(Symptoms.of(clients.lastRefusal()).orElseThrow().cause())
          .contains(NAME + " is closed", "a pool or a reference from before a cutover");
    }
    stage.admin("ALTER DATABASE " + NAME + " ALLOW_CONNECTIONS true");
    assertThat(stage.servers.ask(LIVE, NAME, rows)).contains("0");
    assertThat(stage.reading(stage.live)).isEqualTo(frozen);
    assertThat(Integer.parseInt(stage.servers.ask(LIVE, FlipStage.RESTORED, rows).orElseThrow()))
        .isGreaterThanOrEqualTo(20);
    stage.restoreAnew();
  }
}
