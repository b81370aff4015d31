package io.countersign.yaml;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.Role;
import io.countersign.runbook.Complaint;
import io.countersign.runbook.Gate;
import io.countersign.runbook.Input;
import io.countersign.runbook.Runbook;
import io.countersign.runbook.Step;
import io.countersign.runbook.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RunbookReaderTest {
  private static final Path FIXTURES = Path.of("src/test/resources/runbooks");

  static Stream<String> invalid() throws IOException {
    return names(FIXTURES.resolve("invalid"));
  }

  static Stream<String> valid() throws IOException {
    return names(FIXTURES.resolve("valid"));
  }

  @ParameterizedTest
  @MethodSource("invalid")
  void all_that_is_wrong_is_said_at_once_with_its_place(String name) throws IOException {
    var expected = FIXTURES.resolve("invalid").resolve(name + ".expected");

    var said = complaints(name, text("invalid", name)).stream().map(RunbookReaderTest::line);

    assertThat(String.join("\n", said.toList())).isEqualTo(Files.readString(expected).strip());
  }

  @ParameterizedTest
  @MethodSource("invalid")
  void every_complaint_names_the_file_and_what_to_do(String name) throws IOException {
    assertThat(complaints(name, text("invalid", name)))
        .isNotEmpty()
        .allSatisfy(
            it -> {
              assertThat(it.file()).isEqualTo(name);
              assertThat(it.message()).doesNotEndWith(".");
              assertThat(it.hint()).matches("(?s).*[.?]");
            });
  }

  @ParameterizedTest
  @MethodSource("valid")
  void nothing_is_said_about_a_good_runbook(String name) throws IOException {
    assertThat(Signatures.read(name, text("valid", name)))
        .isInstanceOf(RunbookReader.Read.Valid.class);
  }

  @Test
  void the_shipped_tenant_restore_is_valid() throws IOException {
    var runbook = runbook(Files.readString(Path.of("../runbooks/tenant-restore.yaml")));

    assertThat(runbook.command()).contains("/tenant-restore");
    assertThat(runbook.requester()).isEqualTo(Role.PLATFORM_ADMIN);
    assertThat(runbook.onAbort())
        .extracting(Step::id)
        .containsExactly("abort-1", "abort-2", "abort-3", "abort-4");
    assertThat(runbook.step("cutover").flatMap(Step::gate))
        .contains(
            new Gate(
                1,
                List.of(Role.PLATFORM_ADMIN),
                Duration.ofHours(4),
                Gate.Expiry.ABORT,
                Duration.ofMinutes(15),
                List.of(Duration.ofMinutes(15), Duration.ofHours(1)),
                List.of("pitr", "parity", "queues", "sequences", "heal"),
                false,
                Optional.empty(),
                Optional.empty()));
  }

  @Test
  void a_gate_has_defaults_for_all_but_its_expiry() throws IOException {
    var runbook = runbook(text("valid", "every-key"));

    assertThat(runbook.step("freeze").flatMap(Step::gate))
        .contains(
            new Gate(
                1,
                List.of(Role.PLATFORM_ADMIN),
                Duration.ofSeconds(30),
                Gate.Expiry.ABORT,
                Gate.VALID_FOR,
                List.of(),
                List.of(),
                false,
                Optional.empty(),
                Optional.empty()));
  }

  @Test
  void words_are_typed_by_us_and_never_by_yaml() throws IOException {
    var runbook = runbook(text("valid", "every-key"));

    assertThat(runbook.parameter("strategy").orElseThrow().choices())
        .containsExactly("yes", "no", "14:30");
    assertThat(runbook.step("pitr").flatMap(Step::when)).contains(new Step.When("strategy", "no"));
    assertThat(runbook.step("copy").orElseThrow().with())
        .containsEntry("as", new Input.Literal(new Value.Text("14:30")))
        .containsEntry("from", new Input.OfStep("pitr", "server"))
        .containsEntry("database", new Input.OfContext("tenant.database"));
    assertThat(runbook.step("cutover").orElseThrow().with())
        .containsEntry("writes-at-freeze", new Input.Literal(new Value.Int(12)))
        .containsEntry("content-hash", new Input.OfParameter("strategy"));
    assertThat(runbook.step("audit").orElseThrow().with())
        .containsEntry(
            "to", new Input.Literal(new Value.Moment(Instant.parse("2026-04-22T12:30:15Z"))));
    assertThat(runbook.parameter("room").flatMap(it -> it.preset()))
        .contains(new Value.Size(10L << 30));
  }

  @Test
  void a_file_that_is_too_large_is_not_read() {
    var text = "# " + "x".repeat(256 * 1024);

    assertThat(complaints("large", text))
        .extracting(RunbookReaderTest::line)
        .containsExactly("0:0 the file has 262146 bytes, more than 262144");
  }

  @Test
  void a_near_name_is_offered() throws IOException {
    assertThat(complaints("x", text("invalid", "unknown-action")).getFirst().hint())
        .isEqualTo("Did you mean tenant.freeze or tenant.unfreeze?");
  }

  @Property(tries = 500)
  void no_text_makes_the_reader_fail(@ForAll @StringLength(max = 500) String text) {
    assertThat(Signatures.read("any", text)).isInstanceOf(RunbookReader.Read.Invalid.class);
  }

  @Property(tries = 300)
  void no_change_to_a_good_runbook_makes_the_reader_fail(
      @ForAll int at, @ForAll @StringLength(max = 4) String inserted) throws IOException {
    var text = text("valid", "every-key");
    int cut = Math.floorMod(at, text.length());

    var read = Signatures.read("any", text.substring(0, cut) + inserted + text.substring(cut));

    assertThat(read).isNotNull();
  }

  private static Runbook runbook(String text) {
    return switch (Signatures.read("runbook.yaml", text)) {
      case RunbookReader.Read.Valid(var runbook, _) -> runbook;
      case RunbookReader.Read.Invalid(var complaints) ->
          throw new AssertionError("not valid: " + complaints);
    };
  }

  private static List<Complaint> complaints(String file, String text) {
    return Optional.of(Signatures.read(file, text))
        .filter(RunbookReader.Read.Invalid.class::isInstance)
        .map(it -> ((RunbookReader.Read.Invalid) it).complaints())
        .orElse(List.of());
  }

  private static String line(Complaint complaint) {
    return complaint.line() + ":" + complaint.column() + " " + complaint.message();
  }

  private static String text(String folder, String name) throws IOException {
    return Files.readString(FIXTURES.resolve(folder).resolve(name + ".yaml"));
  }

  private static Stream<String> names(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      return files
          .map(it -> it.getFileName().toString())
          .filter(it -> it.endsWith(".yaml"))
          .map(it -> it.substring(0, it.length() - ".yaml".length()))
          .sorted()
          .toList()
          .stream();
    }
  }
}
