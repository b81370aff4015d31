package io.countersign.thread;

import io.countersign.Person;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A line for people. Immutable; every method answers a longer line. */
public record Line(List<Span> spans) {
  public static final Line EMPTY = new Line(List.of());

  public Line {
    spans = List.copyOf(spans);
  }

  public static Line of(String text) {
    return EMPTY.text(text);
  }

  public static Line strong(String text) {
    return EMPTY.bold(of(text));
  }

  public Line text(String text) {
    return text.isEmpty() ? this : plus(new Span.Text(text));
  }

  public Line bold(Line line) {
    return plus(new Span.Bold(line));
  }

  public Line code(String code) {
    return plus(new Span.Code(code));
  }

  public Line mention(Person person) {
    return plus(new Span.Mention(person));
  }

  public Line channel(String id) {
    return plus(new Span.Channel(id));
  }

  public Line when(Instant at, Span.Style style) {
    return plus(new Span.When(at, style));
  }

  public Line link(String address, String label) {
    return plus(new Span.Link(address, label));
  }

  public Line line(Line other) {
    var longer = new ArrayList<>(spans);
    longer.addAll(other.spans);
    return new Line(longer);
  }

  /** {@code @a, @b and @c}, in the order of their ids so that it never changes by itself. */
  public Line people(Collection<Person> people) {
    var sorted = people.stream().sorted(java.util.Comparator.comparing(Person::key)).toList();
    var line = this;
    for (int i = 0; i < sorted.size(); i++) {
      var glue = i == 0 ? "" : i == sorted.size() - 1 ? " and " : ", ";
      line = line.text(glue).mention(sorted.get(i));
    }
    return line;
  }

  /** To stand inside a sentence: "Restoring acme" becomes "restoring acme". */
  public Line decapitalised() {
    if (spans.isEmpty() || !(spans.getFirst() instanceof Span.Text(var text)) || text.isEmpty()) {
      return this;
    }
    var lower = new ArrayList<Span>(spans);
    lower.set(0, new Span.Text(text.substring(0, 1).toLowerCase(Locale.ROOT) + text.substring(1)));
    return new Line(lower);
  }

  public boolean isEmpty() {
    return spans.isEmpty();
  }

  private Line plus(Span span) {
    var longer = new ArrayList<>(spans);
    longer.add(span);
    return new Line(longer);
  }

  /** Without any markup, moments in UTC: for logs, the command line and tests. */
  public String plain() {
    return spans.stream().map(Line::plain).collect(Collectors.joining());
  }

  private static String plain(Span span) {
    return switch (span) {
      case Span.Text(var text) -> text;
      case Span.Bold(var line) -> line.plain();
      case Span.Code(var code) -> code;
      case Span.Mention(var person) -> "@" + person.user();
      case Span.Channel(var id) -> "#" + id;
      case Span.When(var at, var style) -> written(at, style, ZoneOffset.UTC) + " UTC";
      case Span.Link(_, var label) -> label;
    };
  }

  /** A moment in one zone, for readers whose client cannot do it. */
  public static String written(Instant at, Span.Style style, ZoneId zone) {
    var pattern =
        switch (style) {
          case TIME -> "HH:mm";
          case SECONDS -> "HH:mm:ss";
          case DAY -> "d MMM uuuu";
          case DAY_AND_TIME -> "d MMM uuuu HH:mm";
        };
    return DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH).format(at.atZone(zone));
  }
}
