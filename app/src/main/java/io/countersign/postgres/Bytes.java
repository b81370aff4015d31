package io.countersign.postgres;

import java.util.Locale;

/** Sizes for people. */
final class Bytes {
  private Bytes() {}

  /** {@code 350 MB}, {@code 11.8 GB}. */
  static String shown(long bytes) {
    return bytes < 1_000_000_000L
        ? Math.ceilDiv(bytes, 1_000_000L) + " MB"
        : String.format(Locale.ROOT, "%.1f GB", bytes / 1e9);
  }
}
