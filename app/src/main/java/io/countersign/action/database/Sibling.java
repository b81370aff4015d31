package io.countersign.action.database;

import io.countersign.action.ActionFailed;
import io.countersign.action.Visit;
import io.countersign.estate.DatabaseRef;
import io.countersign.estate.Registry;
import io.countersign.estate.Registry.Reference;
import io.countersign.estate.SecretName;
import io.countersign.postgres.Servers;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;

/**
 * A sibling before it goes: its database must bear its OID and name, and nothing but the sibling's
 * own row and secret may lead to it. Whoever pointed a tenant to it since has made it that tenant's
 * home. Changes nothing.
 */
final class Sibling {
  private static final String NEXT = "it is asked about again.";
  private final Servers servers;
  private final Registry registry;

  Sibling(Servers servers, Registry registry) {
    this.servers = servers;
    this.registry = registry;
  }

  /** What is to go. */
  record Body(DatabaseRef database, String slug, SecretName secret) {
    Reference reference() {
      return new Reference(database.name(), secret);
    }
  }

  /**
   * Its identity, for an intent.
   *
   * @throws ActionFailed with the reason where it may not go; nothing was changed
   */
  Map<String, String> mayGo(Visit<?> visit, Connection session, Body body)
      throws ActionFailed, SQLException {
    var database = body.database();
    var bearing = Doomed.bearing(session, database);
    requireApart(visit, body);
    Doomed.requireNothingStanding(session, database, bearing, NEXT);
    return Doomed.identity(
        servers,
        session,
        database,
        Map.of("sibling.slug", body.slug(), "sibling.secret", body.secret().value()));
  }

  /** Neither the tenant's own database nor anybody else's, by any sign. */
  void requireApart(Visit<?> visit, Body body) throws ActionFailed {
    if (!body.slug().startsWith(visit.tenant().slug() + "-")) {
      throw refused(body, body.slug() + " is no sibling of " + visit.tenant().slug());
    }
    for (var tenant : registry.tenants()) {
      if (tenant.ref().slug().equals(body.slug())) {
        if (!Reference.of(tenant).equals(body.reference())) {
          throw refused(
              body, "the registry leads " + body.slug() + " to " + Reference.of(tenant) + " now");
        }
        continue;
      }
      if (tenant.database().equals(body.database().name())) {
        throw refused(body, "the registry names it as the database of " + tenant.ref());
      }
      if (servers.login(tenant.secret()).database().equals(body.database().name())) {
        throw refused(body, "the current secret of " + tenant.ref() + " leads to it");
      }
    }
  }

  private static ActionFailed refused(Body body, String why) {
    return Doomed.refused(body.database(), why, NEXT);
  }
}
