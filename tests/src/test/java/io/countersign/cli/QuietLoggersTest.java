package io.countersign.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

/** A command that ran must not leave the loggers of its process deaf. */
class QuietLoggersTest {
  @Test
  void loggers_have_their_own_levels_again_when_a_command_ends() {
    var ours = Logger.getLogger("io.countersign");
    var before = ours.getLevel();
    ours.setLevel(Level.FINE);
    try {
      try (var _ = new QuietLoggers()) {
        assertThat(ours.isLoggable(Level.WARNING)).isFalse();
      }
      assertThat(ours.getLevel()).isEqualTo(Level.FINE);
    } finally {
      ours.setLevel(before);
    }
  }
}
