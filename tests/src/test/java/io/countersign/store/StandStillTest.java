package io.countersign.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.support.OurDatabase;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

/**
 * A process that is stopped in the middle of a transaction (SIGSTOP, a paused machine) holds its
 * row locks while its connections look alive; only the server can end that.
 */
class StandStillTest {
  @Test
  void the_server_ends_a_transaction_in_which_nothing_happens_before_a_run_is_taken_over()
      throws SQLException {
    try (var database = OurDatabase.fresh();
        var connection = database.get().pool().getConnection();
        var statement = connection.createStatement();
        var rows =
            statement.executeQuery(
                """
                SELECT current_setting('idle_in_transaction_session_timeout')::interval
                         BETWEEN '1 s' AND '12 s',
                       current_setting('synchronous_commit')\
                """)) {
      rows.next();
      assertThat(rows.getBoolean(1)).as("shorter than the lease").isTrue();
      assertThat(rows.getString(2)).isEqualTo("on");
    }
  }
}
