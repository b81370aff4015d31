package io.countersign.yaml;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever the reader and lint can say about a runbook, some bad runbook makes them say. */
class EveryComplaintTest {
  private static final Path SOURCES = Path.of("../app/src/main/java/io/countersign");
  private static final Path INVALID = Path.of("src/test/resources/runbooks/invalid");

  private static final Pattern SITE =
      Pattern.compile(
          "\\b(complain|complaints\\.add|needs|refuse|each|typed|new" + " SyntaxProblem)\\(");
  private static final Pattern LITERAL = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*)\"");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "yaml/RunbookReader",
        "yaml/StepReader",
        "yaml/Section",
        "yaml/RawReader",
        "yaml/SyntaxProblem",
        "runbook/Lint",
        "runbook/LintParameters",
        "runbook/LintInputs",
        "runbook/LintGates"
      })
  void every_text_of_a_complaint_is_said_about_some_fixture(String source) throws IOException {
    var code = Files.readString(SOURCES.resolve(source + ".java"));
    var said = said();
    var texts = new TreeSet<String>();
    var sites = SITE.matcher(code);
    while (sites.find()) {
      LITERAL
          .matcher(arguments(code, sites.end()))
          .results()
          .map(it -> it.group(1).replace("\\\"", "\""))
          .flatMap(it -> Stream.of(it.split("%\\S+", -1)))
          .filter(it -> it.length() >= 6 && !it.startsWith("/") && !it.endsWith("/"))
          .forEach(texts::add);
    }

    assertThat(texts).isNotEmpty();
    texts.removeIf(said::contains);
    assertThat(texts).as("texts that no file under " + INVALID + " makes it say").isEmpty();
  }

  private static String said() throws IOException {
    try (var files = Files.list(INVALID)) {
      var texts = new TreeSet<String>();
      for (var file : files.filter(it -> it.toString().endsWith(".yaml")).toList()) {
        texts.add(said(Files.readString(file)));
      }
      texts.add(said("# " + "x".repeat(256 * 1024)));
      return String.join("\n", texts);
    }
  }

  private static String said(String text) {
    return switch (Signatures.read("file", text)) {
      case RunbookReader.Read.Valid _ -> "";
      case RunbookReader.Read.Invalid(var complaints) ->
          complaints.stream().map(Object::toString).collect(Collectors.joining("\n"));
    };
  }

  /** From after an opening bracket to the one that closes it. */
  private static String arguments(String code, int from) {
    int depth = 1;
    int at = from;
    while (depth > 0) {
      char letter = code.charAt(at++);
      if (letter == '"') {
        while (code.charAt(at++) != '"') {
          at += code.charAt(at - 1) == '\\' ? 1 : 0;
        }
      }
      depth += letter == '(' ? 1 : letter == ')' ? -1 : 0;
    }
    return code.substring(from, at - 1);
  }
}
