package io.countersign.support;

import io.countersign.run.EstateParts;
import io.countersign.runbook.Runbook;
import io.countersign.sandbox.postgres.LocalCluster;
import io.countersign.sandbox.postgres.MedsuiteEstate;
import io.countersign.sandbox.postgres.MedsuiteWorld;
import io.countersign.sandbox.postgres.PgPrograms;
import io.countersign.server.Estates;
import io.countersign.server.Folders;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/**
 * medsuite on a live cluster of its own, with the shipped runbooks and estate file; caches live one
 * second here.
 */
public final class TestWorld implements AutoCloseable {
  public static final Path RUNBOOKS = Path.of("../runbooks");
  private static final Path ESTATE = Path.of("../manifest/estates/medsuite.yaml");

  private final Path folder;
  private final MedsuiteWorld medsuite;
  private final Map<String, String> environment;

  private TestWorld(Path folder, MedsuiteWorld medsuite, Map<String, String> environment) {
    this.folder = folder;
    this.medsuite = medsuite;
    this.environment = Map.copyOf(environment);
  }

  public static TestWorld create() {
    try {
      var folder = Files.createTempDirectory("cs-world");
      folder.toFile().setExecutable(true, false);
      folder.toFile().setReadable(true, false);
      var live = LocalCluster.create(folder.resolve("live"), PgPrograms.find());
      live.start();
      var medsuite = MedsuiteEstate.create(live, folder, MedsuiteEstate.Size.SMALL);
      var estates = Files.createDirectory(folder.resolve("estates"));
      Files.writeString(
          estates.resolve("medsuite.yaml"),
          Files.readString(ESTATE).replaceAll("(?m)^(status-ttl|metadata-ttl): \\S+", "$1: 1s"));
      var environment =
          Map.of(
              "MEDSUITE_SECRETS", medsuite.secrets().toString(),
              "MEDSUITE_BASE_BACKUPS", medsuite.baseBackups().toString(),
              "MEDSUITE_ARCHIVE", medsuite.archive().toString(),
              "MEDSUITE_COPIES", folder.resolve("copies").toString());
      return new TestWorld(folder, medsuite, environment);
    } catch (IOException | SQLException broken) {
      throw new IllegalStateException(broken);
    }
  }

  public MedsuiteWorld medsuite() {
    return medsuite;
  }

  public Path folder() {
    return folder;
  }

  public Path estatesFolder() {
    return folder.resolve("estates");
  }

  public Map<String, String> environment() {
    return environment;
  }

  public EstateParts parts() {
    try {
      var estate = Folders.estates(estatesFolder(), environment).getFirst();
      return Estates.of(estate, scratch(), new SecureRandom(), _ -> {});
    } catch (Folders.Refused refused) {
      throw new IllegalStateException(refused.getMessage(), refused);
    }
  }

  private Path scratch() {
    try {
      return Files.createDirectories(folder.resolve("scratch"));
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  public static Map<String, Runbook> runbooks(EstateParts parts) {
    try {
      return Folders.runbooks(RUNBOOKS, Map.of(parts.estate().name(), parts));
    } catch (Folders.Refused refused) {
      throw new IllegalStateException(refused.getMessage(), refused);
    }
  }

  /** The first column of the first row, as the cluster's administrator. */
  public String one(String database, String sql) {
    try (var connection = medsuite.live().admin(database);
        var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      return rows.next() ? String.valueOf(rows.getString(1)) : "(no row)";
    } catch (SQLException refused) {
      throw new IllegalStateException(refused);
    }
  }

  public void execute(String database, String sql) {
    try (var connection = medsuite.live().admin(database);
        var statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException refused) {
      throw new IllegalStateException(refused);
    }
  }

  public List<String> databases() {
    return List.of(
        one("postgres", "SELECT string_agg(datname, ',' ORDER BY datname) FROM pg_database")
            .split(","));
  }

  @Override
  public void close() {
    medsuite.live().close();
  }
}
