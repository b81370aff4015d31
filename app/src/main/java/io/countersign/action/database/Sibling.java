package io.countersign.action.database;

import io.countersign.Problem;
import io.countersign.action.ActionFailed;
import io.countersign.action.Visit;
import io.countersign.estate.DatabaseRef;
import io.countersign.estate.Registry;
import io.countersign.estate.Registry.Reference;
import io.countersign.estate.SecretName;
import io.countersign.postgres.DatabaseDrop;
import io.countersign.postgres.Databases;
import io.countersign.postgres.Obstacles;
import io.countersign.postgres.Servers;
import io.countersign.postgres.TenantDatabases;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/**
 * A sibling before it goes: its database must bear its OID and name, and nothing but the sibling's
 * own row and secret may lead to it. Whoever pointed a tenant to it since has made it that tenant's
 * home. Changes nothing.
 */
final class Sibling {
  private static final Duration ANSWERED_WITHIN = Duration.ofSeconds(10);
  private final Servers servers;
  private final Registry registry;

  Sibling(Servers servers, Registry registry) {
    this.servers = servers;
    this.registry = registry;
  }

  Servers servers() {
    return servers;
  }

  /** What is to go. */
  record Body(DatabaseRef database, String slug, SecretName secret) {
    Reference reference() {
      return new Reference(database.name(), secret);
    }
  }

  Connection session(Visit<?> visit, DatabaseRef database) throws ActionFailed, SQLException {
    return Databases.answeringWithin(
        ANSWERED_WITHIN,
        servers.open(database.server(), Servers.MAINTENANCE, visit.applicationName()));
  }

  /**
   * Its identity, for an intent.
   *
   * @throws ActionFailed with the reason where it may not go; nothing was changed
   */
  Map<String, String> mayGo(Visit<?> visit, Connection session, Body body)
      throws ActionFailed, SQLException {
    var database = body.database();
    Databases.requirePrimary(session, database.server().name());
    var bearing = KeptDatabase.bearing(session, database);
    requireApart(visit, body);
    var standing = Obstacles.standing(session, bearing.name());
    if (!standing.isEmpty()) {
      var first = standing.getFirst();
      throw refused(body, first.what() + " (" + first.remedy() + ")");
    }
    var facts = new TreeMap<String, String>();
    facts.put("server", servers.identity(database.server()));
    facts.put("server.system", TenantDatabases.server(session).systemIdentifier());
    facts.put("database.oid", Long.toString(database.oid()));
    facts.put("database.name", database.name());
    facts.put("drop.name", DatabaseDrop.dropName(database));
    facts.put("sibling.slug", body.slug());
    facts.put("sibling.secret", body.secret().value());
    return facts;
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

  static ActionFailed refused(Body body, String why) {
    return new ActionFailed(
        new Problem(
            "looking whether " + body.database().name() + " may go",
            why + ". Nothing was changed.",
            "It stays. Find out who uses it; it is asked about again."));
  }
}
