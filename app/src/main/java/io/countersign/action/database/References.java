package io.countersign.action.database;

import io.countersign.action.ActionFailed;
import io.countersign.estate.DatabaseRef;
import io.countersign.estate.Registry;
import io.countersign.estate.Tenant;
import io.countersign.postgres.Servers;
import java.util.List;
import java.util.Optional;

/** Who refers to a database. A registry or a secret that cannot be read refuses, by throwing. */
final class References {
  private References() {}

  /**
   * Why a database may not go: a tenant of the registry lives in one of that name, or the current
   * secret of one of these tenants leads to it.
   *
   * @param secretsOf the tenants whose secrets are read
   */
  static Optional<String> to(
      DatabaseRef database, Registry registry, Servers servers, List<Tenant> secretsOf)
      throws ActionFailed {
    for (var tenant : registry.tenants()) {
      if (tenant.database().equals(database.name())) {
        return Optional.of("the registry names it as the database of " + tenant.ref());
      }
    }
    for (var tenant : secretsOf) {
      if (servers.login(tenant.secret()).database().equals(database.name())) {
        return Optional.of("the current secret of " + tenant.ref() + " leads to it");
      }
    }
    return Optional.empty();
  }
}
