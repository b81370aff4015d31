package io.countersign.action.database;

import io.countersign.estate.Acting;
import io.countersign.estate.Registry;
import io.countersign.estate.Tenant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A registry that is cut off while it changes a reference. */
final class LossyRegistry implements Registry {
  private final Registry real;
  private final Loses loses;
  private final boolean falls;
  private boolean silent;

  /** What gets lost. */
  enum Loses {
    THE_CHANGE,
    THE_ANSWER
  }

  LossyRegistry(Registry real, Loses loses) {
    this(real, loses, false);
  }

  /**
   * @param falls whether nobody reaches it afterwards
   */
  LossyRegistry(Registry real, Loses loses, boolean falls) {
    this.real = real;
    this.loses = loses;
    this.falls = falls;
  }

  void speaks() {
    silent = false;
  }

  private void answer() {
    if (silent) {
      throw new RegistryUnavailable("the registry does not answer", null);
    }
  }

  @Override
  public boolean setReference(String slug, Reference expected, Reference wanted, Acting by) {
    if (loses == Loses.THE_ANSWER && !real.setReference(slug, expected, wanted, by)) {
      throw new AssertionError("the row was another one");
    }
    silent = falls;
    throw new RegistryUnavailable("the registry was cut off", null);
  }

  @Override
  public void endChanges(String prefix, int upTo) {
    answer();
    real.endChanges(prefix, upTo);
  }

  @Override
  public List<Tenant> tenants() {
    answer();
    return real.tenants();
  }

  @Override
  public Optional<Tenant> tenant(String slug) {
    answer();
    return real.tenant(slug);
  }

  @Override
  public Optional<RegisteredServer> server(String name) {
    return real.server(name);
  }

  @Override
  public boolean setStatus(String slug, String expected, String wanted, String reason, Acting by) {
    return real.setStatus(slug, expected, wanted, reason, by);
  }

  @Override
  public void invalidate(Tenant tenant) {
    real.invalidate(tenant);
  }

  @Override
  public void audit(
      Tenant tenant, String action, String actor, String key, Map<String, String> detail) {
    real.audit(tenant, action, actor, key, detail);
  }
}
