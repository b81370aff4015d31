package io.countersign.slack;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether Slack answers and takes the bot's token, as the newest call has shown. While it does not,
 * one small question asks again now and then, instead of every message that waits.
 */
final class Reach {
  private static final Logger log = LoggerFactory.getLogger(Reach.class);
  static final Duration SHORTEST = Duration.ofMillis(250);
  static final Duration LONGEST = Duration.ofSeconds(2);

  /** A token that is refused is mended by people, not by asking. */
  static final Duration TOKEN = Duration.ofSeconds(30);

  private final InstantSource clock;
  private State state = new State.Fine();
  private Instant askAt = Instant.EPOCH;
  private int asked;

  /** How Slack stands to us. */
  sealed interface State {
    record Fine() implements State {}

    /** No answer comes. */
    record Away(Instant since, String why) implements State {}

    /**
     * @param code Slack's own word, such as {@code token_revoked}
     */
    record Refused(Instant since, String code) implements State {}
  }

  Reach(InstantSource clock) {
    this.clock = clock;
  }

  synchronized State state() {
    return state;
  }

  /** What came of any call with the bot's token. */
  synchronized void heard(Answer<?> answer) {
    switch (answer) {
      case Answer.Ok<?> _, Answer.RateLimited<?> _ -> fine();
      case Answer.Failed<?>(var code) when SlackWords.refusesToken(code) -> refused(code);
      case Answer.Failed<?> _ -> fine();
      case Answer.Unreachable<?>(var why) -> away(why);
    }
  }

  private void fine() {
    if (!(state instanceof State.Fine)) {
      log.info("Slack answers again, and takes the bot's token");
      state = new State.Fine();
    }
    asked = 0;
  }

  private void away(String why) {
    if (state instanceof State.Fine) {
      log.warn("Slack does not answer ({}); runs go on, messages wait", why);
      state = new State.Away(clock.instant(), why);
      askAt = clock.instant();
    }
  }

  private void refused(String code) {
    if (!(state instanceof State.Refused)) {
      log.error(
          "Slack refuses the bot's token ({}). Runs go on, but nobody is told anything and nobody"
              + " can vote. Install the app again and put its bot token (xoxb-...) into"
              + " SLACK_BOT_TOKEN. I ask Slack again every {} s.",
          code,
          TOKEN.toSeconds());
      state = new State.Refused(clock.instant(), code);
      askAt = clock.instant().plus(TOKEN);
    }
  }

  /**
   * Whether there is sense in calling Slack now.
   *
   * @param question a call that changes nothing; it is asked while Slack is away or refuses, with
   *     growing pauses
   */
  boolean makesSense(Supplier<? extends Answer<?>> question) {
    synchronized (this) {
      if (state instanceof State.Fine) {
        return true;
      }
      var now = clock.instant();
      if (now.isBefore(askAt)) {
        return false;
      }
      askAt = now.plus(pause());
      asked++;
    }
    heard(question.get());
    return state() instanceof State.Fine;
  }

  private Duration pause() {
    if (state instanceof State.Refused) {
      return TOKEN;
    }
    var doubled = SHORTEST.multipliedBy(1L << Math.min(asked, 10));
    return doubled.compareTo(LONGEST) > 0 ? LONGEST : doubled;
  }
}
