package io.countersign.support;

import io.countersign.action.Catalogue;
import io.countersign.estate.Acting;
import io.countersign.estate.DatabaseRef;
import io.countersign.estate.Registry;
import io.countersign.estate.SecretName;
import io.countersign.estate.ServerRef;
import io.countersign.estate.ServerRestorer;
import io.countersign.estate.Tenant;
import io.countersign.estate.TenantRef;
import io.countersign.run.EstateParts;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/** A registry in memory with the tenants that a test gives it, all on one server. */
public final class SomeTenants implements Registry {
  public static final ServerRef SERVER = new ServerRef("medsuite", "pg-1");

  private final String estate;
  private final Map<String, Tenant> tenants = new ConcurrentSkipListMap<>();
  private volatile @Nullable RegistryUnavailable away;

  public SomeTenants(String estate) {
    this.estate = estate;
  }

  public SomeTenants with(String slug, String displayName) {
    tenants.put(
        slug,
        new Tenant(
            new TenantRef(estate, slug),
            slug,
            displayName,
            "active",
            "tenant_" + slug,
            SERVER,
            new SecretName("tenant-db-" + slug)));
    return this;
  }

  /** Cannot be asked from now on; null brings it back. */
  public void away(@Nullable RegistryUnavailable why) {
    away = why;
  }

  /** An estate of these tenants, without actions. */
  public EstateParts estate(ServerRestorer.Window window) {
    return estate(window, new Catalogue(List.of()));
  }

  public EstateParts estate(ServerRestorer.Window window, Catalogue actions) {
    return new EstateParts(
        SampleEstate.named(estate).estate(),
        this,
        (server, name) -> Optional.of(new DatabaseRef(server, 16_503, name)),
        new NoRestore(window),
        actions);
  }

  private void require() {
    var why = away;
    if (why != null) {
      throw why;
    }
  }

  @Override
  public List<Tenant> tenants() {
    require();
    return List.copyOf(tenants.values());
  }

  @Override
  public Optional<Tenant> tenant(String slug) {
    require();
    return Optional.ofNullable(tenants.get(slug));
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
