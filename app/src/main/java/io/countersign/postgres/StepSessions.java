package io.countersign.postgres;

import io.countersign.Problem;
import io.countersign.action.ActionFailed;
import java.sql.Connection;
import java.sql.SQLException;

/** The bot's own sessions on a server, known by their application name. */
public final class StepSessions {
  private static final int LOOKS = 1_000;

  private static final String OTHERS =
      """
      SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
       WHERE starts_with(application_name, ?) AND usename = current_user AND pid <> pg_backend_pid()
      """;

  private StepSessions() {}

  /**
   * Ends what earlier attempts of a step left on a server and waits until it is gone: after this
   * nothing of them can change anything any more. The caller's own session stays.
   *
   * @param applicationPrefix {@code cs/<run>/<step>/}
   * @throws ActionFailed where one does not go within about 5 s
   */
  public static void end(Connection session, String applicationPrefix)
      throws ActionFailed, SQLException {
    try (var others = session.prepareStatement(OTHERS)) {
      others.setString(1, applicationPrefix);
      for (int i = 0; i < LOOKS; i++) {
        Databases.execute(session, "SELECT pg_stat_clear_snapshot()");
        try (var row = others.executeQuery()) {
          row.next();
          if (row.getLong(1) == 0) {
            return;
          }
        }
        Databases.pause(session);
      }
    }
    throw new ActionFailed(
        new Problem(
            "ending the sessions of earlier attempts (" + applicationPrefix + ")",
            "at least one does not go.",
            "Look at it in pg_stat_activity, end it, then retry."));
  }
}
