package io.countersign.thread;

import io.countersign.Person;
import io.countersign.RunId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** What App Homes need to know besides journals (port). */
public interface Homes {
  /**
   * Who has opened their Home within this time, the latest first; it survives the process.
   *
   * @param limit how many people at most
   */
  List<Opened> opened(Duration age, int limit);

  /**
   * Whether this process is the one that keeps open Homes up to date; one at a time, whatever the
   * number of processes.
   */
  boolean lead(String process, Duration lease);

  /** A text that is another one as soon as something has changed that Homes show. */
  String state();

  /** Runs that have ended, the latest first. */
  List<RunId> ended(int limit);

  record Opened(Person who, Instant at) {}
}
