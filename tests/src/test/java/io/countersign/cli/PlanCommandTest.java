package io.countersign.cli;

import static io.countersign.cli.Typed.SHIPPED;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.support.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlanCommandTest {
  /** In Madrid the clocks were put back on the 25th of October. */
  private static final Instant NOW = Instant.parse("2026-10-25T15:00:00Z");

  @ParameterizedTest
  @CsvSource({
    "tenant-restore, acme to 14:30 because bad migration",
    "tenant-rollback, acme",
    "tenant-drop-old, acme live-until yesterday 14:30"
  })
  void every_step_is_shown_with_its_exact_statements(String runbook, String words) {
    var typed = plan((runbook + " " + words).split(" "));

    assertThat(typed.err()).isEmpty();
    assertThat(typed.exit()).isZero();
    Golden.check("plan/" + runbook + ".txt", typed.out());
  }

  @Test
  void a_time_that_came_twice_is_asked_back_with_the_words_for_each() {
    var typed = plan("tenant-restore", "acme", "to", "02:30");

    assertThat(typed.exit()).isEqualTo(1);
    assertThat(typed.out()).isEmpty();
    assertThat(typed.err().lines().toList())
        .containsExactly(
            "Which moment do you mean with \"to\"? Nothing was started.",
            "In Europe/Madrid the clocks were put back that day, so 02:30 came twice.",
            "  countersign plan tenant-restore tenant=acme to=2026-10-25T00:30:00Z",
            "  countersign plan tenant-restore tenant=acme to=2026-10-25T01:30:00Z");
  }

  @Test
  void words_that_cannot_be_read_are_told_as_in_slack() {
    var typed = plan("/tenant-restore", "acme", "to", "teatime");

    assertThat(typed.exit()).isEqualTo(1);
    assertThat(typed.err())
        .contains("\"teatime\" is no time for \"to\".")
        .contains("For example: /tenant-restore acme to 14:30");
  }

  @Test
  void an_unknown_runbook_and_a_tenant_of_another_estate_are_refused() {
    assertThat(plan("tenant-restor", "acme").exit()).isEqualTo(2);
    assertThat(plan("tenant-restor", "acme").err()).contains("Did you mean tenant-restore");
    assertThat(plan("tenant-rollback", "vigia/acme").exit()).isEqualTo(1);
    assertThat(plan("tenant-rollback", "vigia/acme").err())
        .contains("tenant-rollback is for the estates medsuite, not for vigia.");
  }

  @Test
  void a_step_whose_condition_does_not_hold_is_no_part_of_the_plan(@TempDir Path folder)
      throws IOException {
    Files.writeString(
        folder.resolve("sample.yaml"),
        """
        runbook: sample
        title: A sample
        estates: [medsuite]
        parameters:
          tenant: { type: tenant }
          mode: { type: choice, choices: [quick, slow] }
        steps:
          - id: freeze
            action: tenant.freeze
            when: { mode: slow }
            with: { database: "${tenant.database}" }
          - id: tell
            action: tenant.invalidate
        """);
    var here = Typed.shippedBut("COUNTERSIGN_RUNBOOKS", folder.toString());

    var quick = Typed.run(new PlanCommand(here, () -> NOW), "sample", "acme", "quick");
    var slow = Typed.run(new PlanCommand(here, () -> NOW), "sample", "acme", "slow");

    assertThat(quick.out()).contains("1 tell (tenant.invalidate)").doesNotContain("tenant.freeze");
    assertThat(slow.out()).contains("1 freeze (tenant.freeze)", "2 tell (tenant.invalidate)");
  }

  private static Typed plan(String... words) {
    return Typed.run(new PlanCommand(SHIPPED, () -> NOW), words);
  }
}
