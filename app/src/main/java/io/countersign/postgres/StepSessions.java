package io.countersign.postgres;

import io.countersign.Problem;
import io.countersign.action.ActionFailed;
import io.countersign.action.Attempt;
import io.countersign.estate.ServerRef;
import java.sql.Connection;
import java.sql.SQLException;

/** The bot's own sessions on a server, known by their application name. */
public final class StepSessions {
  private static final int LOOKS = 6_000;

  private static final String OTHERS =
      """
      SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
       WHERE starts_with(application_name, ?) AND usename = current_user AND pid <> pg_backend_pid()
         AND CAST((regexp_match(application_name, '/(\\d{1,9})$'))[1] AS int) <= ?
      """;

  private StepSessions() {}

  /**
   * All that is to be cleared of steps that leave nothing but sessions.
   *
   * @param doing for the message of a failure
   * @throws IllegalStateException where they cannot be ended
   */
  public static void clear(Servers servers, Attempt<?> attempt, ServerRef server, String doing) {
    ServerWork.clearing(
        doing,
        () -> {
          var name = attempt.visit().applicationName();
          try (var session = servers.open(server, Servers.MAINTENANCE, name)) {
            end(session, attempt);
            return server;
          }
        });
  }

  /**
   * Ends what an attempt and those before it left on a server and waits until it is gone: after
   * this nothing of them can change anything any more. The caller's own session stays, and so do
   * those of later attempts: a process that stood still and clears up late must not end the work of
   * whoever took its run over.
   *
   * @throws ActionFailed where one does not go within about 30 s
   */
  public static void end(Connection session, Attempt<?> attempt) throws ActionFailed, SQLException {
    attempt.fence();
    var visit = attempt.visit();
    if (!ended(session, visit.applicationPrefix(), visit.attempt())) {
      throw new ActionFailed(
          new Problem(
              "ending the sessions of earlier attempts (" + visit.applicationPrefix() + ")",
              "at least one does not go.",
              "Look at it in pg_stat_activity, end it, then retry."));
    }
  }

  /**
   * Ends the sessions of a step's attempts up to one, and waits until they are gone.
   *
   * @return false where one does not go within about 30 s
   */
  static boolean ended(Connection session, String prefix, int upTo) throws SQLException {
    try (var others = session.prepareStatement(OTHERS)) {
      others.setString(1, prefix);
      others.setInt(2, upTo);
      for (int i = 0; i < LOOKS; i++) {
        Databases.execute(session, "SELECT pg_stat_clear_snapshot()");
        try (var row = others.executeQuery()) {
          row.next();
          if (row.getLong(1) == 0) {
            return true;
          }
        }
        Databases.pause(session);
      }
    }
    return false;
  }
}
