package io.countersign.cli;

import static io.countersign.cli.Typed.SHIPPED;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class LintCommandTest {
  private static final Path SCHEMA =
      Path.of("../app/src/main/resources/io/countersign/yaml/runbook.schema.json");

  @TempDir private Path folder;

  @Test
  void nothing_is_wrong_with_what_is_shipped() {
    var typed = Typed.run(new LintCommand(SHIPPED));

    assertThat(typed).isEqualTo(new Typed(0, "Nothing is wrong in 10 files.\n", ""));
  }

  @Test
  void problems_of_runbooks_and_estates_are_said_together_with_place_and_remedy()
      throws IOException {
    var estate = folder.resolve("estate.yaml");
    Files.writeString(
        estate,
        Files.readString(Path.of("../manifest/estates/medsuite.yaml"))
            .replace("layout: database-per-tenant", "layout: database-per-tennant"));
    var runbook = folder.resolve("restore.yaml");
    Files.writeString(
        runbook,
        restore()
            .replace("action: database.swap", "action: database.swop")
            .replace(", as: ", ", at: "));

    var typed =
        Typed.run(new LintCommand(SHIPPED), runbook.toString(), estate.toString(), "../runbooks");

    assertThat(typed.exit()).isEqualTo(1);
    assertThat(typed.err()).isEmpty();
    assertThat(typed.out().replace(folder.toString(), ".").lines())
        .containsExactly(
            "./estate.yaml:4:9: no layout is called database-per-tennant. Did you mean"
                + " database-per-tenant?",
            "./restore.yaml:33:13: database.copy needs the input as. Add as, a text, under with.",
            "./restore.yaml:34:69: database.copy has no input at. Did you mean as?",
            "./restore.yaml:58:13: no action is called database.swop. Did you mean"
                + " database.swap or database.drop or database.copy?",
            "4 problems in 11 files.");
  }

  @Test
  void a_runbook_to_be_started_later_must_stand_beside_the_one_that_names_it() throws IOException {
    var runbook = folder.resolve("restore.yaml");
    Files.writeString(runbook, restore());

    var alone = Typed.run(new LintCommand(SHIPPED), runbook.toString());
    Files.copy(Path.of("../runbooks/tenant-drop-old.yaml"), folder.resolve("drop.yaml"));
    var together = Typed.run(new LintCommand(SHIPPED), runbook.toString());

    assertThat(alone.exit()).isEqualTo(1);
    assertThat(alone.out())
        .contains(
            "restore.yaml:134:51: no runbook is called tenant-drop-old. Known: tenant-restore.");
    assertThat(together.exit()).isZero();
  }

  @Test
  void two_runbooks_have_neither_one_name_nor_one_command() throws IOException {
    Files.writeString(folder.resolve("1.yaml"), restore());
    Files.writeString(folder.resolve("2.yaml"), restore());
    Files.copy(Path.of("../runbooks/tenant-drop-old.yaml"), folder.resolve("drop.yaml"));

    var typed = Typed.run(new LintCommand(SHIPPED), folder.toString());

    assertThat(typed.out())
        .contains("2.yaml:1:10: another file has a runbook tenant-restore. Rename one of them.")
        .contains("2.yaml:4:10: another file has the command /tenant-restore.");
  }

  @Test
  void where_nothing_can_be_read_it_is_misuse() {
    var typed = Typed.run(new LintCommand(SHIPPED), "nowhere");

    assertThat(typed.exit()).isEqualTo(2);
    assertThat(typed.err()).startsWith("There is no file or folder nowhere.");
    assertThat(Typed.run(new LintCommand(SHIPPED), "--wrong").exit()).isEqualTo(2);
  }

  @Test
  void the_schema_beside_the_code_is_the_one_that_the_actions_make() throws IOException {
    var typed = Typed.run(new LintCommand(SHIPPED), "--schema");

    assertThat(typed.exit()).isZero();
    assertThat(typed.out())
        .as("countersign lint --schema > " + SCHEMA)
        .isEqualTo(Files.readString(SCHEMA));
  }

  @Test
  void countersign_knows_these_commands() {
    var countersign = CommandLine.Model.CommandSpec.forAnnotatedObject(Main.class);

    assertThat(countersign.subcommands())
        .containsKeys("serve", "sandbox", "lint", "plan", "manifest");
  }

  @Test
  void the_sandbox_refuses_what_is_no_port() {
    var typed = Typed.run(new Main.InSandbox(), "--port", "abc");

    assertThat(typed.exit()).isEqualTo(2);
    assertThat(typed.err()).startsWith("abc is no port; write one from 0 to 65535.");
  }

  private static String restore() throws IOException {
    return Files.readString(Path.of("../runbooks/tenant-restore.yaml"));
  }
}
