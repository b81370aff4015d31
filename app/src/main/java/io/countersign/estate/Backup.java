package io.countersign.estate;

import io.countersign.Digest;
import io.countersign.RunId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A dump of one tenant's database in the catalogue.
 *
 * @param id unique: run, step and attempt that made it
 * @param database the database dumped, as it was then
 * @param key where it lies in the estate's store
 * @param bytes of the file, 1 or more
 * @param digest of the file
 * @param major PostgreSQL's major version that it was dumped by
 * @param takenAt the moment whose state it holds, by the server's clock
 * @param tables rows of each table at that moment; without the queues, which are not in it
 * @param keptUntil nobody is asked to remove it before then
 * @param readAt when it was last read to its end and found whole; empty where it has not been
 */
public record Backup(
    String id,
    RunId run,
    TenantRef tenant,
    DatabaseRef database,
    String key,
    long bytes,
    Digest digest,
    int major,
    Instant takenAt,
    List<TableRows> tables,
    Instant keptUntil,
    Optional<Instant> readAt) {
  public Backup {
    if (bytes < 1) {
      throw new IllegalArgumentException("a backup has bytes: " + bytes);
    }
    tables = List.copyOf(tables);
  }

  /** How many rows one table had. */
  public record TableRows(String schema, String table, long rows) {
    @Override
    public String toString() {
      return rows + " " + schema + "." + table;
    }
  }

  /** Of all tables. */
  public long rows() {
    return tables.stream().mapToLong(TableRows::rows).sum();
  }
}
