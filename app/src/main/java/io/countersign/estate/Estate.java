package io.countersign.estate;

import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One product's databases, as its file describes them. Only what the running code needs stands
 * here.
 *
 * @param zone the zone in which people of this estate mean a bare time
 * @param statuses the registry's words for open, frozen
 * @param statusTtl how long processes may go on with a status they read earlier
 * @param metadataTtl how long processes may go on with a database reference they read earlier
 * @param canaries tables counted before anyone approves; zero rows where the live database has some
 *     stops the run
 * @param queueSchemas schemas whose writes do not count as writes of the tenant
 * @param policies what is done about jobs and numbers that come back with the past
 * @param neighbours by the server's name, where it has some
 * @param backups where backups are kept; empty where the estate keeps none
 * @param copy what a copy may take of a server that others use as well
 * @param channel id of the channel that is told what belongs to no run that goes on
 * @param access how the bot comes into the servers
 */
public record Estate(
    String name,
    String title,
    Layout layout,
    ZoneId zone,
    Statuses statuses,
    Duration statusTtl,
    Duration metadataTtl,
    List<TableName> canaries,
    List<String> queueSchemas,
    Policies policies,
    RegistryQueries registry,
    SecretSource secrets,
    PastSource restore,
    Optional<BackupFolder> backups,
    Map<String, Neighbours> neighbours,
    CopyLimits copy,
    Optional<String> channel,
    Access access) {
  public Estate {
    canaries = List.copyOf(canaries);
    queueSchemas = List.copyOf(queueSchemas);
    neighbours = Map.copyOf(neighbours);
  }

  /** What stands beside a server; copies of servers have nothing. */
  public Neighbours beside(ServerRef server) {
    return neighbours.getOrDefault(server.name(), Neighbours.NONE);
  }

  /** All of them, for plans in which the server is not known yet. */
  public Neighbours anywhere() {
    var all = new TreeMap<>(neighbours).values();
    return new Neighbours(
        all.stream().flatMap(it -> it.pgbouncers().stream()).toList(),
        all.stream().flatMap(it -> it.replicas().stream()).toList());
  }

  /** How tenants are laid out on servers. */
  public enum Layout {
    DATABASE_PER_TENANT,
    SCHEMA_PER_TENANT,
    SINGLE_DATABASE
  }

  /** The registry's status words: {@code active} and {@code read_only} in medsuite. */
  public record Statuses(String open, String frozen) {}

  /**
   * The folder in which backups are kept.
   *
   * @param parallelFrom bytes of a database, 1 or more, from which on several sessions dump it side
   *     by side
   */
  public record BackupFolder(String path, long parallelFrom) {
    /** Below, one session is done within minutes. */
    public static final long USUAL_PARALLEL_FROM = 10L << 30;

    public BackupFolder {
      if (parallelFrom < 1) {
        throw new IllegalArgumentException("a size is 1 byte or more: " + parallelFrom);
      }
    }
  }

  public record TableName(String schema, String table) {
    @Override
    public String toString() {
      return schema + "." + table;
    }
  }

  /**
   * The registry: the secret with its login, and its named queries ({@code tenants, tenant, server,
   * set-status, invalidate, audit}, and {@code set-reference}, {@code enrol}, {@code withdraw} and
   * {@code roster} where it has them), each one statement with named parameters ({@code :slug}).
   */
  public record RegistryQueries(SecretName login, Map<String, String> queries) {
    public RegistryQueries {
      queries = Map.copyOf(queries);
    }
  }

  /**
   * Where a self-hosted server's past is kept: base backups and archived WAL, both readable by the
   * bot, and a folder in which copies are made. A missing {@code programs} means: look where
   * PostgreSQL is usually installed.
   */
  public record RestoreSource(String baseBackups, String archive, String copies, String programs)
      implements PastSource {}
}
