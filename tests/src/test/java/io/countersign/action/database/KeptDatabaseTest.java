package io.countersign.action.database;

import static io.countersign.action.database.TwoServers.LIVE;
import static io.countersign.action.database.TwoServers.NAME;
import static io.countersign.action.database.TwoServers.begun;
import static io.countersign.action.database.TwoServers.once;
import static io.countersign.action.database.TwoServers.visit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.action.ActionFailed;
import io.countersign.action.Finding;
import io.countersign.action.Outcome;
import io.countersign.estate.DatabaseRef;
import io.countersign.postgres.DatabaseDrop;
import io.countersign.postgres.WriteCounters;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of the database that a swap kept: it comes back, or it goes for ever. */
class KeptDatabaseTest {
  private static final String KEPT = "tenant_acme_pre_pitr_20261114155200";
  private static final String ROLLED_BACK = "tenant_acme_rolled_back_20261121155200";
  private final TwoServers servers = TwoServers.shared();
  private DatabaseRef live = servers.database(NAME);
  private DatabaseRef kept = live;

  KeptDatabaseTest() throws SQLException {}

  /** As a swap leaves it: closed, and with the read-only preset of the freeze before the swap. */
  @BeforeEach
  void aKeptDatabaseStandsBesideTheLiveOne() throws SQLException {
    run("CREATE DATABASE " + KEPT + " OWNER acme_owner TEMPLATE template0");
    run("ALTER DATABASE " + KEPT + " SET default_transaction_read_only = on");
    run("ALTER DATABASE " + KEPT + " ALLOW_CONNECTIONS false");
    live = servers.database(NAME);
    kept = servers.database(KEPT);
  }

  @AfterEach
  void theFirstDatabaseIsLiveAgain() throws SQLException {
    if (!nameOf(live.oid()).equals(NAME)) {
      run("DROP DATABASE " + NAME + " WITH (FORCE)");
      run("ALTER DATABASE " + ROLLED_BACK + " RENAME TO " + NAME);
      run("ALTER DATABASE " + NAME + " ALLOW_CONNECTIONS true");
    }
    servers.tidy();
  }

  private void run(String sql) throws SQLException {
    servers.execute(LIVE, "postgres", "postgres", sql);
  }

  private String nameOf(long oid) throws SQLException {
    return servers
        .ask(LIVE, "postgres", "SELECT datname FROM pg_database WHERE oid = " + oid)
        .orElse("(gone)");
  }

  // Back

  private DatabaseSwapBack back() {
    return new DatabaseSwapBack(servers.servers(), servers.estate(), _ -> {});
  }

  private DatabaseSwapBack.In inputs() throws SQLException {
    try (var inside = servers.connect(LIVE, NAME, "bot")) {
      var reading = WriteCounters.read(inside, List.of("pgboss"));
      return new DatabaseSwapBack.In(
          live, kept, "rolled_back", reading.writes(), reading.since(), reading.tables());
    }
  }

  @Test
  void the_kept_database_gets_the_live_name_back_and_the_live_one_is_kept_closed()
      throws Exception {
    var outcome = once(back(), inputs(), "cutback");

    assertThat(outcome)
        .isInstanceOfSatisfying(
            Outcome.Done.class,
            it -> {
              var out = (DatabaseSwapBack.Out) it.outputs();
              assertThat(out.live()).isEqualTo(new DatabaseRef(LIVE, kept.oid(), NAME));
              assertThat(out.kept()).isEqualTo(new DatabaseRef(LIVE, live.oid(), ROLLED_BACK));
            });
    assertThat(nameOf(kept.oid())).isEqualTo(NAME);
    assertThat(nameOf(live.oid())).isEqualTo(ROLLED_BACK);
    assertThatThrownBy(() -> servers.connect(LIVE, ROLLED_BACK, "postgres"))
        .hasMessageContaining("not currently accepting connections");
    // it stays read-only until the tenant is unfrozen
    assertThat(servers.ask(LIVE, NAME, "SHOW default_transaction_read_only")).contains("on");
  }

  @Test
  void a_kept_database_that_somebody_opened_opens_the_gate_anew() throws Exception {
    var action = back();
    var attempt = begun(action, inputs(), "cutback", 1);
    run("ALTER DATABASE " + KEPT + " ALLOW_CONNECTIONS true");
    assertThat(action.act(attempt)).isInstanceOf(Outcome.Drifted.class);
    assertThat(nameOf(live.oid())).isEqualTo(NAME);
  }

  @Test
  void what_was_done_is_seen_by_oid_and_name() throws Exception {
    var action = back();
    var attempt = begun(action, inputs(), "cutback", 1);
    assertThat(action.probe(attempt)).isInstanceOf(Finding.NotDone.class);
    assertThat(action.act(attempt)).isInstanceOf(Outcome.Done.class);
    assertThat(action.probe(attempt)).isInstanceOf(Finding.Done.class);
  }

  // For ever

  private DatabaseDropKept drop(String registered) {
    return new DatabaseDropKept(
        servers.servers(), servers.registry(registered), new NoOwnSecrets());
  }

  private DatabaseDropKept drop() {
    return drop(NAME);
  }

  private DatabaseDropKept.In wanted() {
    return new DatabaseDropKept.In(kept);
  }

  private void staysWith(String why) throws SQLException {
    assertThatThrownBy(() -> drop().intent(visit(wanted(), "drop", 1)))
        .isInstanceOfSatisfying(
            ActionFailed.class, it -> assertThat(it.problem().happened()).contains(why));
    var unused = new DatabaseUnused(servers.servers(), servers.registry());
    assertThatThrownBy(
            () -> {
              var outcome = once(unused, new DatabaseUnused.In(kept), "look");
              throw new ActionFailed(((Outcome.Failed<DatabaseUnused.Out>) outcome).problem());
            })
        .isInstanceOfSatisfying(
            ActionFailed.class, it -> assertThat(it.problem().happened()).contains(why));
  }

  @Test
  void an_unused_kept_database_is_dropped_and_only_it() throws Exception {
    var outcome = once(drop(), wanted(), "drop");
    assertThat(outcome).isInstanceOf(Outcome.Done.class);
    assertThat(nameOf(kept.oid())).isEqualTo("(gone)");
    assertThat(nameOf(live.oid())).isEqualTo(NAME);
  }

  @Test
  void its_size_is_told_before_anybody_is_asked() throws Exception {
    var unused = new DatabaseUnused(servers.servers(), servers.registry());
    assertThat(once(unused, new DatabaseUnused.In(kept), "look"))
        .isInstanceOfSatisfying(
            Outcome.Done.class,
            it -> {
              var out = (DatabaseUnused.Out) it.outputs();
              assertThat(out.bytes()).isGreaterThan(1_000_000);
              assertThat(out.verdict()).isEqualTo(DatabaseUnused.VERDICT);
            });
  }

  @Test
  void a_database_that_somebody_opened_or_that_is_named_by_the_registry_stays() throws Exception {
    run("ALTER DATABASE " + KEPT + " ALLOW_CONNECTIONS true");
    staysWith("opened it to connections");
    try (var client = servers.connect(LIVE, KEPT, "exporter")) {
      run("ALTER DATABASE " + KEPT + " ALLOW_CONNECTIONS false");
      assertThat(client.isValid(2)).isTrue();
      staysWith("somebody is connected to it");
    }
    assertThatThrownBy(() -> drop(KEPT).intent(visit(wanted(), "drop", 1)))
        .isInstanceOfSatisfying(
            ActionFailed.class,
            it -> assertThat(it.problem().happened()).contains("the registry names it"));
    assertThat(nameOf(kept.oid())).isEqualTo(KEPT);
  }

  @Test
  void what_is_live_again_is_never_dropped_whatever_the_registry_says() throws Exception {
    assertThat(once(back(), inputs(), "cutback")).isInstanceOf(Outcome.Done.class);
    // the OID is live now, and the recorded name belongs to nothing
    assertThatThrownBy(() -> drop("elsewhere").intent(visit(wanted(), "drop", 1)))
        .isInstanceOf(ActionFailed.class);
    var underItsNewName = new DatabaseDropKept.In(new DatabaseRef(LIVE, kept.oid(), NAME));
    assertThatThrownBy(() -> drop().intent(visit(underItsNewName, "drop", 1)))
        .isInstanceOf(ActionFailed.class);
    // the tenant's secret leads to it, even where the registry has forgotten it
    assertThatThrownBy(() -> drop("elsewhere").intent(visit(underItsNewName, "drop", 1)))
        .isInstanceOfSatisfying(
            ActionFailed.class,
            it -> assertThat(it.problem().happened()).contains("the current secret of"));
    assertThat(nameOf(kept.oid())).isEqualTo(NAME);
  }

  @Test
  void another_database_under_the_recorded_name_is_not_touched() throws Exception {
    var action = drop();
    var attempt = begun(action, wanted(), "drop", 1);
    run("DROP DATABASE " + KEPT);
    run("CREATE DATABASE " + KEPT + " OWNER acme_owner TEMPLATE template0");
    run("ALTER DATABASE " + KEPT + " ALLOW_CONNECTIONS false");
    var other = servers.database(KEPT).oid();

    assertThat(action.act(attempt)).isInstanceOf(Outcome.Drifted.class);
    assertThat(nameOf(other)).isEqualTo(KEPT);
    // what was approved is gone, and that is all that the probe says
    assertThat(action.probe(attempt)).isInstanceOf(Finding.Done.class);
    assertThatThrownBy(() -> action.intent(visit(wanted(), "drop", 2)))
        .isInstanceOf(ActionFailed.class);
    assertThat(nameOf(other)).isEqualTo(KEPT);
  }

  @Test
  void a_drop_that_was_cut_off_after_its_rename_is_finished_under_the_same_order()
      throws Exception {
    var action = drop();
    var first = begun(action, wanted(), "drop", 1);
    run("ALTER DATABASE " + KEPT + " RENAME TO " + DatabaseDrop.dropName(kept));

    assertThat(action.probe(first)).isInstanceOf(Finding.NotDone.class);
    var second = begun(action, wanted(), "drop", 2);
    assertThat(second.intent()).isEqualTo(first.intent());
    assertThat(action.act(second)).isInstanceOf(Outcome.Done.class);
    assertThat(nameOf(kept.oid())).isEqualTo("(gone)");
    assertThat(action.probe(second)).isInstanceOf(Finding.Done.class);
  }

  @Test
  void a_change_between_the_approval_and_the_drop_opens_the_gate_anew() throws Exception {
    var action = drop();
    var attempt = begun(action, wanted(), "drop", 1);
    run("ALTER DATABASE " + KEPT + " ALLOW_CONNECTIONS true");
    assertThat(action.act(attempt)).isInstanceOf(Outcome.Drifted.class);
    assertThat(nameOf(kept.oid())).isEqualTo(KEPT);
  }

  @Test
  void a_server_that_cannot_be_reached_is_in_doubt_and_says_what_to_check() throws Exception {
    var action = drop();
    var attempt = begun(action, wanted(), "drop", 1);
    servers.botPort = 1;
    assertThat(action.probe(attempt))
        .isInstanceOfSatisfying(
            Finding.Unknown.class,
            it -> assertThat(it.check()).contains("WHERE oid = " + kept.oid()));
  }
}
