package io.countersign.slack;

import io.countersign.action.Catalogue;
import io.countersign.estate.Acting;
import io.countersign.estate.DatabaseRef;
import io.countersign.estate.Registry;
import io.countersign.estate.SecretName;
import io.countersign.estate.ServerRef;
import io.countersign.estate.Tenant;
import io.countersign.estate.TenantRef;
import io.countersign.run.EstateParts;
import io.countersign.support.NoRestore;
import io.countersign.support.SampleEstate;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A registry that knows every tenant one asks for, each with a database. */
final class OneOfEachTenant implements Registry {
  private static final ServerRef SERVER = new ServerRef("medsuite", "pg-1");

  /** The estate of such tenants. */
  static EstateParts estate(Catalogue actions) {
    var estate = SampleEstate.named("medsuite").estate();
    return new EstateParts(
        estate,
        new OneOfEachTenant(),
        (server, name) -> Optional.of(new DatabaseRef(server, 16_503, name)),
        NoRestore.anyMoment(),
        actions);
  }

  @Override
  public List<Tenant> tenants() {
    return List.of();
  }

  @Override
  public Optional<Tenant> tenant(String slug) {
    return Optional.of(
        new Tenant(
            new TenantRef("medsuite", slug),
            slug,
            slug,
            "active",
            "tenant_" + slug,
            SERVER,
            new SecretName("tenant-db-" + slug)));
  }

  @Override
  public Optional<RegisteredServer> server(String name) {
    return Optional.empty();
  }

  @Override
  public boolean setStatus(String slug, String expected, String wanted, String reason, Acting by) {
    return true;
  }

  @Override
  public void invalidate(Tenant tenant) {}

  @Override
  public void audit(
      Tenant tenant, String action, String actor, String key, Map<String, String> detail) {}
}
