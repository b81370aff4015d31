package io.countersign.run;

/** How a run ended. */
public enum Ending {
  DONE,
  FAILED,
  CANCELLED,
  DENIED,
  EXPIRED
}
