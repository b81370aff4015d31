package io.countersign.thread;

import io.countersign.run.Recorded;
import io.countersign.run.RunEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a journal says about each step, for people: when it began, how it ended, what it said. */
final class History {
  private final Map<String, Track> tracks = new LinkedHashMap<>();
  private Optional<Instant> endedAt = Optional.empty();

  /** How far a step came. */
  enum Reached {
    STARTED,
    DONE,
    FAILED,
    SKIPPED
  }

  /**
   * One step.
   *
   * @param began the first attempt's start
   */
  record Track(Reached reached, Instant began, Instant changed, String said) {
    Duration took() {
      return Duration.between(began, changed);
    }
  }

  History(List<Recorded> journal) {
    journal.forEach(it -> take(it.event(), it.at()));
  }

  Optional<Track> of(String step) {
    return Optional.ofNullable(tracks.get(step));
  }

  boolean isDone(String step) {
    return of(step).filter(it -> it.reached() == Reached.DONE).isPresent();
  }

  Optional<Instant> endedAt() {
    return endedAt;
  }

  private void take(RunEvent event, Instant at) {
    switch (event) {
      case RunEvent.StepStarted(var step, _, _, _, _, _) -> put(step, Reached.STARTED, at, "");
      case RunEvent.StepParked(var step, _, _, _, var said) -> put(step, Reached.STARTED, at, said);
      case RunEvent.StepSucceeded(var step, _, _, var said) -> put(step, Reached.DONE, at, said);
      case RunEvent.StepFailed(var step, _, var problem) ->
          put(step, Reached.FAILED, at, problem.happened());
      case RunEvent.StepPassedOver(var step, var why) ->
          tracks.put(step, new Track(Reached.SKIPPED, at, at, why));
      case RunEvent.AttemptAbandoned(var step, _, var why) -> {
        if (of(step).filter(it -> it.reached() == Reached.FAILED).isEmpty()) {
          put(step, Reached.FAILED, at, why);
        }
      }
      case RunEvent.StepDrifted(var step, _, _, var difference) ->
          put(step, Reached.FAILED, at, difference);
      case RunEvent.Finished _ -> endedAt = Optional.of(at);
      case RunEvent.Requested _,
          RunEvent.Begun _,
          RunEvent.CancelRequested _,
          RunEvent.AbortBegun _,
          RunEvent.RetryRequested _,
          RunEvent.LeftAsIs _,
          RunEvent.SkipRequested _,
          RunEvent.GateApproved _,
          RunEvent.GateDenied _,
          RunEvent.GateExpired _,
          RunEvent.GateOpened _,
          RunEvent.GateLapsed _,
          RunEvent.StepInDoubt _,
          RunEvent.ClearPutOff _,
          RunEvent.PersonNeeded _ -> {}
    }
  }

  private void put(String step, Reached reached, Instant at, String said) {
    var before = tracks.get(step);
    var began = before == null ? at : before.began();
    tracks.put(step, new Track(reached, began, at, said));
  }
}
