package io.countersign.yaml;

import io.countersign.estate.Policies;
import io.countersign.runbook.Near;
import io.countersign.runbook.Readings;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Reads what an estate wants done about things that come back with the past. */
final class PolicyReader {
  static final List<String> KEYS = List.of("queues", "sequences", "after-restore", "restart");

  private static final Pattern PLACEHOLDER = Pattern.compile("\\{[^{}]*}");

  /** What stands for something in a command, and what is said where a word is none of them. */
  private record Placeholders(List<String> words, String hint) {}

  private static final Placeholders ON_A_COPY =
      new Placeholders(
          List.of("{tenant}", "{database}"),
          "There are {tenant} and {database}. The login comes by PGHOST, PGPORT, PGUSER and"
              + " PGPASSFILE, never as an argument.");
  private static final Placeholders OF_A_TENANT =
      new Placeholders(List.of("{tenant}"), "There is {tenant} alone.");
  private static final Duration LONGEST = Duration.ofHours(1);
  private static final int MOST_WORDS = 50;

  private PolicyReader() {}

  static Policies read(Section file) {
    file.needs(
        "queues",
        "Say what becomes of jobs that come back: discard, keep-live or as-restored. There is no"
            + " preset; manifest/README.md says what each loses.");
    file.needs(
        "sequences",
        "Say which numbers come next: keep-ahead or as-restored. There is no preset;"
            + " manifest/README.md says what each loses.");
    return new Policies(
        one(file, "queues", Policies.Queues.values(), Policies.Queues::word)
            .orElse(Policies.Queues.AS_RESTORED),
        one(file, "sequences", Policies.Sequences.values(), Policies.Sequences::word)
            .orElse(Policies.Sequences.AS_RESTORED),
        command(file, "after-restore", ON_A_COPY),
        command(file, "restart", OF_A_TENANT));
  }

  private static Optional<Policies.OwnCommand> command(
      Section file, String key, Placeholders placeholders) {
    return file.has(key)
        ? file.section(key).flatMap(it -> command(it, placeholders))
        : Optional.empty();
  }

  private static <E extends Enum<E>> Optional<E> one(
      Section file, String key, E[] choices, Function<E, String> words) {
    return file.word(key)
        .flatMap(
            word -> {
              var all = Arrays.asList(choices);
              var found = all.stream().filter(it -> words.apply(it).equals(word)).findFirst();
              if (found.isEmpty()) {
                file.complain(
                    key,
                    "no policy for " + key + " is called " + word,
                    Near.hint(word, all.stream().map(words).toList()));
              }
              return found;
            });
  }

  private static Optional<Policies.OwnCommand> command(Section section, Placeholders placeholders) {
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
        : Optional.of(new Policies.OwnCommand(argv, timeOut.orElse(LONGEST)));
  }

  private static void placeholders(Section section, String word, Placeholders known) {
    var found = PLACEHOLDER.matcher(word);
    while (found.find()) {
      if (!known.words().contains(found.group())) {
        section.complain("command", found.group() + " stands for nothing in " + word, known.hint());
      }
    }
  }
}
