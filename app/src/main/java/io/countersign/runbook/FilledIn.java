package io.countersign.runbook;

import io.countersign.runbook.Arguments.Said;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Reads what a person filled into the form for a runbook: a field for each parameter, three for a
 * moment. Looks nothing up; each problem is said at its field.
 */
public final class FilledIn {
  private static final Pattern DATE = Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}");
  private static final Pattern TIME = Pattern.compile("[0-9]{2}:[0-9]{2}");
  private static final Pattern SECONDS = Pattern.compile("[0-5]?[0-9](\\.[0-9]{1,9})?");

  /** How a form was understood. */
  public sealed interface Read {
    /** By parameter; what was left empty is not in it. */
    record Good(Map<String, Said> values) implements Read {
      public Good {
        values = Map.copyOf(values);
      }
    }

    /** By field; never empty. */
    record Bad(Map<String, String> problems) implements Read {
      public Bad {
        problems = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(problems));
      }
    }
  }

  private final Runbook runbook;
  private final Map<String, String> entered;
  private final Clockwork clock;
  private final Map<String, Said> values = new HashMap<>();
  private final Map<String, String> problems = new LinkedHashMap<>();

  private FilledIn(Runbook runbook, Map<String, String> entered, Clockwork clock) {
    this.runbook = runbook;
    this.entered = entered;
    this.clock = clock;
  }

  /** The field of a moment's day, {@code 2026-04-22}. */
  public static String date(String parameter) {
    return parameter + ".date";
  }

  /** The field of a moment's hour and minute, {@code 14:30}. */
  public static String time(String parameter) {
    return parameter + ".time";
  }

  /** The field of a moment's seconds, {@code 5} or {@code 58.114}; empty means none. */
  public static String seconds(String parameter) {
    return parameter + ".seconds";
  }

  /** The field at which a parameter's trouble is shown. */
  public static String field(Parameter parameter) {
    return parameter.type() == ValueType.INSTANT ? time(parameter.name()) : parameter.name();
  }

  /** How a parameter is written, for the person who fills in the form. */
  public static String form(Parameter parameter) {
    return ArgumentValues.form(parameter);
  }

  /** The parameters that a form asks for. */
  public static List<Parameter> asked(Runbook runbook) {
    return runbook.parameters().stream().filter(it -> it.type() != ValueType.DATABASE).toList();
  }

  /**
   * @param entered by field; nothing else in it is looked at
   */
  public static Read read(Runbook runbook, Map<String, String> entered, Clockwork clock) {
    var form = new FilledIn(runbook, entered, clock);
    asked(runbook).forEach(form::take);
    return form.problems.isEmpty() ? new Read.Good(form.values) : new Read.Bad(form.problems);
  }

  private void take(Parameter parameter) {
    if (parameter.type() == ValueType.INSTANT) {
      moment(parameter);
    } else {
      read(parameter, parameter.name(), said(parameter.name()));
    }
  }

  /** As it would be typed: in one line. */
  private String said(String field) {
    return Words.plain(entered.getOrDefault(field, "")).replaceAll(" +", " ");
  }

  private void moment(Parameter parameter) {
    var name = parameter.name();
    var date = said(date(name));
    var time = said(time(name));
    var seconds = said(seconds(name));
    if (date.isEmpty() && time.isEmpty() && seconds.isEmpty()) {
      read(parameter, time(name), "");
    } else if (!DATE.matcher(date).matches()) {
      problems.put(date(name), "Choose the day as well.");
    } else if (!TIME.matcher(time).matches()) {
      problems.put(time(name), "Choose the time as well.");
    } else if (!seconds.isEmpty() && !SECONDS.matcher(seconds).matches()) {
      problems.put(seconds(name), "Write 0 to 59, such as 5 or 58.114.");
    } else {
      read(parameter, time(name), date + " " + time + padded(seconds));
    }
  }

  private static String padded(String seconds) {
    if (seconds.isEmpty()) {
      return "";
    }
    return seconds.matches("[0-9](\\..*)?") ? ":0" + seconds : ":" + seconds;
  }

  private void read(Parameter parameter, String field, String text) {
    var complaints = new ArrayList<String>();
    var reader = new ArgumentValues(runbook, clock, complaints);
    if (text.isEmpty()) {
      if (parameter.preset().isEmpty() && !parameter.optional()) {
        problems.put(field, "This is needed. " + form(parameter));
      } else if (parameter.preset().orElse(null) instanceof Value.Text) {
        // a text that somebody emptied is empty, whatever the preset is
        values.put(parameter.name(), new Said.Is(new Value.Text("")));
      }
      return;
    }
    Optional<Said> value = reader.read(parameter, text);
    value.ifPresent(it -> values.put(parameter.name(), it));
    if (value.isEmpty()) {
      problems.put(field, String.join(" ", complaints));
    }
  }
}
