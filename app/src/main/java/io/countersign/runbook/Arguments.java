package io.countersign.runbook;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads what a person typed after a runbook's command: {@code acme to 14:30 because bad migration},
 * {@code tenant=acme to=14:30}, {@code acme 14:30}. Looks nothing up and guesses nothing.
 */
public final class Arguments {
  public static final int LONGEST = 4_000;

  /** How the text was understood. */
  public sealed interface Parsed {
    /** By parameter; only what was said, so defaults are not in it. */
    record Read(Map<String, Said> values) implements Parsed {
      public Read {
        values = Map.copyOf(values);
      }
    }

    /** Sentences: what is wrong, what to do, an example. Never empty. */
    record Misread(List<String> problems) implements Parsed {
      public Misread {
        problems = List.copyOf(problems);
      }
    }
  }

  /** What was said for one parameter. */
  public sealed interface Said {
    record Is(Value value) implements Said {}

    /**
     * A tenant's name, in lower case, not yet looked up.
     *
     * @param estate where it was said: {@code medsuite/acme}
     */
    record Tenant(Optional<String> estate, String slug) implements Said {}

    /** A moment. */
    record Time(TimeReading.Clear reading) implements Said {}

    /** A moment about which the person must be asked back. */
    record TimeToAsk(TimeReading.Ambiguous reading) implements Said {}
  }

  private final Runbook runbook;
  private final ArgumentValues values;
  private final Map<String, List<String>> keyed = new LinkedHashMap<>();
  private final List<String> loose = new ArrayList<>();
  private final Map<String, Said> said = new LinkedHashMap<>();
  private final List<String> problems = new ArrayList<>();

  private Arguments(Runbook runbook, Clockwork clock) {
    this.runbook = runbook;
    this.values = new ArgumentValues(runbook, clock, problems);
  }

  /** Reads any text. */
  public static Parsed parse(Runbook runbook, String text, Clockwork clock) {
    if (text.length() > LONGEST) {
      return new Parsed.Misread(
          List.of("That has more than " + LONGEST + " characters: say it shorter."));
    }
    return new Arguments(runbook, clock).parse(text);
  }

  /** How the command is typed, with made-up values: {@code /tenant-restore acme to 14:30}. */
  public static String example(Runbook runbook) {
    var example = new StringBuilder(runbook.command().orElse(runbook.name()));
    for (var parameter : runbook.parameters()) {
      if (parameter.preset().isEmpty() && !parameter.optional()) {
        var key = parameter.type() == ValueType.TENANT ? "" : parameter.name() + " ";
        example.append(' ').append(key).append(ArgumentValues.sample(parameter));
      }
    }
    return example.toString();
  }

  private Parsed parse(String text) {
    sort(words(text));
    keyed.forEach(this::take);
    placeLoose();
    runbook.parameters().forEach(this::missing);
    if (problems.isEmpty()) {
      return new Parsed.Read(said);
    }
    problems.add("For example: " + example(runbook));
    return new Parsed.Misread(problems);
  }

  private static List<String> words(String text) {
    var plain = new StringBuilder();
    text.codePoints()
        .map(it -> Character.isSpaceChar(it) || Character.isISOControl(it) ? ' ' : it)
        .forEach(plain::appendCodePoint);
    return List.of(plain.toString().strip().split(" +"));
  }

  /** Sorts the words to the parameters that they name; the free tail ends everything. */
  private void sort(List<String> words) {
    var tail = tail();
    var target = loose;
    for (int i = 0; i < words.size(); i++) {
      var word = words.get(i);
      var rest = words.subList(i + 1, words.size());
      if (word.equalsIgnoreCase("because")) {
        because(tail, rest);
        return;
      }
      var named = named(word);
      if (named.isEmpty()) {
        if (unknownName(word)) {
          return;
        }
        if (!word.isEmpty()) {
          target.add(word);
        }
        continue;
      }
      target = open(named.get());
      var after = word.substring(named.get().name().length()).replaceFirst("^=", "");
      if (!after.isEmpty()) {
        target.add(after);
      }
      if (named.equals(tail)) {
        target.addAll(rest);
        return;
      }
    }
  }

  private void because(Optional<Parameter> tail, List<String> rest) {
    if (tail.isEmpty()) {
      problems.add("This runbook takes no reason: leave \"because\" and what follows out.");
    } else {
      open(tail.get()).addAll(rest);
    }
  }

  /** The parameter that takes all words to the end: {@code reason}, else the last text. */
  private Optional<Parameter> tail() {
    var texts = runbook.parameters().stream().filter(it -> it.type() == ValueType.TEXT).toList();
    var reason = texts.stream().filter(it -> it.name().equals("reason")).findFirst();
    return reason.or(() -> texts.isEmpty() ? Optional.empty() : Optional.of(texts.getLast()));
  }

  /** The parameter that a word names: {@code to} or {@code to=14:30}. */
  private Optional<Parameter> named(String word) {
    int equals = word.indexOf('=');
    var name = equals < 0 ? word : word.substring(0, equals);
    return runbook.parameters().stream().filter(it -> it.name().equalsIgnoreCase(name)).findFirst();
  }

  private boolean unknownName(String word) {
    int equals = word.indexOf('=');
    if (equals < 1 || !Lint.WORD.matcher(word.substring(0, equals)).matches()) {
      return false;
    }
    var name = word.substring(0, equals);
    var names = runbook.parameters().stream().map(Parameter::name).toList();
    problems.add("Nothing is called " + values.quoted(name) + " here. " + Near.hint(name, names));
    return true;
  }

  private List<String> open(Parameter parameter) {
    var words = new ArrayList<String>();
    if (keyed.putIfAbsent(parameter.name(), words) != null) {
      problems.add("\"" + parameter.name() + "\" is said twice: say it once.");
    }
    return words;
  }

  private void take(String name, List<String> words) {
    var parameter = runbook.parameter(name).orElseThrow();
    if (words.isEmpty()) {
      problems.add("Nothing follows \"" + name + "\". " + values.form(parameter));
      return;
    }
    boolean all =
        parameter.type() == ValueType.INSTANT || tail().filter(parameter::equals).isPresent();
    int count = all ? timeLength(parameter, words) : 1;
    read(parameter, String.join(" ", words.subList(0, count)));
    loose.addAll(words.subList(count, words.size()));
  }

  /** Words that name no parameter go to the parameters not yet named, in the runbook's order. */
  private void placeLoose() {
    for (var parameter : runbook.parameters()) {
      if (loose.isEmpty()) {
        return;
      }
      if (keyed.containsKey(parameter.name()) || parameter.type() == ValueType.TEXT) {
        continue;
      }
      int count = parameter.type() == ValueType.INSTANT ? timeLength(parameter, loose) : 1;
      var mine = List.copyOf(loose.subList(0, count));
      loose.subList(0, count).clear();
      keyed.put(parameter.name(), mine);
      read(parameter, String.join(" ", mine));
    }
    if (!loose.isEmpty()) {
      problems.add(
          values.quoted(String.join(" ", loose))
              + " means nothing here: leave it out, or say what it is for.");
    }
  }

  /** How many words from the first make a time; all of them where none do. */
  private int timeLength(Parameter parameter, List<String> words) {
    if (parameter.type() != ValueType.INSTANT) {
      return words.size();
    }
    for (int count = Math.min(words.size(), ArgumentValues.MOST_TIME_WORDS); count > 0; count--) {
      if (values.isTime(String.join(" ", words.subList(0, count)))) {
        return count;
      }
    }
    return words.size();
  }

  private void read(Parameter parameter, String text) {
    values.read(parameter, text).ifPresent(it -> said.put(parameter.name(), it));
  }

  private void missing(Parameter parameter) {
    boolean needed = parameter.preset().isEmpty() && !parameter.optional();
    if (needed && !keyed.containsKey(parameter.name())) {
      problems.add("\"" + parameter.name() + "\" is missing. " + values.form(parameter));
    }
  }
}
