package io.countersign.runbook;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.Role;
import io.countersign.runbook.Arguments.Said;
import java.time.Instant;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FilledInTest {
  /** 14:51 in Madrid. */
  private static final Clockwork CLOCK =
      new Clockwork(Instant.parse("2026-04-22T12:51:00Z"), ZoneId.of("Europe/Madrid"));

  private static final Runbook RESTORE =
      new Runbook(
          "tenant-restore",
          "Restore",
          List.of("medsuite"),
          Optional.of("/tenant-restore"),
          Role.PLATFORM_ADMIN,
          List.of(
              parameter("tenant", ValueType.TENANT, false),
              parameter("to", ValueType.INSTANT, false),
              parameter("until", ValueType.INSTANT, true),
              parameter("wait", ValueType.DURATION, true),
              new Parameter(
                  "reason",
                  ValueType.TEXT,
                  List.of(),
                  20,
                  Optional.of(new Value.Text("none")),
                  false,
                  ""),
              parameter("database", ValueType.DATABASE, true)),
          List.of(),
          List.of(),
          "");

  private static Parameter parameter(String name, ValueType type, boolean optional) {
    return new Parameter(name, type, List.of(), 3_000, Optional.empty(), optional, "");
  }

  private static FilledIn.Read read(String... fieldsAndValues) {
    var entered = new HashMap<>(Map.of("tenant", "medsuite/acme", "to.date", "2026-04-22"));
    entered.put("to.time", "14:30");
    for (int i = 0; i < fieldsAndValues.length; i += 2) {
      entered.put(fieldsAndValues[i], fieldsAndValues[i + 1]);
    }
    return FilledIn.read(RESTORE, entered, CLOCK);
  }

  private static Map<String, String> problems(String... fieldsAndValues) {
    return ((FilledIn.Read.Bad) read(fieldsAndValues)).problems();
  }

  @Test
  void a_form_says_what_a_typed_text_says() {
    var filled = (FilledIn.Read.Good) read("reason", " bad\n migration ", "wait", "15m");
    var typed =
        (Arguments.Parsed.Read)
            Arguments.parse(
                RESTORE, "medsuite/acme to 2026-04-22 14:30 wait=15m because bad migration", CLOCK);

    assertThat(filled.values()).isEqualTo(typed.values());
  }

  @ParameterizedTest
  @CsvSource({
    "5,2026-04-22T12:30:05Z",
    "05,2026-04-22T12:30:05Z",
    "58.114,2026-04-22T12:30:58.114Z"
  })
  void seconds_are_kept(String seconds, Instant moment) {
    assertThat(((FilledIn.Read.Good) read("to.seconds", seconds)).values().get("to"))
        .isInstanceOfSatisfying(
            Said.Time.class, it -> assertThat(it.reading().moment()).isEqualTo(moment));
  }

  @Test
  void each_problem_stands_at_its_field() {
    assertThat(problems("tenant", "")).containsOnlyKeys("tenant");
    assertThat(problems("to.time", "")).containsOnlyKeys("to.time");
    assertThat(problems("to.date", "")).containsOnlyKeys("to.date");
    assertThat(problems("to.seconds", "61")).containsOnlyKeys("to.seconds");
    assertThat(problems("until.time", "10:00")).containsOnlyKeys("until.date");
    assertThat(problems("until.seconds", "3")).containsOnlyKeys("until.date");
    assertThat(problems("wait", "soon")).containsOnlyKeys("wait");
    assertThat(problems("reason", "x".repeat(21))).containsOnlyKeys("reason");
  }

  @Test
  void a_moment_to_come_or_that_never_was_is_refused_at_its_time() {
    assertThat(problems("to.time", "15:00").get("to.time")).contains("lies in the future");
    assertThat(problems("to.date", "2026-03-29", "to.time", "02:30").get("to.time"))
        .contains("does not exist", "the clocks went from");
    assertThat(problems("to.date", "2026-02-30").get("to.time")).contains("is no time");
  }

  @Test
  void a_moment_that_came_twice_is_left_to_be_asked_back() {
    assertThat(((FilledIn.Read.Good) read("to.date", "2025-10-26", "to.time", "02:30")).values())
        .hasEntrySatisfying("to", it -> assertThat(it).isInstanceOf(Said.TimeToAsk.class));
  }

  @Test
  void what_was_emptied_is_empty_whatever_the_preset_is() {
    assertThat(((FilledIn.Read.Good) read("reason", "")).values())
        .containsEntry("reason", new Said.Is(new Value.Text("")));
    assertThat(((FilledIn.Read.Good) read()).values()).doesNotContainKeys("until", "wait");
  }

  @Property(tries = 300)
  void no_entry_makes_reading_fail(
      @ForAll String tenant, @ForAll String date, @ForAll String time, @ForAll String text) {
    assertThat(
            read(
                "tenant",
                tenant,
                "to.date",
                date,
                "to.time",
                time,
                "to.seconds",
                text,
                "reason",
                text))
        .isNotNull();
  }
}
