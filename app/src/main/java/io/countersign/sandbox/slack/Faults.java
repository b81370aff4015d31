package io.countersign.sandbox.slack;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * What goes wrong, on demand. Each {@code ...Next} strikes one call of that method; several queue
 * up.
 */
public final class Faults {

  /** One planned mishap. */
  sealed interface Fault {
    /** Refused with this error; nothing is done. */
    record Refusal(String error) implements Fault {}

    /** 429; nothing is done. */
    record RateLimited(Duration retryAfter) implements Fault {}

    /** It is done, but the answer breaks off in the middle. */
    record LostAnswer() implements Fault {}

    /** 500; nothing is done. */
    record ServerError() implements Fault {}

    /** It is done, and the caller waits for an answer until it gives up. */
    record Silence(Duration length) implements Fault {}
  }

  /** How often calls that change something are struck at random, in a hundred. */
  private record Weather(RandomGenerator random, int percent) {}

  /** Where in a delivery its socket is cut. */
  enum Cut {
    BEFORE_DELIVERY,
    BEFORE_ACK
  }

  private static final Set<String> STRUCK =
      Set.of(
          "chat.postMessage",
          "chat.update",
          "conversations.history",
          "conversations.replies",
          "conversations.info",
          "conversations.open");

  private static final List<Fault> MISHAPS =
      List.of(
          new Fault.RateLimited(Duration.ofSeconds(2)),
          new Fault.ServerError(),
          new Fault.LostAnswer(),
          new Fault.Refusal("fatal_error"));

  private final Guard guard;
  private final Map<String, Deque<Cut>> cuts = new HashMap<>();
  private final Map<String, Deque<Fault>> planned = new HashMap<>();
  private final Set<String> withheld = new HashSet<>();
  private final Map<Token, String> refusals = new EnumMap<>(Token.class);
  private Optional<Weather> weather = Optional.empty();
  private boolean down;

  /** The two tokens of an app. */
  public enum Token {
    BOT,
    APP
  }

  Faults(Guard guard) {
    this.guard = guard;
  }

  public void failNext(String method, String error) {
    plan(method, new Fault.Refusal(error));
  }

  public void rateLimitNext(String method, Duration retryAfter) {
    plan(method, new Fault.RateLimited(retryAfter));
  }

  /** The message is stored; the caller sees its connection break. */
  public void loseAnswerNext(String method) {
    plan(method, new Fault.LostAnswer());
  }

  public void serverError(String method) {
    plan(method, new Fault.ServerError());
  }

  /** The call is carried out, and its answer does not come for so long. */
  public void silenceNext(String method, Duration length) {
    plan(method, new Fault.Silence(length));
  }

  /**
   * From now on messages, edits and look-ups meet a 429, a 500 or a lost answer at random.
   *
   * @param percent of them; 0 ends it
   */
  public void storm(RandomGenerator random, int percent) {
    guard.changed(() -> weather = Optional.of(new Weather(random, percent)));
  }

  /** Every call with this token is refused with this word, such as {@code token_revoked}. */
  public void refuse(Token token, String error) {
    guard.changed(() -> refusals.put(token, error));
  }

  /** Slack takes the token again. */
  public void accept(Token token) {
    guard.changed(() -> refusals.remove(token));
  }

  Optional<String> refusal(Token token) {
    return guard.read(() -> Optional.ofNullable(refusals.get(token)));
  }

  /**
   * The socket is closed instead of the next delivery.
   *
   * @param kind of the delivery, such as {@code block_actions}
   */
  public void cutSocketBeforeDelivery(String kind) {
    cut(kind, Cut.BEFORE_DELIVERY);
  }

  /** The next delivery arrives, and its socket is closed before the bot can acknowledge it. */
  public void cutSocketBeforeAck(String kind) {
    cut(kind, Cut.BEFORE_ACK);
  }

  private void cut(String kind, Cut cut) {
    guard.changed(() -> cuts.computeIfAbsent(kind, _ -> new ArrayDeque<>()).addLast(cut));
  }

  Optional<Cut> nextCut(String kind) {
    return guard.read(() -> Optional.ofNullable(cuts.get(kind)).map(Deque<Cut>::pollFirst));
  }

  /** While down, every call of the Web API and every response_url breaks off without an answer. */
  public void down(boolean isDown) {
    guard.changed(() -> down = isDown);
  }

  /**
   * The token no longer has this scope: answers do not name it, calls that need it are refused, and
   * what it lets the bot hear is not said.
   */
  public void withholdScope(String scope) {
    guard.changed(() -> withheld.add(scope));
  }

  /** The token has all its scopes again. */
  public void grantAllScopes() {
    guard.changed(withheld::clear);
  }

  boolean isWithheld(String scope) {
    return guard.read(() -> withheld.contains(scope));
  }

  boolean isDown() {
    return guard.read(() -> down);
  }

  Optional<Fault> next(String method) {
    return guard.read(
        () ->
            Optional.ofNullable(planned.get(method))
                .map(Deque<Fault>::pollFirst)
                .or(() -> struck(method)));
  }

  private Optional<Fault> struck(String method) {
    boolean struck =
        weather.filter(it -> it.random().nextInt(100) < it.percent()).isPresent()
            && STRUCK.contains(method);
    return struck
        ? Optional.of(MISHAPS.get(weather.get().random().nextInt(MISHAPS.size())))
        : Optional.empty();
  }

  private void plan(String method, Fault fault) {
    guard.changed(() -> planned.computeIfAbsent(method, _ -> new ArrayDeque<>()).addLast(fault));
  }
}
