package io.countersign.run;

import java.time.Duration;
import java.util.Optional;

/** Who was told of copies of servers that were left behind, and when. */
public interface Leftovers {
  /**
   * Takes the telling of one copy, where it is due and no other process is at it.
   *
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
