package io.countersign.action.database;

import static io.countersign.action.database.TwoServers.LIVE;
import static io.countersign.action.database.TwoServers.NAME;
import static io.countersign.action.database.TwoServers.begun;
import static io.countersign.action.database.TwoServers.once;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.action.Outcome;
import io.countersign.action.backup.BackupDump;
import io.countersign.estate.Backup;
import io.countersign.estate.BackupRef;
import io.countersign.estate.Estate;
import io.countersign.postgres.DatabaseCopier;
import io.countersign.postgres.FolderStore;
import io.countersign.postgres.Obstacles;
import io.countersign.postgres.StoredDumps;
import io.countersign.support.MemoryBackups;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What real servers say where a backup cannot be restored, and what people are told of it. */
class RestoreTroubleTest {
  private static final Instant NOW = Instant.parse("2026-11-21T15:52:00Z");

  private final TwoServers servers = TwoServers.shared();
  private final MemoryBackups catalogue = new MemoryBackups();

  @TempDir private Path folder;

  @BeforeEach
  @AfterEach
  void tidy() throws SQLException {
    servers.tidy();
  }

  private FolderStore store() {
    return new FolderStore(folder.resolve("dumps"));
  }

  private RestoreBackup restore() {
    return new RestoreBackup(
        servers.servers(),
        servers.estate(),
        servers.programs(),
        new DatabaseCopier(servers.programs(), TwoServers.workers(2)),
        new StoredDumps(store(), () -> catalogue),
        new Random());
  }

  /** A dump that was read to its end. */
  private Backup dumped(Estate estate) throws Exception {
    var dump =
        new BackupDump(servers.servers(), estate, servers.programs(), store(), () -> catalogue);
    var in = new BackupDump.In(servers.database(NAME), Duration.ofDays(30));
    var made = ((Outcome.Done<BackupDump.Out>) once(dump, in, "dump")).outputs().backup();
    catalogue.read(made, NOW);
    return catalogue.find(made).orElseThrow();
  }

  private RestoreBackup.In in(Backup backup) throws SQLException {
    return new RestoreBackup.In(BackupRef.of(backup), servers.database(NAME), "restore");
  }

  private static String told(Outcome<?> outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Failed.class);
    return ((Outcome.Failed<?>) outcome).problem().line();
  }

  @Test
  void what_is_there_already_is_told_with_its_cause_and_nothing_is_restored_over()
      throws Exception {
    var forgetful = servers.sample().queues().estate();
    // the estate's file leaves the queue out by now, so its definitions come from the live database
    var attempt = begun(restore(), in(dumped(forgetful)), "restore", 1);
    assertThat(told(restore().act(attempt)))
        .contains("already exists", "What is restored into had")
        .contains("a queue that the estate's file leaves out by now")
        .contains("in a new, empty database; it never restores over one that exists");
    restore().clear(attempt);
  }

  @Test
  void an_extension_that_the_server_does_not_offer_is_named_before_with_the_command()
      throws Exception {
    Backup backup;
    extension();
    try {
      backup = dumped(servers.estate());
      try (var inside = servers.connect(LIVE, NAME, "bot")) {
        assertThat(Obstacles.problem("looking", Obstacles.inside(inside)).line())
            .contains("the server does not offer the extensions not_offered")
            .contains("CREATE EXTENSION not_offered works there");
      }
      var attempt = begun(restore(), in(backup), "restore", 1);
      assertThat(told(restore().act(attempt)))
          .contains("before anything was copied: the extension not_offered 1 is not available")
          .contains("install it on the live server")
          .contains("CREATE EXTENSION \"not_offered\" works there");
      restore().clear(attempt);
    } finally {
      noExtension();
    }
    // the live database has it no longer, so only the restore itself finds out
    var attempt = begun(restore(), in(backup), "restore", 1);
    assertThat(told(restore().act(attempt)))
        .contains("extension \"not_offered\" is not available")
        .contains("The server that is restored into does not offer the extension not_offered")
        .contains("until CREATE EXTENSION \"not_offered\" works");
    restore().clear(attempt);
  }

  /** As if its files had been there when it was made. */
  private void extension() throws SQLException {
    servers.execute(
        LIVE,
        NAME,
        "postgres",
        "INSERT INTO pg_extension (oid, extname, extowner, extnamespace, extrelocatable,"
            + " extversion) VALUES (99999, 'not_offered', 10, 'public'::regnamespace, false, '1')");
  }

  private void noExtension() throws SQLException {
    servers.execute(LIVE, NAME, "postgres", "DELETE FROM pg_extension WHERE oid = 99999");
  }
}
