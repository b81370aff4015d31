package io.countersign.runbook;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What lint finds in steps' actions, inputs, references and conditions. */
final class LintInputs {
  private final Runbook runbook;
  private final Lint.Known known;
  private final Places places;
  private final Complaints complaints;

  /** One line of the runbook; {@code index} counts within its own list. */
  private record Line(String path, int index, Step step, boolean abort) {}

  LintInputs(Runbook runbook, Lint.Known known, Places places, Complaints complaints) {
    this.runbook = runbook;
    this.known = known;
    this.places = places;
    this.complaints = complaints;
  }

  void check() {
    for (int i = 0; i < runbook.steps().size(); i++) {
      line(new Line("steps/" + i, i, runbook.steps().get(i), false));
    }
    for (int i = 0; i < runbook.onAbort().size(); i++) {
      line(new Line("on-abort/" + i, i, runbook.onAbort().get(i), true));
    }
  }

  private void line(Line line) {
    line.step().when().ifPresent(it -> when(line, it));
    var action = line.step().action();
    if (action.isEmpty()) {
      line.step().with().forEach((name, input) -> input(line, name, input, Optional.empty()));
      return;
    }
    var signature = known.actions().apply(action).orElse(null);
    if (signature == null) {
      complaints.add(
          places.value(line.path() + "/action"),
          "no action is called " + action,
          Near.hint(action, known.actionNames()));
      line.step().with().forEach((name, input) -> input(line, name, input, Optional.empty()));
      return;
    }
    inputs(line, signature);
    skippable(line, signature);
  }

  private void inputs(Line line, ActionSignature signature) {
    var given = line.step().with();
    given.forEach(
        (name, input) -> {
          var wanted = Optional.ofNullable(signature.inputs().get(name));
          if (wanted.isEmpty()) {
            complaints.add(
                places.key(line.path() + "/with/" + name),
                signature.name() + " has no input " + name,
                Near.hint(name, signature.inputs().keySet()));
          }
          input(line, name, input, wanted);
        });
    new TreeMap<>(signature.inputs())
        .forEach(
            (name, type) -> {
              if (!signature.optionalInputs().contains(name) && !given.containsKey(name)) {
                missing(line, signature, name, type);
              }
            });
  }

  private void missing(Line line, ActionSignature signature, String input, ValueType type) {
    var with = line.path() + "/with";
    boolean malformed = places.has(with) && complaints.anyAt(places.value(with));
    if (malformed || places.has(with + "/" + input)) {
      return;
    }
    complaints.add(
        places.value(line.path() + "/action"),
        signature.name() + " needs the input " + input,
        "Add " + input + ", " + Readings.one(type) + ", under with.");
  }

  private void skippable(Line line, ActionSignature signature) {
    if (line.step().optional() && !signature.skippable()) {
      complaints.add(
          places.key(line.path() + "/optional"),
          signature.name() + " cannot be skipped",
          "Leave optional out.");
    }
  }

  /**
   * @param wanted the input's type, empty where it is not known; then only the reference is checked
   */
  private void input(Line line, String name, Input input, Optional<ValueType> wanted) {
    var place = places.value(line.path() + "/with/" + name);
    if (complaints.anyAt(place)) {
      return;
    }
    var type =
        switch (input) {
          case Input.Literal(var value) -> literal(place, value, wanted);
          case Input.OfParameter(var parameter) -> parameter(place, parameter);
          case Input.OfContext(var path) -> context(place, path);
          case Input.OfStep(var step, var output) -> output(line, place, step, output);
        };
    if (type.isPresent() && wanted.isPresent() && !type.get().fits(wanted.get())) {
      complaints.add(
          place,
          name
              + " takes "
              + Readings.one(wanted.get())
              + ", but this is "
              + Readings.one(type.get()),
          "Refer to something else.");
    }
  }

  private Optional<ValueType> literal(Place place, Value value, Optional<ValueType> wanted) {
    var text = value.shown();
    if (value instanceof Value.Text && text.contains("${")) {
      complaints.add(
          place,
          text + " is no reference",
          "A reference stands alone, such as ${to} or ${copy.database}; there are no expressions.");
    } else if (wanted.isPresent() && !value.type().fits(wanted.get())) {
      complaints.add(
          place,
          (text.isEmpty() ? "an empty text" : text) + " is no " + wanted.get().word(),
          Readings.form(wanted.get()));
    }
    return Optional.empty();
  }

  private Optional<ValueType> parameter(Place place, String name) {
    var parameter = runbook.parameter(name).orElse(null);
    if (parameter == null) {
      var names = runbook.parameters().stream().map(Parameter::name).toList();
      complaints.add(place, "no parameter is called " + name, Near.hint(name, names));
      return Optional.empty();
    }
    if (mayBeEmpty(parameter)) {
      complaints.add(
          place,
          "parameter " + name + " is optional, so it may have no value here",
          "Give it a default, or leave optional out.");
    }
    return unsure(parameter) ? Optional.empty() : Optional.of(parameter.type());
  }

  /** Whether the type was complained about, so that nothing can follow from it. */
  private boolean unsure(Parameter parameter) {
    var path = "parameters/" + parameter.name();
    return complaints.anyAt(places.value(path + "/type")) || complaints.anyAt(places.key(path));
  }

  private static boolean mayBeEmpty(Parameter parameter) {
    return parameter.optional() && parameter.preset().isEmpty();
  }

  private Optional<ValueType> context(Place place, String path) {
    var types = ContextFields.types();
    var type = types.get(path);
    if (type == null) {
      complaints.add(place, "${" + path + "} does not exist", Near.hint(path, types.keySet()));
      return Optional.empty();
    }
    if (path.startsWith("tenant.")
        && runbook.parameters().stream()
            .noneMatch(it -> it.type() == ValueType.TENANT || unsure(it))
        && !complaints.anyAt(places.key("parameters"))) {
      complaints.add(
          place,
          "${" + path + "} needs a parameter of type tenant",
          "Add tenant: { type: tenant } under parameters.");
    }
    return Optional.of(type);
  }

  private Optional<ValueType> output(Line line, Place place, String id, String output) {
    int index = indexOf(id);
    if (index < 0) {
      complaints.add(place, "no step is called " + id, Near.hint(id, ids()));
      return Optional.empty();
    }
    var maker = runbook.steps().get(index);
    if (!line.abort() && outOfOrder(line, place, index, maker)) {
      return Optional.empty();
    }
    var signature = known.actions().apply(maker.action()).orElse(null);
    if (signature == null) {
      return Optional.empty();
    }
    return type(place, maker, output, signature.outputs());
  }

  private boolean outOfOrder(Line line, Place place, int index, Step maker) {
    if (index >= line.index()) {
      complaints.add(
          place,
          index == line.index()
              ? "step " + maker.id() + " refers to itself"
              : "step " + maker.id() + " comes later, so it has made nothing yet",
          "Refer to an earlier step.");
    } else if (maker.when().isPresent() && !maker.when().equals(line.step().when())) {
      complaints.add(
          place,
          "step " + maker.id() + " runs under another condition, so it may have made nothing",
          "Give this step the same when, or refer to a step that always runs.");
    } else if (maker.optional()) {
      complaints.add(
          place,
          "step " + maker.id() + " may be skipped, so it may have made nothing",
          "Leave optional out there, or refer to another step.");
    } else {
      return false;
    }
    return true;
  }

  private Optional<ValueType> type(
      Place place, Step maker, String output, Map<String, ValueType> outputs) {
    var type = outputs.get(output);
    if (type == null) {
      complaints.add(
          place,
          "step " + maker.id() + " (" + maker.action() + ") makes no " + output,
          Near.hint(output, outputs.keySet()));
    }
    return Optional.ofNullable(type);
  }

  private void when(Line line, Step.When when) {
    var path = line.path() + "/when/" + when.parameter();
    if (when.ofContext()) {
      whenContext(path, when);
      return;
    }
    var parameter = runbook.parameter(when.parameter()).orElse(null);
    if (parameter == null) {
      var names = runbook.parameters().stream().map(Parameter::name).toList();
      complaints.add(
          places.key(path),
          "no parameter is called " + when.parameter(),
          Near.hint(when.parameter(), names));
      return;
    }
    if (mayBeEmpty(parameter)) {
      complaints.add(
          places.key(path),
          "parameter " + parameter.name() + " is optional, so it may have no value here",
          "Give it a default, or leave optional out.");
    }
    whenValue(places.value(path), parameter, when.value());
  }

  private void whenContext(String path, Step.When when) {
    var known = ContextFields.compared();
    var words = known.get(when.parameter());
    if (words == null) {
      complaints.add(
          places.key(path),
          when.parameter() + " cannot be compared",
          "Of what is looked up, compare " + String.join(", ", known.keySet()) + ".");
    } else if (!words.contains(when.value())) {
      complaints.add(
          places.value(path),
          when.value() + " is not among the words of " + when.parameter(),
          Near.hint(when.value(), words));
    }
  }

  private void whenValue(Place place, Parameter parameter, String value) {
    switch (parameter.type()) {
      case CHOICE -> {
        if (!parameter.choices().isEmpty() && !parameter.choices().contains(value)) {
          complaints.add(
              place,
              value + " is not among the choices of " + parameter.name(),
              Near.hint(value, parameter.choices()));
        }
      }
      case BOOLEAN, INT, TEXT -> {
        if (Readings.read(parameter.type(), value).isEmpty()) {
          complaints.add(
              place, value + " is no " + parameter.type().word(), Readings.form(parameter.type()));
        }
      }
      case INSTANT, DURATION, SIZE, TENANT, SERVER, DATABASE, SECRET_NAME, BACKUP ->
          complaints.add(
              place,
              Readings.one(parameter.type()) + " cannot be compared",
              "Compare a choice, boolean, int or text.");
    }
  }

  private int indexOf(String id) {
    for (int i = 0; i < runbook.steps().size(); i++) {
      if (runbook.steps().get(i).id().equals(id)) {
        return i;
      }
    }
    return -1;
  }

  private List<String> ids() {
    return runbook.steps().stream().map(Step::id).filter(it -> !it.isEmpty()).toList();
  }
}
