package io.countersign.estate;

import io.countersign.Secret;

/** A login to one PostgreSQL server, perhaps to one database of it. */
public record Login(String host, int port, String database, String user, Secret password) {
  public Login {
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("a port is 1 to 65535: " + port);
    }
  }

  public Login withDatabase(String other) {
    return new Login(host, port, other, user, password);
  }
}
