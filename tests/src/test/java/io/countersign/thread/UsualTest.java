package io.countersign.thread;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.run.Took;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class UsualTest {
  private static Took took(String tenant, String step, int minutes) {
    return new Took(tenant, step, Duration.ofMinutes(minutes));
  }

  @Test
  void the_median_counts_and_the_range_is_told() {
    var usual =
        Usual.of(
            List.of(took("globex", "copy", 9), took("initech", "copy", 70), took("x", "copy", 8)),
            "acme");
    var range = usual.of("copy").orElseThrow();
    assertThat(range.usual()).isEqualTo(Duration.ofMinutes(9));
    assertThat(range.told()).isEqualTo("8 min to 70 min in 3 earlier runs");
    assertThat(usual.of("parity")).isEmpty();
  }

  @Test
  void a_tenant_that_has_gone_this_way_twice_is_compared_with_itself_alone() {
    var others = List.of(took("globex", "copy", 61), took("initech", "copy", 71));
    var once = Stream.concat(others.stream(), Stream.of(took("acme", "copy", 5))).toList();
    var twice = Stream.concat(once.stream(), Stream.of(took("acme", "copy", 7))).toList();
    assertThat(Usual.of(once, "acme").of("copy").orElseThrow().usual())
        .isEqualTo(Duration.ofMinutes(61));
    assertThat(Usual.of(twice, "acme").of("copy").orElseThrow().usual())
        .isEqualTo(Duration.ofMinutes(5));
    assertThat(Usual.of(twice, "globex").of("copy").orElseThrow().runs()).isEqualTo(4);
  }

  @Test
  void steps_together_are_known_only_where_each_one_is() {
    var usual = Usual.of(List.of(took("x", "copy", 9), took("x", "parity", 2)), "acme");
    assertThat(usual.together(Stream.of("copy", "parity")).orElseThrow().told())
        .isEqualTo("11 min in one earlier run");
    assertThat(usual.together(Stream.of("copy", "cutover"))).isEmpty();
    assertThat(usual.together(Stream.of())).isEmpty();
  }
}
