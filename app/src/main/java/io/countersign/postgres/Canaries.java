package io.countersign.postgres;

import io.countersign.Problem;
import io.countersign.action.ActionFailed;
import io.countersign.postgres.TableHashes.Table;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * The estate's canary tables: a restored one that is empty while the live one is not, or that is
 * smaller by more than ten times, stops the run.
 */
public final class Canaries {
  private static final long ORDER_OF_MAGNITUDE = 10;

  private Canaries() {}

  /**
   * Counts them on both sides.
   *
   * @throws ActionFailed which names the tables and their counts
   */
  public static void check(String doing, List<Table> canaries, Connection restored, Connection live)
      throws ActionFailed, SQLException {
    var wrong = new ArrayList<String>();
    for (var table : canaries) {
      if (!TableHashes.exists(restored, table)) {
        wrong.add(table + " is missing in the restored database");
        continue;
      }
      long back = TableHashes.rows(restored, table);
      // a bad migration may have dropped it: then there is nothing to be smaller than
      long now = TableHashes.exists(live, table) ? TableHashes.rows(live, table) : 0;
      if (back == 0 && now > 0) {
        wrong.add(table + " has no rows, the live one has " + now);
      } else if (back * ORDER_OF_MAGNITUDE < now) {
        wrong.add(
            table + " has " + back + " rows, the live one " + now + ": orders of magnitude off");
      }
    }
    if (!wrong.isEmpty()) {
      throw new ActionFailed(
          new Problem(
              doing,
              "a canary table is not as it should be: " + String.join("; ", wrong) + ".",
              "Do not cut over. Choose another moment, or look at the restored database."));
    }
  }
}
