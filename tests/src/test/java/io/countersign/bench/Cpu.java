package io.countersign.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** CPU time that processes have used, as Linux counts it in {@code /proc/<pid>/stat}. */
final class Cpu {
  /** Of Linux on all machines that matter: {@code getconf CLK_TCK}. */
  private static final double TICKS_PER_SECOND = 100;

  private Cpu() {}

  /**
   * Of a server, with all its processes: those that ended are counted at the postmaster. Looked at
   * until two looks agree, because one that ends in between is in neither.
   */
  static double ofServer(Path data) {
    double before = once(data);
    double now = once(data);
    while (Math.abs(now - before) > 0.02) {
      before = now;
      now = once(data);
    }
    return now;
  }

  private static double once(Path data) {
    try {
      long pid = Long.parseLong(Files.readAllLines(data.resolve("postmaster.pid")).getFirst());
      var postmaster = ProcessHandle.of(pid).orElseThrow();
      double sum = seconds(pid, List.of(13, 14, 15, 16));
      for (var child : postmaster.children().toList()) {
        sum += seconds(child.pid(), List.of(13, 14));
      }
      return sum;
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  private static double seconds(long pid, List<Integer> fields) {
    try {
      var stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
      // the name stands in parentheses and may hold blanks; the state follows it
      var rest = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      return fields.stream().mapToLong(it -> Long.parseLong(rest[it - 2])).sum() / TICKS_PER_SECOND;
    } catch (NoSuchFileException ended) {
      return 0;
    } catch (IOException gone) {
      return 0;
    }
  }
}
