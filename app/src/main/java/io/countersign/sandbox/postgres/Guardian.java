package io.countersign.sandbox.postgres;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A small shell process that holds the other end of a pipe. When this JVM dies, even by SIGKILL,
 * the pipe closes and the shell stops the cluster: a shutdown hook alone would leave it running.
 */
final class Guardian implements AutoCloseable {
  private static final String SCRIPT =
      """
      trap '' INT TERM HUP
      read -r released && exit 0
      exec "$1" -D "$2" -m immediate -w -t 30 stop
      """;

  private final Process process;

  private Guardian(Process process) {
    this.process = process;
  }

  static Guardian of(PgPrograms programs, Path data) {
    List<String> command =
        programs.asServer(
            List.of(
                "/bin/sh",
                "-c",
                SCRIPT,
                "countersign-guardian",
                programs.program("pg_ctl"),
                data.toString()));
    try {
      return new Guardian(
          new ProcessBuilder(command)
              .directory(Path.of("/").toFile())
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start());
    } catch (IOException e) {
      throw new UncheckedIOException("Starting the guardian of " + data + " failed.", e);
    }
  }

  /** Lets the guardian go without stopping anything. */
  @Override
  public void close() {
    try (var pipe = process.getOutputStream()) {
      pipe.write("released\n".getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      // Already gone: there is nothing left to release.
      return;
    }
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
