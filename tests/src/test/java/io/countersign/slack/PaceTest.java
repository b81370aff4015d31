package io.countersign.slack;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.support.Samples;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Slack allows 50 edits a minute for everything together. */
class PaceTest {
  private Instant now = Samples.NOON;
  private final Pace pace = new Pace(() -> now);

  @Test
  void editsOfOneMessageAreSpread() {
    assertThat(pace.edit("root", false)).isZero();
    assertThat(pace.edit("root", false)).isEqualTo(Pace.BETWEEN_EDITS);
    now = now.plus(Pace.BETWEEN_EDITS);
    assertThat(pace.edit("root", false)).isZero();
  }

  @Test
  void theLastEditsOfAMinuteAreForCards() {
    for (int i = 0; i < Pace.EDITS_A_MINUTE - Pace.KEPT_FOR_URGENT; i++) {
      assertThat(pace.edit("root" + i, false)).isZero();
    }
    assertThat(pace.edit("one more root", false)).isPositive();
    for (int i = 0; i < Pace.KEPT_FOR_URGENT; i++) {
      assertThat(pace.edit("card" + i, true)).isZero();
    }
    assertThat(pace.edit("one more card", true)).isPositive();
    now = now.plus(Duration.ofMinutes(1));
    assertThat(pace.edit("one more root", false)).isZero();
  }

  @Test
  void whatSlackAsksForIsObeyed() {
    pace.pauseEdits(Duration.ofSeconds(7));
    pace.pausePosts("C1", Duration.ofSeconds(3));
    assertThat(pace.edit("card", true)).isEqualTo(Duration.ofSeconds(7));
    assertThat(pace.post("C1")).isEqualTo(Duration.ofSeconds(3));
    assertThat(pace.post("C2")).isZero();
  }
}
