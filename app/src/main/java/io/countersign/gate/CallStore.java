package io.countersign.gate;

import io.countersign.Person;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** Where it stands who is still to be called to which gate. */
public interface CallStore {
  /** Calls whose time has come, of gates that are still open, oldest first. */
  List<Call> due(int limit);

  /**
   * Calls these people, once: in one transaction under the locks of the run and the gate their
   * messages are written down, the call is done with and its next one takes its place.
   *
   * @return false where somebody else has called them, or the gate is no longer open
   */
  boolean call(Call call, Set<Person> people);

  /** Nobody could be found to call; tried again after this long. */
  void postpone(Call call, Duration wait);
}
