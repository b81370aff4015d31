package io.countersign.yaml;

import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;

/** A syntax error in words for who writes runbooks, not for who writes parsers. */
record SyntaxProblem(@Nullable Mark mark, String message, String hint) {
  static SyntaxProblem of(MarkedYAMLException broken) {
    var problem = String.valueOf(broken.getProblem());
    var mark = broken.getProblemMark();
    if (problem.contains("(TAB)")) {
      return new SyntaxProblem(mark, "a tab stands where YAML wants spaces", "Indent with spaces.");
    }
    if (problem.contains("unexpected end of stream") && broken.getContextMark() != null) {
      return new SyntaxProblem(
          broken.getContextMark(), "the quote that opens here is never closed", "Close it.");
    }
    if (problem.startsWith("expected <block end>")) {
      return new SyntaxProblem(
          mark,
          "this line is indented unlike the lines it belongs to",
          "Give all keys of one step the same indentation.");
    }
    if (problem.startsWith("expected ',' or")) {
      return new SyntaxProblem(
          mark,
          "a bracket is not closed before this",
          "Close it; inside brackets quote references, such as \"${to}\".");
    }
    if (problem.startsWith("mapping values are not allowed")) {
      return new SyntaxProblem(
          mark, "a colon stands where none may stand", "Quote the text with the colon.");
    }
    return new SyntaxProblem(
        mark, "this is no YAML: " + problem.strip(), "Check quotes, brackets and indentation.");
  }
}
