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
  static final List<String> KEYS = List.of("queues", "sequences", "after-restore");

  private static final Pattern PLACEHOLDER = Pattern.compile("\\{[^{}]*}");
  private static final List<String> PLACEHOLDERS = List.of("{tenant}", "{database}");
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
        file.has("after-restore")
            ? file.section("after-restore").flatMap(PolicyReader::command)
            : Optional.empty());
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

  private static Optional<Policies.AfterRestore> command(Section section) {
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
    argv.forEach(it -> placeholders(section, it));
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
        : Optional.of(new Policies.AfterRestore(argv, timeOut.orElse(LONGEST)));
  }

  private static void placeholders(Section section, String word) {
    var found = PLACEHOLDER.matcher(word);
    while (found.find()) {
      if (!PLACEHOLDERS.contains(found.group())) {
        section.complain(
            "command",
            found.group() + " stands for nothing in " + word,
            "There are {tenant} and {database}. The login comes by PGHOST, PGPORT, PGUSER and"
                + " PGPASSFILE, never as an argument.");
      }
    }
  }
}
