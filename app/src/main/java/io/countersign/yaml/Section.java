package io.countersign.yaml;

import io.countersign.runbook.Complaints;
import io.countersign.runbook.Near;
import io.countersign.runbook.Places;
import io.countersign.runbook.Readings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * One table of a file while it is read: asks for keys in the form that is expected and complains
 * where the file gives another. Notes the place of everything it is asked for.
 */
final class Section {
  private final Raw.Table table;
  private final String path;
  private final Places places;
  private final Complaints complaints;

  /**
   * @param path where the table stands, {@code steps/3/gate}; empty for the file itself
   */
  Section(Raw.Table table, String path, Places places, Complaints complaints) {
    this.table = table;
    this.path = path;
    this.places = places;
    this.complaints = complaints;
  }

  private String path(String key) {
    return path.isEmpty() ? key : path + "/" + key;
  }

  boolean has(String key) {
    return table.entries().containsKey(key);
  }

  /** Complains about every key that is not among these. */
  Section closed(List<String> known) {
    table
        .entries()
        .forEach(
            (key, entry) -> {
              if (!known.contains(key)) {
                complaints.add(
                    entry.key(), "key " + key + " is not known here", Near.hint(key, known));
              }
            });
    return this;
  }

  /** Complains where a key is missing, naming what it is for. */
  Section needs(String key, String hint) {
    if (!has(key)) {
      complaints.add(places.key(path.isEmpty() ? key : path), "key " + key + " is missing", hint);
    }
    return this;
  }

  /** A word that is not empty. */
  Optional<String> word(String key) {
    return text(key)
        .filter(
            it -> {
              if (it.isBlank()) {
                complain(key, key + " is empty", "Write something there.");
              }
              return !it.isBlank();
            });
  }

  /** A word, perhaps an empty one in quotes. */
  Optional<String> text(String key) {
    return value(key).flatMap(it -> asWord(key, it));
  }

  /** One word or a list of words; each has its place under {@code key/0}, {@code key/1} ... */
  List<String> words(String key) {
    var value = value(key).orElse(null);
    if (value == null) {
      return List.of();
    }
    var raws = value instanceof Raw.Items(var items, _) ? items : List.of(value);
    notEmpty(key, raws);
    var words = new ArrayList<String>();
    for (var raw : raws) {
      int index = words.size();
      asWord(key, raw)
          .ifPresent(
              it -> {
                places.put(path(key) + "/" + index, raw.at(), raw.at());
                words.add(it);
              });
    }
    return words;
  }

  Optional<Boolean> bool(String key) {
    return word(key).flatMap(it -> typed(key, it, Readings.bool(it), "a boolean", "true or false"));
  }

  Optional<Integer> integer(String key) {
    return word(key)
        .flatMap(it -> typed(key, it, Readings.integer(it), "an int", "a whole number, such as 2"))
        .map(it -> Math.toIntExact(Math.clamp(it, Integer.MIN_VALUE, Integer.MAX_VALUE)));
  }

  Optional<Duration> duration(String key) {
    return word(key)
        .flatMap(
            it -> typed(key, it, Readings.duration(it), "a duration", "such as 30s, 15m or 4h"));
  }

  /**
   * One word or a list of words, each read; each that can be read has its place under {@code
   * key/0}, {@code key/1} ...
   *
   * @param what what each should be, "duration"
   * @param form how it is written, a sentence
   */
  <T> List<T> each(String key, Function<String, Optional<T>> reading, String what, String form) {
    var values = new ArrayList<T>();
    var words = words(key);
    for (int i = 0; i < words.size(); i++) {
      var place = places.value(path(key) + "/" + i);
      var value = reading.apply(words.get(i));
      if (value.isPresent()) {
        places.put(path(key) + "/" + values.size(), place, place);
        values.add(value.get());
      } else {
        complaints.add(place, words.get(i) + " is no " + what, form);
      }
    }
    return values;
  }

  /** The table under a key. */
  Optional<Section> section(String key) {
    return value(key)
        .flatMap(
            it -> {
              if (it instanceof Raw.Table inner) {
                return Optional.of(new Section(inner, path(key), places, complaints));
              }
              complain(
                  key,
                  key + " takes keys and values, not " + it.kind(),
                  "Write them indented below it, or in { }.");
              return Optional.empty();
            });
  }

  /** The tables under this one by key, in the file's order. */
  Map<String, Section> sections() {
    var sections = new LinkedHashMap<String, Section>();
    table.entries().keySet().forEach(key -> section(key).ifPresent(it -> sections.put(key, it)));
    return sections;
  }

  /** A list of tables, each with its place under {@code key/0} ... */
  List<Section> list(String key) {
    var value = value(key).orElse(null);
    if (value == null) {
      return List.of();
    }
    if (!(value instanceof Raw.Items(var items, _))) {
      complain(key, key + " takes a list, not " + value.kind(), "Begin every line with -.");
      return List.of();
    }
    notEmpty(key, items);
    var sections = new ArrayList<Section>();
    for (var item : items) {
      if (item instanceof Raw.Table inner) {
        var itemPath = path(key) + "/" + sections.size();
        places.put(itemPath, item.at(), item.at());
        sections.add(new Section(inner, itemPath, places, complaints));
      } else {
        complaints.add(
            item.at(),
            "a line of " + key + " has keys and values, it is not " + item.kind(),
            "Write such as - action: tenant.freeze.");
      }
    }
    return sections;
  }

  /** All keys and their words; keys with other values are complained about and left out. */
  Map<String, String> allWords() {
    var words = new LinkedHashMap<String, String>();
    table.entries().keySet().forEach(key -> text(key).ifPresent(it -> words.put(key, it)));
    return words;
  }

  /** Complains about what stands under a key, unless that was done already. */
  void complain(String key, String message, String hint) {
    var place = has(key) ? entry(key).value().at() : table.at();
    if (!complaints.anyAt(place)) {
      complaints.add(place, message, hint);
    }
  }

  private void notEmpty(String key, List<Raw> items) {
    if (items.isEmpty()) {
      complain(key, key + " is an empty list", "Add at least one line or remove it.");
    }
  }

  private <T> Optional<T> typed(
      String key, String word, Optional<T> value, String type, String form) {
    if (value.isEmpty()) {
      complain(key, key + " takes " + type + ", not " + word, "Write " + form + ".");
    }
    return value;
  }

  private Optional<String> asWord(String key, Raw raw) {
    if (raw instanceof Raw.Word(var text, _, _)) {
      if (!raw.isNothing()) {
        return Optional.of(text);
      }
      complaints.add(raw.at(), key + " has an empty line", "Write something or remove it.");
      return Optional.empty();
    }
    complaints.add(raw.at(), key + " takes a word, not " + raw.kind(), "Quote it if it is text.");
    return Optional.empty();
  }

  /** What stands under a key; nothing at all is complained about. */
  private Optional<Raw> value(String key) {
    if (!has(key)) {
      return Optional.empty();
    }
    var entry = entry(key);
    places.put(path(key), entry.key(), entry.value().at());
    if (entry.value().isNothing()) {
      if (!complaints.anyAt(entry.key())) {
        complaints.add(entry.key(), "key " + key + " has no value", "Give it one or remove it.");
      }
      return Optional.empty();
    }
    return Optional.of(entry.value());
  }

  private Raw.Entry entry(String key) {
    var entry = table.entries().get(key);
    if (entry == null) {
      throw new IllegalArgumentException("no key " + key);
    }
    return entry;
  }
}
