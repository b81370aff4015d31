package io.countersign.sandbox.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Objects;

/** The accidents that runbooks repair. */
public final class Mangle {
  private static final int NEWCOMERS = 3;

  private Mangle() {}

  /**
   * What happened when, by the server's clock.
   *
   * @param before the last moment at which everything was well; the whole second before it as well
   * @param after when the damage was committed
   * @param deletedMembers how many members are gone
   */
  public record Moments(Instant before, Instant after, int deletedMembers) {}

  /**
   * A migration gone wrong: one transaction deletes every fourth member with address and claims,
   * and blanks the other addresses. Then three new members come, whom a restore will lose.
   */
  public static Moments badMigration(MedsuiteWorld world, String slug) throws SQLException {
    try (var session = LocalCluster.open(world.tenantLogin(slug))) {
      // people name moments in whole seconds: the second before the accident holds nothing else
      execute(session, "SELECT pg_sleep(1.1)");
      var before = now(session);
      session.setAutoCommit(false);
      int deleted = execute(session, "DELETE FROM members.member WHERE id % 4 = 0");
      execute(session, "UPDATE members.address SET street = '', postcode = NULL");
      session.commit();
      session.setAutoCommit(true);
      var after = now(session);
      for (int i = 1; i <= NEWCOMERS; i++) {
        addNewcomer(session, "Newcomer " + i + " of " + slug);
      }
      return new Moments(before, after, deleted);
    }
  }

  private static void addNewcomer(Connection session, String name) throws SQLException {
    try (var insert =
        session.prepareStatement(
            """
            INSERT INTO members.member (organization_id, code, display_name, birth_year)
            VALUES (1, 'N' || left(gen_random_uuid()::text, 8), ?, 1999)\
            """)) {
      insert.setString(1, name);
      insert.executeUpdate();
    }
  }

  private static Instant now(Connection session) throws SQLException {
    try (var statement = session.createStatement();
        var rows = statement.executeQuery("SELECT clock_timestamp()")) {
      rows.next();
      return Objects.requireNonNull(rows.getObject(1, OffsetDateTime.class)).toInstant();
    }
  }

  private static int execute(Connection session, String sql) throws SQLException {
    try (var statement = session.createStatement()) {
      statement.execute(sql);
      return statement.getUpdateCount();
    }
  }
}
