package io.countersign.postgres;

import io.countersign.estate.Estate;
import io.countersign.estate.Policies.OwnCommand;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A change of the registry as a plan shows it: the product's own command, or the named query. */
public final class PlannedChange {
  private static final Pattern PLAIN = Pattern.compile("[^\\s'\"]+");

  private PlannedChange() {}

  /**
   * The text.
   *
   * @param parameters what a query's parameters will be, a clause
   * @param values what stands in a command's placeholders
   */
  public static String of(
      Estate estate, String change, String parameters, Map<String, String> values) {
    var command = estate.registry().commands().get(change);
    return command == null
        ? estate.registry().queries().getOrDefault(change, "registry " + change).strip()
            + "\n-- in the registry, with "
            + parameters
        : shown(command, values);
  }

  /** Quotes only show where a word begins and ends: no shell reads it. */
  private static String shown(OwnCommand command, Map<String, String> values) {
    return command.filled(values).stream()
            .map(it -> PLAIN.matcher(it).matches() ? it : "'" + it + "'")
            .collect(Collectors.joining(" "))
        + " # on the bot's host, at most "
        + command.timeOut().toSeconds()
        + " s; the registry is read before and after";
  }
}
