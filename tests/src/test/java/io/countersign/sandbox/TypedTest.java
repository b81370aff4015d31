package io.countersign.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class TypedTest {
  @Test
  void what_was_before_midnight_is_yesterdays() {
    var before = Instant.parse("2026-11-21T22:59:16Z");
    assertThat(Typed.time(before, Instant.parse("2026-11-21T22:59:59Z"))).isEqualTo("23:59:16");
    assertThat(Typed.time(before, Instant.parse("2026-11-21T23:00:01Z")))
        .isEqualTo("yesterday 23:59:16");
  }
}
