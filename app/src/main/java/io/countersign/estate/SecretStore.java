package io.countersign.estate;

import io.countersign.Problem;

/**
 * Where an estate keeps its logins. Read when needed, never cached beyond one attempt, never
 * logged.
 */
public interface SecretStore {
  /**
   * The login stored under a name.
   *
   * @throws SecretUnavailable where it is missing, unreadable or not a login, with the remedy
   */
  Login login(SecretName name) throws SecretUnavailable;

  /** Why a secret could not be read. */
  final class SecretUnavailable extends Exception {
    private static final long serialVersionUID = 1;
    private final transient Problem problem;

    public SecretUnavailable(Problem problem) {
      super(problem.line());
      this.problem = problem;
    }

    public Problem problem() {
      return problem;
    }
  }
}
