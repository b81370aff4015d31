package io.countersign.run;

/**
 * An event that cannot follow on a state: a bug, or a journal from another world. The run is left
 * alone.
 */
public final class IllegalEvent extends RuntimeException {
  private static final long serialVersionUID = 1;

  public IllegalEvent(RunState state, RunEvent event) {
    super(
        event.getClass().getSimpleName() + " cannot follow on " + state.getClass().getSimpleName());
  }
}
