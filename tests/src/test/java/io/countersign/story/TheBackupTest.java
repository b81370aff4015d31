package io.countersign.story;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.sandbox.slack.Workspace;
import io.countersign.support.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** From the typed command to a dump in the catalogue, and back where it fails. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TheBackupTest {
  private final Stage stage = Stage.open();

  @AfterAll
  void close() {
    stage.close();
  }

  private Stage.Run backUp(String slug, String more) {
    var plan = stage.command(Workspace.ALICE, "/tenant-backup", slug + more);
    assertThat(plan.rendered()).contains("Back up one tenant", "read the dump back");
    return stage.press(plan, slug);
  }

  private long pictures(Stage.Run run) {
    return stage.slack().files().stream()
        .filter(it -> it.picture() != null && it.name().contains(run.id()))
        .count();
  }

  @Test
  void a_tenant_is_dumped_while_it_is_read_only_and_has_its_status_back() throws IOException {
    var run = backUp("acme", " window=read-only because the auditor asks");

    assertThat(stage.awaitHeadline(run, "acme is backed up")).contains("Read-only for");
    stage.awaitTold(run, "read to its end, whole", "without the queues", "rows in");
    assertThat(stage.status("acme")).isEqualTo("active");
    Stage.await("the timeline is in the thread", () -> pictures(run) == 1);
    var key =
        stage.journal(
            "SELECT key FROM countersign.backup WHERE run = '%s' AND read_at IS NOT NULL"
                .formatted(run.id()));
    var file = Path.of(stage.world().environment().get("MEDSUITE_BACKUPS")).resolve(key);
    assertThat(Files.size(file)).isPositive();
    assertThat(
            stage
                .world()
                .one(
                    "medsuite",
                    "SELECT count(*) FROM identity.tenant_audit WHERE action = 'TENANT_BACKED_UP'"))
        .isEqualTo("1");
  }

  @Test
  void a_dump_that_fails_leaves_the_tenant_as_it_was_and_nothing_in_the_store() throws IOException {
    var store = Path.of(stage.world().environment().get("MEDSUITE_BACKUPS"));
    Files.createDirectories(store.resolve("medsuite"));
    // where the dump should go there is a file of somebody else's
    Files.writeString(store.resolve("medsuite/globex"), "in the way");

    var run = backUp("globex", " window=read-only");

    assertThat(stage.awaitHeadline(run, "Not done")).contains("globex is unfrozen");
    assertThat(stage.status("globex")).isEqualTo("active");
    assertThat(stage.journal("SELECT count(*) FROM countersign.backup WHERE tenant = 'globex'"))
        .isEqualTo("0");
  }
}
