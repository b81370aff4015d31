package io.countersign.estate;

/** Whether sessions with PostgreSQL are encrypted, and whose word for a server's name is taken. */
public sealed interface Tls {
  /** What the servers offer, unverified: those on the bot's own host or in its own network. */
  record AsOffered() implements Tls {}

  /**
   * Encrypted, with a certificate that was issued for the very name: {@code sslmode=verify-full}.
   *
   * @param authorities a file with those to trust, in PEM; empty: those of the Java runtime
   */
  record Verified(String authorities) implements Tls {}
}
