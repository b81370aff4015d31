package io.countersign.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Ends what a sandbox started and removes what it wrote, by the process ids that its own folders
 * name.
 */
final class Leftovers {
  private static final int PATIENCE = 10;

  private Leftovers() {}

  /** Server copies outlive the bot that made them; here nothing may outlive the sandbox. */
  static void stopCopies(Path copies) {
    if (!Files.isDirectory(copies)) {
      return;
    }
    try (Stream<Path> all = Files.walk(copies, 3)) {
      all.filter(it -> it.getFileName().toString().equals("postmaster.pid"))
          .forEach(Leftovers::stop);
    } catch (IOException gone) {
      // a copy that vanished meanwhile needs no stopping
    }
  }

  private static void stop(Path pidFile) {
    try (Stream<String> lines = Files.lines(pidFile)) {
      var pid = lines.findFirst().map(String::strip).map(Long::parseLong);
      pid.flatMap(ProcessHandle::of).ifPresent(Leftovers::end);
    } catch (IOException | NumberFormatException gone) {
      // the server has removed its file: it has stopped
    }
  }

  private static void end(ProcessHandle server) {
    server.destroyForcibly();
    try {
      var _ = server.onExit().orTimeout(PATIENCE, TimeUnit.SECONDS).join();
    } catch (CompletionException stubborn) {
      System.err.println("process " + server.pid() + " does not end");
    }
  }

  static void delete(Path folder) {
    try (Stream<Path> all = Files.walk(folder)) {
      all.sorted(Comparator.reverseOrder()).forEach(it -> it.toFile().delete());
    } catch (IOException gone) {
      // what cannot be listed is left to the system's cleaning of temporary folders
    }
  }
}
