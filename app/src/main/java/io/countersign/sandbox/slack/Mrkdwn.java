package io.countersign.sandbox.slack;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Slack's markup as a person reads it: tokens resolved, dates in the reader's zone, the marks of
 * emphasis left out.
 */
final class Mrkdwn {

  private static final Pattern TOKEN = Pattern.compile("<([^<>]*)>");
  private static final Pattern DATE =
      Pattern.compile("!date\\^(-?\\d+)\\^([^^|]*)(?:\\^[^|]*)?\\|?(.*)", Pattern.DOTALL);
  private static final Pattern DATE_PART = Pattern.compile("\\{(\\w+)}");
  private static final Pattern EMPHASIS =
      Pattern.compile("(?<![\\w*_~])([*_~])(?=\\S)([^\\n]*?\\S)\\1(?![\\w*_~])");
  private static final Map<String, String> DATE_FORMATS =
      Map.ofEntries(
          Map.entry("date_num", "yyyy-MM-dd"),
          Map.entry("date_slash", "MM/dd/yyyy"),
          Map.entry("date", "MMMM d, yyyy"),
          Map.entry("date_short", "MMM d, yyyy"),
          Map.entry("date_long", "EEEE, MMMM d, yyyy"),
          Map.entry("date_pretty", "MMMM d, yyyy"),
          Map.entry("date_short_pretty", "MMM d, yyyy"),
          Map.entry("date_long_pretty", "EEEE, MMMM d, yyyy"),
          Map.entry("time", "HH:mm"),
          Map.entry("time_secs", "HH:mm:ss"));

  private Mrkdwn() {}

  static String plain(String text, Reader reader) {
    String resolved = TOKEN.matcher(text).replaceAll(token -> quoted(resolve(token, reader)));
    return unescape(withoutEmphasis(resolved));
  }

  /** What a person typed, as Slack hands it on. */
  static String escape(String typed) {
    return typed.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  /** Dates, mentions and links only; emphasis stays, as in {@code plain_text}. */
  static String unescape(String text) {
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
  }

  private static String withoutEmphasis(String text) {
    String before = text;
    for (int depth = 0; depth < 3; depth++) {
      String after = EMPHASIS.matcher(before).replaceAll(mark -> quoted(mark.group(2)));
      if (after.equals(before)) {
        break;
      }
      before = after;
    }
    return before.replace("```", "").replace("`", "");
  }

  private static String resolve(MatchResult token, Reader reader) {
    String inner = token.group(1);
    int bar = inner.indexOf('|');
    String target = bar < 0 ? inner : inner.substring(0, bar);
    String label = bar < 0 ? "" : inner.substring(bar + 1);
    if (inner.startsWith("!date^")) {
      return date(inner, reader);
    }
    if (target.startsWith("@")) {
      return "@" + reader.name(target.substring(1));
    }
    if (target.startsWith("#")) {
      return "#" + reader.name(target.substring(1));
    }
    if (target.startsWith("!subteam^")) {
      return "@" + reader.name(target.substring("!subteam^".length()));
    }
    if (target.startsWith("!")) {
      return "@" + target.substring(1);
    }
    return label.isEmpty() ? target : label;
  }

  private static String date(String inner, Reader reader) {
    Matcher parts = DATE.matcher(inner);
    if (!parts.matches()) {
      return inner;
    }
    ZonedDateTime when =
        Instant.ofEpochSecond(Long.parseLong(parts.group(1))).atZone(reader.zone());
    return DATE_PART
        .matcher(parts.group(2))
        .replaceAll(part -> quoted(datePart(part.group(1), when, reader)));
  }

  private static String datePart(String name, ZonedDateTime when, Reader reader) {
    if (name.endsWith("_pretty")) {
      long days =
          when.toLocalDate().toEpochDay()
              - LocalDate.ofInstant(reader.now(), reader.zone()).toEpochDay();
      if (Math.abs(days) <= 1) {
        return days == 0 ? "today" : days < 0 ? "yesterday" : "tomorrow";
      }
    }
    String format = DATE_FORMATS.get(name);
    return format == null
        ? "{" + name + "}"
        : DateTimeFormatter.ofPattern(format, Locale.ENGLISH).format(when);
  }

  private static String quoted(String replacement) {
    return Matcher.quoteReplacement(replacement);
  }
}
