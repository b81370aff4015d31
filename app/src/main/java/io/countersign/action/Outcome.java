package io.countersign.action;

import io.countersign.Problem;
import java.time.Duration;

/** How a visit to an action ended. */
public sealed interface Outcome<O extends Record> {
  /**
   * The step is done.
   *
   * @param said one sentence for the thread, without rows and secrets
   */
  record Done<O extends Record>(O outputs, String said) implements Outcome<O> {}

  /**
   * Come back later; nothing is held meanwhile. The memo is given to the next visit of the same
   * attempt.
   */
  record Park<O extends Record>(Duration lookAgain, String memo, String said)
      implements Outcome<O> {}

  /** The step did not succeed, and it is known what state that leaves. */
  record Failed<O extends Record>(Problem problem) implements Outcome<O> {}

  /**
   * Nobody knows whether it succeeded. A person is told what to check; the engine never tries again
   * by itself.
   */
  record Unknown<O extends Record>(String check) implements Outcome<O> {}

  /**
   * Nothing was changed: right before the irreversible statement the world was found to differ from
   * what was approved. The gate opens anew with the difference.
   */
  record Drifted<O extends Record>(String difference) implements Outcome<O> {}
}
