package io.countersign.process;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Killed twice: while it copies and at the gate, then at three points of the swap. */
class KilledBotTest extends KilledBots {
  KilledBotTest() {
    super(
        Duration.ofSeconds(1),
        List.of(
            Map.of(
                Bots.CLINIC, "live renamed",
                Bots.GLOBEX, "before COMMIT",
                Bots.ACME, "acted cutover/1")));
  }
}
