package io.countersign.thread;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** What differs between two orders, as people say it: before and after, no raw keys. */
final class Differences {
  private static final String SINCE_FREEZE = "intent.writes.since-freeze";
  private static final List<String> BEHIND_IT =
      List.of("intent.writes.counted", "intent.writes.series");
  private static final Pattern LINE = Pattern.compile("([^:]+): (.*) -> (.*)");
  private static final Pattern WRITTEN = Pattern.compile("(.+) (-?[0-9]+)");
  private static final Map<String, String> WORDS =
      Map.ofEntries(
          Map.entry("intent.live.oid", "the OID of the live database"),
          Map.entry("intent.live.name", "the name of the live database"),
          Map.entry("intent.live.secret", "the secret that leads to the live database"),
          Map.entry(
              "intent.live.secret-version",
              "the version of the secret that leads to the live database"),
          Map.entry("intent.restored.oid", "the OID of the restored database"),
          Map.entry("intent.restored.name", "the name of the restored database"),
          Map.entry("intent.restored.secret", "the secret that leads to the restored database"),
          Map.entry(
              "intent.restored.secret-version",
              "the version of the secret that leads to the restored database"),
          Map.entry("intent.kept.name", "the name under which the live database is kept"),
          Map.entry("intent.server", "the server's address"),
          Map.entry("intent.server.system", "the server's identity"),
          Map.entry("intent.writes.counted", "all rows written to the live database so far"));

  private Differences() {}

  /**
   * @param raw as {@code Order.difference} tells them: {@code name: before -> after}
   */
  static List<String> of(List<String> raw) {
    boolean written = raw.stream().anyMatch(it -> it.startsWith(SINCE_FREEZE + ":"));
    var said = new ArrayList<String>();
    for (var line : raw) {
      var parts = LINE.matcher(line);
      if (!parts.matches()) {
        said.add(line);
      } else if (parts.group(1).equals(SINCE_FREEZE)) {
        said.addAll(written(parts.group(2), parts.group(3)));
      } else if (!written || !BEHIND_IT.contains(parts.group(1))) {
        said.add(name(parts.group(1)) + ": " + parts.group(2) + " -> " + parts.group(3));
      }
    }
    return said;
  }

  /** {@code none -> members.claim 3}: one clause per table. */
  private static List<String> written(String before, String after) {
    var old = tables(before);
    var now = tables(after);
    if (old.isEmpty() || now.isEmpty()) {
      return List.of("rows written since the freeze: " + before + " -> " + after);
    }
    var names = new TreeSet<>(now.get().keySet());
    names.addAll(old.get().keySet());
    names.removeIf(it -> old.get().getOrDefault(it, "0").equals(now.get().getOrDefault(it, "0")));
    return names.stream()
        .map(
            it ->
                "rows of "
                    + it
                    + " written since the freeze: "
                    + old.get().getOrDefault(it, "0")
                    + " -> "
                    + now.get().getOrDefault(it, "0"))
        .toList();
  }

  /** Empty where the text is no list of tables. */
  private static Optional<Map<String, String>> tables(String said) {
    var tables = new HashMap<String, String>();
    if (said.equals("none")) {
      return Optional.of(tables);
    }
    for (var part : said.split(", ", -1)) {
      var one = WRITTEN.matcher(part);
      if (!one.matches()) {
        return Optional.empty();
      }
      tables.put(one.group(1), one.group(2));
    }
    return Optional.of(tables);
  }

  /** {@code evidence.parity.content-hash} as "content hash of step parity". */
  static String name(String fact) {
    var known = WORDS.get(fact);
    if (known != null) {
      return known;
    }
    var parts = fact.split("\\.", 3);
    if (parts.length == 3 && parts[0].equals("evidence")) {
      return parts[2].replace('-', ' ') + " of step " + parts[1];
    }
    var plain = fact.replaceFirst("^(intent|input|parameter)\\.", "");
    return plain.replace('.', ' ').replace('-', ' ').toLowerCase(Locale.ROOT);
  }
}
