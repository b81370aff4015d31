package io.countersign.slack;

import io.countersign.thread.Line;
import io.countersign.thread.Span;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Lines in Slack's markup. Whatever people or databases supplied is escaped here, so it can neither
 * call a channel nor link nor begin a line of its own.
 */
final class Mrkdwn {
  private static final Pattern TURNING = Pattern.compile("[\\u202a-\\u202e\\u2066-\\u2069]");

  /** An underscore before a word, where another one ends a word later. */
  private static final Pattern LEANING =
      Pattern.compile("(?<![\\p{L}\\p{N}_])_(?=\\S.*_(?![\\p{L}\\p{N}_]))");

  private Mrkdwn() {}

  static String of(Line line) {
    return line.spans().stream().map(Mrkdwn::of).collect(Collectors.joining());
  }

  private static String of(Span span) {
    return switch (span) {
      case Span.Text(var text) -> unmarked(text);
      case Span.Bold(var line) -> bold(of(line));
      case Span.Code(var code) -> "`" + escaped(code).replace('`', '\'') + "`";
      case Span.Mention(var person) -> "<@" + person.user() + ">";
      case Span.Channel(var id) -> "<#" + id + ">";
      case Span.When(var at, var style) -> date(at, style);
      case Span.Link(var address, var label) ->
          "<"
              + escaped(address).replace("|", "%7C")
              + "|"
              + unmarked(label).replace('|', '/')
              + ">";
    };
  }

  /** Stars count only next to what they enclose. */
  private static String bold(String inner) {
    var core = inner.strip();
    if (core.isEmpty()) {
      return inner;
    }
    int start = inner.indexOf(core);
    return inner.substring(0, start) + "*" + core + "*" + inner.substring(start + core.length());
  }

  private static String date(Instant at, Span.Style style) {
    var form =
        switch (style) {
          case TIME -> "{time}";
          case SECONDS -> "{time_secs}";
          case DAY -> "{date_short}";
          case DAY_AND_TIME -> "{date_short} {time}";
        };
    return "<!date^"
        + at.getEpochSecond()
        + "^"
        + form
        + "|"
        + Line.written(at, style, ZoneOffset.UTC)
        + " UTC>";
  }

  /** Slack's three characters; one line only, and nothing in it that turns the reading round. */
  static String escaped(String text) {
    var line =
        text.replace("&", "&amp;")
            .replace("<", "&lt;")
            .replace(">", "&gt;")
            .replaceAll("\\s*[\\r\\n\\u0085\\u2028\\u2029]+\\s*", " ");
    return TURNING.matcher(line).replaceAll("\ufffd");
  }

  /**
   * As {@link #escaped}, and no signs that Slack reads as bold, italic, struck or code: it knows no
   * escape for them, so signs that look the same stand in their place. An underscore inside a name
   * is none of them and stays.
   */
  private static String unmarked(String text) {
    var plain = escaped(text).replace('*', '\u2217').replace('~', '\u223c').replace('`', '\'');
    return LEANING.matcher(plain).replaceAll("\u02cd");
  }

  /**
   * At most so many characters, cut between words and never inside a piece of markup.
   *
   * @param limit at least 2
   */
  static String clipped(String mrkdwn, int limit) {
    if (mrkdwn.length() <= limit) {
      return mrkdwn;
    }
    int cut = limit - 1;
    int open = mrkdwn.lastIndexOf('<', cut - 1);
    if (open >= 0 && mrkdwn.indexOf('>', open) >= cut) {
      cut = open;
    }
    int entity = mrkdwn.lastIndexOf('&', cut - 1);
    if (entity >= 0 && cut - entity < 6 && mrkdwn.indexOf(';', entity) >= cut) {
      cut = entity;
    }
    int space = mrkdwn.lastIndexOf(' ', cut);
    if (space > cut - 60 && space > mrkdwn.lastIndexOf('>', cut)) {
      cut = space;
    }
    if (cut > 0 && Character.isHighSurrogate(mrkdwn.charAt(cut - 1))) {
      cut--;
    }
    return mrkdwn.substring(0, cut) + "…";
  }
}
