package io.countersign.postgres;

import io.countersign.Problem;
import io.countersign.estate.ServerRestorer.RestorerUnavailable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Runs PostgreSQL's server programs (pg_ctl, pg_controldata, pg_waldump) as the owner of the files
 * that they work on. None of them is given a secret.
 */
final class ServerPrograms {
  /** As much of a program's output as is kept, in bytes. */
  private static final int OUTPUT_LIMIT = 1 << 20;

  private final String configured;

  /**
   * @param configured the folder with the programs; blank: where PostgreSQL is usually installed
   */
  ServerPrograms(String configured) {
    this.configured = configured;
  }

  /**
   * A program's end.
   *
   * @param output both streams, at most 1 MiB
   */
  record Ended(int exit, String output) {}

  /**
   * The path of a program.
   *
   * @throws RestorerUnavailable where the major version is not installed, naming the package
   */
  String path(int major, String program) {
    var folders =
        configured.isBlank()
            ? List.of(
                Path.of("/usr/lib/postgresql/" + major + "/bin"),
                Path.of("/usr/pgsql-" + major + "/bin"))
            : List.of(Path.of(configured));
    var other = "";
    for (var folder : folders) {
      var file = folder.resolve(program);
      if (Files.isExecutable(file)) {
        int found = ClientPrograms.major(file);
        if (found == major) {
          return file.toString();
        }
        other = found > 0 ? " What is there is of PostgreSQL " + found + "." : "";
      }
    }
    throw new RestorerUnavailable(
        new Problem(
            "looking for " + program + " of PostgreSQL " + major,
            "it is not in " + folders.getFirst() + "." + other,
            "Install it: apt-get install postgresql-" + major));
  }

  /**
   * Runs a program to its end.
   *
   * @param output a file that takes its output
   * @throws RestorerUnavailable where it cannot be started or does not end in time
   */
  Ended run(FileOwner owner, Path workplace, Path output, Duration limit, List<String> argv) {
    try {
      var child = start(owner, workplace, output, argv);
      if (!child.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        child.destroyForcibly();
        throw failed(argv, "did not end within " + limit.toSeconds() + " s.");
      }
      try (var text = Files.newInputStream(output)) {
        var bytes = text.readNBytes(OUTPUT_LIMIT);
        return new Ended(
            child.exitValue(), new String(bytes, java.nio.charset.StandardCharsets.UTF_8));
      }
    } catch (IOException error) {
      throw failed(argv, "could not be started.");
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw failed(argv, "was interrupted.");
    }
  }

  /** Starts a program and does not wait for it. It outlives this process. */
  Process start(FileOwner owner, Path workplace, Path output, List<String> argv)
      throws IOException {
    var command = new ArrayList<>(owner.prefix());
    command.addAll(argv);
    var builder =
        new ProcessBuilder(command)
            .directory(workplace.toFile())
            .redirectErrorStream(true)
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectOutput(output.toFile());
    builder.environment().clear();
    builder
        .environment()
        .putAll(
            Map.of(
                "PATH",
                "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
                "TZ",
                "UTC",
                "LC_ALL",
                "C"));
    return builder.start();
  }

  private static RestorerUnavailable failed(List<String> argv, String happened) {
    var program = Path.of(argv.getFirst()).getFileName();
    return new RestorerUnavailable(
        new Problem(
            "running " + program, program + " " + happened, "Look at the host, then retry."));
  }
}
