package io.countersign.sandbox.slack;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/** The one lock over everything in the workspace; whoever waits for a change waits here. */
final class Guard {

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private long version;

  <T> T read(Supplier<T> look) {
    lock.lock();
    try {
      return look.get();
    } finally {
      lock.unlock();
    }
  }

  <T> T change(Supplier<T> change) {
    lock.lock();
    try {
      T result = change.get();
      version++;
      changed.signalAll();
      return result;
    } finally {
      lock.unlock();
    }
  }

  void changed(Runnable change) {
    lock.lock();
    try {
      change.run();
      version++;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  long version() {
    return read(() -> version);
  }

  /** Empty when nothing was found within the patience, or the thread was interrupted. */
  <T> Optional<T> await(Supplier<Optional<T>> look, Duration patience) {
    lock.lock();
    try {
      long left = patience.toNanos();
      Optional<T> found = look.get();
      while (found.isEmpty() && left > 0) {
        left = changed.awaitNanos(left);
        found = look.get();
      }
      return found;
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    } finally {
      lock.unlock();
    }
  }

  /** The version after a change, or the same one when none came within the patience. */
  long awaitNewer(long known, Duration patience) {
    return await(() -> Optional.of(version).filter(now -> now > known), patience).orElse(known);
  }
}
