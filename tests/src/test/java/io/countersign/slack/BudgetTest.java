package io.countersign.slack;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class BudgetTest {
  private Instant now = Instant.parse("2026-11-21T12:00:00Z");
  private final Budget budget = new Budget(() -> now, 2);

  @Test
  void so_many_calls_fit_into_any_minute() {
    assertThat(budget.take()).isTrue();
    later(Duration.ofSeconds(30));
    assertThat(budget.take()).isTrue();
    later(Duration.ofSeconds(29));
    assertThat(budget.take()).isFalse();
    later(Duration.ofSeconds(1));
    assertThat(budget.take()).as("the first is a minute old").isTrue();
    assertThat(budget.take()).isFalse();
  }

  @Test
  void none_is_made_while_slack_asks_for_a_pause_and_a_shorter_pause_ends_no_longer_one() {
    budget.pause(Duration.ofSeconds(20));
    budget.pause(Duration.ofSeconds(5));
    later(Duration.ofSeconds(10));
    assertThat(budget.take()).isFalse();
    later(Duration.ofSeconds(10));
    assertThat(budget.take()).isTrue();
  }

  private void later(Duration time) {
    now = now.plus(time);
  }
}
