package io.countersign.estate;

import java.util.List;

/**
 * What stands beside one server and has to hear of a swap: otherwise pooled clients are cut off
 * instead of held, and sessions on standbys go on reading the old rows.
 *
 * @param pgbouncers those through which the product reaches the server, by their admin consoles
 * @param replicas its physical standbys
 */
public record Neighbours(List<PgBouncer> pgbouncers, List<Replica> replicas) {
  public static final Neighbours NONE = new Neighbours(List.of(), List.of());

  public Neighbours {
    pgbouncers = List.copyOf(pgbouncers);
    replicas = List.copyOf(replicas);
  }

  /**
   * An admin console.
   *
   * @param login the secret of one of its {@code admin_users}; its user and password are used
   */
  public record PgBouncer(String host, int port, SecretName login) {
    @Override
    public String toString() {
      return host + ":" + port;
    }
  }

  /** A physical standby; the bot's login on its primary leads into it as well. */
  public record Replica(String host, int port) {
    @Override
    public String toString() {
      return host + ":" + port;
    }
  }
}
