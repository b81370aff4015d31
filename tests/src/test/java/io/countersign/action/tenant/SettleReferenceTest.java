package io.countersign.action.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.Person;
import io.countersign.RunId;
import io.countersign.action.Intent;
import io.countersign.action.NoOutputs;
import io.countersign.action.Outcome;
import io.countersign.action.TestAttempt;
import io.countersign.action.Visit;
import io.countersign.postgres.OneServer;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** The wait after a flip; the estate's metadata-ttl is 30 s and its status-ttl none. */
class SettleReferenceTest {
  private static final Instant BEGAN = Instant.parse("2026-11-21T15:52:00Z");
  private final SettleReference action =
      new SettleReference(OneServer.shared().estate(Duration.ZERO));

  private Outcome<NoOutputs> after(Duration time) {
    var visit =
        new Visit<>(
            new SettleReference.Inputs(),
            new RunId("7k2m9qxd"),
            "forget",
            1,
            OneServer.ACME,
            new Person("T1", "U1"),
            "",
            BEGAN.minusSeconds(3600),
            BEGAN,
            BEGAN.plus(time));
    return action.act(new TestAttempt<>(visit, Intent.NONE, null));
  }

  @Test
  void it_waits_for_the_metadata_ttl_and_not_for_that_of_the_status() {
    assertThat(((Outcome.Park<NoOutputs>) after(Duration.ZERO)).lookAgain())
        .isEqualTo(Duration.ofMillis(30_010));
    assertThat(((Outcome.Park<NoOutputs>) after(Duration.ofSeconds(29))).lookAgain())
        .isEqualTo(Duration.ofMillis(1_010));
    assertThat(after(Duration.ofMillis(29_999))).isInstanceOf(Outcome.Park.class);
    assertThat(after(Duration.ofSeconds(30))).isInstanceOf(Outcome.Done.class);
  }
}
