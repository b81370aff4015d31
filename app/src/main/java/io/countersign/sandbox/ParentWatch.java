package io.countersign.sandbox;

/** Ends this process, through its shutdown hooks, when the process that started it has died. */
final class ParentWatch {
  private ParentWatch() {}

  static void endWithParent() {
    ProcessHandle.current()
        .parent()
        .ifPresent(
            parent -> {
              var _ = parent.onExit().thenRun(() -> System.exit(1));
            });
  }
}
