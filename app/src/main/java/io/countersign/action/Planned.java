package io.countersign.action;

import io.countersign.runbook.Value;
import java.util.Map;
import java.util.Optional;

/**
 * A step's inputs as far as they are known before the run: each a value, or the step that will make
 * it.
 */
public record Planned(Map<String, Entry> entries) {
  public Planned {
    entries = Map.copyOf(entries);
  }

  /** One input. */
  public sealed interface Entry {
    record Known(Value value) implements Entry {}

    record Later(String step, String output) implements Entry {}

    /**
     * In a plan for which nothing was looked up: what will be, once somebody asks for the run.
     *
     * @param what {@code database of tenant acme}
     */
    record Unasked(String what) implements Entry {}
  }

  /** The input for people: its value, or {@code <server of step pitr>}. */
  public String shown(String input) {
    return switch (entries.get(input)) {
      case Entry.Known(var value) -> value.shown();
      case Entry.Later(var step, var output) -> "<" + output + " of step " + step + ">";
      case Entry.Unasked(var what) -> "<" + what + ">";
      case null -> "<no " + input + ">";
    };
  }

  /** The value where it is known. */
  public Optional<Value> known(String input) {
    return entries.get(input) instanceof Entry.Known(var value)
        ? Optional.of(value)
        : Optional.empty();
  }
}
