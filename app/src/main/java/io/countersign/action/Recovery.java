package io.countersign.action;

/** What the engine does with an attempt that was cut off. */
public enum Recovery {
  /** Clear what the attempt left and act again: nothing is lost by doing it twice. */
  REPEAT,
  /**
   * Look at the world: done, not done, still going, or unknown. Unknown goes to a person and is
   * never tried again by itself.
   */
  PROBE,
  /** Always ask a person. */
  ASK
}
