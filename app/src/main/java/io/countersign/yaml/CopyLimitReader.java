package io.countersign.yaml;

import io.countersign.estate.CopyLimits;
import io.countersign.runbook.Readings;
import java.util.List;
import java.util.OptionalLong;

/** Reads what a copy may take of a live server: {@code copy: { workers: 4, rate: 80MB }}. */
final class CopyLimitReader {
  private static final String FORM = "Write a number and MB, GB or TB, such as 80MB.";

  private CopyLimitReader() {}

  static CopyLimits read(Section file) {
    return file.has("copy")
        ? file.section("copy").map(CopyLimitReader::limits).orElse(CopyLimits.NONE)
        : CopyLimits.NONE;
  }

  private static CopyLimits limits(Section copy) {
    copy.closed(List.of("workers", "rate", "disk", "wal"));
    return new CopyLimits(workers(copy), size(copy, "rate"), size(copy, "disk"), size(copy, "wal"));
  }

  private static int workers(Section copy) {
    var usual = CopyLimits.NONE.workers();
    if (!copy.has("workers")) {
      return usual;
    }
    int workers = copy.integer("workers").orElse(usual);
    if (workers < 1 || workers > CopyLimits.MOST_WORKERS) {
      copy.complain(
          "workers",
          workers + " workers are not possible",
          "Write 1 to " + CopyLimits.MOST_WORKERS + "; each has a session on both servers.");
      return usual;
    }
    return workers;
  }

  /** A size; empty where it is missing, or none, which is told. */
  static OptionalLong size(Section copy, String key) {
    if (!copy.has(key)) {
      return OptionalLong.empty();
    }
    return copy.word(key)
        .flatMap(
            word -> {
              var size = Readings.size(word).filter(it -> it > 0);
              if (size.isEmpty()) {
                copy.complain(key, word + " is no size", FORM);
              }
              return size;
            })
        .map(OptionalLong::of)
        .orElse(OptionalLong.empty());
  }
}
