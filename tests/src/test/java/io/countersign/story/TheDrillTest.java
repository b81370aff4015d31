package io.countersign.story;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.sandbox.slack.Workspace;
import io.countersign.support.Stage;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** A restore is rehearsed while the tenant works, leaves nothing over, and comes back by itself. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TheDrillTest {
  private final Stage stage = Stage.open();

  @AfterAll
  void close() {
    stage.close();
  }

  private Stage.Run rehearse(String slug, String more) {
    var plan = stage.command(Workspace.ALICE, "/tenant-drill", slug + more);
    assertThat(plan.rendered())
        .contains("Rehearse a restore", "compare with a known good state")
        .doesNotContain("swap", "Who can countersign");
    return stage.press(plan, slug);
  }

  private Optional<String> report(Stage.Run run) {
    return stage.slack().files().stream()
        .filter(it -> it.name().equals("report-" + run.id() + ".html"))
        .findFirst()
        .map(it -> it.content());
  }

  private boolean backedUpBefore(String interval) {
    return stage
        .journal(
            "SELECT max(taken_at) < clock_timestamp() - interval '%s' FROM countersign.backup"
                .formatted(interval))
        .equals("t");
  }

  private String schedule(String slug) {
    return stage.journal(
        "SELECT count(*) || ' ' || coalesce(string_agg(DISTINCT justify_hours(again)::text, ','),"
            + " '') FROM countersign.schedule WHERE state = 'PENDING' AND runbook = 'tenant-drill'"
            + " AND tenant = '"
            + slug
            + "'");
  }

  @Test
  void a_restore_is_rehearsed_against_the_newest_backup_and_again_a_quarter_later() {
    var backup = stage.command(Workspace.ALICE, "/tenant-backup", "acme");
    stage.awaitHeadline(stage.press(backup, "acme"), "acme is backed up");
    Stage.await("the moment to restore lies behind the backup", () -> backedUpBefore("3 s"));
    var before = stage.fingerprint("acme");
    var databases = stage.databases();

    var run = rehearse("acme", " ago=1s freeze=true again=quarterly because it is due");

    assertThat(stage.awaitHeadline(run, "A restore of acme was rehearsed"))
        .contains("nothing is left over");
    stage.awaitTold(
        run, "about as many rows as in the backup of", "the next rehearsal begins in 90 days");
    Stage.await("its report is in the thread", () -> report(run).isPresent());
    assertThat(report(run).orElseThrow())
        .contains("Every target was met.", "copy the server", "1 h 30 min", "data:image/png")
        .contains("it is due", "is as it was, and nothing is left over");
    assertThat(stage.databases()).isEqualTo(databases);
    assertThat(stage.copies()).isEmpty();
    assertThat(stage.status("acme")).isEqualTo("active");
    assertThat(stage.fingerprint("acme")).isEqualTo(before);
    assertThat(schedule("acme")).isEqualTo("1 90 days");

    stage.skip("90 days 1 minute");
    var again = stage.awaitScheduled("acme", "Rehearsing a restore of acme");
    stage.awaitHeadline(again, "A restore of acme was rehearsed");

    assertThat(again.id()).isNotEqualTo(run.id());
    assertThat(stage.databases()).isEqualTo(databases);
    assertThat(schedule("acme")).as("the next one, and it alone").isEqualTo("1 90 days");
  }

  @Test
  void a_rehearsal_that_fails_says_why_and_leaves_nothing_over() {
    var databases = stage.databases();

    var run = rehearse("globex", " ago=30d");

    assertThat(stage.awaitHeadline(run, "Not done")).contains("globex is unchanged");
    stage.awaitTold(run, "outside");
    assertThat(stage.databases()).isEqualTo(databases);
    assertThat(stage.copies()).isEmpty();
    assertThat(stage.status("globex")).isEqualTo("active");
    assertThat(schedule("globex")).startsWith("0");
  }
}
