package io.countersign.estate;

import io.countersign.Role;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An estate's tenant registry: a closed set of named queries from the estate's file. Every method
 * is one short transaction. A registry that cannot be reached throws {@link RegistryUnavailable}.
 */
public interface Registry {
  List<Tenant> tenants();

  Optional<Tenant> tenant(String slug);

  /** The servers that the registry knows. */
  Optional<RegisteredServer> server(String name);

  /**
   * Changes a status by compare-and-set.
   *
   * @return whether exactly the row with the expected status was changed; false where somebody
   *     changed it meanwhile
   */
  boolean setStatus(String slug, String expected, String wanted, String reason);

  /** Tells every process of the product that a tenant changed ({@code pg_notify} in medsuite). */
  void invalidate(Tenant tenant);

  /**
   * Writes one row into the product's own audit table, once: a row with the same key is not written
   * again.
   *
   * @param key unique for this entry: run and step
   */
  void audit(Tenant tenant, String action, String actor, String key, Map<String, String> detail);

  /**
   * Ids of the people who hold a role, as the workspace knows them; for estates whose registry says
   * who may countersign.
   */
  default List<String> holders(Role role) {
    throw new RegistryUnavailable("This registry has no query roster.", null);
  }

  /** A server as the registry describes it; the administrator's login stands in the secret. */
  record RegisteredServer(ServerRef ref, String host, int port, SecretName adminSecret) {}

  /** The registry could not be asked. The message holds no row and no secret. */
  final class RegistryUnavailable extends RuntimeException {
    private static final long serialVersionUID = 1;

    public RegistryUnavailable(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }
}
