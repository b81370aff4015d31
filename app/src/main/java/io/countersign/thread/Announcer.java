package io.countersign.thread;

/** Says in a channel what belongs to no run's thread. */
public interface Announcer {
  /**
   * @param kind with the id names the message, so that it can be found again
   * @param tried whether it was begun to be said before, and may stand already
   * @return whether it stands now; where it does not, the caller tries again later
   */
  boolean announce(String channel, Line line, String kind, String id, boolean tried);
}
