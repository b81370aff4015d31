package io.countersign.sandbox.postgres;

import java.util.concurrent.CompletableFuture;

/**
 * Runs an action once when another process ends: a build tool that is killed does not end what it
 * started, so what it started must look for itself.
 */
public final class ParentWatch implements AutoCloseable {
  private final CompletableFuture<Void> watch;

  private ParentWatch(CompletableFuture<Void> watch) {
    this.watch = watch;
  }

  /**
   * Watches the process with this id; an id that names no live process counts as ended, and the
   * action runs at once.
   */
  public static ParentWatch of(long pid, Runnable onEnd) {
    return new ParentWatch(
        ProcessHandle.of(pid)
            .map(handle -> handle.onExit().thenRun(onEnd))
            .orElseGet(() -> CompletableFuture.runAsync(onEnd)));
  }

  /** Watches the process that started this one. */
  public static ParentWatch ofParent(Runnable onEnd) {
    return ProcessHandle.current()
        .parent()
        .map(parent -> of(parent.pid(), onEnd))
        .orElseGet(() -> new ParentWatch(new CompletableFuture<>()));
  }

  /** Stops watching; the action no longer runs. */
  @Override
  public void close() {
    watch.cancel(false);
  }
}
