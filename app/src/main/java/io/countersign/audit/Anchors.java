package io.countersign.audit;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Anchors as the bot makes them and tells them outside (port). */
public interface Anchors {
  /**
   * Makes an anchor where one is due: something has moved, and a run has ended or the last one is
   * older than this. Two processes at once make one.
   */
  Optional<Anchor> makeIfDue(Duration age);

  /** The anchors after this one, oldest first. */
  List<Anchor> after(long number, int limit);

  Optional<Anchor> find(long number);

  /** The number of the newest; 0 where there is none. */
  long newest();

  /**
   * The newest anchor that a channel has not been told, where no other process is telling it.
   *
   * @param sender this process
   * @param lease for how long nobody else shall tell it
   */
  Optional<Untold> untold(String channel, String sender, Duration lease);

  /** The channel has been told this anchor. */
  void told(String channel, long number);

  /**
   * @param tried whether it has been tried before, so that the channel may know it already
   */
  record Untold(Anchor anchor, boolean tried) {}
}
