package io.countersign.action.database;

import io.countersign.action.Outcome;
import io.countersign.action.Stop;
import io.countersign.postgres.ServerWork;

/** The border of an action's work that can be stopped. */
final class Guarded {
  private Guarded() {}

  /**
   * Runs an action's work. Where the run must end, that is why it failed, and {@link Stop.Stopped}
   * says so.
   */
  static <O extends Record> Outcome<O> outcome(
      Stop stop, String doing, ServerWork.Work<Outcome<O>> work) {
    stop.check();
    var outcome = ServerWork.outcome(doing, work);
    if (outcome instanceof Outcome.Failed) {
      stop.check();
    }
    return outcome;
  }
}
