package io.countersign.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Runs wait here. */
public final class Hold implements AutoCloseable {
  private static final long LONG_SECONDS = 120;

  private final String point;
  private final CountDownLatch reached = new CountDownLatch(1);
  private final CountDownLatch released = new CountDownLatch(1);

  Hold(String point) {
    this.point = point;
  }

  public Hold awaitReached() {
    try {
      assertThat(reached.await(LONG_SECONDS, TimeUnit.SECONDS))
          .as("%s was reached", point)
          .isTrue();
      return this;
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return fail(stopped);
    }
  }

  boolean isAt(String where) {
    return point.equals(where);
  }

  /** For the thread that has come to the point. */
  void hold() {
    reached.countDown();
    try {
      released.await();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    released.countDown();
  }
}
