package io.countersign.slack;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.support.Samples;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** What one process knows of how fast it may be. */
class PaceTest {
  private Instant now = Samples.NOON;
  private final Pace pace = new Pace(() -> now);

  @Test
  void editsOfOneMessageAreSpread() {
    assertThat(pace.edit("root")).isZero();
    pace.edits("root");
    assertThat(pace.edit("root")).isEqualTo(Pace.BETWEEN_EDITS);
    assertThat(pace.edit("another")).isZero();
    now = now.plus(Pace.BETWEEN_EDITS);
    assertThat(pace.edit("root")).isZero();
  }

  @Test
  void whatSlackAsksForIsObeyed() {
    pace.pauseEdits(Duration.ofSeconds(7));
    pace.pausePosts("C1", Duration.ofSeconds(3));
    assertThat(pace.edit("card")).isEqualTo(Duration.ofSeconds(7));
    assertThat(pace.post("C1")).isEqualTo(Duration.ofSeconds(3));
    assertThat(pace.post("C2")).isZero();
    pace.pausePosts("C1", Duration.ofSeconds(1));
    assertThat(pace.post("C1")).as("a shorter wait does not end a longer one").hasSeconds(3);
  }
}
