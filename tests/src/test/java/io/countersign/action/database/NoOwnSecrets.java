package io.countersign.action.database;

import io.countersign.estate.Login;
import io.countersign.estate.OwnSecrets;
import io.countersign.estate.SecretName;
import java.util.Optional;

/** A store in which nothing is and nothing may be made. */
class NoOwnSecrets implements OwnSecrets {
  @Override
  public Optional<Version> current(SecretName name) {
    return Optional.empty();
  }

  @Override
  public Version make(SecretName name, Login login, String owner) {
    throw new AssertionError("nobody makes " + name);
  }

  @Override
  public void remove(SecretName name, String owner) {
    throw new AssertionError("nobody removes " + name);
  }
}
