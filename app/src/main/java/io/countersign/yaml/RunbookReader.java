package io.countersign.yaml;

import io.countersign.Role;
import io.countersign.runbook.ActionSignature;
import io.countersign.runbook.Complaint;
import io.countersign.runbook.Complaints;
import io.countersign.runbook.Lint;
import io.countersign.runbook.Near;
import io.countersign.runbook.Parameter;
import io.countersign.runbook.Places;
import io.countersign.runbook.Readings;
import io.countersign.runbook.Runbook;
import io.countersign.runbook.Value;
import io.countersign.runbook.ValueType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Reads one runbook: text to a validated runbook, or all that is wrong with it. */
public final class RunbookReader {
  static final List<String> KEYS =
      List.of(
          "runbook",
          "title",
          "estates",
          "command",
          "requester",
          "parameters",
          "steps",
          "on-abort",
          "targets");
  static final List<String> PARAMETER_KEYS =
      List.of("type", "help", "default", "choices", "max", "optional");
  static final int LONGEST_TITLE = 150;
  static final int LONGEST_HELP = 300;
  static final int LONGEST_TEXT = 3_000;
  static final String ROLE_FORM =
      "A role is written in capitals, such as PLATFORM_ADMIN; there are no wildcards.";

  /** What reading gave. */
  public sealed interface Read {
    /**
     * @param places where its parts stand in the file
     */
    record Valid(Runbook runbook, Places places) implements Read {}

    /** In the file's order, never empty. */
    record Invalid(List<Complaint> complaints) implements Read {
      public Invalid {
        complaints = List.copyOf(complaints);
      }
    }
  }

  private final String text;
  private final Lint.Known known;
  private final Places places = new Places();

  private RunbookReader(String text, Lint.Known known) {
    this.text = text;
    this.known = known;
  }

  /**
   * Reads a runbook.
   *
   * @param file its name in complaints
   * @param actions what lint needs to know of each action
   * @param knownActionNames for "did you mean"
   */
  public static Read read(
      String file,
      String text,
      Function<String, Optional<ActionSignature>> actions,
      Collection<String> knownActionNames,
      Set<String> knownEstates) {
    var complaints = new Complaints(file);
    var known = new Lint.Known(actions, knownActionNames, knownEstates);
    var raw = RawReader.read(text, complaints);
    if (raw.isEmpty()) {
      return new Read.Invalid(complaints.sorted());
    }
    var reader = new RunbookReader(text, known);
    var runbook = reader.runbook(new Section(raw.get(), "", reader.places, complaints));
    Lint.check(runbook, known, reader.places, complaints);
    return complaints.isEmpty()
        ? new Read.Valid(runbook, reader.places)
        : new Read.Invalid(complaints.sorted());
  }

  private Runbook runbook(Section file) {
    file.closed(KEYS)
        .needs("runbook", "Add runbook: with its name.")
        .needs("title", "Add title: with one line for people.")
        .needs("estates", "Add estates: [name] with the estates it is for.")
        .needs("steps", "Add steps: with a list of actions.");
    var title = file.word("title").orElse("");
    if (title.length() > LONGEST_TITLE) {
      file.complain(
          "title",
          "title has " + title.length() + " characters, more than " + LONGEST_TITLE,
          "Shorten it.");
    }
    var steps = new StepReader(known.actions());
    return new Runbook(
        file.word("runbook").orElse(""),
        title,
        file.words("estates"),
        file.word("command"),
        role(file),
        parameters(file),
        steps.steps(file),
        steps.onAbort(file),
        targets(file),
        text);
  }

  private static Map<String, Duration> targets(Section file) {
    var targets = new LinkedHashMap<String, Duration>();
    file.section("targets")
        .ifPresent(
            all ->
                all.allWords()
                    .keySet()
                    .forEach(it -> all.duration(it).ifPresent(target -> targets.put(it, target))));
    return targets;
  }

  private static Role role(Section file) {
    return file.word("requester")
        .flatMap(
            it -> {
              var role = asRole(it);
              if (role.isEmpty()) {
                file.complain("requester", it + " is no role", ROLE_FORM);
              }
              return role;
            })
        .orElse(Role.PLATFORM_ADMIN);
  }

  static Optional<Role> asRole(String word) {
    try {
      return Optional.of(new Role(word));
    } catch (IllegalArgumentException malformed) {
      return Optional.empty();
    }
  }

  private static List<Parameter> parameters(Section file) {
    var parameters = new ArrayList<Parameter>();
    file.section("parameters")
        .ifPresent(
            all ->
                all.sections()
                    .forEach((name, section) -> parameters.add(parameter(name, section))));
    return parameters;
  }

  private static Parameter parameter(String name, Section section) {
    section
        .closed(PARAMETER_KEYS)
        .needs("type", "Add type: with text, instant, tenant or another type.");
    var type = section.word("type").flatMap(it -> type(section, it)).orElse(ValueType.TEXT);
    var help = section.text("help").orElse("");
    if (help.length() > LONGEST_HELP) {
      section.complain(
          "help",
          "help has " + help.length() + " characters, more than " + LONGEST_HELP,
          "Shorten it.");
    }
    // what cannot be read stays a text, which lint finds not to fit
    var preset =
        section.text("default").map(it -> Readings.read(type, it).orElse(new Value.Text(it)));
    return new Parameter(
        name,
        type,
        section.words("choices"),
        section.integer("max").orElse(LONGEST_TEXT),
        preset,
        section.bool("optional").orElse(false),
        help);
  }

  private static Optional<ValueType> type(Section section, String word) {
    var types = Arrays.stream(ValueType.values()).toList();
    var type = types.stream().filter(it -> it.word().equals(word)).findFirst();
    if (type.isEmpty()) {
      section.complain(
          "type",
          "no type is called " + word,
          Near.hint(word, types.stream().map(ValueType::word).toList()));
    }
    return type;
  }
}
