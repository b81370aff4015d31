package io.countersign.sandbox.postgres;

/**
 * How a local server is set up, and what becomes of its files.
 *
 * @param fsync whether a power failure may not lose data; off in tests, where a killed process
 *     loses nothing either way
 * @param maxConnections limit of sessions of the whole server, 20 to 1000
 * @param deleteOnClose whether closing it, or the end of this JVM, removes its folder
 */
public record ClusterOptions(boolean fsync, int maxConnections, boolean deleteOnClose) {
  public ClusterOptions {
    if (maxConnections < 20 || maxConnections > 1000) {
      throw new IllegalArgumentException("maxConnections is 20 to 1000: " + maxConnections);
    }
  }

  /** Fast, not durable; nothing stays. */
  public static ClusterOptions disposable() {
    return new ClusterOptions(false, 300, true);
  }

  /** Fast, not durable; the files stay, for a later start or to be copied. */
  public static ClusterOptions kept() {
    return new ClusterOptions(false, 300, false);
  }
}
