package io.countersign.audit;

import static io.countersign.support.Samples.BOB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.support.OurDatabase;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who writes a row writes its link, and nobody takes one back. */
class ChainTest {
  private final AuditStory story = new AuditStory();
  private final OurDatabase database = story.database;

  @AfterEach
  void close() {
    story.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "UPDATE countersign.audit_link SET hash = 'x'",
        "DELETE FROM countersign.audit_link",
        "TRUNCATE countersign.audit_link",
        "UPDATE countersign.audit_anchor SET at = now()",
        "DELETE FROM countersign.audit_anchor",
        "TRUNCATE countersign.audit_anchor CASCADE",
        "DELETE FROM countersign.audit_anchor_head",
        "UPDATE countersign.audit_read SET who = 'nobody'",
        "DELETE FROM countersign.audit_read",
        "TRUNCATE countersign.audit_read",
        "UPDATE countersign.audit_head SET n = n - 1",
        "DELETE FROM countersign.audit_head",
        "TRUNCATE countersign.run CASCADE",
        "TRUNCATE countersign.gate CASCADE",
        "TRUNCATE countersign.step_attempt"
      })
  void even_the_owner_is_refused_by_a_trigger(String sql) {
    story.approved();
    story.anchors.record(new Reads.Read("somebody", Reads.What.PLAN, Optional.empty(), "button"));

    assertThatThrownBy(() -> database.execute(sql))
        .hasMessageMatching("(?s).*(never changed or removed|chains only grow).*");
  }

  @Test
  void what_is_rolled_back_leaves_no_link() {
    var run = story.atGate();
    var links = database.one("SELECT count(*) FROM countersign.audit_link");

    database.execute(
        "BEGIN; INSERT INTO countersign.run_event SELECT run, seq + 100, kind, v, body, at FROM"
            + " countersign.run_event; ROLLBACK");

    assertThat(database.one("SELECT count(*) FROM countersign.audit_link")).isEqualTo(links);
    story.bench.approve(run, BOB);
    assertThat(story.verified().findings()).isEmpty();
  }

  @Test
  void every_write_of_whatever_client_is_linked() {
    var run = story.atGate();
    database.execute(
        "INSERT INTO countersign.vote (gate, requester, person, choice, reason, door, at) SELECT"
            + " id, requester, 'T0DEMO/U0DANA', 'DENY', 'by hand', 'sql', now() FROM"
            + " countersign.gate");

    assertThat(
            database.one(
                "SELECT chain FROM countersign.audit_link WHERE source = 'vote' AND row_key LIKE"
                    + " '%/T0DEMO/U0DANA'"))
        .isEqualTo(run.value());
    assertThat(story.verified().findings()).isEmpty();
  }

  @Test
  void counting_a_runs_work_makes_no_links_and_its_end_covers_all_of_it() {
    var run = story.atGate();
    story.bench.journal.claim(run);
    assertThat(links("run")).isEqualTo("1");

    story.bench.approve(run, BOB);
    story.bench.advance(run);
    assertThat(links("run")).isEqualTo("2");
    assertThat(
            database.one(
                "SELECT columns @> '{seq,epoch,halted}' FROM countersign.audit_link WHERE source ="
                    + " 'run' ORDER BY n DESC LIMIT 1"))
        .isEqualTo("t");
  }

  private String links(String source) {
    return database.one(
        "SELECT count(*) FROM countersign.audit_link WHERE source = '" + source + "'");
  }

  @Test
  void an_anchor_is_made_when_a_run_has_ended_or_the_last_one_is_old_and_something_moved() {
    var hour = Duration.ofHours(1);
    assertThat(story.anchors.makeIfDue(hour)).as("nothing has ever happened").isEmpty();

    var run = story.atGate();
    assertThat(story.anchors.makeIfDue(hour).orElseThrow().occasion()).isEqualTo("INTERVAL");
    story.bench.approve(run, BOB);
    assertThat(story.anchors.makeIfDue(hour)).as("a moment later").isEmpty();
    assertThat(story.anchors.makeIfDue(Duration.ZERO)).isPresent();

    story.bench.advance(run);
    var last = story.anchors.makeIfDue(hour).orElseThrow();
    assertThat(last.occasion()).isEqualTo("RUN_ENDED");
    assertThat(story.anchors.makeIfDue(Duration.ZERO)).as("nothing has moved").isEmpty();
    assertThat(story.anchors.newest()).isEqualTo(last.number()).isEqualTo(3);
  }

  @Test
  void two_processes_that_want_an_anchor_make_one() throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor();
        var another = database.another()) {
      for (int round = 1; round <= 10; round++) {
        story.anchors.record(
            new Reads.Read("somebody", Reads.What.PLAN, Optional.empty(), "round " + round));
        var together = new CyclicBarrier(2);
        var made =
            threads.invokeAll(
                List.of(wish(story.anchors, together), wish(another.anchors(), together)));
        assertThat(made.get(0).get().isPresent() ^ made.get(1).get().isPresent()).isTrue();
      }
    }
    assertThat(story.anchors.newest()).isEqualTo(10);
    assertThat(story.verified().findings()).isEmpty();
  }

  private static Callable<Optional<Anchor>> wish(Anchors anchors, CyclicBarrier together) {
    return () -> {
      together.await(10, TimeUnit.SECONDS);
      return anchors.makeIfDue(Duration.ZERO);
    };
  }

  @Test
  void one_process_at_a_time_tells_a_channel_the_newest_anchor_and_once() {
    var lease = Duration.ofMinutes(1);
    assertThat(story.anchors.untold("C0AUDIT", "one", lease)).as("there is none").isEmpty();
    story.approved();
    story.anchor();

    var first = story.anchors.untold("C0AUDIT", "one", lease).orElseThrow();
    assertThat(first.tried()).isFalse();
    assertThat(story.anchors.untold("C0AUDIT", "two", lease)).isEmpty();
    assertThat(story.anchors.untold("C0AUDIT", "one", lease).orElseThrow().tried()).isTrue();
    story.anchors.told("C0AUDIT", first.anchor().number());
    assertThat(story.anchors.untold("C0AUDIT", "one", lease)).isEmpty();

    story.atGate();
    story.anchor();
    assertThat(story.anchors.untold("C0AUDIT", "one", Duration.ZERO).orElseThrow().tried())
        .isFalse();
    assertThat(story.anchors.untold("C0AUDIT", "two", lease)).as("the lease is over").isPresent();
  }

  @Test
  void a_column_that_a_later_migration_adds_is_covered_by_its_last_statement() {
    story.approved();
    story.anchor();
    database.execute("ALTER TABLE countersign.gate ADD COLUMN note text NOT NULL DEFAULT 'none'");
    assertThat(story.verified().findings()).as("old links cover what there was").isEmpty();

    database.execute("SELECT countersign.audit_cover_new_columns()");
    assertThat(story.verified().findings()).isEmpty();
    database.execute(
        "SET session_replication_role = replica; UPDATE countersign.gate SET note = 'planted'");
    assertThat(story.verified().findings()).isNotEmpty();
    database.execute("SELECT countersign.audit_cover_new_columns()");
    assertThat(story.verified().findings()).as("it is no way to launder").isNotEmpty();
  }
}
