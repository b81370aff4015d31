package io.countersign.azure;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a restore remembers from visit to visit, in the journal: addresses of operations, never a
 * secret. Without it the copy is found by its name alone, only the reason of a failure is lost.
 *
 * @param restore the operation that makes the copy
 * @param seen whether the copy was there at an earlier visit
 * @param password the operation that gives the copy its password
 * @param resets how often it was given one
 * @param trouble since when Azure has not answered as it should
 */
record Memo(
    Optional<String> restore,
    boolean seen,
    Optional<String> password,
    int resets,
    Optional<Instant> trouble) {
  static final Memo NONE = new Memo(Optional.empty(), false, Optional.empty(), 0, Optional.empty());

  static Memo of(String text) {
    var lines = new HashMap<String, String>();
    text.lines()
        .map(it -> it.split("=", 2))
        .filter(it -> it.length == 2)
        .forEach(it -> lines.put(it[0], it[1]));
    return new Memo(
        found(lines, "restore"),
        lines.containsKey("seen"),
        found(lines, "password"),
        Integer.parseInt(lines.getOrDefault("resets", "0")),
        found(lines, "trouble").map(Instant::parse));
  }

  private static Optional<String> found(Map<String, String> lines, String key) {
    return Optional.ofNullable(lines.get(key));
  }

  String text() {
    List<String> lines = new ArrayList<>();
    restore.ifPresent(it -> lines.add("restore=" + it));
    if (seen) {
      lines.add("seen=yes");
    }
    password.ifPresent(it -> lines.add("password=" + it));
    if (resets > 0) {
      lines.add("resets=" + resets);
    }
    trouble.ifPresent(it -> lines.add("trouble=" + it));
    return String.join("\n", lines);
  }

  Memo begun(String operation) {
    return new Memo(Optional.of(operation), seen, password, resets, Optional.empty());
  }

  Memo found() {
    return new Memo(restore, true, password, resets, trouble);
  }

  Memo resetting(String operation) {
    return new Memo(restore, seen, Optional.of(operation), resets + 1, Optional.empty());
  }

  Memo reset() {
    return new Memo(restore, seen, Optional.empty(), resets, trouble);
  }

  Memo troubled(Instant now) {
    return new Memo(restore, seen, password, resets, Optional.of(trouble.orElse(now)));
  }

  Memo well() {
    return new Memo(restore, seen, password, resets, Optional.empty());
  }
}
