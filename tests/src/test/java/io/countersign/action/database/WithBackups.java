package io.countersign.action.database;

import static io.countersign.action.database.TwoServers.NAME;
import static io.countersign.action.database.TwoServers.once;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.action.Outcome;
import io.countersign.action.backup.BackupCheck;
import io.countersign.action.backup.BackupDump;
import io.countersign.estate.Backup;
import io.countersign.estate.BackupRef;
import io.countersign.estate.DatabaseRef;
import io.countersign.estate.Estate;
import io.countersign.postgres.DatabaseCopier;
import io.countersign.postgres.FolderStore;
import io.countersign.postgres.StoredDumps;
import io.countersign.support.MemoryBackups;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Real dumps of a real tenant, and the actions that bring one back. */
abstract class WithBackups {
  static final Instant NOW = Instant.parse("2026-11-21T15:52:00Z");

  final TwoServers servers = TwoServers.shared();
  final MemoryBackups catalogue = new MemoryBackups();

  @TempDir Path folder;

  @BeforeEach
  void tidy() throws SQLException {
    servers.tidy();
  }

  @AfterEach
  void nothingLiesAround() throws IOException, SQLException {
    servers.tidy();
    if (Files.exists(servers.scratch())) {
      try (var left = Files.list(servers.scratch())) {
        assertThat(left).as("left in the scratch folder").isEmpty();
      }
    }
  }

  FolderStore store() {
    return new FolderStore(folder.resolve("dumps"));
  }

  StoredDumps dumps() {
    return new StoredDumps(store(), () -> catalogue);
  }

  BackupCheck check() {
    return new BackupCheck(
        servers.servers(), servers.estate(), servers.programs(), dumps(), (_, _) -> List.of());
  }

  RestoreBackup restore() {
    return new RestoreBackup(
        servers.servers(),
        servers.estate(),
        servers.programs(),
        new DatabaseCopier(servers.programs(), TwoServers.workers(2)),
        dumps(),
        new Random());
  }

  CompareBackup compare() {
    return new CompareBackup(servers.servers(), servers.registry(), servers.estate(), dumps());
  }

  /** A dump that was read to its end. */
  Backup backup() throws Exception {
    return backup(servers.estate());
  }

  /** The same in the directory format, as if the database were large. */
  Backup backupInPieces() throws Exception {
    return backup(servers.sample().backups(new Estate.BackupFolder("", 1)).estate());
  }

  Backup backup(Estate estate) throws Exception {
    var dump =
        new BackupDump(servers.servers(), estate, servers.programs(), store(), () -> catalogue);
    var in = new BackupDump.In(servers.database(NAME), Duration.ofDays(30));
    var made = (Outcome.Done<BackupDump.Out>) once(dump, in, "dump");
    catalogue.read(made.outputs().backup(), NOW);
    return catalogue.find(made.outputs().backup()).orElseThrow();
  }

  Path file(Backup backup) {
    return folder.resolve("dumps").resolve(backup.key());
  }

  RestoreBackup.In in(Backup backup) throws SQLException {
    return new RestoreBackup.In(BackupRef.of(backup), servers.database(NAME), "restore");
  }

  DatabaseRef restored(Backup backup) throws Exception {
    var outcome = once(restore(), in(backup), "restore");
    assertThat(outcome).isInstanceOf(Outcome.Done.class);
    return ((Outcome.Done<RestoreBackup.Out>) outcome).outputs().database();
  }

  Outcome<Parity> compared(Backup backup, DatabaseRef restored) throws Exception {
    var in = new CompareBackup.In(BackupRef.of(backup), restored, servers.database(NAME));
    return once(compare(), in, "parity");
  }

  static String told(Outcome<?> outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Failed.class);
    return ((Outcome.Failed<?>) outcome).problem().line();
  }
}
