package io.countersign.sandbox.azure;

import io.countersign.Secret;
import java.time.Instant;

/** What really happens when the stand-in is asked to restore a server. */
public interface Backing {
  /**
   * One copy that is asked for.
   *
   * @param run from its tags, empty where they do not say
   */
  record Wanted(String name, String source, Instant target, String run) {}

  void begin(Wanted wanted);

  /** Called at each look at the operation or the server; may take a step. */
  State look(String name);

  /** The administrator's password is set. */
  void password(String name, String administrator, Secret password);

  void remove(String name);

  /** How far a copy is. */
  sealed interface State {
    record Making() implements State {}

    /**
     * @param address as the resource manager names it, perhaps with a port
     */
    record Made(String address) implements State {}

    record Failed(String code, String message) implements State {}
  }
}
