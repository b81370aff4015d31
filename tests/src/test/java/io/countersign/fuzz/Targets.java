package io.countersign.fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Everything that reads what a person, Slack or a file's author wrote, and what it began with. */
final class Targets {
  /** By their classes, which know nothing of any fuzzer. */
  static final List<String> ALL =
      List.of(
          "io.countersign.fuzz.CommandText",
          "io.countersign.fuzz.TimeText",
          "io.countersign.fuzz.FormFields",
          "io.countersign.slack.ThreadWords",
          "io.countersign.slack.HttpBody",
          "io.countersign.slack.SocketFrame",
          "io.countersign.slack.StoredRequest",
          "io.countersign.yaml.RunbookFile",
          "io.countersign.yaml.EstateFile");

  private Targets() {}

  /** What is read again at every build: examples, and whatever once broke something. */
  static Path corpus(String target) {
    return Path.of("src/test/resources/fuzz", target.substring(target.lastIndexOf('.') + 1));
  }

  static List<Path> inputs(String target) {
    try (var files = Files.list(corpus(target))) {
      return files.sorted().toList();
    } catch (IOException missing) {
      throw new UncheckedIOException(missing);
    }
  }

  static MethodHandle entrance(String target) throws ReflectiveOperationException {
    return MethodHandles.publicLookup()
        .findStatic(
            Class.forName(target),
            "fuzzerTestOneInput",
            MethodType.methodType(void.class, byte[].class));
  }
}
