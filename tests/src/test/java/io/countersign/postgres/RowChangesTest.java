package io.countersign.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.action.Stop;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RowChangesTest {
  private static final TableHashes.Table MEMBER = new TableHashes.Table("public", "member");
  private static final String FILL =
      "CREATE TABLE public.member (id int, part text, name text, PRIMARY KEY (id, part));"
          + " INSERT INTO public.member SELECT g, 'p' || g % 3, 'Member ' || g"
          + " FROM generate_series(1, 5000) g";

  private final OneServer server = OneServer.shared();

  @BeforeEach
  void make() throws SQLException {
    for (var name : new String[] {"drop_restored", "drop_live"}) {
      server.execute("postgres", "postgres", "CREATE DATABASE " + name);
      server.execute(name, "postgres", FILL);
    }
  }

  @AfterEach
  void tidy() throws SQLException {
    for (var name : new String[] {"drop_restored", "drop_live"}) {
      server.execute("postgres", "postgres", "DROP DATABASE " + name + " WITH (FORCE)");
    }
  }

  /** In one go, in many, and each bucket by itself. */
  @ParameterizedTest
  @ValueSource(longs = {2_000_000, 40, 1})
  void every_row_is_counted_once_however_few_are_sorted_at_a_time(long sorted) throws SQLException {
    server.execute("drop_live", "postgres", "DELETE FROM member WHERE id % 50 = 1");
    server.execute(
        "drop_live",
        "postgres",
        "INSERT INTO member SELECT -g, 'x', '' FROM generate_series(1, 70) g");
    server.execute("drop_live", "postgres", "UPDATE member SET name = 'other' WHERE id % 10 = 5");
    try (var restored = server.connect("drop_restored", "postgres");
        var live = server.connect("drop_live", "postgres")) {
      var counts = compared(restored, live, sorted);
      assertThat(counts).isEqualTo(new RowChanges.Counts(100, 70, 500));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1})
  void two_rows_that_exchange_their_values_are_two_changes(long sorted) throws SQLException {
    server.execute(
        "drop_live",
        "postgres",
        "UPDATE member SET name = 'Member ' || (3 - id) WHERE id IN (1, 2)");
    try (var restored = server.connect("drop_restored", "postgres");
        var live = server.connect("drop_live", "postgres")) {
      assertThat(compared(restored, live, sorted)).isEqualTo(new RowChanges.Counts(0, 0, 2));
    }
  }

  private static RowChanges.Counts compared(Connection restored, Connection live, long sorted)
      throws SQLException {
    restored.setAutoCommit(false);
    live.setAutoCommit(false);
    var compared = RowChanges.of(restored, live, MEMBER, new Stop(), sorted);
    restored.rollback();
    live.rollback();
    assertThat(compared.byKey()).isTrue();
    return compared.counts();
  }
}
