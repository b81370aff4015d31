package io.countersign.postgres;

import io.countersign.action.Stop;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * How fast the workers of one copy may go, all together. While it pauses nothing is read or
 * written; the sessions stay open, so a pause must be short.
 */
final class Pace {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final double nanosPerByte;
  private final Stop stop;
  private long next = System.nanoTime();
  private boolean pausing;
  private boolean ended;

  /**
   * @param rate bytes a second; empty for any
   * @param stop ends all waiting
   */
  Pace(OptionalLong rate, Stop stop) {
    this.nanosPerByte =
        rate.isEmpty() ? 0 : (double) TimeUnit.SECONDS.toNanos(1) / rate.getAsLong();
    this.stop = stop;
    stop.onRequest(this::wake);
  }

  /**
   * Waits until these bytes may go.
   *
   * @throws Stop.Stopped where the run must end, or the copy has ended
   */
  void take(long bytes) {
    lock.lock();
    try {
      long turn = Math.max(next, System.nanoTime());
      next = turn + (long) (bytes * nanosPerByte);
      long left = turn - System.nanoTime();
      while (pausing || left > 0) {
        check();
        if (pausing) {
          changed.await();
        } else {
          left = changed.awaitNanos(left);
        }
      }
      check();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new Stop.Stopped(Stop.Why.SHUTDOWN);
    } finally {
      lock.unlock();
    }
  }

  void pause(boolean wanted) {
    lock.lock();
    try {
      pausing = wanted;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Nobody waits any more, and nobody goes on: the copy has failed elsewhere. */
  void end() {
    lock.lock();
    try {
      ended = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void check() {
    stop.check();
    if (ended) {
      throw new Stop.Stopped(Stop.Why.CANCELLED);
    }
  }

  private void wake() {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
