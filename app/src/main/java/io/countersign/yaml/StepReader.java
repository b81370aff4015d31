package io.countersign.yaml;

import io.countersign.Role;
import io.countersign.runbook.ActionSignature;
import io.countersign.runbook.Gate;
import io.countersign.runbook.Input;
import io.countersign.runbook.Lint;
import io.countersign.runbook.Near;
import io.countersign.runbook.Readings;
import io.countersign.runbook.Step;
import io.countersign.runbook.Value;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Reads the lines of {@code steps} and {@code on-abort}. */
final class StepReader {
  static final List<String> KEYS = List.of("id", "action", "with", "when", "gate", "optional");
  static final List<String> ABORT_KEYS = List.of("action", "with", "when");
  static final List<String> GATE_KEYS =
      List.of(
          "approvals",
          "from",
          "expires",
          "then",
          "valid-for",
          "remind",
          "evidence",
          "typed",
          "cool-off",
          "escalate");
  static final List<String> ESCALATE_KEYS = List.of("after", "to");
  static final Pattern REFERENCE =
      Pattern.compile("\\$\\{([a-z][a-z0-9-]*)(?:\\.([a-z][a-z0-9-]*))?}");
  private static final Set<String> CONTEXTS = Set.of("run", "tenant", "estate");

  /** Stands for an expiry that could not be read, so that nothing else is complained about. */
  private static final Duration UNREAD = Duration.ofDays(7);

  private final Function<String, Optional<ActionSignature>> actions;

  StepReader(Function<String, Optional<ActionSignature>> actions) {
    this.actions = actions;
  }

  List<Step> steps(Section file) {
    return file.list("steps").stream().map(this::step).toList();
  }

  List<Step> onAbort(Section file) {
    var lines = new ArrayList<Step>();
    for (var section : file.list("on-abort")) {
      section.closed(ABORT_KEYS);
      lines.add(line(section, Lint.abortId(lines.size()), Optional.empty(), false));
    }
    return lines;
  }

  private Step step(Section section) {
    section.closed(KEYS).needs("id", "Add id: with a word for this step.");
    return line(
        section,
        section.word("id").orElse(""),
        section.section("gate").map(this::gate),
        section.bool("optional").orElse(false));
  }

  private Step line(Section section, String id, Optional<Gate> gate, boolean optional) {
    section.needs("action", "Add action: with what this step does.");
    var action = section.word("action").orElse("");
    return new Step(id, action, with(section, action), when(section), gate, optional);
  }

  private Map<String, Input> with(Section section, String action) {
    var signature = actions.apply(action);
    var inputs = new HashMap<String, Input>();
    section
        .section("with")
        .map(Section::allWords)
        .orElse(Map.of())
        .forEach((name, text) -> inputs.put(name, input(name, text, signature)));
    return inputs;
  }

  /** What is neither a reference nor of the input's type stays a text; lint says what is wrong. */
  private static Input input(String name, String text, Optional<ActionSignature> signature) {
    var parts = REFERENCE.matcher(text);
    if (!parts.matches()) {
      return new Input.Literal(
          signature
              .flatMap(it -> Optional.ofNullable(it.inputs().get(name)))
              .flatMap(it -> Readings.read(it, text))
              .orElse(new Value.Text(text)));
    }
    var first = parts.group(1);
    var second = parts.group(2);
    if (second == null) {
      return new Input.OfParameter(first);
    }
    return CONTEXTS.contains(first)
        ? new Input.OfContext(first + "." + second)
        : new Input.OfStep(first, second);
  }

  private static Optional<Step.When> when(Section section) {
    var table = section.section("when");
    var words = table.map(Section::allWords).orElse(Map.of());
    if (table.isPresent() && words.size() != 1) {
      section.complain(
          "when",
          "when compares one parameter, not " + words.size(),
          "Write such as when: { strategy: swap-and-keep }.");
    }
    return words.entrySet().stream()
        .findFirst()
        .map(it -> new Step.When(it.getKey(), it.getValue()));
  }

  private Gate gate(Section section) {
    section
        .closed(GATE_KEYS)
        .needs("expires", "Add expires: 4h; a gate that nobody answers must end.");
    var from = section.each("from", RunbookReader::asRole, "role", RunbookReader.ROLE_FORM);
    return new Gate(
        section.integer("approvals").orElse(Math.max(1, from.size())),
        from.isEmpty() ? List.of(Role.PLATFORM_ADMIN) : from,
        section.duration("expires").orElse(UNREAD),
        section.word("then").flatMap(it -> expiry(section, it)).orElse(Gate.Expiry.ABORT),
        section.duration("valid-for").orElse(Gate.VALID_FOR),
        section.each("remind", Readings::duration, "duration", "Write such as 15m or 1h."),
        section.words("evidence"),
        section.bool("typed").orElse(false),
        section.duration("cool-off"),
        section.section("escalate").flatMap(StepReader::escalation));
  }

  private static Optional<Gate.Escalation> escalation(Section section) {
    section
        .closed(ESCALATE_KEYS)
        .needs("after", "Add after: 1h.")
        .needs("to", "Add to: with the role to call.");
    var after = section.duration("after");
    var to = section.each("to", RunbookReader::asRole, "role", RunbookReader.ROLE_FORM);
    return after.isEmpty() || to.isEmpty()
        ? Optional.empty()
        : Optional.of(new Gate.Escalation(after.get(), to.getFirst()));
  }

  private static Optional<Gate.Expiry> expiry(Section section, String word) {
    return switch (word) {
      case "abort" -> Optional.of(Gate.Expiry.ABORT);
      case "hold" -> Optional.of(Gate.Expiry.HOLD);
      default -> {
        section.complain(
            "then",
            "then is abort or hold, not " + word,
            "Nothing ever continues by itself. " + Near.hint(word, List.of("abort", "hold")));
        yield Optional.empty();
      }
    };
  }
}
