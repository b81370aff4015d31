package io.countersign.run;

import io.countersign.action.Planned;
import io.countersign.runbook.Input;
import io.countersign.runbook.Step;
import io.countersign.runbook.Value;
import java.util.HashMap;
import java.util.Map;

/** Resolves a step's inputs. Pure. */
final class Inputs {
  private Inputs() {}

  /**
   * Every input with its value.
   *
   * @throws IllegalStateException where a value does not exist; lint and the decision have made
   *     sure that it does
   */
  static Map<String, Value> resolved(Step step, Facts facts) {
    var values = new HashMap<String, Value>();
    step.with()
        .forEach(
            (name, input) -> {
              var value = value(input, facts);
              if (value == null) {
                throw new IllegalStateException(
                    "step " + step.id() + " has no value for " + name + " yet");
              }
              values.put(name, value);
            });
    return values;
  }

  private static @org.jspecify.annotations.Nullable Value value(Input input, Facts facts) {
    return switch (input) {
      case Input.Literal(var value) -> value;
      case Input.OfParameter(var name) -> facts.spec().parameters().get(name);
      case Input.OfContext(var path) -> facts.spec().pinned().get(path);
      case Input.OfStep(var step, var output) ->
          facts.outputs().getOrDefault(step, Map.of()).get(output);
    };
  }

  /** What is known before the run begins. */
  static Planned planned(Step step, Map<String, Value> parameters, Map<String, Value> pinned) {
    var entries = new HashMap<String, Planned.Entry>();
    step.with()
        .forEach(
            (name, input) -> {
              var entry = entry(input, parameters, pinned);
              if (entry != null) {
                entries.put(name, entry);
              }
            });
    return new Planned(entries);
  }

  private static Planned.@org.jspecify.annotations.Nullable Entry entry(
      Input input, Map<String, Value> parameters, Map<String, Value> pinned) {
    return switch (input) {
      case Input.Literal(var value) -> new Planned.Entry.Known(value);
      case Input.OfParameter(var name) -> known(parameters.get(name));
      case Input.OfContext(var path) -> {
        var known = known(pinned.get(path));
        yield known == null ? new Planned.Entry.AtTheStart(path) : known;
      }
      case Input.OfStep(var from, var output) -> new Planned.Entry.Later(from, output);
    };
  }

  private static Planned.@org.jspecify.annotations.Nullable Entry known(
      @org.jspecify.annotations.Nullable Value value) {
    return value == null ? null : new Planned.Entry.Known(value);
  }
}
