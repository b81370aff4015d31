package io.countersign.yaml;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.runbook.ActionSignature;
import io.countersign.runbook.ContextFields;
import io.countersign.runbook.Risk;
import io.countersign.runbook.ValueType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What runbooks may say is written in {@code runbooks/README.md}, all of it. */
class RunbooksReadmeTest {
  private static final Path README = Path.of("../runbooks/README.md");

  static Stream<ActionSignature> actions() {
    return Signatures.all().stream();
  }

  @ParameterizedTest
  @MethodSource("actions")
  void every_action_has_a_row_with_its_inputs_outputs_and_risk(ActionSignature action)
      throws IOException {
    var rows = rows("| `" + action.name() + "` |");
    assertThat(rows).as("rows of " + action.name()).hasSize(1);
    var cells = rows.getFirst().split("\\|", -1);

    assertThat(words(cells[3])).containsExactlyInAnyOrderElementsOf(action.inputs().keySet());
    assertThat(words(cells[4])).containsExactlyInAnyOrderElementsOf(action.outputs().keySet());
    assertThat(cells[5].strip()).isEqualTo(word(action.risk()));
    assertThat(action.optionalInputs())
        .allSatisfy(it -> assertThat(cells[3]).contains("*`" + it + "`*"));
  }

  @Test
  void no_row_is_about_an_action_that_does_not_exist() throws IOException {
    var known = actions().map(ActionSignature::name).toList();

    assertThat(
            rows("| `").stream()
                .map(it -> words(it.split("\\|", -1)[1]).getFirst())
                .filter(it -> it.matches("[a-z]+[.][a-z-]+")))
        .containsExactlyInAnyOrderElementsOf(known);
  }

  @Test
  void every_key_and_type_has_a_row() throws IOException {
    var words = new ArrayList<String>();
    words.addAll(RunbookReader.PARAMETER_KEYS);
    words.addAll(StepReader.KEYS);
    words.addAll(StepReader.GATE_KEYS);
    Arrays.stream(ValueType.values()).map(ValueType::word).forEach(words::add);

    for (var word : words) {
      assertThat(rows("| `" + word + "` |")).as(word).isNotEmpty();
    }
  }

  @Test
  void every_key_of_the_file_and_every_reference_is_named() throws IOException {
    var text = Files.readString(README);

    assertThat(RunbookReader.KEYS)
        .allSatisfy(it -> assertThat(text).containsPattern("(?m)^" + it + ":"));
    assertThat(ContextFields.types().keySet())
        .allSatisfy(
            it ->
                assertThat(text)
                    .containsPattern(
                        "\\$\\{" + it + "}|`\\." + it.substring(it.indexOf('.') + 1) + "`"));
  }

  private static List<String> rows(String start) throws IOException {
    return Files.readAllLines(README).stream().filter(it -> it.startsWith(start)).toList();
  }

  /** The words in backquotes. */
  private static List<String> words(String cell) {
    return java.util.regex.Pattern.compile("`([^`]+)`")
        .matcher(cell)
        .results()
        .map(it -> it.group(1))
        .toList();
  }

  private static String word(Risk risk) {
    return risk.name().toLowerCase(Locale.ROOT);
  }
}
