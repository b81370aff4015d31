package io.countersign.runbook;

import java.util.Locale;

/** The closed set of types that parameters, inputs and outputs have. */
public enum ValueType {
  TEXT,
  INT,
  BOOLEAN,
  INSTANT,
  DURATION,
  CHOICE,
  SIZE,
  TENANT,
  SERVER,
  DATABASE,
  SECRET_NAME,
  BACKUP;

  /** The word in YAML: {@code secret-name}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * Whether a value of this type may be given where {@code wanted} is asked for: equal, or a choice
   * for a text.
   */
  public boolean fits(ValueType wanted) {
    return this == wanted || (this == CHOICE && wanted == TEXT);
  }
}
