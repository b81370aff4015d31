package io.countersign.doctor;

/** What one check came to. */
public sealed interface Result {
  /** What was looked at. */
  String what();

  /**
   * @param seen what was found there
   */
  record Fine(String what, String seen) implements Result {}

  /**
   * @param wrong a sentence
   * @param remedy what to do, a sentence
   */
  record Finding(String what, String wrong, String remedy) implements Result {}

  /**
   * Something that could not be looked at, because of a finding or of what was not asked for.
   *
   * @param why a clause
   */
  record NotSeen(String what, String why) implements Result {}

  /** One line for a person. */
  default String line() {
    return switch (this) {
      case Fine(var what, var seen) -> "ok · " + what + " · " + seen;
      case Finding(var what, var wrong, var remedy) ->
          "finding · " + what + " · " + wrong + " Remedy: " + remedy;
      case NotSeen(var what, var why) -> "not looked at · " + what + " · " + why;
    };
  }
}
