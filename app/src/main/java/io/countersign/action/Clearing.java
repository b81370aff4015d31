package io.countersign.action;

import io.countersign.Problem;
import java.time.Duration;

/** What became of removing what an attempt left. */
public sealed interface Clearing {
  /** Nothing of it is left. */
  record Done() implements Clearing {}

  /**
   * It stands and cannot be removed yet, and nothing else that is put back depends on it: that is
   * done first.
   *
   * @param again after how long it is tried again
   * @param within how long it is tried by itself; then a person is asked
   * @param said a sentence for the thread
   * @param problem for the person
   */
  record Later(Duration again, Duration within, String said, Problem problem) implements Clearing {}
}
