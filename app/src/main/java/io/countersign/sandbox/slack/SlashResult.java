package io.countersign.sandbox.slack;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What became of a typed command; {@code answer} is what the person was shown at once, if anything.
 */
public record SlashResult(Outcome outcome, @Nullable Message answer) {

  public boolean isAcknowledged() {
    return outcome.isAcknowledged();
  }

  public Optional<Message> shown() {
    return Optional.ofNullable(answer);
  }
}
