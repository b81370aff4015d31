package io.countersign.runbook;

import io.countersign.estate.BackupRef;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads one typed parameter; what cannot be read becomes a problem. */
final class ArgumentValues {
  static final int MOST_TIME_WORDS = 9;
  private static final int LONGEST_QUOTE = 60;
  private static final Pattern TENANT =
      Pattern.compile("(?:([a-z][a-z0-9-]{0,39})/)?([a-z0-9][a-z0-9_-]{0,62})");

  private final Runbook runbook;
  private final Clockwork clock;
  private final List<String> problems;

  ArgumentValues(Runbook runbook, Clockwork clock, List<String> problems) {
    this.runbook = runbook;
    this.clock = clock;
    this.problems = problems;
  }

  boolean isTime(String text) {
    return !(Times.read(text, clock) instanceof TimeReading.NotATime);
  }

  /** What a person said, cut to a length that can be repeated to them. */
  String quoted(String text) {
    int count = text.codePointCount(0, text.length());
    return count <= LONGEST_QUOTE
        ? "\"" + text + "\""
        : "\"" + text.substring(0, text.offsetByCodePoints(0, LONGEST_QUOTE)) + "…\"";
  }

  static String form(Parameter parameter) {
    return switch (parameter.type()) {
      case INSTANT -> Times.FORMS;
      case CHOICE -> "Say " + String.join(" or ", parameter.choices()) + ".";
      case TENANT -> "Say the tenant's name, such as acme.";
      case SERVER -> "Say the server's name, such as pg-1.";
      case BACKUP ->
          "Say newest, a backup's id, or a moment: then the newest up to it, such as"
              + " 2026-04-22T14:30Z.";
      case TEXT, INT, BOOLEAN, DURATION, SIZE, DATABASE, SECRET_NAME ->
          Readings.form(parameter.type());
    };
  }

  static String sample(Parameter parameter) {
    return switch (parameter.type()) {
      case TEXT -> "bad migration";
      case INT -> "20";
      case BOOLEAN -> "true";
      case INSTANT -> "14:30";
      case DURATION -> "15m";
      case CHOICE -> parameter.choices().isEmpty() ? "one" : parameter.choices().getFirst();
      case SIZE -> "10GB";
      case TENANT -> "acme";
      case SERVER -> "pg-1";
      case DATABASE -> "tenant_acme";
      case SECRET_NAME -> "tenant-db-acme";
      case BACKUP -> BackupRef.ANY;
    };
  }

  Optional<Arguments.Said> read(Parameter parameter, String text) {
    return switch (parameter.type()) {
      case INSTANT -> time(parameter, text);
      case TENANT -> tenant(parameter, text);
      case CHOICE -> choice(parameter, text);
      case TEXT -> text(parameter, text);
      case SERVER -> typed(parameter, server(text));
      case BACKUP -> backup(parameter, text);
      case INT, BOOLEAN, DURATION, SIZE, DATABASE, SECRET_NAME -> typed(parameter, text);
    };
  }

  private Optional<Arguments.Said> time(Parameter parameter, String text) {
    return switch (Times.read(text, clock)) {
      case TimeReading.Clear clear -> Optional.of(new Arguments.Said.Time(clear));
      case TimeReading.Ambiguous ambiguous ->
          Optional.of(new Arguments.Said.TimeToAsk(ambiguous, text));
      case TimeReading.InFuture(var moment, _) ->
          problem(
              quoted(text)
                  + " lies in the future ("
                  + Times.shown(moment, clock)
                  + "). Say a past moment.");
      case TimeReading.Nonexistent(_, var why) ->
          problem(quoted(text) + " does not exist. " + why + " Say a time before or after.");
      case TimeReading.NotATime _ ->
          problem(quoted(text) + " is no time for \"" + parameter.name() + "\". " + Times.FORMS);
    };
  }

  boolean isBackup(String text) {
    return Readings.read(ValueType.BACKUP, text.toLowerCase(Locale.ROOT)).isPresent()
        || isTime(text);
  }

  /** An id, or a moment up to which the newest is meant. */
  private Optional<Arguments.Said> backup(Parameter parameter, String text) {
    var named = Readings.read(ValueType.BACKUP, text.toLowerCase(Locale.ROOT));
    if (named.isPresent()) {
      return Optional.of(new Arguments.Said.Is(named.get()));
    }
    return switch (Times.read(text, clock)) {
      case TimeReading.Clear(var moment, _) ->
          Optional.of(new Arguments.Said.Is(new Value.OfBackup(BackupRef.upTo(moment))));
      case TimeReading.Ambiguous _ ->
          problem(quoted(text) + " may be more than one moment. Write it with its zone, in UTC.");
      case TimeReading.InFuture _, TimeReading.Nonexistent _, TimeReading.NotATime _ ->
          problem(
              quoted(text) + " is no backup for \"" + parameter.name() + "\". " + form(parameter));
    };
  }

  private Optional<Arguments.Said> tenant(Parameter parameter, String text) {
    var parts = TENANT.matcher(text.toLowerCase(Locale.ROOT));
    return parts.matches()
        ? Optional.of(
            new Arguments.Said.Tenant(Optional.ofNullable(parts.group(1)), parts.group(2)))
        : problem(quoted(text) + " is no tenant's name. " + form(parameter));
  }

  private Optional<Arguments.Said> choice(Parameter parameter, String text) {
    var choice = parameter.choices().stream().filter(it -> it.equalsIgnoreCase(text)).findFirst();
    return choice.isPresent()
        ? Optional.of(new Arguments.Said.Is(new Value.Choice(choice.get())))
        : problem(
            quoted(text)
                + " is no choice for \""
                + parameter.name()
                + "\". "
                + Near.hint(text, parameter.choices()));
  }

  private Optional<Arguments.Said> text(Parameter parameter, String text) {
    return text.length() <= parameter.max()
        ? Optional.of(new Arguments.Said.Is(new Value.Text(text)))
        : problem(
            "\"%s\" has %d characters, more than %d. Shorten it."
                .formatted(parameter.name(), text.length(), parameter.max()));
  }

  private Optional<Arguments.Said> typed(Parameter parameter, String text) {
    var value = Readings.read(parameter.type(), text);
    return value.isPresent()
        ? Optional.of(new Arguments.Said.Is(value.get()))
        : problem(
            quoted(text)
                + " is no "
                + parameter.type().word()
                + " for \""
                + parameter.name()
                + "\". "
                + form(parameter));
  }

  /** A bare server's name belongs to the runbook's estate where there is only one. */
  private String server(String text) {
    return text.contains("@") || runbook.estates().size() != 1
        ? text
        : runbook.estates().getFirst() + "@" + text;
  }

  private Optional<Arguments.Said> problem(String sentence) {
    problems.add(sentence);
    return Optional.empty();
  }
}
