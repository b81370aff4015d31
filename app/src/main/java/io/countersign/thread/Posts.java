package io.countersign.thread;

import io.countersign.RunId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What should stand in channels and what does: keys only, never text. The rows are inserted in the
 * transaction that appends the events they show; the sender renders when it sends.
 */
public interface Posts {
  /**
   * Posts that are behind, cards first, then roots, then lines, in the order of their events; only
   * of channels that the sender now leases (one sender per channel at a time, whatever the number
   * of processes).
   *
   * @param sender this process's name
   */
  List<Post> due(String sender, Duration lease, int limit);

  /**
   * Lengthens the sender's lease of a channel, asked before each call: a pass may take longer than
   * a lease, and a process that stood still may wake in the middle of one.
   *
   * @return false where another sender has the channel now; nothing more may be sent to it
   */
  boolean keep(String sender, String channel, Duration lease);

  /**
   * The post stands as of this event. For a root that stands for the first time, {@code Begun} is
   * appended and the run woken in the same transaction.
   */
  void stands(Post post, String ts, long shownSeq);

  /** Sending failed; try again after this long. The reason is kept for the operator. */
  void postpone(Post post, Duration wait, String reason);

  /** A message of a run by its key, once it stands. */
  Optional<Standing> find(RunId run, String key);

  /** Whom this call was to reach, by their ids in the workspace. */
  List<String> called(RunId run, String call);

  /** The message's ts, once it stands. */
  Optional<Standing> root(RunId run);

  record Standing(String channel, String ts) {}

  /**
   * One message.
   *
   * @param key unique in the run: {@code root}, {@code line/12}, {@code card/<gate id>}, {@code
   *     say/12}, {@code file/<gate id>}
   * @param seq the event that asked for it first
   * @param wantedSeq the newest event that it should show
   * @param ts the message's ts where it stands already and has to be edited
   * @param tries how often sending it was begun; above 0 it may stand although no ts is known: look
   *     for its metadata first
   */
  record Post(
      RunId run,
      String channel,
      String key,
      Kind kind,
      long seq,
      long wantedSeq,
      Optional<String> ts,
      Optional<String> rootTs,
      int tries) {}

  enum Kind {
    /** The run's message in the channel, edited in place. */
    ROOT,
    /** A gate's card in the thread, edited when it is decided. */
    CARD,
    /** A line in the thread, never edited. */
    LINE,
    /** A line in the thread that the channel sees as well: needs you, failed, done. */
    BROADCAST,
    /** What a card has no room for, as a text file in the thread; never edited. */
    FILE,
    /** A message to one person; its channel is the person's id. Never edited. */
    DIRECT
  }
}
