package io.countersign.sandbox.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * One finished run of a client or server program.
 *
 * @param exitCode what the program returned
 * @param output the first 64 KiB of what it wrote to standard output and standard error together
 */
public record ProgramRun(int exitCode, String output) {
  private static final int OUTPUT_LIMIT = 64 * 1024;

  /**
   * Runs a command to its end. Passwords belong into {@code environment} or a pass file, never into
   * {@code command}.
   *
   * @throws IllegalStateException when it cannot be started, or does not end within {@code limit}
   */
  static ProgramRun of(List<String> command, Map<String, String> environment, Duration limit) {
    try {
      // A file, not a pipe: a server that a program leaves running would hold the pipe open for
      // ever.
      Path output = Files.createTempFile("countersign-run", ".out");
      try {
        return run(command, environment, limit, output);
      } finally {
        Files.deleteIfExists(output);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Running " + command.getFirst() + " failed.", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(
          "Interrupted while " + command.getFirst() + " was running", e);
    }
  }

  private static ProgramRun run(
      List<String> command, Map<String, String> environment, Duration limit, Path output)
      throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
    builder.environment().put("LC_ALL", "C");
    builder.environment().putAll(environment);
    builder.directory(Path.of("/").toFile());
    builder.redirectErrorStream(true).redirectOutput(output.toFile());
    Process process = builder.start();
    process.getOutputStream().close();
    if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
      process.destroyForcibly();
      throw new IllegalStateException(
          "%s did not end within %s s: %s".formatted(command, limit.toSeconds(), head(output)));
    }
    return new ProgramRun(process.exitValue(), head(output));
  }

  /** The same run when it succeeded; otherwise an error that says what was being done. */
  public ProgramRun orFail(String doing) {
    if (exitCode != 0) {
      throw new IllegalStateException(
          "%s failed (exit code %d): %s".formatted(doing, exitCode, output.strip()));
    }
    return this;
  }

  private static String head(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return new String(in.readNBytes(OUTPUT_LIMIT), StandardCharsets.UTF_8);
    }
  }
}
