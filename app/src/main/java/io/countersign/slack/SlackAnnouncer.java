package io.countersign.slack;

import io.countersign.thread.Announcer;
import io.countersign.thread.Line;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says something in a channel, where that is the bot's and no other company reads it. */
final class SlackAnnouncer implements Announcer {
  private static final Logger log = LoggerFactory.getLogger(SlackAnnouncer.class);

  private final SlackApi slack;
  private final Reach reach;

  SlackAnnouncer(SlackApi slack, Reach reach) {
    this.slack = slack;
    this.reach = reach;
  }

  @Override
  public boolean announce(String channel, Line line, String kind, String id, boolean tried) {
    if (!(reach.state() instanceof Reach.State.Fine) || !isOurs(channel)) {
      return false;
    }
    if (tried) {
      switch (slack.announced(channel, kind, id)) {
        case Answer.Ok<Boolean>(var found) when found -> {
          return true;
        }
        case Answer.Ok<Boolean> _ -> {}
        case Answer.RateLimited<Boolean> _,
            Answer.Failed<Boolean> _,
            Answer.Unreachable<Boolean> _ -> {
          return false;
        }
      }
    }
    var said = slack.announce(channel, Drawing.whisper(List.of(line), List.of()), kind, id);
    if (said instanceof Answer.Ok<String>) {
      return true;
    }
    log.warn("{} {} could not be told to {}; it is tried again", kind, id, channel);
    return false;
  }

  private boolean isOurs(String channel) {
    boolean ours =
        slack.room(channel) instanceof Answer.Ok<SlackApi.Room>(var room)
            && room.member()
            && !room.shared()
            && !room.archived();
    if (!ours) {
      log.warn(
          "nothing can be told to {}: is the bot in it, and is it shared with no other company?",
          channel);
    }
    return ours;
  }
}
