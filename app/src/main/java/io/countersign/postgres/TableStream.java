package io.countersign.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.LongConsumer;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyOut;

/**
 * Carries one table's rows from session to session. Nothing is kept: one row and one buffer at a
 * time, whatever the table's size.
 */
final class TableStream {
  private static final int BUFFER_BYTES = 1 << 18;

  private TableStream() {}

  /**
   * Copies it, in one transaction of the target.
   *
   * @param source inside its snapshot
   * @param target in autocommit
   * @param carried told bytes as they go
   * @throws SQLException whose message may hold a row
   */
  static void copy(StreamTable table, Connection source, Connection target, LongConsumer carried)
      throws SQLException {
    target.setAutoCommit(false);
    boolean committed = false;
    try {
      if (table.whole()) {
        Databases.execute(target, table.truncate());
      }
      carry(table, source, target, carried);
      target.commit();
      committed = true;
    } finally {
      if (!target.isClosed()) {
        if (!committed) {
          target.rollback();
        }
        target.setAutoCommit(true);
      }
    }
  }

  private static void carry(
      StreamTable table, Connection source, Connection target, LongConsumer carried)
      throws SQLException {
    var out = source.unwrap(PGConnection.class).getCopyAPI().copyOut(table.out());
    try {
      var in = target.unwrap(PGConnection.class).getCopyAPI().copyIn(table.in());
      try {
        pump(out, in, carried);
        if (in.endCopy() != out.getHandledRowCount()) {
          throw new SQLException("the copy has another number of rows", "XX000");
        }
      } finally {
        if (in.isActive() && !target.isClosed()) {
          in.cancelCopy();
        }
      }
    } finally {
      if (out.isActive() && !source.isClosed()) {
        out.cancelCopy();
      }
    }
  }

  /** Rows come one by one and go in bunches: a message for each would be most of the work. */
  private static void pump(CopyOut out, CopyIn in, LongConsumer carried) throws SQLException {
    var buffer = new byte[BUFFER_BYTES];
    int used = 0;
    for (var row = out.readFromCopy(); row != null; row = out.readFromCopy()) {
      if (row.length > buffer.length - used) {
        in.writeToCopy(buffer, 0, used);
        carried.accept(used);
        used = 0;
      }
      if (row.length > buffer.length) {
        in.writeToCopy(row, 0, row.length);
        carried.accept(row.length);
      } else {
        System.arraycopy(row, 0, buffer, used, row.length);
        used += row.length;
      }
    }
    in.writeToCopy(buffer, 0, used);
    carried.accept(used);
  }
}
