package io.countersign.slack;

import io.countersign.slack.SlackApi.Room;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;

/**
 * In which channels something may be started. That one may is good for a few seconds, because Slack
 * allows 50 questions a minute; that it may not is asked anew each time.
 */
final class Rooms {
  static final Duration GOOD_FOR = Duration.ofSeconds(5);

  private final Shared<String, Answer<Room>> rooms;
  private final Set<String> allowed;

  Rooms(SlackApi slack, Set<String> allowed, InstantSource clock) {
    this.rooms = new Shared<>(slack::room, Rooms::good, GOOD_FOR, clock);
    this.allowed = allowed;
  }

  private static boolean good(Answer<Room> answer) {
    return answer instanceof Answer.Ok<Room>(var room) && against(room).isEmpty();
  }

  /** Why nothing can be started there, with what to do; empty where it can. */
  Optional<String> against(String channel) {
    if (!allowed.isEmpty() && !allowed.contains(channel)) {
      return Optional.of(
          "Runs cannot be asked for in this channel; nothing was started. Ask in one of "
              + "the channels that are set for this bot.");
    }
    return switch (rooms.get(channel).value()) {
      case Answer.Ok<Room>(var room) -> against(room);
      case Answer.Failed<Room>(var code) when code.equals("channel_not_found") ->
          Optional.of(notThere());
      case Answer.Failed<Room> it -> Optional.of(unreadable(it));
      case Answer.RateLimited<Room> it -> Optional.of(unreadable(it));
      case Answer.Unreachable<Room> it -> Optional.of(unreadable(it));
    };
  }

  private static Optional<String> against(Room room) {
    if (room.direct()) {
      return Optional.of(
          "A run needs a channel where others can see it; nothing was started. Type the command in"
              + " a channel.");
    }
    if (room.archived()) {
      return Optional.of("This channel is archived; nothing was started. Ask in another channel.");
    }
    if (room.shared()) {
      return Optional.of(
          "This channel is shared with another company; nothing was started. Ask in a channel of"
              + " your own.");
    }
    return room.member() ? Optional.empty() : Optional.of(notThere());
  }

  private static String notThere() {
    return "I am not in this channel, so nothing was started. Type /invite @countersign, then the"
        + " command again.";
  }

  private static String unreadable(Answer<Room> answer) {
    return "I could not look at this channel (Slack answered: "
        + answer.trouble()
        + "). Nothing was started; try again.";
  }
}
