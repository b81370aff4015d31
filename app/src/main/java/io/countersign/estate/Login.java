package io.countersign.estate;

import io.countersign.Secret;

/**
 * A login to one PostgreSQL server, perhaps to one database of it.
 *
 * @param password revealed when a session begins and not before: it may be one that does not last
 */
public record Login(String host, int port, String database, String user, Secret password, Tls tls) {
  public Login {
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("a port is 1 to 65535: " + port);
    }
  }

  /** With TLS as the server offers it; an estate's store of secrets asks for the estate's. */
  public Login(String host, int port, String database, String user, Secret password) {
    this(host, port, database, user, password, new Tls.AsOffered());
  }

  public Login withDatabase(String other) {
    return new Login(host, port, other, user, password, tls);
  }

  /** The same, reached elsewhere. */
  public Login at(String otherHost, int otherPort) {
    return new Login(otherHost, otherPort, database, user, password, tls);
  }

  /** Somebody else on the same server and database. */
  public Login as(Login other) {
    return as(other.user(), other.password());
  }

  public Login as(String otherUser, Secret otherPassword) {
    return new Login(host, port, database, otherUser, otherPassword, tls);
  }

  public Login with(Tls other) {
    return new Login(host, port, database, user, password, other);
  }
}
