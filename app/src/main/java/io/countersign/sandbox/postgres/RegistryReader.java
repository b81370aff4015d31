package io.countersign.sandbox.postgres;

import io.countersign.estate.Login;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** One shared session of the product's processes on the registry. */
final class RegistryReader implements AutoCloseable {
  private final Login login;
  private @Nullable Connection session;

  RegistryReader(Login login) {
    this.login = login;
  }

  /** A tenant's status word; {@code suspended} where the registry does not know it. */
  synchronized String status(String slug) throws SQLException {
    var open = session == null ? LocalCluster.open(login) : session;
    session = open;
    try (var query = open.prepareStatement("SELECT status FROM identity.tenant WHERE slug = ?")) {
      query.setString(1, slug);
      try (var rows = query.executeQuery()) {
        return rows.next() ? rows.getString(1) : "suspended";
      }
    } catch (SQLException failed) {
      close();
      throw failed;
    }
  }

  @Override
  public synchronized void close() {
    Sessions.closeQuietly(session);
    session = null;
  }
}
