package io.countersign.slack;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/** What became of a call to Slack. */
sealed interface Answer<T> {
  record Ok<T>(T value) implements Answer<T> {}

  record RateLimited<T>(Duration pause) implements Answer<T> {}

  /**
   * @param code Slack's own word, such as {@code channel_not_found}
   */
  record Failed<T>(String code) implements Answer<T> {}

  /** No answer, or none that can be read: the call may or may not have been carried out. */
  record Unreachable<T>(String why) implements Answer<T> {}

  default Optional<T> got() {
    return this instanceof Ok<T>(var value) ? Optional.of(value) : Optional.empty();
  }

  default <U> Answer<U> map(Function<T, U> change) {
    return switch (this) {
      case Ok<T>(var value) -> new Ok<>(change.apply(value));
      case RateLimited<T>(var pause) -> new RateLimited<>(pause);
      case Failed<T>(var code) -> new Failed<>(code);
      case Unreachable<T>(var why) -> new Unreachable<>(why);
    };
  }

  /** Why there is no value, in words for people and logs. */
  default String trouble() {
    return switch (this) {
      case Ok<T> _ -> "";
      case RateLimited<T>(var pause) ->
          "rate limited, try again in " + Math.max(1, pause.toSeconds()) + " s";
      case Failed<T>(var code) -> code.replace('_', ' ');
      case Unreachable<T>(var why) -> why;
    };
  }
}
