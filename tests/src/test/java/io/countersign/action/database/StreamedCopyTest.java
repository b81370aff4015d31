package io.countersign.action.database;

import static io.countersign.action.database.TwoServers.COPY;
import static io.countersign.action.database.TwoServers.LIVE;
import static io.countersign.action.database.TwoServers.begun;
import static io.countersign.action.database.TwoServers.once;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.countersign.action.ActionFailed;
import io.countersign.action.Outcome;
import io.countersign.action.Stop;
import io.countersign.estate.CopyLimits;
import io.countersign.estate.DatabaseRef;
import io.countersign.postgres.CopyMethod;
import io.countersign.postgres.DatabaseCopier;
import java.io.IOException;
import java.nio.file.Files;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StreamedCopyTest {
  private static final String NAME = "drop_streamed";

  /** Its rows take five seconds to arrive, because a check looks at each for a while. */
  private static final String SLOW =
      """
      SET ROLE acme_owner; CREATE SCHEMA s;
      CREATE FUNCTION s.slow(int) RETURNS bool LANGUAGE plpgsql AS 'BEGIN RETURN true; END';
      CREATE TABLE s.slow (a int CHECK (s.slow(a)), b text);
      INSERT INTO s.slow SELECT g, repeat('x', 400) FROM generate_series(1, 100) g;
      CREATE OR REPLACE FUNCTION s.slow(int) RETURNS bool LANGUAGE plpgsql AS
        'BEGIN PERFORM pg_sleep(0.05); RETURN true; END';
      CREATE TABLE s.other (a int PRIMARY KEY); INSERT INTO s.other VALUES (1), (2);
      """;

  private final TwoServers servers = TwoServers.shared();

  @BeforeEach
  void make() throws SQLException {
    servers.execute(COPY, "postgres", "postgres", "CREATE DATABASE " + NAME + " OWNER acme_owner");
  }

  @AfterEach
  void tidy() throws SQLException {
    servers.tidy();
    servers.execute(COPY, "postgres", "postgres", "DROP DATABASE " + NAME + " WITH (FORCE)");
  }

  private void source(String sql) throws SQLException {
    servers.execute(COPY, NAME, "postgres", sql);
  }

  private static DatabaseCopy.In in(@Nullable String method) {
    return new DatabaseCopy.In(COPY, new DatabaseRef(LIVE, 1, NAME), "restore", method);
  }

  private DatabaseCopy action(int workers) {
    return action(TwoServers.workers(workers));
  }

  private DatabaseCopy action(CopyLimits limits) {
    return new DatabaseCopy(
        servers.servers(),
        servers.programs(),
        new DatabaseCopier(servers.programs(), limits),
        new Random());
  }

  /** Begins to copy and comes back when rows are arriving. */
  private CompletableFuture<Outcome<DatabaseCopy.Out>> copying(
      DatabaseCopy action, TwoServers.Try<DatabaseCopy.In> attempt) {
    var outcome = CompletableFuture.supplyAsync(() -> action.act(attempt));
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> outcome.isDone() || count(LIVE, "query LIKE 'COPY \"s\".\"slow\"%'") > 0);
    assertThat(outcome).isNotDone();
    return outcome;
  }

  private long count(io.countersign.estate.ServerRef server, String which) throws SQLException {
    var sql =
        "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'cs/%' AND " + which;
    return Long.parseLong(servers.ask(server, "postgres", sql).orElseThrow());
  }

  /** As another process has it: the visit and the intent, and nothing else. */
  private static TwoServers.Try<DatabaseCopy.In> later(TwoServers.Try<DatabaseCopy.In> attempt) {
    return new TwoServers.Try<>(
        attempt.visit(), attempt.intent(), new Stop(), new ArrayList<>(), new ArrayList<>());
  }

  private void assertNothingIsLeft() throws SQLException, IOException {
    // a session that has said goodbye is shown for another moment, the last look's own among them
    for (var server : List.of(LIVE, COPY)) {
      await().atMost(Duration.ofSeconds(5)).until(() -> count(server, "true") == 0);
    }
    assertThat(
            servers.ask(
                LIVE, "postgres", "SELECT datname FROM pg_database WHERE datname ~ '^drop_stream'"))
        .isEmpty();
    try (var files = Files.list(servers.scratch())) {
      assertThat(files).isEmpty();
    }
  }

  @Test
  void a_stop_ends_children_and_sessions_and_what_is_left_is_cleared() throws Exception {
    source(SLOW);
    var action = action(2);
    var attempt = begun(action, in(null), "copy", 1);
    var outcome = copying(action, attempt);

    attempt.stop().request(Stop.Why.CANCELLED);

    assertThatThrownBy(outcome::join)
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(Stop.Stopped.class);
    await().atMost(Duration.ofSeconds(5)).until(() -> count(COPY, "true") == 0);
    action.clear(later(attempt));
    assertNothingIsLeft();
  }

  @Test
  void too_much_wal_on_the_live_server_lets_a_copy_wait_and_it_can_be_cancelled() throws Exception {
    source(SLOW);
    servers.execute(LIVE, "postgres", "postgres", "GRANT pg_monitor TO bot");
    try {
      var none = OptionalLong.empty();
      var limits = new CopyLimits(2, none, none, OptionalLong.of(1));
      var action = action(limits);
      var attempt = begun(action, in(null), "copy", 1);
      var outcome = CompletableFuture.supplyAsync(() -> action.act(attempt));
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> attempt.also().stream().anyMatch(it -> it.startsWith("paused until")));
      assertThat(outcome).isNotDone();

      attempt.stop().request(Stop.Why.CANCELLED);

      assertThatThrownBy(outcome::join).hasCauseInstanceOf(Stop.Stopped.class);
      action.clear(later(attempt));
      assertNothingIsLeft();
    } finally {
      servers.execute(LIVE, "postgres", "postgres", "REVOKE pg_monitor FROM bot");
    }
  }

  @Test
  void a_failure_while_the_copy_waits_ends_all_who_wait() throws Exception {
    source(SLOW.replace("0.05", "0.005"));
    servers.execute(LIVE, "postgres", "postgres", "GRANT pg_monitor TO bot");
    try {
      var none = OptionalLong.empty();
      var action = action(new CopyLimits(2, none, none, OptionalLong.of(1)));
      var begun = begun(action, in(null), "copy", 1);
      var failing =
          new TwoServers.Try<>(
              begun.visit(), begun.intent(), begun.stop(), begun.done(), new NeverPaused());
      var outcome = CompletableFuture.supplyAsync(() -> action.act(failing));

      await().atMost(Duration.ofSeconds(30)).until(outcome::isDone);
      assertThatThrownBy(outcome::join).hasRootCauseMessage("paused");
      action.clear(later(begun));
      assertNothingIsLeft();
    } finally {
      servers.execute(LIVE, "postgres", "postgres", "REVOKE pg_monitor FROM bot");
    }
  }

  /**
   * Progress that cannot be written down any more once the copy has waited for two seconds: the
   * rows under way have arrived by then, and every worker waits.
   */
  private static final class NeverPaused extends ArrayList<String> {
    private static final long serialVersionUID = 1;
    private static final int LOOKS = 10;
    private int paused;

    @Override
    public boolean add(String also) {
      paused += also.startsWith("paused until") ? 1 : 0;
      if (paused > LOOKS) {
        throw new IllegalStateException("paused");
      }
      return super.add(also);
    }
  }

  @Test
  void a_copy_for_which_there_is_no_room_makes_nothing() throws Exception {
    source(SLOW);
    var none = OptionalLong.empty();
    var action = action(new CopyLimits(2, none, OptionalLong.of(10_000_000), none));
    var outcome = once(action, in(null), "copy");
    assertThat(outcome)
        .isInstanceOfSatisfying(
            Outcome.Failed.class,
            it -> assertThat(it.problem().next()).contains("drop kept databases"));
    assertNothingIsLeft();
  }

  @Test
  void what_a_dead_bot_left_is_known_by_its_intent_and_cleared() throws Exception {
    source(SLOW);
    var action = action(2);
    var attempt = begun(action, in(null), "copy", 1);
    var outcome = copying(action, attempt);

    action(2).clear(later(attempt));

    assertThat(outcome.join()).isInstanceOf(Outcome.Failed.class);
    assertNothingIsLeft();
  }

  @Test
  void all_tables_are_of_one_moment_and_no_row_lies_on_the_bots_disk() throws Exception {
    source(SLOW);
    var action = action(1);
    var attempt = begun(action, in(null), "copy", 1);
    CompletableFuture<Outcome<DatabaseCopy.Out>> outcome;
    try (var writer = servers.connect(COPY, NAME, "postgres");
        var statement = writer.createStatement()) {
      // the copy has its snapshot and waits for this lock, before any worker begins
      writer.setAutoCommit(false);
      statement.execute("LOCK TABLE s.other");
      outcome = CompletableFuture.supplyAsync(() -> action.act(attempt));
      await().until(() -> count(COPY, "wait_event_type = 'Lock'") > 0);
      statement.execute("INSERT INTO s.other VALUES (3)");
      writer.commit();
    }
    await().until(() -> count(LIVE, "query LIKE 'COPY \"s\".\"slow\"%'") > 0);
    try (var files = Files.walk(servers.scratch())) {
      assertThat(files.filter(Files::isRegularFile).map(it -> it.getFileName().toString()))
          .containsOnly("pgpass");
    }

    var done = (Outcome.Done<DatabaseCopy.Out>) outcome.join();
    var copied = done.outputs().database().name();
    assertThat(done.said()).contains("streamed");
    assertThat(servers.ask(LIVE, copied, "SELECT count(*) FROM s.other")).hasValue("2");
    assertThat(servers.ask(LIVE, copied, "SELECT count(*) FROM s.slow")).hasValue("100");
    assertThat(attempt.done()).isSorted();
    assertThat(attempt.done().getLast()).isPositive();
  }

  @Test
  void rows_are_frozen_and_analysed() throws Exception {
    source(
        "CREATE EXTENSION IF NOT EXISTS pg_visibility; SET ROLE acme_owner; CREATE SCHEMA s; CREATE"
            + " TABLE s.f AS SELECT g AS a FROM generate_series(1, 5000) g; RESET ROLE; DROP"
            + " EXTENSION pg_visibility");
    var action = action(2);
    var done = (Outcome.Done<DatabaseCopy.Out>) action.act(begun(action, in(null), "copy", 1));
    var copied = done.outputs().database().name();
    servers.execute(LIVE, copied, "postgres", "CREATE EXTENSION pg_visibility");
    // from 16 on a table is made longer in advance: its last pages hold no row
    assertThat(
            servers.ask(
                LIVE,
                copied,
                "SELECT bool_and(all_frozen)::text FROM pg_visibility_map('s.f') WHERE blkno IN"
                    + " (SELECT (ctid::text::point)[0]::bigint FROM s.f)"))
        .hasValue("true");
    assertThat(
            servers.ask(
                LIVE, copied, "SELECT reltuples::int FROM pg_class WHERE oid = 's.f'::regclass"))
        .hasValue("5000");
  }

  @Test
  void rows_that_the_bot_would_not_see_are_refused_by_the_tables_name() throws Exception {
    source(
        "SET ROLE acme_owner; CREATE SCHEMA s; CREATE TABLE s.hidden AS SELECT 1 AS a; ALTER TABLE"
            + " s.hidden ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY; CREATE TABLE"
            + " s.withheld (a int); REVOKE ALL ON s.withheld FROM acme_owner");
    for (var method : new String[] {"stream", "dump"}) {
      var action = action(2);
      var outcome = action.act(begun(action, in(method), "copy", 1));
      assertThat(((Outcome.Failed<DatabaseCopy.Out>) outcome).problem().happened())
          .contains("before anything was copied")
          .contains("row security hides rows of s.hidden")
          .contains("the bot may not read s.withheld");
    }
    assertNothingIsLeft();
  }

  @Test
  void what_the_bot_may_not_make_is_named_before_any_row_goes() throws Exception {
    source(SLOW);
    source(
        "CREATE FUNCTION s.no() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'; ALTER"
            + " FUNCTION s.no OWNER TO acme_owner; CREATE EVENT TRIGGER no_ddl ON sql_drop EXECUTE"
            + " FUNCTION s.no()");
    var action = action(2);
    var attempt = begun(action, in(null), "copy", 1);
    var problem = ((Outcome.Failed<DatabaseCopy.Out>) action.act(attempt)).problem();
    assertThat(problem.happened())
        .contains("before any row was copied")
        .contains("EVENT TRIGGER no_ddl")
        .contains("42501");
    assertThat(attempt.done()).isEmpty();
  }

  @Test
  void what_a_stream_cannot_carry_goes_by_dump_and_the_intent_says_why() throws Exception {
    source(
        """
        SET ROLE acme_owner; CREATE SCHEMA s; CREATE TYPE s.mood AS ENUM ('a', 'b', 'c', 'd', 'e');
        CREATE TABLE s.felt (m s.mood) PARTITION BY HASH (m);
        CREATE TABLE s.felt_0 PARTITION OF s.felt FOR VALUES WITH (MODULUS 2, REMAINDER 0);
        CREATE TABLE s.felt_1 PARTITION OF s.felt FOR VALUES WITH (MODULUS 2, REMAINDER 1);
        INSERT INTO s.felt SELECT unnest(enum_range(NULL::s.mood));
        """);
    var action = action(2);
    var attempt = begun(action, in(null), "copy", 1);
    assertThat(attempt.intent().facts())
        .containsEntry("method", "dump")
        .hasEntrySatisfying("method.because", it -> assertThat(it).contains("s.felt has hash"));

    var done = (Outcome.Done<DatabaseCopy.Out>) action.act(attempt);

    assertThat(done.said()).contains("by pg_dump and pg_restore, because s.felt has hash");
    var copied = done.outputs().database().name();
    assertThat(servers.ask(LIVE, copied, "SELECT count(*) FROM s.felt")).hasValue("5");
    assertThatThrownBy(() -> begun(action(2), in("stream"), "copy", 1))
        .isInstanceOf(ActionFailed.class)
        .hasMessageContaining("s.felt has hash");
    assertThatThrownBy(() -> begun(action(2), in("tape"), "copy", 1))
        .isInstanceOf(ActionFailed.class)
        .hasMessageContaining("Write stream or dump");
  }

  @Test
  void of_an_extensions_tables_only_the_tenants_rows_are_carried() throws Exception {
    // as an extension's script leaves them: a table of its own, with rows that every database has
    var made =
        "CREATE EXTENSION pgcrypto; CREATE TABLE public.conf (a int, mine bool); CREATE TABLE"
            + " public.inner (a int); INSERT INTO public.conf VALUES (1, false); ALTER EXTENSION"
            + " pgcrypto ADD TABLE public.conf; ALTER EXTENSION pgcrypto ADD TABLE public.inner;"
            + " GRANT SELECT ON public.conf TO bot;";
    source(
        made
            + "INSERT INTO public.conf VALUES (2, true), (3, true); INSERT INTO public.inner VALUES"
            + " (1); UPDATE pg_extension SET extconfig = ARRAY['public.conf'::regclass::oid],"
            + " extcondition = ARRAY['WHERE mine'] WHERE extname = 'pgcrypto'");
    var copy = "drop_streamed_conf";
    servers.execute(LIVE, "postgres", "postgres", "CREATE DATABASE " + copy + " OWNER acme_owner");
    servers.execute(LIVE, copy, "postgres", made + "GRANT INSERT ON public.conf TO bot");
    try (var source = servers.connect(COPY, NAME, "bot");
        var target = servers.connect(LIVE, copy, "bot")) {
      var job =
          new DatabaseCopier.Job(
              "copying",
              "cs/x/copy/1",
              TwoServers.major(),
              servers.login(COPY, NAME, "bot"),
              servers.login(LIVE, copy, "bot"),
              source,
              target,
              1);
      new DatabaseCopier(servers.programs(), TwoServers.workers(2))
          .copy(job, CopyMethod.STREAM, new Stop(), (done, total, also) -> {});
    }
    var rows = "SELECT string_agg(a::text, ',' ORDER BY a) FROM public.";
    assertThat(servers.ask(LIVE, copy, rows + "conf")).hasValue("1,2,3");
    assertThat(servers.ask(LIVE, copy, rows + "inner")).isEmpty();
  }
}
