package io.countersign.runbook;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads a past moment out of a person's words: {@code 14:30}, {@code yesterday 2:30pm}, {@code
 * 2026-04-22 14:30 UTC}, {@code 20 minutes ago}.
 */
public final class Times {
  /** What can be written, for hints. */
  public static final String FORMS =
      "Write 14:30, yesterday 14:30, 2026-04-22 14:30, 2026-04-22T14:30Z or 20 minutes ago.";

  private static final int LONGEST = 60;

  /** Until then a time that has not come yet today may well mean yesterday's. */
  private static final LocalTime NIGHT_ENDS = LocalTime.of(6, 0);

  private static final String TIME = "([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?";
  private static final String UTC = "(?: ?(z|utc|gmt))?";
  private static final Pattern BARE =
      Pattern.compile("(?:(today|yesterday),? )?(?:at )?" + TIME + "(?: ?(am|pm))?" + UTC);
  private static final Pattern DATED =
      Pattern.compile(
          "([0-9]{4}-[0-9]{2}-[0-9]{2})(?:t|,? )(?:at )?"
              + TIME
              + "(?:\\.([0-9]{1,9}))?(?: ?(z|utc|gmt|[+-][0-9]{2}:?[0-9]{2}))?");
  private static final Pattern PART =
      Pattern.compile(
          "([0-9]{1,5}|an?|half an) ?"
              + "(s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?)(?![a-z])"
              + "(?:,? and |,? ?)");
  private static final Duration LONGEST_AGO = Duration.ofDays(366);
  private static final DateTimeFormatter MINUTE = DateTimeFormatter.ofPattern("HH:mm");
  private static final DateTimeFormatter SECOND = DateTimeFormatter.ofPattern("HH:mm:ss");

  private Times() {}

  /** Reads any text; what is no time is {@link TimeReading.NotATime}. */
  public static TimeReading read(String said, Clockwork clock) {
    var text = said.strip().toLowerCase(Locale.ROOT).replaceAll("\\s+", " ");
    if (text.length() > LONGEST) {
      return new TimeReading.NotATime(said);
    }
    try {
      var bare = BARE.matcher(text);
      if (bare.matches()) {
        return bare(said, bare.toMatchResult(), clock);
      }
      var dated = DATED.matcher(text);
      if (dated.matches()) {
        return dated(said, dated.toMatchResult(), clock);
      }
      return text.endsWith(" ago")
          ? ago(said, text.substring(0, text.length() - " ago".length()), clock)
          : new TimeReading.NotATime(said);
    } catch (DateTimeException noSuchTime) {
      return new TimeReading.NotATime(said);
    }
  }

  /** A moment for people: {@code 14:30 today, Europe/Madrid = 12:30 UTC}. */
  public static String shown(Instant moment, Clockwork clock) {
    var local = LocalDateTime.ofInstant(moment, clock.zone());
    var utc = LocalDateTime.ofInstant(moment, ZoneOffset.UTC);
    var format = local.getSecond() == 0 ? MINUTE : SECOND;
    var today = LocalDate.ofInstant(clock.now(), clock.zone());
    var date = local.toLocalDate();
    String day;
    if (date.equals(today)) {
      day = "today";
    } else {
      day = date.equals(today.minusDays(1)) ? "yesterday" : date.toString();
    }
    var utcDay = utc.toLocalDate().equals(date) ? "" : utc.toLocalDate() + " ";
    var there = format.format(local) + " " + day + ", ";
    return clock.zone().getId().equals("UTC")
        ? there + "UTC"
        : "%s%s = %s%s UTC".formatted(there, clock.zone().getId(), utcDay, format.format(utc));
  }

  private static TimeReading bare(String said, MatchResult parts, Clockwork clock) {
    var zone = parts.group(6) == null ? clock.zone() : ZoneOffset.UTC;
    var time = LocalTime.of(hour(parts), number(parts.group(3)), number(parts.group(4)));
    var now = LocalDateTime.ofInstant(clock.now(), zone);
    var today = now.toLocalDate();
    if (parts.group(1) != null) {
      var day = parts.group(1).equals("today") ? today : today.minusDays(1);
      return at(said, day.atTime(time), zone, clock);
    }
    var reading = at(said, today.atTime(time), zone, clock);
    if (!(reading instanceof TimeReading.InFuture)) {
      return reading;
    }
    boolean night = now.toLocalTime().isBefore(NIGHT_ENDS);
    return night ? yesterday(said, today.minusDays(1).atTime(time), zone, clock) : reading;
  }

  private static TimeReading yesterday(
      String said, LocalDateTime time, ZoneId zone, Clockwork clock) {
    var why = said.strip() + " today has not come yet: is yesterday meant?";
    return switch (at(said, time, zone, clock)) {
      case TimeReading.Clear(var moment, _) -> new TimeReading.Ambiguous(List.of(moment), why);
      case TimeReading.Ambiguous(var candidates, _) -> new TimeReading.Ambiguous(candidates, why);
      case TimeReading.InFuture other -> other;
      case TimeReading.Nonexistent other -> other;
      case TimeReading.NotATime other -> other;
    };
  }

  private static int hour(MatchResult parts) {
    int hour = number(parts.group(2));
    var half = parts.group(5);
    if (half == null) {
      return hour;
    }
    if (hour < 1 || hour > 12) {
      throw new DateTimeException("no such hour");
    }
    return hour % 12 + (half.equals("pm") ? 12 : 0);
  }

  private static TimeReading dated(String said, MatchResult parts, Clockwork clock) {
    var nanos =
        parts.group(5) == null
            ? 0
            : Integer.parseInt((parts.group(5) + "00000000").substring(0, 9));
    var time =
        LocalTime.of(number(parts.group(2)), number(parts.group(3)), number(parts.group(4)), nanos);
    var offset = parts.group(6);
    var zone = offset == null ? clock.zone() : zone(offset);
    return at(said, LocalDate.parse(parts.group(1)).atTime(time), zone, clock);
  }

  private static ZoneId zone(String offset) {
    return offset.startsWith("+") || offset.startsWith("-")
        ? ZoneOffset.of(offset)
        : ZoneOffset.UTC;
  }

  private static TimeReading ago(String said, String text, Clockwork clock) {
    var part = PART.matcher(text);
    var sum = Duration.ZERO;
    int end = 0;
    while (end < text.length() && part.find() && part.start() == end) {
      sum = sum.plus(span(part.group(1), part.group(2).charAt(0)));
      end = part.end();
    }
    if (end == 0 || end != text.length() || sum.compareTo(LONGEST_AGO) > 0) {
      return new TimeReading.NotATime(said);
    }
    return new TimeReading.Clear(clock.now().minus(sum), said);
  }

  private static Duration span(String count, char unit) {
    var one =
        switch (unit) {
          case 's' -> Duration.ofSeconds(1);
          case 'm' -> Duration.ofMinutes(1);
          case 'h' -> Duration.ofHours(1);
          default -> Duration.ofDays(1);
        };
    return switch (count) {
      case "a", "an" -> one;
      case "half an" -> one.dividedBy(2);
      default -> one.multipliedBy(number(count));
    };
  }

  /** A local time in its zone: left out, once, or twice where the clocks were put back. */
  private static TimeReading at(String said, LocalDateTime time, ZoneId zone, Clockwork clock) {
    var rules = zone.getRules();
    var offsets = rules.getValidOffsets(time);
    if (offsets.isEmpty()) {
      var gap = rules.getTransition(time);
      return gap.getInstant().isAfter(clock.now())
          ? new TimeReading.InFuture(gap.getInstant(), said)
          : new TimeReading.Nonexistent(
              said,
              "In %s the clocks went from %s to %s on that day."
                  .formatted(
                      zone.getId(),
                      MINUTE.format(gap.getDateTimeBefore()),
                      MINUTE.format(gap.getDateTimeAfter())));
    }
    var all = offsets.stream().map(time::toInstant).sorted().toList();
    var past = all.stream().filter(it -> !it.isAfter(clock.now())).toList();
    if (past.isEmpty()) {
      return new TimeReading.InFuture(all.getFirst(), said);
    }
    return past.size() == 1
        ? new TimeReading.Clear(past.getFirst(), said)
        : new TimeReading.Ambiguous(
            past,
            "In %s the clocks were put back that day, so %s came twice."
                .formatted(zone.getId(), MINUTE.format(time)));
  }

  private static int number(@Nullable String digits) {
    return digits == null ? 0 : Integer.parseInt(digits);
  }
}
