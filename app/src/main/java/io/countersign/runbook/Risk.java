package io.countersign.runbook;

/** What an action can destroy. */
public enum Risk {
  /** Destroys nothing. */
  SAFE,
  /**
   * Destroys only what this run made: recorded id and recorded name, never live, never referenced.
   */
  OWNED,
  /**
   * Never starts without an approved gate for the very digest of what it will do, whatever the YAML
   * says.
   */
  DESTRUCTIVE
}
