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
  static Planned planned(Step step, RunSpec spec) {
    var entries = new HashMap<String, Planned.Entry>();
    var facts = Facts.of(spec);
    step.with()
        .forEach(
            (name, input) -> {
              var value = value(input, facts);
              if (value != null) {
                entries.put(name, new Planned.Entry.Known(value));
              } else if (input instanceof Input.OfStep(var from, var output)) {
                entries.put(name, new Planned.Entry.Later(from, output));
              } else if (input instanceof Input.OfContext(var path)) {
                entries.put(name, new Planned.Entry.Unasked(unasked(path, spec)));
              } else if (input instanceof Input.OfParameter(var parameter)
                  && !spec.parameters().containsKey(parameter)) {
                entries.put(name, new Planned.Entry.Unasked("the parameter " + parameter));
              }
            });
    return new Planned(entries);
  }

  /** {@code tenant.database} is the database of tenant acme. */
  private static String unasked(String path, RunSpec spec) {
    int dot = path.indexOf('.');
    var what = path.substring(dot + 1);
    return switch (path.substring(0, dot)) {
      case "tenant" ->
          switch (path) {
                case Specs.KEPT -> "the database last kept";
                case Specs.KEPT_SINCE -> "when the database was kept";
                case Specs.KEPT_BY -> "how the database was kept";
                case Specs.KEPT_SECRET -> "the secret of the database last kept";
                case Specs.KEPT_SECRET_VERSION -> "the version of that secret";
                default -> what;
              }
              + " of tenant "
              + spec.tenant().slug();
      case "run" -> what + " of the run";
      default -> what + " of the estate";
    };
  }
}
