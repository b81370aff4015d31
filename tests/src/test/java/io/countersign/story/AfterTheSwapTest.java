package io.countersign.story;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.sandbox.slack.Workspace;
import io.countersign.support.Stage;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Once the databases are swapped nothing is undone by itself: a person is asked, and goes on. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AfterTheSwapTest {
  private final Stage stage = Stage.open();
  private final Map<String, String> before =
      stage.world().medsuite().tenants().stream().collect(Collectors.toMap(it -> it, stage::oid));
  private final Stage.Run acme = stage.start("acme");
  private final Stage.Run globex = stage.start("globex");
  private final Stage.Run clinic = stage.start("north-clinic");

  @BeforeAll
  void all_three_ask_for_a_second_person() {
    for (var run : new Stage.Run[] {acme, globex, clinic}) {
      stage.awaitCard(run);
    }
  }

  @AfterAll
  void close() {
    stage.close();
  }

  private void approve(Stage.Run run) {
    assertThat(stage.click(Workspace.BOB, stage.awaitCard(run), Stage.APPROVE))
        .contains("Your approval counts");
  }

  /** The restored database is live, and stays so. */
  private String requireNeedsYou(Stage.Run run, String why) {
    assertThat(stage.awaitEnded(run)).as(stage.thread(run)).startsWith("Needs you");
    assertThat(stage.thread(run)).contains(why);
    assertThat(stage.events(run)).doesNotContain("abort-begun").endsWith("person-needed");
    assertThat(stage.besides(run.slug())).hasSize(1).allMatch(it -> it.contains("_pre_pitr_"));
    assertThat(stage.oid(run.slug())).isNotEqualTo(before.getOrDefault(run.slug(), ""));
    return stage.oid(run.slug());
  }

  private void again(Stage.Run run) {
    assertThat(stage.click(Workspace.BOB, stage.rootOf(run), Stage.RETRY))
        .contains("tries the step again");
  }

  private void requireBack(Stage.Run run, String oid) {
    stage.awaitHeadline(run, run.slug() + " is back");
    assertThat(stage.oid(run.slug())).isEqualTo(oid);
    assertThat(stage.status(run.slug())).isEqualTo("active");
    assertThat(stage.settings(run.slug())).doesNotContain("default_transaction_read_only");
    assertThat(stage.events(run)).doesNotContain("abort-begun").endsWith("finished");
    assertThat(
            stage
                .world()
                .one(
                    "medsuite",
                    """
                    SELECT count(*) FROM identity.tenant_audit a
                      JOIN identity.tenant t ON t.id = a.tenant_id WHERE t.slug = '%s'\
                    """
                        .formatted(run.slug())))
        .isEqualTo("1");
  }

  private void registry(String sql) {
    stage.world().execute("medsuite", sql);
  }

  @Test
  void a_registry_that_cannot_be_reached_and_a_refused_audit_row_wait_for_a_person() {
    stage.at(
        "acted cutover/1",
        () -> registry("REVOKE CONNECT ON DATABASE medsuite FROM countersign_bot"));
    approve(acme);
    var oid = requireNeedsYou(acme, "permission denied for database");
    assertThat(stage.status("acme")).isEqualTo("read_only");
    registry(
        """
        GRANT CONNECT ON DATABASE medsuite TO countersign_bot;
        REVOKE INSERT ON identity.tenant_audit FROM countersign_bot\
        """);
    again(acme);
    Stage.await(
        "the thread says so",
        () -> stage.thread(acme).contains("permission denied for table tenant_audit"));
    assertThat(requireNeedsYou(acme, "permission denied for table tenant_audit")).isEqualTo(oid);
    assertThat(stage.status("acme")).isEqualTo("active");
    registry("GRANT INSERT ON identity.tenant_audit TO countersign_bot");
    again(acme);
    requireBack(acme, oid);
  }

  @Test
  void a_status_that_cannot_be_set_back_waits_for_a_person() {
    stage.at(
        "acted cutover/1",
        () ->
            registry(
                "REVOKE UPDATE (status, status_reason, status_changed_at) ON identity.tenant"
                    + " FROM countersign_bot"));
    approve(globex);
    var oid = requireNeedsYou(globex, "permission denied for table tenant");
    assertThat(stage.headline(globex)).contains("globex is frozen");
    assertThat(stage.status("globex")).isEqualTo("read_only");
    registry(
        "GRANT UPDATE (status, status_reason, status_changed_at) ON identity.tenant"
            + " TO countersign_bot");
    again(globex);
    requireBack(globex, oid);
  }

  @Test
  void a_run_that_is_cancelled_after_the_swap_is_not_put_back() {
    try (var hold = stage.hold("acted cutover/1")) {
      approve(clinic);
      hold.awaitReached();
      assertThat(stage.say(Workspace.ALICE, clinic, "@countersign cancel too late"))
          .contains("Its destructive step has begun, so nothing is put back");
    }
    var oid = requireNeedsYou(clinic, "The run was cancelled: too late");
    assertThat(stage.status("north-clinic")).isEqualTo("read_only");
    again(clinic);
    requireBack(clinic, oid);
  }
}
