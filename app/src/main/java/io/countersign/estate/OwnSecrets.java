package io.countersign.estate;

import io.countersign.estate.SecretStore.SecretUnavailable;
import java.util.Optional;

/**
 * Secrets that runs make, as beside those that the estate had before: a tenant's reference is led
 * to a new one, and the old one is never written over, so the way back is only the reference again.
 *
 * <p>Each method may throw {@link SecretUnavailable}, with the remedy: the role that is missing, a
 * name that is soft-deleted, a store that is only mounted.
 */
public interface OwnSecrets {

  /**
   * A secret in one of its versions.
   *
   * @param version the store's own word for it
   */
  record Version(SecretName name, String version) {}

  /**
   * The version that is current now, of whoever's secret; empty where there is none of the name.
   */
  Optional<Version> current(SecretName name) throws SecretUnavailable;

  /**
   * Stores a login under a new name. Repeatable: where the owner made it already with this login,
   * that one is answered; with another login it gets a new version. Somebody else's is refused.
   *
   * @param owner run and step, kept with the secret
   */
  Version make(SecretName name, Login login, String owner) throws SecretUnavailable;

  /**
   * Why no run could store a secret here, a clause, as far as that can be told without trying;
   * empty where nothing speaks against it.
   */
  default Optional<String> unwritable() {
    return Optional.empty();
  }

  /** Removes what the owner made; nothing happens where it is not there or somebody else's. */
  void remove(SecretName name, String owner) throws SecretUnavailable;
}
