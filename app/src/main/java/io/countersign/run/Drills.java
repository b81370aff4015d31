package io.countersign.run;

import io.countersign.RunId;
import io.countersign.estate.TenantRef;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Rehearsals that should have been and were not. None is missed where one of the same runbook and
 * tenant has succeeded since. All times are the database's.
 */
public interface Drills {
  /**
   * Those that are planned, longest missed first.
   *
   * @param grace how long after it is due one may still begin
   * @param patience how long one may go on, and how long after it has failed people may have put it
   *     right
   */
  List<Missed> missed(Duration grace, Duration patience, int limit);

  /**
   * Runs of a runbook that somebody asked for and that failed, where none is planned; the newest
   * first. Whether they would have planned one is for the caller to know.
   *
   * @param within how long ago they may have ended
   */
  List<Missed> failed(String runbook, Duration patience, Duration within, int limit);

  /**
   * @param channel in which it was planned or asked for
   */
  record Missed(TenantRef tenant, String runbook, String channel, Why why) {}

  /** Why none has succeeded. */
  sealed interface Why {
    /**
     * It has not begun.
     *
     * @param trouble what kept it the last time, a clause
     */
    record Waits(String schedule, Instant due, Optional<String> trouble) implements Why {}

    /** It was begun and has not ended. */
    record GoesOn(RunId run, Instant due) implements Why {}

    /**
     * It ended without having done its work.
     *
     * @param next when the next one begins by itself
     */
    record Ended(RunId run, Instant at, Ending ending, Optional<Instant> next) implements Why {}
  }
}
