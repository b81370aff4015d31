package io.countersign.run;

import io.countersign.Person;
import io.countersign.Problem;

/** Why a run must not go forward. */
public sealed interface Halt {
  /** How the run ends once everything is put back. */
  Ending ending();

  record Cancelled(Person by, String reason) implements Halt {
    @Override
    public Ending ending() {
      return Ending.CANCELLED;
    }
  }

  record Denied(String step, Person by, String reason) implements Halt {
    @Override
    public Ending ending() {
      return Ending.DENIED;
    }
  }

  /**
   * Nobody will mend it within this run: a person ended it where it stood, and nothing is put back.
   */
  record Left(Person by, String reason) implements Halt {
    @Override
    public Ending ending() {
      return Ending.FAILED;
    }
  }

  record Expired(String step) implements Halt {
    @Override
    public Ending ending() {
      return Ending.EXPIRED;
    }
  }

  record Failed(String step, Problem problem) implements Halt {
    @Override
    public Ending ending() {
      return Ending.FAILED;
    }
  }
}
