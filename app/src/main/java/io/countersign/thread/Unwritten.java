package io.countersign.thread;

import io.countersign.gate.GateRow;
import io.countersign.run.RunSpec;
import io.countersign.run.RunState;
import java.time.Instant;
import java.util.List;

/** What people read where a run's thread cannot be written to. The run itself goes on. */
public final class Unwritten {
  /** Our own word for a channel that another company reads as well. */
  public static final String SHARED = "shared_with_another_company";

  private Unwritten() {}

  /** Since when, why, what becomes of its runs, and what to do. */
  public static Line channel(Posts.Closed closed, Instant now) {
    return cannot(closed, now)
        .text(" Its runs go on and their threads wait; cards are decided here. " + remedy(closed));
  }

  /** To whoever asked for a run there. */
  public static List<Line> requester(
      Posts.Closed closed, RunSpec spec, RunState state, Instant now) {
    var run = "Run " + spec.id() + " (" + spec.runbook() + " for " + spec.tenant() + ") ";
    var becomes =
        state instanceof RunState.Asked
            ? "has not begun; it begins when its message stands there."
            : "goes on all the same, and its thread waits. Whoever can countersign is asked"
                + " directly and finds the card in my Home.";
    return List.of(cannot(closed, now), Line.of(run + becomes), Line.of(remedy(closed)));
  }

  /** Where the card is found that cannot stand in its thread. */
  public static Line card(Posts.Closed closed, GateRow row, Instant now) {
    return Line.of("The card is in my Home, the tab above. ")
        .line(cannot(closed, now))
        .text(" · order " + row.digest().shown() + " · run " + row.run());
  }

  private static Line cannot(Posts.Closed closed, Instant now) {
    return Line.of("I cannot write into ")
        .channel(closed.channel())
        .text(" since ")
        .line(Texts.moment(closed.since(), now))
        .text(": " + because(closed) + ".");
  }

  /** In words that fit behind a colon. */
  public static String because(Posts.Closed closed) {
    return switch (closed.code()) {
      case "not_in_channel", "channel_not_found" -> "I am not in it any more";
      case "is_archived", "is_inactive" -> "it is archived";
      case SHARED -> "it is shared with another company";
      default -> "Slack answered " + closed.code().replace('_', ' ');
    };
  }

  private static String remedy(Posts.Closed closed) {
    return switch (closed.code()) {
      case "not_in_channel", "channel_not_found" -> "Type /invite @countersign there.";
      case "is_archived", "is_inactive" -> "Unarchive it and type /invite @countersign there.";
      case SHARED -> "End the sharing, or cancel what should not go on.";
      default -> "Let me post there again.";
    };
  }
}
