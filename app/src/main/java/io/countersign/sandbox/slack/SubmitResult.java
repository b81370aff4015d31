package io.countersign.sandbox.slack;

import java.util.Map;

/** What became of a submitted view. */
public sealed interface SubmitResult {

  /** The bot took it; the view is closed, or replaced, or another stands on top. */
  record Accepted(Outcome outcome) implements SubmitResult {}

  /** The view stays open, with these errors by block id. */
  record Rejected(Map<String, String> errors) implements SubmitResult {
    public Rejected {
      errors = Map.copyOf(errors);
    }
  }

  /** The bot did not answer as it should; the view stays open. */
  record Failed(Outcome outcome) implements SubmitResult {}

  default boolean isAccepted() {
    return this instanceof Accepted;
  }
}
