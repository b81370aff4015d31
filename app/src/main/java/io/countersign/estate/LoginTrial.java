package io.countersign.estate;

import io.countersign.Secret;

/** Whether a server lets somebody in; for copies, whose passwords are those of a past moment. */
public interface LoginTrial {
  /** How a server answered. */
  sealed interface Answer {
    record Accepted() implements Answer {}

    /** The password is not the one the server has. */
    record WrongPassword() implements Answer {}

    /**
     * @param why a clause, reduced
     */
    record NotYet(String why) implements Answer {}
  }

  Answer knock(Login login);

  /**
   * Gives a role a password. The server gets its hash alone.
   *
   * @param administrator who may do that
   */
  Answer give(Login administrator, String role, Secret password);
}
