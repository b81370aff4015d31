package io.countersign.support;

import io.countersign.estate.Access;
import io.countersign.estate.CopyLimits;
import io.countersign.estate.Estate;
import io.countersign.estate.Neighbours;
import io.countersign.estate.PastSource;
import io.countersign.estate.Policies;
import io.countersign.estate.SecretName;
import io.countersign.estate.SecretSource;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An estate like medsuite, in which a test says only what matters to it. */
public final class SampleEstate {
  private final String name;
  private Duration statusTtl = Duration.ofSeconds(5);
  private Duration metadataTtl = Duration.ofSeconds(30);
  private List<Estate.TableName> canaries = List.of();
  private List<String> queues = List.of();
  private Policies policies =
      new Policies(Policies.Queues.DISCARD, Policies.Sequences.KEEP_AHEAD, Optional.empty());
  private Map<String, String> queries = Map.of();
  private PastSource restore = new Estate.RestoreSource("", "", "", "");
  private Map<String, Neighbours> beside = Map.of();

  private Optional<Estate.BackupFolder> backups = Optional.empty();
  private Optional<String> channel = Optional.empty();

  private SampleEstate(String name) {
    this.name = name;
  }

  public static SampleEstate named(String name) {
    return new SampleEstate(name);
  }

  public SampleEstate ttls(Duration status, Duration metadata) {
    statusTtl = status;
    metadataTtl = metadata;
    return this;
  }

  public SampleEstate canaries(Estate.TableName... tables) {
    canaries = List.of(tables);
    return this;
  }

  public SampleEstate queues(String... schemas) {
    queues = List.of(schemas);
    return this;
  }

  public SampleEstate policies(Policies wanted) {
    policies = wanted;
    return this;
  }

  public SampleEstate queries(Map<String, String> named) {
    queries = named;
    return this;
  }

  public SampleEstate restore(PastSource source) {
    restore = source;
    return this;
  }

  public SampleEstate beside(Map<String, Neighbours> servers) {
    beside = servers;
    return this;
  }

  public SampleEstate backups(Estate.BackupFolder kept) {
    backups = Optional.of(kept);
    return this;
  }

  public SampleEstate channel(String id) {
    channel = Optional.of(id);
    return this;
  }

  public Estate estate() {
    return new Estate(
        name,
        "Medsuite",
        Estate.Layout.DATABASE_PER_TENANT,
        ZoneId.of("Europe/Madrid"),
        new Estate.Statuses("active", "read_only"),
        statusTtl,
        metadataTtl,
        canaries,
        queues,
        policies,
        new Estate.RegistryQueries(new SecretName("registry"), queries),
        new SecretSource.Folder(""),
        restore,
        backups,
        beside,
        CopyLimits.NONE,
        channel,
        Access.PLAIN);
  }
}
