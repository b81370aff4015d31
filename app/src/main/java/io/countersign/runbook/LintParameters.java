package io.countersign.runbook;

import java.util.List;
import java.util.Set;

/** What lint finds in parameters. */
final class LintParameters {
  static final int LONGEST_TEXT = 3_000;
  private static final int MOST_CHOICES = 20;
  private static final int LONGEST_CHOICE = 40;

  private final Places places;
  private final Complaints complaints;

  LintParameters(Places places, Complaints complaints) {
    this.places = places;
    this.complaints = complaints;
  }

  void check(List<Parameter> parameters) {
    if (parameters.size() > Lint.MOST_PARAMETERS) {
      complaints.add(
          places.key("parameters"),
          parameters.size() + " parameters are more than " + Lint.MOST_PARAMETERS,
          "Nobody types so many: give some to the steps as values.");
    }
    parameters.forEach(this::parameter);
  }

  private void parameter(Parameter parameter) {
    var path = "parameters/" + parameter.name();
    Lint.word(places.key(path), "the parameter", parameter.name(), Lint.LONGEST_ID, complaints);
    if (complaints.anyAt(places.value(path + "/type")) || complaints.anyAt(places.key(path))) {
      return;
    }
    choices(path, parameter);
    max(path, parameter);
    preset(path, parameter);
  }

  private void choices(String path, Parameter parameter) {
    var choices = parameter.choices();
    if (parameter.type() != ValueType.CHOICE) {
      if (!choices.isEmpty()) {
        complaints.add(
            places.key(path + "/choices"),
            "parameter "
                + parameter.name()
                + " has choices but its type is "
                + parameter.type().word(),
            "Write type: choice, or leave choices out.");
      }
      return;
    }
    if (choices.isEmpty()) {
      if (!places.has(path + "/choices")) {
        complaints.add(
            places.key(path),
            "parameter " + parameter.name() + " is a choice without choices",
            "Add choices: [one, other].");
      }
      return;
    }
    choiceWords(path, choices);
  }

  private void choiceWords(String path, List<String> choices) {
    if (choices.size() > MOST_CHOICES) {
      complaints.add(
          places.key(path + "/choices"),
          choices.size() + " choices are more than " + MOST_CHOICES,
          "Ask for a text instead.");
    }
    for (int i = 0; i < choices.size(); i++) {
      var choice = choices.get(i);
      var place = places.value(path + "/choices/" + i);
      if (choice.isEmpty() || choice.length() > LONGEST_CHOICE || choice.matches(".*\\s.*")) {
        complaints.add(
            place,
            "a choice is one word of 1 to " + LONGEST_CHOICE + " characters",
            "Join words with -: people type choices.");
      } else if (choices.indexOf(choice) < i) {
        complaints.add(place, "choice " + choice + " is named twice", "Name it once.");
      }
    }
  }

  private void max(String path, Parameter parameter) {
    var place = places.value(path + "/max");
    if (parameter.max() < 1 || parameter.max() > LONGEST_TEXT) {
      complaints.add(
          place,
          "max is 1 to " + LONGEST_TEXT + ", not " + parameter.max(),
          "It counts characters; leave it out for the most.");
    } else if (parameter.type() != ValueType.TEXT && parameter.max() != LONGEST_TEXT) {
      complaints.add(
          places.key(path + "/max"),
          "parameter " + parameter.name() + " has max but its type is " + parameter.type().word(),
          "Only a text has a longest length: leave max out.");
    }
  }

  private void preset(String path, Parameter parameter) {
    var preset = parameter.preset().orElse(null);
    if (preset == null) {
      return;
    }
    var place = places.value(path + "/default");
    if (parameter.optional()) {
      complaints.add(
          places.key(path + "/optional"),
          "parameter " + parameter.name() + " has a default, so optional changes nothing",
          "Leave one of them out.");
    }
    if (preset.type() != parameter.type()) {
      complaints.add(
          place,
          "default " + preset.shown() + " is no " + parameter.type().word(),
          Readings.form(parameter.type()));
    } else if (preset instanceof Value.Choice(var word)
        && !parameter.choices().isEmpty()
        && !parameter.choices().contains(word)) {
      complaints.add(
          place,
          "default " + word + " is not among the choices",
          Near.hint(word, Set.copyOf(parameter.choices())));
    } else if (preset instanceof Value.Text(var text) && text.length() > parameter.max()) {
      complaints.add(
          place,
          "the default has " + text.length() + " characters, more than max " + parameter.max(),
          "Shorten it or raise max.");
    }
  }
}
