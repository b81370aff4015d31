package io.countersign.runbook;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimesTest {
  private static final ZoneId MADRID = ZoneId.of("Europe/Madrid");

  /** 14:51 in Madrid. */
  private static final Clockwork AFTERNOON = at("2026-04-22T12:51:00Z");

  /** 00:20 in Madrid. */
  private static final Clockwork NIGHT = at("2026-04-21T22:20:00Z");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          14:30                     | 2026-04-22T12:30:00Z
          14:30:15                  | 2026-04-22T12:30:15Z
          at 14:30                  | 2026-04-22T12:30:00Z
          2:30 PM                   | 2026-04-22T12:30:00Z
          12:05am                   | 2026-04-21T22:05:00Z
          12:30 UTC                 | 2026-04-22T12:30:00Z
          today at 9:00             | 2026-04-22T07:00:00Z
          Yesterday 14:30           | 2026-04-21T12:30:00Z
          2026-04-22 14:30          | 2026-04-22T12:30:00Z
          2026-04-22T12:30Z         | 2026-04-22T12:30:00Z
          2026-04-22T14:30:15.5+0200| 2026-04-22T12:30:15.500Z
          20 minutes ago            | 2026-04-22T12:31:00Z
          1h30m ago                 | 2026-04-22T11:21:00Z
          half an hour ago          | 2026-04-22T12:21:00Z
          an hour and 5 min ago     | 2026-04-22T11:46:00Z
          2 days ago                | 2026-04-20T12:51:00Z
          """)
  void a_past_moment_is_read_in_the_persons_zone(String said, Instant meant) {
    assertThat(Times.read(said, AFTERNOON)).isEqualTo(new TimeReading.Clear(meant, said));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "now",
        "soon",
        "25:00",
        "14:60",
        "13:00 pm",
        "0:00 am",
        "2026-02-30 14:30",
        "ago",
        "20 ago",
        "minutes ago",
        "99999 days ago",
        "22/04 14:30",
        "14.30",
        "14:30 tomorrow"
      })
  void what_is_no_time_is_never_guessed(String said) {
    assertThat(Times.read(said, AFTERNOON)).isEqualTo(new TimeReading.NotATime(said));
  }

  @ParameterizedTest
  @ValueSource(strings = {"15:00", "today 23:59", "2026-04-23 00:00", "2027-01-01T00:00Z"})
  void a_moment_that_has_not_come_is_in_the_future(String said) {
    assertThat(Times.read(said, AFTERNOON)).isInstanceOf(TimeReading.InFuture.class);
  }

  @Test
  void just_after_midnight_a_time_that_has_not_come_is_asked_back_as_yesterdays() {
    assertThat(Times.read("14:30", NIGHT))
        .isEqualTo(
            new TimeReading.Ambiguous(
                List.of(Instant.parse("2026-04-21T12:30:00Z")),
                "14:30 today has not come yet: is yesterday meant?"));
  }

  @Test
  void just_after_midnight_a_time_that_has_come_is_clear() {
    assertThat(Times.read("00:10", NIGHT))
        .isEqualTo(new TimeReading.Clear(Instant.parse("2026-04-21T22:10:00Z"), "00:10"));
  }

  @Test
  void just_after_midnight_an_explicit_today_is_in_the_future() {
    assertThat(Times.read("today 14:30", NIGHT)).isInstanceOf(TimeReading.InFuture.class);
  }

  @Test
  void from_six_on_nobody_is_asked_about_yesterday() {
    assertThat(Times.read("14:30", at("2026-04-22T03:59:00Z")))
        .isInstanceOf(TimeReading.Ambiguous.class);
    assertThat(Times.read("14:30", at("2026-04-22T04:00:00Z")))
        .isInstanceOf(TimeReading.InFuture.class);
  }

  @Test
  void a_time_that_came_twice_is_asked_back() {
    var reading = Times.read("02:30", at("2026-10-25T09:00:00Z"));

    assertThat(reading)
        .isEqualTo(
            new TimeReading.Ambiguous(
                List.of(
                    Instant.parse("2026-10-25T00:30:00Z"), Instant.parse("2026-10-25T01:30:00Z")),
                "In Europe/Madrid the clocks were put back that day, so 02:30 came twice."));
  }

  @Test
  void of_a_time_that_comes_twice_only_the_one_that_has_come_counts() {
    assertThat(Times.read("02:30", at("2026-10-25T00:45:00Z")))
        .isEqualTo(new TimeReading.Clear(Instant.parse("2026-10-25T00:30:00Z"), "02:30"));
  }

  @Test
  void a_time_that_the_clocks_left_out_does_not_exist() {
    assertThat(Times.read("2026-03-29 02:30", AFTERNOON))
        .isEqualTo(
            new TimeReading.Nonexistent(
                "2026-03-29 02:30",
                "In Europe/Madrid the clocks went from 02:00 to 03:00 on that day."));
  }

  @Test
  void a_time_that_the_clocks_will_leave_out_is_asked_back_as_yesterdays() {
    assertThat(Times.read("02:30", at("2026-03-29T00:10:00Z")))
        .isInstanceOf(TimeReading.Ambiguous.class);
  }

  @Test
  void a_moment_is_shown_in_both_zones() {
    assertThat(Times.shown(Instant.parse("2026-04-22T12:30:00Z"), AFTERNOON))
        .isEqualTo("14:30 today, Europe/Madrid = 12:30 UTC");
    assertThat(Times.shown(Instant.parse("2026-04-20T22:30:15Z"), AFTERNOON))
        .isEqualTo("00:30:15 yesterday, Europe/Madrid = 2026-04-20 22:30:15 UTC");
    assertThat(Times.shown(Instant.parse("2026-04-01T10:00:00Z"), AFTERNOON))
        .isEqualTo("12:00 2026-04-01, Europe/Madrid = 10:00 UTC");
  }

  @Property(tries = 1_000)
  void no_text_makes_reading_a_time_fail(@ForAll @StringLength(max = 70) String text) {
    assertThat(Times.read(text, AFTERNOON)).isNotNull();
  }

  @Property(tries = 1_000)
  void what_is_read_is_never_in_the_future(@ForAll int hour, @ForAll int minute, @ForAll long now) {
    var clock = new Clockwork(Instant.ofEpochSecond(Math.floorMod(now, 4_000_000_000L)), MADRID);
    var said = "%d:%02d".formatted(Math.floorMod(hour, 24), Math.floorMod(minute, 60));

    var candidates =
        switch (Times.read(said, clock)) {
          case TimeReading.Clear(var moment, _) -> List.of(moment);
          case TimeReading.Ambiguous(var several, _) -> several;
          case TimeReading.InFuture _, TimeReading.Nonexistent _, TimeReading.NotATime _ ->
              List.<Instant>of();
        };

    assertThat(candidates).allMatch(it -> !it.isAfter(clock.now()));
  }

  private static Clockwork at(String now) {
    return new Clockwork(Instant.parse(now), MADRID);
  }
}
