package io.countersign.action;

/** What a probe found. */
public sealed interface Finding<O extends Record> {
  record Done<O extends Record>(O outputs, String said) implements Finding<O> {}

  record NotDone<O extends Record>() implements Finding<O> {}

  /**
   * Under way, without the bot: the same attempt is visited again, and finds it by its intent.
   *
   * @param said a clause for people
   */
  record Going<O extends Record>(String said) implements Finding<O> {}

  record Unknown<O extends Record>(String check) implements Finding<O> {}
}
