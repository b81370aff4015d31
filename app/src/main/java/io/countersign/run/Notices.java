package io.countersign.run;

import io.countersign.Person;
import io.countersign.RunId;

/**
 * That people had the product's processes told again after a run, to which no event is added any
 * more.
 */
public interface Notices {
  /** What is known before one is given. */
  Standing look(RunId run, String request);

  /**
   * Writes down that it was given, in the run's chain, and has the run's thread say so, in one
   * transaction.
   *
   * @param request by which it was asked for: the same again writes nothing
   * @param door by which it was asked for
   */
  void given(RunId run, Person who, String request, String door);

  /**
   * @param known whether this very request has been written down
   * @param given how many there are of the run
   */
  record Standing(boolean known, int given) {}
}
