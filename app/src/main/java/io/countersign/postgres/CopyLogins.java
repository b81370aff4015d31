package io.countersign.postgres;

import io.countersign.Secret;
import io.countersign.estate.Login;
import io.countersign.estate.LoginTrial;
import java.sql.Connection;
import java.sql.SQLException;
import org.postgresql.PGConnection;

/** Knocks at servers' copies that a service made. */
public final class CopyLogins implements LoginTrial {
  private static final String SESSION = "cs/restorer";
  private static final String WRONG_PASSWORD = "28P01";

  @Override
  public Answer knock(Login login) {
    return with(login, _ -> {});
  }

  @Override
  public Answer give(Login administrator, String role, Secret password) {
    return with(
        administrator,
        session ->
            session
                .unwrap(PGConnection.class)
                .alterUserPassword(role, password.reveal().toCharArray(), "scram-sha-256"));
  }

  private interface Visit {
    void make(Connection session) throws SQLException;
  }

  private static Answer with(Login login, Visit visit) {
    try (var session = Servers.connect(login, SESSION)) {
      visit.make(session);
      return new Answer.Accepted();
    } catch (SQLException error) {
      return WRONG_PASSWORD.equals(error.getSQLState())
          ? new Answer.WrongPassword()
          : new Answer.NotYet(ServerErrors.reduced(error));
    }
  }
}
