package io.countersign.yaml;

import io.countersign.runbook.Place;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A file's content with places and without types: every word is text. */
sealed interface Raw {
  Place at();

  /** YAML's words for nothing (its core schema, 10.3.2); an editor's schema refuses them too. */
  Set<String> NOTHING = Set.of("", "~", "null", "Null", "NULL");

  /** Whether nothing was written where something was expected. */
  default boolean isNothing() {
    return this instanceof Word(var text, var quoted, _) && !quoted && NOTHING.contains(text);
  }

  /** What this is, for people. */
  default String kind() {
    return switch (this) {
      case Word _ -> isNothing() ? "nothing" : "a word";
      case Items _ -> "a list";
      case Table _ -> "keys and values";
    };
  }

  /**
   * A scalar.
   *
   * @param quoted whether it stood in quotes or in a block, so that an empty one is meant
   */
  record Word(String text, boolean quoted, Place at) implements Raw {}

  record Items(List<Raw> items, Place at) implements Raw {
    public Items {
      items = List.copyOf(items);
    }
  }

  /** A mapping in the file's order. */
  record Table(Map<String, Entry> entries, Place at) implements Raw {
    public Table {
      entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
    }
  }

  /** One key with its value. */
  record Entry(Place key, Raw value) {}
}
