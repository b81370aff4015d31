package io.countersign.slack;

import io.countersign.thread.Line;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers one person, where they acted; directly where they cannot be answered there. */
final class Whisper {
  private static final Logger log = LoggerFactory.getLogger(Whisper.class);
  private static final int TRIES = 3;
  private static final long LONGEST_WAIT = 60;

  private final SlackApi slack;
  private final ScheduledExecutorService scheduler;

  Whisper(SlackApi slack, ScheduledExecutorService scheduler) {
    this.slack = slack;
    this.scheduler = scheduler;
  }

  void say(Inbound to, Line line) {
    say(to, List.of(line), List.of());
  }

  void say(Inbound to, List<Line> lines, List<Blocks.Button> buttons) {
    send(to, Drawing.whisper(lines, buttons), 1);
  }

  private void send(Inbound to, SlackApi.Content content, int attempt) {
    var thread = to.thread().isEmpty() ? Optional.<String>empty() : Optional.of(to.thread());
    var user = to.who().user();
    var answer =
        to.channel().isEmpty()
            ? slack.direct(user, content)
            : slack.whisper(to.channel(), user, thread, content);
    switch (answer) {
      case Answer.Ok<String> _ -> {}
      case Answer.RateLimited<String>(var pause) ->
          later(to, content, attempt, Math.min(LONGEST_WAIT, Math.max(1, pause.toSeconds())));
      case Answer.Unreachable<String> _ -> later(to, content, attempt, 2);
      case Answer.Failed<String>(var code) -> {
        if (!to.channel().isEmpty()
            && !(slack.direct(user, content) instanceof Answer.Ok<String>)) {
          log.warn("{} could not be answered in {}: {}", to.who(), to.channel(), code);
        }
      }
    }
  }

  private void later(Inbound to, SlackApi.Content content, int attempt, long seconds) {
    if (attempt >= TRIES) {
      log.warn("{} could not be answered in {} tries", to.who(), TRIES);
      return;
    }
    var _ = scheduler.schedule(() -> send(to, content, attempt + 1), seconds, TimeUnit.SECONDS);
  }
}
