package io.countersign.action;

import io.countersign.estate.Acting;
import java.util.Optional;

/** One attempt of a step: what it is for, what it intends, and its lines to the engine. */
public interface Attempt<I extends Record> {
  Visit<I> visit();

  default I inputs() {
    return visit().inputs();
  }

  /** As committed before this attempt acted. */
  Intent intent();

  /** What the last {@link Outcome.Park} of this attempt remembered. */
  Optional<String> memo();

  /**
   * Tells how far the work is; one row that is overwritten, never an event. May be called often.
   */
  default void progress(long done, long total, Unit unit) {
    progress(done, total, unit, "");
  }

  /**
   * The same with more for people, a short clause.
   *
   * @param also such as {@code 12 of 31 tables}; at most {@value #ALSO_LENGTH} characters count
   */
  void progress(long done, long total, Unit unit, String also);

  /** Characters. */
  int ALSO_LENGTH = 80;

  /**
   * Set when the run is cancelled, the lease lost or the process stopping. Long work looks at it
   * and ends early.
   */
  Stop stop();

  /**
   * Asks the journal whether this attempt is still the run's current one. To be called right before
   * each irreversible statement.
   *
   * @throws Stop.Stopped where it is not
   */
  void fence();

  /** This attempt, as an estate's ports know it. */
  default Acting acting() {
    return new Acting(visit().applicationName(), this::fence, stop()::check);
  }

  enum Unit {
    BYTES,
    TABLES,
    STEPS
  }
}
