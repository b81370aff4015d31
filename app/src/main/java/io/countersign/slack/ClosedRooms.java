package io.countersign.slack;

import io.countersign.slack.SlackApi.Room;
import io.countersign.thread.Posts;
import io.countersign.thread.Unwritten;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Channels into which nothing can, or may, be written: the bot was removed, it was archived,
 * another company reads it. Their messages wait; whether that is over is looked at again and again.
 * One sender uses it at a time.
 */
final class ClosedRooms {
  private static final Logger log = LoggerFactory.getLogger(ClosedRooms.class);

  /** How soon after an invitation a thread goes on. */
  static final Duration LOOK = Duration.ofSeconds(15);

  /** Within this time it is noticed that a channel was shared with another company. */
  static final Duration GOOD_FOR = Duration.ofMinutes(1);

  private final Posts posts;
  private final SlackApi slack;
  private final Pace pace;
  private final Map<String, Instant> good = new HashMap<>();
  private final Set<String> closed = new HashSet<>();

  ClosedRooms(Posts posts, SlackApi slack, Pace pace) {
    this.posts = posts;
    this.slack = slack;
    this.pace = pace;
  }

  /** Whether it was found closed since the last look. */
  boolean isClosed(String channel) {
    return closed.contains(channel);
  }

  /** Opens what can be written to again. */
  void look(String sender, Duration lease) {
    closed.clear();
    for (var channel : posts.toLookAt(sender, lease)) {
      switch (slack.room(channel)) {
        case Answer.Ok<Room>(var room) -> judge(channel, room);
        case Answer.Failed<Room>(var code) when SlackWords.refusesChannel(code) ->
            close(channel, code);
        case Answer.Failed<Room> _, Answer.RateLimited<Room> _, Answer.Unreachable<Room> _ ->
            stay(channel);
      }
    }
  }

  private void judge(String channel, Room room) {
    var against = against(room);
    if (against.isPresent()) {
      close(channel, against.get());
      return;
    }
    posts.open(channel);
    good.put(channel, pace.now());
    log.info("channel {} can be written to again", channel);
  }

  private void stay(String channel) {
    var known = posts.closed().get(channel);
    if (known != null) {
      close(channel, known.code());
    }
  }

  /** Whether nothing may be written there; looked up at most once a minute. */
  boolean against(String channel) {
    var now = pace.now();
    if (good.getOrDefault(channel, Instant.EPOCH).plus(GOOD_FOR).isAfter(now)) {
      return false;
    }
    if (slack.room(channel) instanceof Answer.Ok<Room>(var room)) {
      var against = against(room);
      if (against.isPresent()) {
        close(channel, against.get());
        return true;
      }
    }
    // where it cannot be looked up, the call itself will say
    good.put(channel, now);
    return false;
  }

  void close(String channel, String code) {
    closed.add(channel);
    good.remove(channel);
    if (posts.close(channel, code, LOOK)) {
      log.warn(
          "nothing can be written into channel {} ({}); its runs go on, their threads wait, and"
              + " those who asked for them are told directly",
          channel,
          code);
    }
  }

  private static Optional<String> against(Room room) {
    if (room.shared()) {
      return Optional.of(Unwritten.SHARED);
    }
    if (room.archived()) {
      return Optional.of("is_archived");
    }
    return room.member() || room.direct() ? Optional.empty() : Optional.of("not_in_channel");
  }
}
