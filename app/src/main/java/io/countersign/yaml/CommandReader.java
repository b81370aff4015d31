package io.countersign.yaml;

import io.countersign.estate.Policies.OwnCommand;
import io.countersign.runbook.Readings;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Reads commands of the product's own: argv that no shell sees, and how long they may take. */
final class CommandReader {
  private static final Duration LONGEST = Duration.ofHours(1);
  private static final int MOST_WORDS = 50;

  private CommandReader() {}

  /** What stands for something in a command, and what is said where a word is none of them. */
  record Placeholders(List<String> words, String hint) {}

  /** One command; empty where it cannot be read. */
  static Optional<OwnCommand> read(Section section, Placeholders placeholders) {
    section
        .closed(List.of("command", "time-out"))
        .needs(
            "command", "Add the program and its arguments: [/opt/medsuite/heal, \"{database}\"].")
        .needs("time-out", "Say how long it may take, such as 10m.");
    var argv = section.words("command");
    if (!argv.isEmpty() && !argv.getFirst().startsWith("/")) {
      section.complain(
          "command",
          argv.getFirst() + " is no absolute path",
          "Write the program's whole path: no shell looks for it.");
    }
    if (argv.size() > MOST_WORDS) {
      section.complain(
          "command", "command has more than " + MOST_WORDS + " words", "Put them into a program.");
    }
    argv.forEach(it -> placeholders(section, it, placeholders));
    var timeOut = section.duration("time-out");
    timeOut
        .filter(it -> it.compareTo(LONGEST) > 0 || it.isZero())
        .ifPresent(
            it ->
                section.complain(
                    "time-out",
                    "time-out " + Readings.written(it) + " is not between 1s and 1h",
                    "The tenant is frozen while it runs."));
    return argv.isEmpty()
        ? Optional.empty()
        : Optional.of(new OwnCommand(argv, timeOut.orElse(LONGEST)));
  }

  private static void placeholders(Section section, String word, Placeholders known) {
    var found = OwnCommand.PLACEHOLDER.matcher(word);
    while (found.find()) {
      if (!known.words().contains(found.group())) {
        section.complain("command", found.group() + " stands for nothing in " + word, known.hint());
      }
    }
  }
}
