package io.countersign.estate;

/**
 * Who changes something, as an estate's ports know it: one attempt of a step.
 *
 * @param session what servers call its sessions: {@code cs/<run>/<step>/<attempt>}
 * @param fence asks whether the attempt is still the run's current one, and throws where it is not;
 *     called right before a change
 * @param check throws where the work must end; cheap, for work that takes long
 */
public record Acting(String session, Runnable fence, Runnable check) {
  /** What the sessions of all attempts of its step begin with: {@code cs/<run>/<step>/}. */
  public String prefix() {
    return session.substring(0, session.lastIndexOf('/') + 1);
  }

  /** The attempt's number. */
  public int attempt() {
    return Integer.parseInt(session.substring(session.lastIndexOf('/') + 1));
  }
}
