package io.countersign.action.database;

import io.countersign.Problem;
import io.countersign.action.ActionFailed;
import io.countersign.action.Visit;
import io.countersign.estate.DatabaseRef;
import io.countersign.estate.Registry;
import io.countersign.postgres.Databases;
import io.countersign.postgres.ServerErrors;
import io.countersign.postgres.Servers;
import java.sql.SQLException;

/** The tenant's own user and password, tried on a restored database. */
final class TenantLogin {
  private TenantLogin() {}

  /**
   * Logs in to the database on its server, and leaves.
   *
   * @throws ActionFailed where the login is refused
   */
  static void test(
      Servers servers, Registry registry, Visit<?> visit, DatabaseRef restored, String doing)
      throws ActionFailed {
    var slug = visit.tenant().slug();
    var tenant = registry.tenant(slug);
    if (tenant.isEmpty()) {
      throw new ActionFailed(
          new Problem(doing, "the registry no longer knows " + slug + ".", "Check the registry."));
    }
    var own = servers.login(tenant.get().secret());
    var server = servers.login(restored.server());
    var login = server.withDatabase(restored.name()).as(own);
    try (var session = servers.open(login, visit.applicationName())) {
      Databases.number(session, "SELECT 1");
    } catch (SQLException refused) {
      throw new ActionFailed(
          new Problem(
              "logging in to " + restored.name() + " with the tenant's own secret",
              "the server answered: " + ServerErrors.reduced(refused) + ".",
              "Check the tenant's role, its password and its right to connect; then retry."));
    }
  }
}
