package io.countersign.postgres;

import java.sql.SQLException;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * Reduces a server's error to what may leave the host: SQLSTATE, primary message, object name.
 * DETAIL, HINT, CONTEXT and WHERE carry rows ({@code DETAIL: Failing row contains (2, John Roe,
 * 999)}) and stay here.
 */
public final class ServerErrors {
  private ServerErrors() {}

  /**
   * One line without rows: {@code 42501 permission denied for schema members (table
   * members.member)}.
   */
  public static String reduced(SQLException error) {
    var state = error.getSQLState() == null ? "?????" : error.getSQLState();
    var server = error instanceof PSQLException it ? it.getServerErrorMessage() : null;
    if (server == null) {
      var untrusted = Verification.refused(error);
      return state + " " + untrusted.orElseGet(() -> firstLine(String.valueOf(error.getMessage())));
    }
    return state + " " + withoutValues(state, server) + objectName(server);
  }

  /**
   * Class 22 (data exceptions) and 23 (constraints) may quote a value in the primary message
   * itself.
   */
  private static String withoutValues(String state, ServerErrorMessage server) {
    var message = firstLine(String.valueOf(server.getMessage()));
    return state.startsWith("22") || state.startsWith("P0")
        ? message.replaceAll("\"[^\"]*\"", "\"…\"").replaceAll("'[^']*'", "'…'")
        : message;
  }

  private static String objectName(ServerErrorMessage server) {
    var name = new StringBuilder();
    if (server.getSchema() != null) {
      name.append(server.getSchema());
    }
    if (server.getTable() != null) {
      name.append(name.isEmpty() ? "" : ".").append(server.getTable());
    }
    if (server.getConstraint() != null) {
      name.append(name.isEmpty() ? "" : ", ").append("constraint ").append(server.getConstraint());
    }
    return name.isEmpty() ? "" : " (" + name + ")";
  }

  private static String firstLine(String text) {
    int end = text.indexOf('\n');
    return end < 0 ? text : text.substring(0, end);
  }
}
