package io.countersign.process;

import io.countersign.server.Bot;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;

/** Killed four times with the lease of production: at all nine points of the swap, in its order. */
@Tag("chaos")
class KilledAtEveryPointTest extends KilledBots {
  KilledAtEveryPointTest() {
    super(
        Bot.HEARTBEAT,
        List.of(
            Map.of(
                Bots.CLINIC, "asked for the lock",
                Bots.GLOBEX, "alone",
                Bots.ACME, "live renamed"),
            Map.of(
                Bots.CLINIC, "locked",
                Bots.GLOBEX, "measured",
                Bots.ACME, "restored renamed"),
            Map.of(
                Bots.CLINIC, "opened and closed",
                Bots.GLOBEX, "before COMMIT",
                Bots.ACME, "acted cutover/3")));
  }
}
