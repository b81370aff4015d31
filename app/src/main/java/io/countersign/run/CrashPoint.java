package io.countersign.run;

/**
 * A place in the engine at which a test may pull the plug: after every append and around every
 * effect. In production nothing is listening.
 */
@FunctionalInterface
public interface CrashPoint {
  CrashPoint NONE = _ -> {};

  /**
   * @param where {@code started cutover/1}, {@code acted cutover/1}, {@code appended StepSucceeded}
   */
  void reached(String where);
}
