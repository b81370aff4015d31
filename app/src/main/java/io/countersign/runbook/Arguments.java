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

    /**
     * Nothing is wrong, but something that is needed was not said.
     *
     * @param problems sentences: what is missing, how to say it, an example; never empty
     */
    record Incomplete(Map<String, Said> values, List<String> problems) implements Parsed {
      public Incomplete {
        values = Map.copyOf(values);
        problems = List.copyOf(problems);
      }
    }

    /**
     * Something cannot be read.
     *
     * @param values what could be read all the same
     * @param problems sentences: what is wrong, what to do, an example; never empty
     * @param instead what was probably meant, best first
     */
    record Misread(Map<String, Said> values, List<String> problems, List<Instead> instead)
        implements Parsed {
      public Misread {
        values = Map.copyOf(values);
        problems = List.copyOf(problems);
        instead = List.copyOf(instead);
      }
    }
  }

  /**
   * A text that can be read.
   *
   * @param shown as the person would have typed it
   * @param text the same with every moment written out, so that it means the same at any time
   */
  public record Instead(String shown, String text) {}

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

    /**
     * A moment about which the person must be asked back.
     *
     * @param words as the person wrote it
     */
    record TimeToAsk(TimeReading.Ambiguous reading, String words) implements Said {}
  }

  private final Runbook runbook;
  private final ArgumentValues values;
  private final Map<String, List<String>> keyed = new LinkedHashMap<>();
  private final List<String> loose = new ArrayList<>();
  private final Map<String, Said> said = new LinkedHashMap<>();
  private final List<String> problems = new ArrayList<>();
  private final List<String> missing = new ArrayList<>();

  private Arguments(Runbook runbook, Clockwork clock) {
    this.runbook = runbook;
    this.values = new ArgumentValues(runbook, clock, problems);
  }

  /** Reads any text. */
  public static Parsed parse(Runbook runbook, String text, Clockwork clock) {
    return switch (read(runbook, text, clock)) {
      case Parsed.Misread(var values, var problems, _) when text.length() <= LONGEST ->
          new Parsed.Misread(values, problems, new Corrections(runbook, clock).of(text));
      case Parsed.Misread it -> it;
      case Parsed.Incomplete it -> it;
      case Parsed.Read it -> it;
    };
  }

  /** The same without a thought of what else might have been meant. */
  static Parsed read(Runbook runbook, String text, Clockwork clock) {
    if (text.length() > LONGEST) {
      var problem = "That has more than " + LONGEST + " characters: say it shorter.";
      return new Parsed.Misread(Map.of(), List.of(problem), List.of());
    }
    return new Arguments(runbook, clock).parse(text);
  }

  /** What people type to start it: its own command, or the one that starts any runbook. */
  public static String command(Runbook runbook) {
    return runbook.command().orElse(Lint.ANY_RUNBOOK + " " + runbook.name());
  }

  /** How the command is typed, with made-up values: {@code /tenant-restore acme to 14:30}. */
  public static String example(Runbook runbook) {
    var example = new StringBuilder(command(runbook));
    for (var parameter : runbook.parameters()) {
      if (parameter.preset().isEmpty() && !parameter.optional()) {
        var key = parameter.type() == ValueType.TENANT ? "" : parameter.name() + " ";
        example.append(' ').append(key).append(ArgumentValues.sample(parameter));
      }
    }
    return example.toString();
  }

  private Parsed parse(String text) {
    sort(Words.of(text));
    keyed.forEach(this::take);
    placeLoose();
    runbook.parameters().forEach(this::missing);
    if (problems.isEmpty() && missing.isEmpty()) {
      return new Parsed.Read(said);
    }
    boolean misread = !problems.isEmpty();
    problems.addAll(missing);
    problems.add("For example: " + example(runbook));
    return misread
        ? new Parsed.Misread(said, problems, List.of())
        : new Parsed.Incomplete(said, problems);
  }

  /** Sorts the words to the parameters that they name; the free tail ends everything. */
  private void sort(List<Words.Word> words) {
    var tail = tail();
    var target = loose;
    for (int i = 0; i < words.size(); i++) {
      var word = words.get(i).value();
      boolean quoted = words.get(i).quoted();
      var rest = words.subList(i + 1, words.size()).stream().map(Words.Word::raw).toList();
      if (word.equalsIgnoreCase("because")) {
        because(tail, rest);
        return;
      }
      var named = named(word);
      if (named.isEmpty()) {
        if (unknownName(word)) {
          return;
        }
        target.add(word);
        continue;
      }
      target = open(named.get());
      var after = word.substring(named.get().name().length()).replaceFirst("^=", "");
      if (quoted || !after.isEmpty()) {
        target.add(after);
      }
      if (named.equals(tail) && !quoted) {
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
      problems.add("Nothing follows \"" + name + "\". " + ArgumentValues.form(parameter));
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
      if (keyed.containsKey(parameter.name())
          || parameter.type() == ValueType.TEXT
          || isNoneOf(parameter, loose.getFirst())) {
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

  /** What need not be said is not taken from a word that is not even near to it. */
  private boolean isNoneOf(Parameter parameter, String word) {
    return !needed(parameter)
        && ((parameter.type() == ValueType.CHOICE
                && Near.names(word, parameter.choices()).isEmpty())
            || (parameter.type() == ValueType.BACKUP && !values.isBackup(word)));
  }

  private static boolean needed(Parameter parameter) {
    return parameter.preset().isEmpty() && !parameter.optional();
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
    if (needed(parameter) && !keyed.containsKey(parameter.name())) {
      missing.add("\"" + parameter.name() + "\" is missing. " + ArgumentValues.form(parameter));
    }
  }
}
