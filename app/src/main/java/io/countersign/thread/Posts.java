package io.countersign.thread;

import io.countersign.RunId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What should stand in channels and what does: keys only, never text. The rows are inserted in the
 * transaction that appends the events they show; the sender renders when it sends.
 */
public interface Posts {
  /**
   * Posts that are behind, cards first, then roots, then lines, in the order of their events; only
   * of channels that the sender now leases (one sender per channel at a time, whatever the number
   * of processes) and that can be written to; no more edits than there are slots for.
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

  /** Gives up all leases of a sender that ends, so that another goes on at once. */
  void release(String sender);

  /**
   * As {@link #keep}, and writes down that the message is about to be sent for the first time: a
   * crash from here on leaves a message of which nobody knows whether it stands.
   */
  boolean sending(String sender, Post post, Duration lease);

  /** Takes one of the workspace's edits of this minute; false where none is left for this. */
  boolean takeEdit(Urgency urgency);

  /**
   * The post stands as of this event. For a root that stands for the first time, {@code Begun} is
   * appended and the run woken in the same transaction.
   */
  void stands(Post post, String ts, long shownSeq);

  /** Sending failed, or it may have; try again after this long. The reason is kept. */
  void postpone(Post post, Duration wait, String reason);

  /** Slack did not take it, that much is certain; try again after this long. */
  void refused(Post post, Duration wait, String reason);

  /** Nothing new is sent to this channel for so long. */
  void hold(String channel, Duration wait, String reason);

  /**
   * Nothing can be written into this channel. Its messages wait until it can, and those who asked
   * for its unfinished runs are told directly.
   *
   * @param code Slack's own word for it, such as {@code not_in_channel}
   * @param look after which time it is looked at again
   * @return whether that was not known before
   */
  boolean close(String channel, String code, Duration look);

  /** The channel can be written to again; what waited is due. */
  void open(String channel);

  /** Closed channels of this sender that should be looked at now. */
  List<String> toLookAt(String sender, Duration lease);

  /** Channels into which nothing can be written now, by their ids. */
  Map<String, Closed> closed();

  /**
   * A channel into which nothing can be written.
   *
   * @param code Slack's own word for it
   */
  record Closed(String channel, String code, Instant since) {}

  /** For what a workspace's edits are taken; each leaves some for those before it. */
  enum Urgency {
    /** People wait for it, or it is the last that a message will say. */
    WAITED_FOR,
    /** A run has moved. */
    MOVED,
    /** Nothing has happened but that work goes on. */
    PROGRESS
  }

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
   * @param tries how often sending it was begun since it was last known not to stand; above 0 it
   *     may stand although no ts is known: look for its metadata first
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
