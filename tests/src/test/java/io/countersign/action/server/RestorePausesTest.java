package io.countersign.action.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RestorePausesTest {
  @Test
  void a_copy_is_looked_at_often_at_first_and_then_ever_more_rarely() {
    assertThat(RestoreServer.pause(Duration.ZERO)).isEqualTo(Duration.ofMillis(250));
    assertThat(RestoreServer.pause(Duration.ofSeconds(8))).isEqualTo(Duration.ofSeconds(1));
    assertThat(RestoreServer.pause(Duration.ofMinutes(2))).isEqualTo(Duration.ofSeconds(15));
    assertThat(RestoreServer.pause(Duration.ofHours(5))).isEqualTo(Duration.ofSeconds(30));
  }

  /** Each look is an event of the run's journal. */
  @Test
  void the_looks_of_a_copy_that_takes_an_hour_and_a_half_stay_below_250() {
    var passed = Duration.ZERO;
    int looks = 0;
    while (passed.compareTo(Duration.ofMinutes(90)) < 0) {
      passed = passed.plus(RestoreServer.pause(passed));
      looks++;
    }
    assertThat(looks).isBetween(180, 250);
  }
}
