package io.countersign.runbook;

import java.time.Instant;
import java.util.List;

/** How a person's words for a past moment were understood. Nothing is ever guessed. */
public sealed interface TimeReading {
  /**
   * One moment, now or earlier.
   *
   * @param asSaid the words as the person wrote them
   */
  record Clear(Instant moment, String asSaid) implements TimeReading {}

  /**
   * The person must be asked back, even where there is only one candidate.
   *
   * @param candidates all of them past, earliest first, at least one
   * @param why a sentence
   */
  record Ambiguous(List<Instant> candidates, String why) implements TimeReading {
    public Ambiguous {
      candidates = List.copyOf(candidates);
    }
  }

  /** A moment that has not come yet. */
  record InFuture(Instant moment, String asSaid) implements TimeReading {}

  /**
   * A time that the clocks left out when they were put forward.
   *
   * @param why a sentence
   */
  record Nonexistent(String asSaid, String why) implements TimeReading {}

  record NotATime(String asSaid) implements TimeReading {}
}
