package io.countersign.yaml;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.runbook.ActionSignature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.commons.annotation.Testable;
import org.junit.platform.commons.support.AnnotationSupport;

/** The tables of {@code runbooks/README.md} that lead from the operations documents to tests. */
class DocumentRowsTest {
  private static final Path README = Path.of("../runbooks/README.md");
  private static final Path TESTS = Path.of("src/test/java");
  private static final Pattern QUOTED = Pattern.compile("`([^`]+)`");

  /** The rows of the documents, numbered steps and tables, in their order. */
  private static final List<String> BACKUP =
      """
          When to use: disaster recovery, server-wide rollback
          When to use: single-tenant export
          Prerequisite: PLATFORM_ADMIN
          Prerequisite: pg_dump and pg_restore at the server's major version
          Prerequisite: Key Vault read access
          Prerequisite: brief read_only window OK
          Backup 1: resolve the connection string
          Backup 2: flip to read_only
          Backup 3: pg_dump, custom format, without pg_boss
          Backup 4: back to active
          Restore 1: provision a sibling
          Restore 2: pg_restore into it
          Restore 3: spot checks, row counts, canaries
          Restore 4: cut over by db_config_ref
          Restore 5: keep the original for 7 days
          Validation: dump file size
          Validation: pg_restore exit code
          Validation: parity probe row counts
          Validation: restored DB readable
          Trouble: permission denied for schema X
          Trouble: relation already exists
          Trouble: dump file is huge
          Trouble: read traffic still served from old DB
      """
          .lines()
          .map(String::strip)
          .toList();

  private static final List<String> MOMENT =
      """
          When to use: logical corruption
          When to use: as-of snapshot
          When to use: region failure
          Do not use for: point lookups
          Prerequisite: PLATFORM_ADMIN and Azure RBAC
          Prerequisite: pg_dump and pg_restore at the server's major version
          Prerequisite: scratch disk
          Prerequisite: db_server row with admin_secret_ref
          Target: one second, inside the window
          Target: about 2 hours by phases
          Playbook 1: freeze, wait the status TTL
          Playbook 2: PITR to a parallel server
          Playbook 3: dump the one tenant DB
          Playbook 4: load it beside the live one
          Playbook 5: parity probe
          Playbook 6: swap-and-keep
          Playbook 6: flip-the-ref
          Playbook 7: invalidate caches
          Playbook 7: rolling-restart the fleet
          Playbook 8: unfreeze
          Playbook 9: audit row
          Dry run 1: steps 1 to 4
          Dry run 2: parity against a known good state
          Dry run 3: drop the temporary database and the server
          Rollback: reversed rename, caches again
          Validation: new server provisioned
          Validation: dump file size
          Validation: parity probe
          Validation: tenant active
          Validation: customer can sign in
          Trouble: restore time outside the window
          Trouble: pg_terminate_backend returns unexpected rows
          Trouble: first request after cutover hits old DB
          Trouble: pg_restore complains about extensions
      """
          .lines()
          .map(String::strip)
          .toList();

  private static final List<String> NOT_YET =
      """
          When to use: move one tenant to another server
          Region failure: a runbook
          Trouble: flip to suspended
      """
          .lines()
          .map(String::strip)
          .toList();

  @Test
  void every_row_of_the_documents_has_its_row() throws IOException {
    assertThat(cells("Backup and restore one tenant", 1)).containsExactlyElementsOf(BACKUP);
    assertThat(cells("Restore one tenant to a prior moment", 1)).containsExactlyElementsOf(MOMENT);
    assertThat(cells("Not yet", 1)).containsExactlyElementsOf(NOT_YET);
  }

  static Stream<String> named() throws IOException {
    return Stream.concat(
            cells("Backup and restore one tenant", 3).stream(),
            cells("Restore one tenant to a prior moment", 3).stream())
        .flatMap(DocumentRowsTest::words)
        .distinct();
  }

  @Test
  void no_row_is_without_a_test() throws IOException {
    for (var document :
        List.of("Backup and restore one tenant", "Restore one tenant to a prior moment")) {
      assertThat(cells(document, 3)).isNotEmpty().allMatch(it -> words(it).findAny().isPresent());
    }
  }

  @ParameterizedTest
  @MethodSource("named")
  void every_test_that_a_row_names_exists(String test) throws Exception {
    var parts = test.split("[.]", 2);
    var tests =
        Arrays.stream(theClass(parts[0]).getDeclaredMethods())
            .filter(it -> AnnotationSupport.isAnnotated(it, Testable.class))
            .map(java.lang.reflect.Method::getName)
            .toList();
    assertThat(tests).as("tests of " + parts[0]).isNotEmpty();
    if (parts.length == 2) {
      assertThat(tests).contains(parts[1]);
    }
  }

  @Test
  void every_action_and_runbook_that_a_row_names_exists() throws IOException {
    var actions = Signatures.all().stream().map(ActionSignature::name).toList();
    var said =
        Stream.of("Backup and restore one tenant", "Restore one tenant to a prior moment")
            .flatMap(it -> cells(it, 2).stream())
            .toList();
    assertThat(said.stream().flatMap(DocumentRowsTest::words))
        .filteredOn(it -> it.matches("[a-z]+[.][a-z-]+"))
        .isNotEmpty()
        .isSubsetOf(actions);
    assertThat(said.stream().flatMap(it -> Pattern.compile("[a-z-]+[.]yaml").matcher(it).results()))
        .isNotEmpty()
        .allSatisfy(it -> assertThat(README.resolveSibling(it.group())).exists());
  }

  private static Class<?> theClass(String name) throws IOException, ClassNotFoundException {
    try (var files = Files.walk(TESTS)) {
      var file = files.filter(it -> it.endsWith(name + ".java")).toList();
      assertThat(file).as("files of " + name).hasSize(1);
      var path = TESTS.relativize(file.getFirst()).toString().replace(".java", "");
      return Class.forName(path.replace('/', '.'), false, DocumentRowsTest.class.getClassLoader());
    }
  }

  /** One column of the table under a heading, without its own head. */
  private static List<String> cells(String heading, int column) {
    try {
      var lines = Files.readAllLines(README);
      return lines.stream()
          .skip(lines.indexOf("### " + heading) + 1L)
          .takeWhile(it -> !it.startsWith("#"))
          .filter(it -> it.startsWith("| ") && !it.startsWith("| row |"))
          .map(it -> it.split("\\|", -1)[column].strip())
          .toList();
    } catch (IOException unreadable) {
      throw new java.io.UncheckedIOException(unreadable);
    }
  }

  private static Stream<String> words(String cell) {
    return QUOTED.matcher(cell).results().map(it -> it.group(1));
  }
}
