package io.countersign.estate;

import io.countersign.Problem;
import io.countersign.Role;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An estate's tenant registry: a closed set of named queries from the estate's file. Every method
 * is one short transaction, unless the file has a command of the product's own for it. A registry
 * that cannot be reached throws {@link RegistryUnavailable}.
 */
public interface Registry {
  List<Tenant> tenants();

  Optional<Tenant> tenant(String slug);

  /** The servers that the registry knows. */
  Optional<RegisteredServer> server(String name);

  /**
   * Changes a status by compare-and-set.
   *
   * @param by its fence is called right before the change
   * @return whether exactly the row with the expected status was changed; false where somebody
   *     changed it meanwhile
   */
  boolean setStatus(String slug, String expected, String wanted, String reason, Acting by);

  /**
   * Leads a tenant elsewhere, by compare-and-set: which database the product opens, and with which
   * secret. Where the answer is lost, {@link #endChanges} and a look at the tenant tell what came
   * of it.
   *
   * @param by names the session that does it; its fence is called when that session stands, right
   *     before the change. Whoever takes over ends the session before it looks, so a change comes
   *     before that look or never
   * @return whether exactly the row with the expected reference was changed; false where somebody
   *     changed it meanwhile
   */
  default boolean setReference(String slug, Reference expected, Reference wanted, Acting by) {
    throw new RegistryUnavailable("This registry has no query set-reference.", null);
  }

  /**
   * Ends the sessions and the commands that earlier attempts of one step may have left; when it
   * returns, none of them changes anything any more.
   *
   * @param prefix what their names begin with: {@code cs/<run>/<step>/}
   * @param upTo the last attempt that is meant
   */
  default void endChanges(String prefix, int upTo) {
    throw new RegistryUnavailable("This registry has no query set-reference.", null);
  }

  /**
   * Enrols a sibling of a tenant: a row of its own, on the same server. A slug that is taken is
   * left as it is.
   *
   * @param by as for {@link #setReference}
   * @return whether the row was written
   */
  default boolean enrol(Sibling sibling, Acting by) {
    throw new RegistryUnavailable("This registry has no query enrol.", null);
  }

  /**
   * Takes a sibling's row out of use, by compare-and-set: afterwards no tenant of the registry has
   * this reference.
   *
   * @return whether exactly the row with that slug and reference was changed
   */
  default boolean withdraw(String slug, Reference reference, Acting by) {
    throw new RegistryUnavailable("This registry has no query withdraw.", null);
  }

  /**
   * A tenant beside another one, made of its past.
   *
   * @param beside the slug of the tenant whose past it is
   * @param status one of the estate's words
   */
  record Sibling(
      String slug,
      String displayName,
      String beside,
      Reference reference,
      String status,
      String reason) {}

  /** What leads the product to a tenant's database: its name, and the secret with the login. */
  record Reference(String database, SecretName secret) {
    public static Reference of(Tenant tenant) {
      return new Reference(tenant.database(), tenant.secret());
    }

    @Override
    public String toString() {
      return database + " by " + secret;
    }
  }

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

  /**
   * The registry could not be asked, or what should have changed it did not. The message holds no
   * row and no secret.
   */
  final class RegistryUnavailable extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final transient Problem problem;

    public RegistryUnavailable(String message, @Nullable Throwable cause) {
      super(message, cause);
      this.problem =
          new Problem(
              "asking the tenant registry",
              "the tenant registry cannot be asked: " + message + ".",
              "Bring the registry back, then retry.");
    }

    /** It can be asked; a change of it failed like this. */
    public RegistryUnavailable(Problem problem) {
      super(problem.happened());
      this.problem = problem;
    }

    /** As people are told it. */
    public Problem problem(String doing) {
      return new Problem(doing, problem.happened(), problem.next());
    }
  }
}
