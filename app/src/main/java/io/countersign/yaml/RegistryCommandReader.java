package io.countersign.yaml;

import io.countersign.estate.Policies.OwnCommand;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Reads the product's own commands that change a registry's rows in place of queries. Here a
 * person's words become an argument, so what would read them as a program is refused.
 */
final class RegistryCommandReader {
  private static final List<String> REFERENCE = List.of("{slug}", "{database}", "{secret}");

  /** What each gets, and what it must use to be about the right row. */
  private record Wanted(List<String> known, List<String> needed) {
    String hint() {
      return "It gets "
          + String.join(", ", known)
          + " and must use "
          + String.join(", ", needed)
          + ". {secret} is a name, never a secret.";
    }
  }

  private static final Map<String, Wanted> COMMANDS =
      new TreeMap<>(
          Map.of(
              "set-status",
              new Wanted(
                  List.of("{slug}", "{from}", "{to}", "{reason}"), List.of("{slug}", "{to}")),
              "enrol",
              new Wanted(
                  List.of(
                      "{slug}",
                      "{display-name}",
                      "{beside}",
                      "{database}",
                      "{secret}",
                      "{status}",
                      "{reason}"),
                  REFERENCE),
              "withdraw",
              new Wanted(REFERENCE, List.of("{slug}"))));

  /** {@code -c} and {@code -lc}: what follows is a program to shells, psql, python and su. */
  private static final Pattern TAKES_PROGRAM = Pattern.compile("-[A-Za-z]*c");

  private RegistryCommandReader() {}

  /** The commands by the name of the query that each stands for. */
  static Map<String, OwnCommand> read(Section registry) {
    var commands = new HashMap<String, OwnCommand>();
    if (!registry.has("commands")) {
      return commands;
    }
    registry
        .section("commands")
        .ifPresent(
            section -> {
              section.closed(List.copyOf(COMMANDS.keySet()));
              COMMANDS.forEach((name, wanted) -> one(registry, section, name, wanted, commands));
            });
    return commands;
  }

  private static void one(
      Section registry,
      Section commands,
      String name,
      Wanted wanted,
      Map<String, OwnCommand> found) {
    if (!commands.has(name)) {
      return;
    }
    var queries = registry.has("queries") ? registry.section("queries") : Optional.<Section>empty();
    if (queries.filter(it -> it.has(name)).isPresent()) {
      commands.complain(
          name,
          name + " stands under queries and under commands",
          "Remove one of them: either a query changes the row, or the command does.");
    }
    commands
        .section(name)
        .ifPresent(
            section ->
                CommandReader.read(
                        section, new CommandReader.Placeholders(wanted.known(), wanted.hint()))
                    .ifPresent(
                        it -> {
                          safe(section, it);
                          complete(section, name, it, wanted);
                          found.put(name, it);
                        }));
  }

  private static void safe(Section section, OwnCommand command) {
    var argv = command.argv();
    for (int i = 0; i < argv.size(); i++) {
      boolean filled = OwnCommand.PLACEHOLDER.matcher(argv.get(i)).find();
      if (filled && i == 0) {
        section.complain(
            "command",
            "the program " + argv.getFirst() + " is not always the same",
            "No value may choose the program: write its path.");
      } else if (filled && TAKES_PROGRAM.matcher(argv.get(i - 1)).matches()) {
        section.complain(
            "command",
            argv.get(i) + " after " + argv.get(i - 1) + " would be read as a program",
            "A reason is free text: hand it over as an argument of its own, such as"
                + " [/bin/sh, -c, 'tenant-status \"$1\"', sh, \"{slug}\"].");
      }
    }
  }

  private static void complete(Section section, String name, OwnCommand command, Wanted wanted) {
    var missing = new ArrayList<>(wanted.needed());
    missing.removeIf(it -> command.argv().stream().anyMatch(word -> word.contains(it)));
    if (!missing.isEmpty()) {
      section.complain(
          "command",
          "the command " + name + " does not use " + String.join(", ", missing),
          wanted.hint());
    }
  }
}
