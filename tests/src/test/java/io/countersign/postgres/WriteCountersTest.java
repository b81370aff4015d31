package io.countersign.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.postgres.WriteCounters.Reading;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WriteCountersTest {
  private static Reading reading(long writes, Map<String, Long> byTable) {
    return new Reading(writes, "series", byTable);
  }

  @Test
  void what_was_written_is_told_by_table() {
    var before = reading(5, Map.of("members.claim", 5L));
    assertThat(reading(8, Map.of("members.claim", 6L, "members.visit", 2L)).since(before))
        .isEqualTo("members.claim 1, members.visit 2");
    assertThat(before.since(before)).isEqualTo("none");
  }

  @Test
  void also_where_nothing_had_been_counted_before_as_after_a_crash_of_the_server() {
    var nothing = reading(0, Map.of());
    assertThat(reading(1, Map.of("members.member", 1L)).since(nothing))
        .isEqualTo("members.member 1");
    assertThat(nothing.since(nothing)).isEqualTo("none");
  }

  @Test
  void by_its_number_alone_where_the_tables_were_not_written_down() {
    var before = reading(5, Map.of());
    assertThat(reading(6, Map.of("members.member", 6L)).since(before)).isEqualTo("1 row");
    assertThat(reading(7, Map.of("members.member", 7L)).since(before)).isEqualTo("2 rows");
  }

  @Test
  void counters_of_another_series_say_nothing() {
    assertThat(reading(1, Map.of()).since(new Reading(1, "another"))).startsWith("unknown");
  }
}
