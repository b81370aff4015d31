package io.countersign.yaml;

import io.countersign.runbook.Complaints;
import io.countersign.runbook.Place;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.events.AliasEvent;
import org.yaml.snakeyaml.events.CollectionStartEvent;
import org.yaml.snakeyaml.events.DocumentStartEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.MappingEndEvent;
import org.yaml.snakeyaml.events.MappingStartEvent;
import org.yaml.snakeyaml.events.NodeEvent;
import org.yaml.snakeyaml.events.ScalarEvent;
import org.yaml.snakeyaml.events.SequenceEndEvent;
import org.yaml.snakeyaml.reader.ReaderException;

/**
 * From YAML's events to {@link Raw}. YAML's cleverness is refused: anchors, aliases, merge keys,
 * tags, repeated keys, keys that are no words, more than one document.
 */
final class RawReader {
  static final int LARGEST = 256 * 1024;
  private static final int DEEPEST = 10;

  /** What a lenient decoder puts in place of bytes that are no UTF-8. */
  private static final char NOT_UTF_8 = '\uFFFD';

  private final Complaints complaints;
  private final Iterator<Event> events;

  private RawReader(Iterator<Event> events, Complaints complaints) {
    this.events = events;
    this.complaints = complaints;
  }

  /** The file's table; empty where there is none to go on with, which was complained about. */
  static Optional<Raw.Table> read(String text, Complaints complaints) {
    int bytes = text.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > LARGEST) {
      complaints.add(
          Place.FILE, "the file has " + bytes + " bytes, more than " + LARGEST, "Split it.");
      return Optional.empty();
    }
    int foreign = text.indexOf(NOT_UTF_8);
    if (foreign >= 0) {
      complaints.add(
          place(text, text.codePointCount(0, foreign)),
          "a character here is not written in UTF-8",
          "Save the file as UTF-8.");
      return Optional.empty();
    }
    try {
      var events = new Yaml(new LoaderOptions()).parse(new StringReader(text)).iterator();
      return new RawReader(events, complaints).document();
    } catch (MarkedYAMLException broken) {
      var syntax = SyntaxProblem.of(broken);
      complaints.add(place(syntax.mark()), syntax.message(), syntax.hint());
    } catch (ReaderException broken) {
      complaints.add(
          place(text, broken.getPosition()),
          "character U+%04X is not allowed".formatted(broken.getCodePoint()),
          "Remove it.");
    } catch (YAMLException broken) {
      complaints.add(Place.FILE, "this is no YAML", "Check quotes, brackets and indentation.");
    }
    return Optional.empty();
  }

  private Optional<Raw.Table> document() {
    Optional<Raw> first = Optional.empty();
    boolean any = false;
    while (events.hasNext()) {
      var event = events.next();
      if (event instanceof DocumentStartEvent && any) {
        complaints.add(
            place(event.getStartMark()),
            "a second document begins here",
            "One file is one document: remove --- or make two files.");
        return Optional.empty();
      }
      if (event instanceof NodeEvent node) {
        any = true;
        first = Optional.of(node(node, 0));
      }
    }
    if (first.isPresent() && first.get() instanceof Raw.Table table) {
      return Optional.of(table);
    }
    complaints.add(
        first.map(Raw::at).orElse(Place.FILE),
        "the file is " + first.map(Raw::kind).orElse("empty") + ", not keys and values",
        "Begin with a line such as runbook: my-runbook or estate: my-estate.");
    return Optional.empty();
  }

  private Raw node(Event event, int depth) {
    var at = place(event.getStartMark());
    if (depth > DEEPEST) {
      throw new TooDeep(event.getStartMark());
    }
    if (event instanceof AliasEvent) {
      refuse(at, "aliases (*name) are not used here", "Write the value out.");
      return new Raw.Word("", true, at);
    }
    if (event instanceof NodeEvent node && node.getAnchor() != null) {
      refuse(at, "anchors (&name) are not used here", "Remove it and write values out.");
    }
    return switch (event) {
      case ScalarEvent scalar -> word(scalar, at);
      case MappingStartEvent start -> table(start, at, depth);
      case CollectionStartEvent start -> items(start, at, depth);
      default -> throw new IllegalStateException("no node: " + event.getEventId());
    };
  }

  private Raw word(ScalarEvent scalar, Place at) {
    tag(scalar.getTag(), at);
    return new Raw.Word(scalar.getValue(), !scalar.isPlain(), at);
  }

  private Raw items(CollectionStartEvent start, Place at, int depth) {
    tag(start.getTag(), at);
    var items = new ArrayList<Raw>();
    for (var event = events.next(); !(event instanceof SequenceEndEvent); event = events.next()) {
      items.add(node(event, depth + 1));
    }
    return new Raw.Items(items, at);
  }

  private Raw table(MappingStartEvent start, Place at, int depth) {
    tag(start.getTag(), at);
    var entries = new LinkedHashMap<String, Raw.Entry>();
    for (var event = events.next(); !(event instanceof MappingEndEvent); event = events.next()) {
      var key = node(event, depth + 1);
      var value = node(events.next(), depth + 1);
      entry(entries, key, value);
    }
    return new Raw.Table(entries, at);
  }

  private void entry(Map<String, Raw.Entry> entries, Raw key, Raw value) {
    if (!(key instanceof Raw.Word(var name, var quoted, var at)) || key.isNothing()) {
      refuse(key.at(), "a key is one word, not " + key.kind(), "Quote a value that begins with {.");
      return;
    }
    if (name.equals("<<") && !quoted) {
      refuse(at, "merge keys (<<) are not used here", "Write the keys out.");
      return;
    }
    var earlier = entries.putIfAbsent(name, new Raw.Entry(at, value));
    if (earlier != null) {
      refuse(
          at,
          "key " + name + " is written twice, first in line " + earlier.key().line(),
          "Keep one of them.");
    }
  }

  private void tag(@Nullable String tag, Place at) {
    if (tag != null) {
      refuse(
          at, "tags (!name) are not used here", "Remove it, or quote a text that begins with !.");
    }
  }

  private void refuse(Place at, String message, String hint) {
    complaints.add(at, message, hint);
  }

  private static Place place(@Nullable Mark mark) {
    return mark == null ? Place.FILE : new Place(mark.getLine() + 1, mark.getColumn() + 1);
  }

  /** The place of a position in characters. */
  private static Place place(String text, int position) {
    int end = text.offsetByCodePoints(0, Math.min(position, text.codePointCount(0, text.length())));
    var before = text.substring(0, end);
    int lines = (int) before.chars().filter(it -> it == '\n').count();
    int start = before.lastIndexOf('\n') + 1;
    return new Place(lines + 1, before.codePointCount(start, before.length()) + 1);
  }

  /** Nesting that no runbook or estate needs; ends the reading, so the stack stays small. */
  private static final class TooDeep extends MarkedYAMLException {
    private static final long serialVersionUID = 1;

    TooDeep(Mark mark) {
      super(null, null, "nested more than " + DEEPEST + " deep", mark);
    }
  }
}
