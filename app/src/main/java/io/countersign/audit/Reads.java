package io.countersign.audit;

import io.countersign.RunId;
import java.util.Optional;

/** Where it is kept who was shown something that reveals (port). */
public interface Reads {
  /**
   * What was shown.
   *
   * @param who a person's key, or a login of the command line
   * @param door by which it was asked for
   */
  record Read(String who, What what, Optional<RunId> run, String door) {}

  /** What reveals. */
  enum What {
    PLAN,
    EXPORT,
    LOG
  }

  /** Written before it is shown. */
  void record(Read read);
}
