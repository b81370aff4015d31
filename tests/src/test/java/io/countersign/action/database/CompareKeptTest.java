package io.countersign.action.database;

import static io.countersign.action.database.TwoServers.LIVE;
import static io.countersign.action.database.TwoServers.NAME;
import static io.countersign.action.database.TwoServers.begun;
import static io.countersign.action.database.TwoServers.once;
import static io.countersign.action.database.TwoServers.visit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.action.ActionFailed;
import io.countersign.action.Intent;
import io.countersign.action.Outcome;
import io.countersign.action.Stop;
import io.countersign.estate.DatabaseRef;
import io.countersign.estate.Policies;
import io.countersign.postgres.Databases;
import io.countersign.postgres.InspectionWindow;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a rollback would lose, counted through a window that lets nobody else in. */
class CompareKeptTest {
  private static final String KEPT = "tenant_acme_pre_pitr_20261114155200";
  private static final String ROLLED_BACK = "tenant_acme_rolled_back_20261121155200";
  private final TwoServers servers = TwoServers.shared();
  private final InspectionWindow window = new InspectionWindow(servers.servers());
  private final DatabaseRef live = servers.database(NAME);
  private DatabaseRef kept = live;

  CompareKeptTest() throws SQLException {}

  /** As a swap leaves it, and then the tenant works on: 3 rows more, 2 fewer, 1 other. */
  @BeforeEach
  void theTenantHasWorkedSinceTheSwap() throws SQLException {
    admin("CREATE DATABASE " + KEPT + " OWNER acme_owner TEMPLATE " + NAME);
    admin("ALTER DATABASE " + KEPT + " SET default_transaction_read_only = on");
    allow(KEPT, false);
    kept = servers.database(KEPT);
    in(
        NAME,
        """
        INSERT INTO members.member (id, name) VALUES (3001, 'a'), (3002, 'b'), (3003, 'c');
        DELETE FROM members.part WHERE id IN (1, 2);
        UPDATE "Odd ""Schema"."Odd Table" SET t = 3 WHERE t = 2;
        UPDATE pgboss.job SET state = 'completed' WHERE id = 2;
        SELECT nextval('members.number'), nextval('members.number'), nextval('members.number');
        """);
  }

  @AfterEach
  void asBefore() throws SQLException {
    if (!nameOf(live.oid()).equals(NAME)) {
      admin("ALTER DATABASE " + NAME + " RENAME TO " + KEPT);
      admin("ALTER DATABASE " + ROLLED_BACK + " RENAME TO " + NAME);
      allow(NAME, true);
    }
    in(
        NAME,
        """
        DROP TABLE IF EXISTS members.foreign_to_the_bot;
        DELETE FROM members.member WHERE id > 3000;
        INSERT INTO members.part VALUES (1, '2026-05-01'), (2, '2026-05-01');
        UPDATE "Odd ""Schema"."Odd Table" SET t = 2 WHERE t = 3;
        UPDATE pgboss.job SET state = 'active' WHERE id = 2;
        SELECT setval('members.number', 100, true);
        """);
    servers.tidy();
  }

  /** As a swap back leaves the names. */
  private void swappedBack() throws SQLException {
    allow(NAME, false);
    admin("ALTER DATABASE " + NAME + " RENAME TO " + ROLLED_BACK);
    admin("ALTER DATABASE " + KEPT + " RENAME TO " + NAME);
    allow(NAME, true);
  }

  private void admin(String sql) throws SQLException {
    servers.execute(LIVE, "postgres", "postgres", sql);
  }

  private void allow(String name, boolean allow) throws SQLException {
    admin("ALTER DATABASE " + name + " ALLOW_CONNECTIONS " + allow);
  }

  private void in(String name, String sql) throws SQLException {
    servers.execute(LIVE, name, "postgres", sql);
  }

  private String nameOf(long oid) throws SQLException {
    return servers
        .ask(LIVE, "postgres", "SELECT datname FROM pg_database WHERE oid = " + oid)
        .orElse("(gone)");
  }

  private String state(long oid) throws SQLException {
    return servers
        .ask(
            LIVE,
            "postgres",
            "SELECT datallowconn || ' ' || (SELECT count(*) FROM pg_stat_activity a WHERE a.datid ="
                + " d.oid AND a.backend_type <> 'autovacuum worker') FROM pg_database d WHERE oid ="
                + " "
                + oid)
        .orElse("(gone)");
  }

  private void closedAndEmpty() throws SQLException {
    assertThat(state(kept.oid())).isEqualTo("false 0");
  }

  private CompareKept action() {
    return new CompareKept(servers.servers(), servers.registry(), servers.estate());
  }

  private CompareKept.In wanted() {
    return new CompareKept.In(kept, live);
  }

  private TwoServers.Try<CompareKept.In> attempt() throws ActionFailed {
    return begun(action(), wanted(), "lost", 1);
  }

  private static String problem(Outcome<?> outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Failed.class);
    return ((Outcome.Failed<?>) outcome).problem().line();
  }

  @Test
  void what_came_went_and_changed_since_the_swap_is_counted_exactly_and_it_is_closed_again()
      throws Exception {
    var outcome = once(action(), wanted(), "lost");

    assertThat(outcome).isInstanceOf(Outcome.Done.class);
    var done = (Outcome.Done<CompareKept.Out>) outcome;
    var out = done.outputs();
    assertThat(out.go()).isEqualTo(3);
    assertThat(out.comeBack()).isEqualTo(2);
    assertThat(out.change()).isEqualTo(1);
    assertThat(out.rowsByTable().lines())
        .containsExactly(
            "0 3 0 members.member", "2 0 0 members.part_1", "0 0 1 Odd \"Schema.Odd Table");
    assertThat(out.queueJobs()).as("job 2 has run since, job 3 waits in both").isEqualTo(1);
    assertThat(out.numbersAgain()).isEqualTo(3);
    assertThat(out.sequencesBehind()).isEqualTo("3 members.number");
    assertThat(out.sequences()).isEqualTo("keep-ahead");
    assertThat(out.keptBytes()).isPositive();
    assertThat(out.liveBytes()).isPositive();
    assertThat(done.said()).contains("the tenant's own login is kept out");
    closedAndEmpty();
    // the same again, so nothing was changed by looking
    assertThat(((Outcome.Done<CompareKept.Out>) once(action(), wanted(), "lost")).outputs())
        .isEqualTo(out);
  }

  @Test
  void the_content_hash_is_of_the_kept_database_alone() throws Exception {
    var first = ((Outcome.Done<CompareKept.Out>) once(action(), wanted(), "lost")).outputs();
    in(NAME, "DELETE FROM members.member WHERE id = 3003");
    var second = ((Outcome.Done<CompareKept.Out>) once(action(), wanted(), "lost")).outputs();
    assertThat(second.go()).isEqualTo(2);
    assertThat(second.contentHash()).isEqualTo(first.contentHash());
    inKept("UPDATE members.part SET id = 4000 WHERE id = 3");
    var third = ((Outcome.Done<CompareKept.Out>) once(action(), wanted(), "lost")).outputs();
    assertThat(third.contentHash()).isNotEqualTo(first.contentHash());
  }

  private void inKept(String sql) throws SQLException {
    allow(KEPT, true);
    try (var inside = servers.connect(LIVE, KEPT, "postgres")) {
      Databases.execute(inside, "SET default_transaction_read_only = off");
      Databases.execute(inside, sql);
    }
    allow(KEPT, false);
  }

  @Test
  void while_the_bot_looks_nobody_else_gets_in_and_the_bot_cannot_write() throws Exception {
    var seen = new ArrayList<String>();
    window.look(
        attempt(),
        "looking",
        kept,
        inside -> {
          for (var user : new String[] {"acme_app", "exporter", "postgres"}) {
            assertThatThrownBy(() -> servers.connect(LIVE, KEPT, user))
                .hasMessageContaining("not currently accepting connections");
          }
          assertThatThrownBy(() -> Databases.execute(inside, "CREATE TABLE members.x (a int)"))
              .hasMessageContaining("read-only");
          seen.add(application(inside));
          return seen;
        });
    assertThat(seen).containsExactly("cs/7k2m9qxd/lost/1");
    closedAndEmpty();
  }

  private static String application(Connection inside) throws SQLException {
    try (var row = inside.createStatement().executeQuery("SHOW application_name")) {
      row.next();
      return row.getString(1);
    }
  }

  @Test
  void whoever_was_in_before_us_is_ended_and_who_may_not_be_ended_is_named() throws Exception {
    allow(KEPT, true);
    try (var early = servers.connect(LIVE, KEPT, "exporter")) {
      allow(KEPT, false);
      var alone =
          window.look(
              attempt(),
              "looking",
              kept,
              inside ->
                  Databases.number(
                      inside, "SELECT count(*) FROM pg_stat_activity WHERE datid = " + kept.oid()));
      assertThat(alone).isEqualTo(1);
      assertThat(early.isValid(2)).isFalse();
    }
    allow(KEPT, true);
    try (var root = servers.connect(LIVE, KEPT, "postgres")) {
      allow(KEPT, false);
      assertThat(problem(action().act(attempt())))
          .contains("as postgres", "End them as a superuser");
      assertThat(root.isValid(2)).isTrue();
    }
    assertThat(state(kept.oid())).startsWith("false");
  }

  @Test
  void after_a_failure_and_after_a_stop_it_is_closed_and_empty() throws Exception {
    var elsewhere = new CompareKept.In(kept, new DatabaseRef(LIVE, live.oid() + 1, NAME));
    assertThat(problem(once(action(), elsewhere, "lost"))).contains(NAME);
    closedAndEmpty();

    var attempt = attempt();
    assertThatThrownBy(
            () ->
                window.look(
                    attempt,
                    "looking",
                    kept,
                    inside -> {
                      attempt.stop().request(Stop.Why.CANCELLED);
                      return Databases.number(inside, "SELECT 1");
                    }))
        .isInstanceOf(SQLException.class);
    closedAndEmpty();
    assertThatThrownBy(() -> action().act(attempt)).isInstanceOf(Stop.Stopped.class);
    closedAndEmpty();
  }

  @Test
  void what_a_death_in_the_open_moment_left_is_ended_and_closed_by_whoever_takes_over()
      throws Exception {
    var dead = attempt();
    allow(KEPT, true);
    try (var left =
        servers.servers().open(LIVE, KEPT, visit(wanted(), "lost", 1).applicationName())) {
      action().clear(dead);
      assertThat(left.isValid(2)).isFalse();
    }
    closedAndEmpty();
    action().clear(dead);
    closedAndEmpty();
    assertThat(action().act(begun(action(), wanted(), "lost", 2))).isInstanceOf(Outcome.Done.class);
  }

  @Test
  void what_is_live_again_is_never_closed() throws Exception {
    var late = attempt();
    swappedBack();
    action().clear(late);
    assertThat(state(kept.oid())).startsWith("true");
    assertThat(problem(action().act(late))).contains("is called " + NAME + " now");
    assertThat(state(kept.oid())).startsWith("true");

    var itself = new CompareKept.In(new DatabaseRef(LIVE, kept.oid(), NAME), live);
    refused(servers.registry(), itself, "it is the live database itself");
    var forced =
        new TwoServers.Try<CompareKept.In>(
            visit(itself, "lost", 1),
            new Intent(Map.of()),
            new Stop(),
            new ArrayList<>(),
            new ArrayList<>());
    action().clear(forced);
    assertThat(problem(action().act(forced))).contains("it is the live database itself");
    assertThat(state(kept.oid())).startsWith("true");
  }

  @Test
  void what_the_registry_or_the_secret_leads_to_or_somebody_opened_is_left_as_it_is()
      throws Exception {
    refused(servers.registry(KEPT), wanted(), "the registry names it");
    allow(KEPT, true);
    refused(servers.registry(), wanted(), "somebody has opened");
    assertThat(state(kept.oid())).startsWith("true");
    var elsewhere = new DatabaseRef(LIVE, kept.oid(), "elsewhere");
    refused(
        servers.registry("other"),
        new CompareKept.In(live, elsewhere),
        "the current secret of medsuite/acme leads to it");
    assertThat(state(live.oid())).startsWith("true");
  }

  private void refused(
      io.countersign.estate.Registry registry, CompareKept.In wanted, String because) {
    var action = new CompareKept(servers.servers(), registry, servers.estate());
    assertThatThrownBy(() -> action.intent(visit(wanted, "lost", 1)))
        .isInstanceOfSatisfying(
            ActionFailed.class, it -> assertThat(it.problem().line()).contains(because));
  }

  @Test
  void tables_that_cannot_be_read_on_either_side_are_named_and_in_no_count() throws Exception {
    in(
        NAME,
        """
        CREATE TABLE members.foreign_to_the_bot (a int);
        INSERT INTO members.foreign_to_the_bot VALUES (1), (2);
        """);
    inKept("ALTER TABLE members.member FORCE ROW LEVEL SECURITY");
    var done = (Outcome.Done<CompareKept.Out>) once(action(), wanted(), "lost");
    assertThat(done.said())
        .contains(
            "tables that the bot may not read, in no count: members.foreign_to_the_bot,"
                + " members.member");
    assertThat(done.outputs().go()).isZero();
    assertThat(done.outputs().comeBack()).isEqualTo(2);
  }

  // Numbers

  private KeepAhead ahead(Policies.Sequences sequences) {
    return new KeepAhead(
        servers.servers(),
        servers.estate(new Policies(Policies.Queues.DISCARD, sequences, Optional.empty())));
  }

  @Test
  void after_the_swap_back_numbers_go_on_behind_those_that_were_given() throws Exception {
    swappedBack();
    var in =
        new KeepAhead.In(
            new DatabaseRef(LIVE, kept.oid(), NAME),
            new DatabaseRef(LIVE, live.oid(), ROLLED_BACK));
    var last = "SELECT last_value FROM members.number";

    assertThat(once(ahead(Policies.Sequences.AS_RESTORED), in, "numbers"))
        .isEqualTo(
            new Outcome.Done<>(
                new KeepAhead.Out("as-restored", 0),
                "left as they are: numbers given meanwhile come again"));
    assertThat(servers.ask(LIVE, NAME, last)).contains("100");

    var keep = ahead(Policies.Sequences.KEEP_AHEAD);
    assertThat(((Outcome.Done<KeepAhead.Out>) once(keep, in, "numbers")).outputs().raised())
        .isEqualTo(1);
    assertThat(servers.ask(LIVE, NAME, last)).contains("103");
    assertThat(((Outcome.Done<KeepAhead.Out>) once(keep, in, "numbers")).said())
        .isEqualTo("no number was given meanwhile");
    assertThat(state(live.oid())).isEqualTo("false 0");
    assertThat(state(kept.oid())).startsWith("true");
    assertThat(servers.ask(LIVE, NAME, "SHOW default_transaction_read_only")).contains("on");
  }

  @Test
  void a_sequence_that_cannot_be_moved_is_named_and_holds_nothing_up() throws Exception {
    inKept("ALTER SEQUENCE members.number INCREMENT BY 2");
    swappedBack();
    var in =
        new KeepAhead.In(
            new DatabaseRef(LIVE, kept.oid(), NAME),
            new DatabaseRef(LIVE, live.oid(), ROLLED_BACK));
    var done =
        (Outcome.Done<KeepAhead.Out>) once(ahead(Policies.Sequences.KEEP_AHEAD), in, "numbers");
    assertThat(done.said()).contains("left as they are, look at them: members.number");
    assertThat(done.outputs().raised()).isZero();
  }
}
