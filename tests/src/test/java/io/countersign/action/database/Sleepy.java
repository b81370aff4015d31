package io.countersign.action.database;

import io.countersign.action.Attempt;
import io.countersign.action.Intent;
import io.countersign.action.Stop;
import io.countersign.action.Visit;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** Passes its fence and then stands still; when it wakes, its lease is lost. */
record Sleepy(
    TwoServers.Try<ReferenceFlip.In> attempt,
    AtomicInteger fences,
    int sleepsAt,
    Runnable meanwhile)
    implements Attempt<ReferenceFlip.In> {
  @Override
  public Visit<ReferenceFlip.In> visit() {
    return attempt.visit();
  }

  @Override
  public Intent intent() {
    return attempt.intent();
  }

  @Override
  public Optional<String> memo() {
    return Optional.empty();
  }

  @Override
  public void progress(long done, long total, Unit unit, String also) {}

  @Override
  public Stop stop() {
    return attempt.stop();
  }

  @Override
  public void fence() {
    int asked = fences.incrementAndGet();
    if (asked == sleepsAt) {
      meanwhile.run();
    } else if (asked > sleepsAt) {
      throw new Stop.Stopped(Stop.Why.LEASE_LOST);
    }
  }
}
