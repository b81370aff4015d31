package io.countersign.support;

import io.countersign.RunId;
import io.countersign.estate.Backup;
import io.countersign.estate.Backups;
import io.countersign.estate.TenantRef;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The catalogue of backups, in memory. */
public final class MemoryBackups implements Backups {
  private final Map<String, Backup> rows = new LinkedHashMap<>();
  private final List<String> read = new ArrayList<>();

  /** By id; a test may change them behind the catalogue's back. */
  public Map<String, Backup> rows() {
    return rows;
  }

  /** Those that were read to their end, in that order. */
  public List<String> read() {
    return List.copyOf(read);
  }

  @Override
  public void add(Backup backup) {
    rows.putIfAbsent(backup.id(), backup);
  }

  @Override
  public Optional<Backup> find(String id) {
    return Optional.ofNullable(rows.get(id));
  }

  @Override
  public List<Backup> of(TenantRef tenant, int limit) {
    return rows.values().stream()
        .filter(it -> it.tenant().equals(tenant))
        .sorted(Comparator.comparing(Backup::takenAt).reversed())
        .limit(limit)
        .toList();
  }

  @Override
  public void read(String id, Instant at) {
    read.add(id);
    rows.computeIfPresent(
        id,
        (_, it) ->
            new Backup(
                it.id(),
                it.run(),
                it.tenant(),
                it.database(),
                it.key(),
                it.bytes(),
                it.digest(),
                it.major(),
                it.takenAt(),
                it.tables(),
                it.keptUntil(),
                Optional.of(at)));
  }

  @Override
  public void removed(String id, RunId by) {
    rows.computeIfPresent(id, (_, it) -> it.run().equals(by) ? null : it);
  }
}
