package io.countersign.estate;

import java.util.Optional;

/** Looks a database up by name on a server, now. */
@FunctionalInterface
public interface DatabaseLookup {
  /**
   * @throws ServerUnavailable where the server cannot be asked; the message names no secret
   */
  Optional<DatabaseRef> find(ServerRef server, String name);

  /** A server could not be asked. */
  final class ServerUnavailable extends RuntimeException {
    private static final long serialVersionUID = 1;

    public ServerUnavailable(String message) {
      super(message);
    }
  }
}
