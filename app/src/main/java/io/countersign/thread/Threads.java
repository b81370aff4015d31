package io.countersign.thread;

import io.countersign.RunId;
import java.util.Optional;

/** Which run a thread is of. */
@FunctionalInterface
public interface Threads {
  /**
   * @param root the ts of the thread's first message
   */
  Optional<RunId> runOf(String channel, String root);
}
