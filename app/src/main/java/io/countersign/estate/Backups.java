package io.countersign.estate;

import io.countersign.RunId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The catalogue of backups (port). Rows are added and never removed; every method is one
 * transaction.
 */
public interface Backups {
  /** Writes a backup down; the same again changes nothing. */
  void add(Backup backup);

  /** One that has not been removed. */
  Optional<Backup> find(String id);

  /** Those of a tenant that have not been removed, the newest first. */
  List<Backup> of(TenantRef tenant, int limit);

  /** It was read to its end and is whole. */
  void read(String id, Instant at);

  /** Its file is gone; only the run that made it may take it back. */
  void removed(String id, RunId by);
}
