package io.countersign.run;

import io.countersign.RunId;
import io.countersign.Subject;
import io.countersign.estate.DatabaseRef;
import io.countersign.estate.SecretName;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;

/**
 * The append-only events of all runs, with the invariants that the database keeps. Every method is
 * one transaction, and an append never vanishes in silence: it answers {@link Appended}.
 */
public interface Journal {
  /** The database's clock; everything that has to do with deadlines asks it. */
  Instant now();

  /**
   * Writes {@code Requested} and takes the subject, or says who holds it. The same draft starts one
   * run only.
   */
  Submission submit(RunSpec spec, String draft);

  /** All events of a run in order; empty where there is no such run. */
  List<Recorded> read(RunId run);

  /**
   * Raises the run's epoch: every earlier holder's appends are refused from here on. Empty where
   * the run has ended.
   */
  Optional<Claim> claim(RunId run);

  /**
   * Appends as the worker that holds the claim.
   *
   * @param expected the newest event's seq that the decision was made from; empty where the event
   *     must be written whatever came in meanwhile, as for the end of an attempt
   */
  Appended append(Claim claim, OptionalLong expected, List<? extends RunEvent.Work> events);

  /**
   * Opens a gate: its row and {@code GateOpened} in one transaction.
   *
   * @param expected as in {@link #append}
   */
  Appended openGate(Claim claim, long expected, NewGate gate);

  /**
   * Appends a command under the run's row lock and wakes the run. The caller looks at the state
   * under the lock and answers the event to append, or none.
   */
  Optional<Recorded> command(
      RunId run, Function<RunState, Optional<? extends RunEvent.Command>> judge);

  /** Whether the claim is still the run's current one. */
  boolean holds(Claim claim);

  /** Whether somebody has asked to cancel the run, for work that is going on. */
  boolean halted(RunId run);

  /** How far a running attempt is; one row that is overwritten. */
  void progress(Claim claim, String step, int attempt, Progress progress);

  /** How far the attempt is that is going on; empty where it has not said so, or none is. */
  Optional<Progress> progress(RunId run);

  /**
   * The database that the last succeeded swap or flip of a subject kept, whether or not it is still
   * there.
   */
  Optional<Kept> kept(Subject subject);

  /**
   * How long steps took in the runs of one runbook that ended last.
   *
   * @param estate whose tenants they were
   * @param runs how many runs at most
   */
  List<Took> took(String estate, String runbook, int runs);

  /** Runs that have not ended, oldest first. */
  List<RunId> active();

  /**
   * @param since when the swap or flip was done, which ended its time as the live database
   * @param secret which led to it, where the reference was flipped; after a swap the secrets lead
   *     by name, and none is recorded
   */
  record Kept(DatabaseRef database, Instant since, RunId by, Optional<KeptSecret> secret) {}

  /**
   * @param version as the secret store called it
   */
  record KeptSecret(SecretName name, String version) {}

  /**
   * @param also more for people, a clause; may be empty
   */
  record Progress(long done, long total, String unit, String also) {}

  /** The right to work on a run, as good as its epoch. */
  record Claim(RunId run, long epoch) {}

  /** What became of an append. */
  sealed interface Appended {
    record Done(long seq) implements Appended {}

    /** A newer epoch or, where asked, a newer event was there first; nothing was written. */
    record Conflict(String why) implements Appended {}
  }

  /** What became of a submission. */
  sealed interface Submission {
    record Accepted(RunId run) implements Submission {}

    /** This draft was started before. */
    record Repeated(RunId run) implements Submission {}

    /** Another run holds the subject. */
    record Held(RunId holder) implements Submission {}
  }
}
