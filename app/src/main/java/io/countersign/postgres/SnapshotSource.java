package io.countersign.postgres;

import io.countersign.action.Stop;
import io.countersign.estate.Login;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * A database to be read by several sessions as of one moment. The first session exports its
 * snapshot and holds it open; all others, pg_dump's too, take it over. Nothing is ever written.
 */
final class SnapshotSource implements AutoCloseable {
  private static final int LOCKED_AT_ONCE = 200;

  private final Login login;
  private final String application;
  private final Connection holder;
  private final String snapshot;

  private SnapshotSource(Login login, String application, Connection holder, String snapshot) {
    this.login = login;
    this.application = application;
    this.holder = holder;
    this.snapshot = snapshot;
  }

  /**
   * Opens it.
   *
   * @param login with the database
   */
  static SnapshotSource open(Login login, String application, Stop stop) throws SQLException {
    var holder = Databases.endingWith(stop, Servers.connect(login, application));
    try {
      CopySettings.ofSource(holder);
      beginReading(holder);
      try (var statement = holder.createStatement();
          var row = statement.executeQuery("SELECT pg_export_snapshot()")) {
        row.next();
        return new SnapshotSource(login, application, holder, row.getString(1));
      }
    } catch (SQLException refused) {
      holder.close();
      throw refused;
    }
  }

  private static void beginReading(Connection session) throws SQLException {
    session.setAutoCommit(false);
    Databases.execute(session, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
  }

  /** The session that holds the snapshot, inside its transaction. */
  Connection session() {
    return holder;
  }

  /** The snapshot's name, for {@code pg_dump --snapshot}. */
  String snapshot() {
    return snapshot;
  }

  /** One more session that sees exactly what the first one sees, inside its transaction. */
  Connection another(Stop stop) throws SQLException {
    var session = Databases.endingWith(stop, Servers.connect(login, application));
    try {
      CopySettings.ofSource(session);
      beginReading(session);
      Databases.execute(session, "SET TRANSACTION SNAPSHOT " + Identifiers.literal(snapshot));
      return session;
    } catch (SQLException refused) {
      session.close();
      throw refused;
    }
  }

  /** Keeps the tables from being altered or dropped until this is closed. */
  void lock(List<StreamTable> tables) throws SQLException {
    for (int i = 0; i < tables.size(); i += LOCKED_AT_ONCE) {
      var some = tables.subList(i, Math.min(tables.size(), i + LOCKED_AT_ONCE));
      var names = some.stream().map(it -> "ONLY " + it.table().quoted()).toList();
      Databases.execute(holder, "LOCK TABLE " + String.join(", ", names) + " IN ACCESS SHARE MODE");
    }
  }

  @Override
  public void close() throws SQLException {
    holder.close();
  }
}
