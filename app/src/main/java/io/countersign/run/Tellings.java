package io.countersign.run;

import java.time.Duration;
import java.util.Optional;

/**
 * What a channel is told once, and again while it lasts: copies of servers that were left behind,
 * rehearsals that were missed. Who told it, and when.
 */
public interface Tellings {
  /**
   * Takes one telling, where it is due and no other process is at it.
   *
   * @param name of what is told, the same each time and for nothing else of the estate
   * @param sender this process
   * @param lease how long nobody else may tell it
   * @param again how long after it was told it is told again
   */
  Optional<Telling> take(String estate, String name, String sender, Duration lease, Duration again);

  /** It was told. */
  void told(String estate, String name, Telling telling);

  /**
   * @param number of the message, from 1
   * @param tried whether somebody has begun to tell it before, and nobody knows what came of it
   */
  record Telling(int number, boolean tried) {}
}
