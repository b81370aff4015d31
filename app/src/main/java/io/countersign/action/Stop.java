package io.countersign.action;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * The token by which long work learns that it must end: the run was cancelled, its lease lost, or
 * the process stops.
 */
public final class Stop {
  private volatile @Nullable Why why;
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

  /** Why work must end. */
  public enum Why {
    CANCELLED,
    LEASE_LOST,
    SHUTDOWN
  }

  /** Thrown by {@link #check} and {@link Attempt#fence}. */
  public static final class Stopped extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final Why why;

    public Stopped(Why why) {
      super("stopped: " + why);
      this.why = why;
    }

    public Why why() {
      return why;
    }
  }

  public Optional<Why> why() {
    return Optional.ofNullable(why);
  }

  /**
   * Ends the work unless nothing was asked.
   *
   * @throws Stopped where it must end
   */
  public void check() {
    why()
        .ifPresent(
            it -> {
              throw new Stopped(it);
            });
  }

  /** Asks for the end, once; the first reason stays. Listeners run on the caller's thread. */
  public void request(Why reason) {
    synchronized (this) {
      if (why != null) {
        return;
      }
      why = reason;
    }
    listeners.forEach(Runnable::run);
  }

  /**
   * Calls the listener when the end is asked for, or at once where it was. Used to kill a child
   * process or cancel a statement.
   */
  public void onRequest(Runnable listener) {
    listeners.add(listener);
    if (why != null) {
      listener.run();
    }
  }
}
