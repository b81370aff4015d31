package io.countersign.sandbox.postgres;

import java.util.Locale;

/**
 * How a cluster ends: {@code FAST} writes a checkpoint first, {@code IMMEDIATE} leaves recovery to
 * the next start.
 */
public enum StopMode {
  FAST,
  IMMEDIATE;

  String argument() {
    return name().toLowerCase(Locale.ROOT);
  }
}
