package io.countersign.run;

import io.countersign.runbook.Runbook;
import io.countersign.runbook.Step;

/**
 * Where in its runbook a run stands.
 *
 * @param index from 0; equal to the section's size when the section is done
 */
public record Place(Section section, int index) {
  public static final Place FIRST = new Place(Section.STEPS, 0);
  public static final Place FIRST_ABORT = new Place(Section.ON_ABORT, 0);

  public enum Section {
    STEPS,
    ON_ABORT
  }

  public Place next() {
    return new Place(section, index + 1);
  }

  public boolean isPastEnd(Runbook runbook) {
    return index >= size(runbook);
  }

  /** The step at this place; to be asked only before the end. */
  public Step in(Runbook runbook) {
    return switch (section) {
      case STEPS -> runbook.steps().get(index);
      case ON_ABORT -> runbook.onAbort().get(index);
    };
  }

  private int size(Runbook runbook) {
    return switch (section) {
      case STEPS -> runbook.steps().size();
      case ON_ABORT -> runbook.onAbort().size();
    };
  }
}
