package io.countersign.run;

import io.countersign.runbook.Runbook;

/** Turns the text that a run has pinned back into its runbook. */
@FunctionalInterface
public interface Runbooks {
  /**
   * @throws IllegalStateException where this version cannot read the text any more; the run is left
   *     alone
   */
  Runbook of(RunSpec spec);
}
