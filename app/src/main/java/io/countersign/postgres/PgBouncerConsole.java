package io.countersign.postgres;

import io.countersign.action.ActionFailed;
import io.countersign.estate.Neighbours.PgBouncer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/**
 * One session on a PgBouncer's admin console. The console knows neither prepared statements nor
 * settings, so the driver must use its simple protocol and set nothing: that is what {@code
 * replication=false} is for, which asks for no replication and makes the driver leave its SETs out.
 */
final class PgBouncerConsole implements AutoCloseable {
  private static final String DATABASE = "pgbouncer";
  private static final String CONNECT_SECONDS = "3";

  private final Connection session;

  private PgBouncerConsole(Connection session) {
    this.session = session;
  }

  /**
   * @param within how long one command may take; then the session is lost, and what was asked for
   *     holds all the same
   */
  static PgBouncerConsole open(Servers servers, PgBouncer pgbouncer, Duration within)
      throws ActionFailed, SQLException {
    var login = servers.login(pgbouncer.login());
    var settings = new Properties();
    settings.setProperty("user", login.user());
    settings.setProperty("password", login.password().reveal());
    settings.setProperty("preferQueryMode", "simple");
    settings.setProperty("replication", "false");
    settings.setProperty("connectTimeout", CONNECT_SECONDS);
    settings.setProperty("loginTimeout", CONNECT_SECONDS);
    settings.setProperty("logServerErrorDetail", "false");
    var session =
        DriverManager.getConnection(
            "jdbc:postgresql://" + pgbouncer.host() + ":" + pgbouncer.port() + "/" + DATABASE,
            settings);
    try {
      session.setNetworkTimeout(Runnable::run, Math.toIntExact(within.toMillis()));
    } catch (SQLException lost) {
      session.close();
      throw lost;
    }
    return new PgBouncerConsole(session);
  }

  /**
   * A name under which clients reach a database through it.
   *
   * @param paused whether it holds its clients now, or is about to
   */
  record Entry(String name, boolean paused) {}

  /** All names that lead to databases of this name; without one nobody has come this way yet. */
  List<Entry> entries(String database) throws SQLException {
    var entries = new ArrayList<Entry>();
    try (var statement = session.createStatement();
        var rows = statement.executeQuery("SHOW DATABASES")) {
      while (rows.next()) {
        if (database.equals(rows.getString("database"))) {
          entries.add(new Entry(rows.getString("name"), rows.getInt("paused") != 0));
        }
      }
    }
    return entries;
  }

  /** Holds new statements of clients and returns when those that run have ended. */
  void pause(Entry entry) throws SQLException {
    execute("PAUSE ", entry);
  }

  /** Lets clients go on; not to be asked where they are not held. */
  void resume(Entry entry) throws SQLException {
    execute("RESUME ", entry);
  }

  /** Has every session with the server replaced as soon as no client uses it. */
  void reconnect(Entry entry) throws SQLException {
    execute("RECONNECT ", entry);
  }

  private void execute(String command, Entry entry) throws SQLException {
    try (var statement = session.createStatement()) {
      statement.execute(command + Identifiers.quoted(entry.name()));
    }
  }

  @Override
  public void close() throws SQLException {
    session.close();
  }
}
