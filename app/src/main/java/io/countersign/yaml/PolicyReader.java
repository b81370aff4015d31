package io.countersign.yaml;

import io.countersign.estate.Policies;
import io.countersign.runbook.Near;
import io.countersign.yaml.CommandReader.Placeholders;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Reads what an estate wants done about things that come back with the past. */
final class PolicyReader {
  static final List<String> KEYS = List.of("queues", "sequences", "after-restore", "restart");

  private static final Placeholders ON_A_COPY =
      new Placeholders(
          List.of("{tenant}", "{database}"),
          "There are {tenant} and {database}. The login comes by PGHOST, PGPORT, PGUSER and"
              + " PGPASSFILE, never as an argument.");
  private static final Placeholders OF_A_TENANT =
      new Placeholders(List.of("{tenant}"), "There is {tenant} alone.");

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
        ? file.section(key).flatMap(it -> CommandReader.read(it, placeholders))
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
}
