package io.countersign.support;

import io.countersign.RunId;
import io.countersign.action.Visit;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.TreeMap;

/**
 * What was done to the world, as rows in a database that is not the bot's: the oracle of what
 * happened how often. A destructive effect names the order that allowed it and is never removed.
 */
final class Effects implements AutoCloseable {
  private final OurDatabase journal;
  private final Connection target;

  Effects(OurDatabase journal) {
    this.journal = journal;
    var name = "target_" + journal.one("SELECT current_database()");
    journal.execute("CREATE DATABASE " + name);
    try {
      target = OurDatabase.cluster().admin(name);
      execute(
          """
          CREATE TABLE effect (
            run text NOT NULL, step text NOT NULL, attempt int NOT NULL, order_digest text,
            at timestamptz NOT NULL DEFAULT clock_timestamp())\
          """);
    } catch (SQLException broken) {
      throw new IllegalStateException(broken);
    }
  }

  /** A second row for one order is what must never be; nothing here hinders it. */
  void destroyed(Visit<?> visit) {
    var digest =
        journal.one(
            "SELECT string_agg(digest, '') FROM countersign.gate WHERE run = '%s' AND step = '%s' AND status = 'APPROVED'"
                .formatted(visit.run(), visit.step()));
    execute(
        "INSERT INTO effect VALUES (?, ?, ?, ?)",
        visit.run().value(),
        visit.step(),
        visit.attempt(),
        digest);
  }

  /** What an attempt makes stands once, however often it is visited. */
  void made(Visit<?> visit) {
    if (count(visit, visit.attempt()) == 0) {
      execute(
          "INSERT INTO effect VALUES (?, ?, ?)",
          visit.run().value(),
          visit.step(),
          visit.attempt());
    }
  }

  void removed(Visit<?> visit) {
    execute(
        "DELETE FROM effect WHERE run = ? AND step = ? AND attempt = ?",
        visit.run().value(),
        visit.step(),
        visit.attempt());
  }

  long count(Visit<?> visit) {
    return number(
        "SELECT count(*) FROM effect WHERE run = ? AND step = ?",
        visit.run().value(),
        visit.step());
  }

  private long count(Visit<?> visit, int attempt) {
    return number(
        "SELECT count(*) FROM effect WHERE run = ? AND step = ? AND attempt = ?",
        visit.run().value(),
        visit.step(),
        attempt);
  }

  /** How often each step's effect stands; of destructive steps, how often it happened. */
  Map<String, Long> of(RunId run) {
    var counts = new TreeMap<String, Long>();
    try (var query =
        target.prepareStatement("SELECT step, count(*) FROM effect WHERE run = ? GROUP BY step")) {
      query.setString(1, run.value());
      try (var rows = query.executeQuery()) {
        while (rows.next()) {
          counts.put(rows.getString(1), rows.getLong(2));
        }
      }
      return counts;
    } catch (SQLException broken) {
      throw new IllegalStateException(broken);
    }
  }

  /** Orders that were carried out more than once. */
  long doubled() {
    return number(
        """
        SELECT count(*) FROM (
          SELECT FROM effect WHERE order_digest IS NOT NULL GROUP BY order_digest HAVING count(*) > 1
        ) AS twice\
        """);
  }

  private long number(String sql, Object... arguments) {
    try (var query = target.prepareStatement(sql)) {
      for (int at = 0; at < arguments.length; at++) {
        query.setObject(at + 1, arguments[at]);
      }
      try (var rows = query.executeQuery()) {
        rows.next();
        return rows.getLong(1);
      }
    } catch (SQLException broken) {
      throw new IllegalStateException(broken);
    }
  }

  private void execute(String sql, Object... arguments) {
    try (var statement = target.prepareStatement(sql)) {
      for (int at = 0; at < arguments.length; at++) {
        statement.setObject(at + 1, arguments[at]);
      }
      statement.execute();
    } catch (SQLException broken) {
      throw new IllegalStateException(broken);
    }
  }

  @Override
  public void close() {
    try {
      target.close();
    } catch (SQLException broken) {
      throw new IllegalStateException(broken);
    }
  }
}
