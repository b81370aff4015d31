package io.countersign.action.database;

import static io.countersign.action.database.TwoServers.ACME;
import static io.countersign.action.database.TwoServers.LIVE;
import static io.countersign.action.database.TwoServers.NAME;
import static io.countersign.action.database.TwoServers.begun;
import static io.countersign.action.database.TwoServers.once;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.Digest;
import io.countersign.action.Action;
import io.countersign.action.Outcome;
import io.countersign.action.backup.BackupCheck;
import io.countersign.action.backup.BackupDump;
import io.countersign.estate.Backup;
import io.countersign.estate.BackupRef;
import io.countersign.estate.DatabaseRef;
import io.countersign.estate.Estate;
import io.countersign.estate.TenantRef;
import io.countersign.postgres.DatabaseCopier;
import io.countersign.postgres.FolderStore;
import io.countersign.postgres.StoredDumps;
import io.countersign.support.MemoryBackups;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real dump of a real tenant, restored beside it; and all that is refused before that. */
class RestoreBackupTest {
  private static final Instant NOW = Instant.parse("2026-11-21T15:52:00Z");

  private final TwoServers servers = TwoServers.shared();
  private final MemoryBackups catalogue = new MemoryBackups();

  @TempDir private Path folder;

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

  private FolderStore store() {
    return new FolderStore(folder.resolve("dumps"));
  }

  private StoredDumps dumps() {
    return new StoredDumps(store(), () -> catalogue);
  }

  private BackupCheck check() {
    return new BackupCheck(
        servers.servers(), servers.estate(), servers.programs(), dumps(), (_, _) -> List.of());
  }

  private RestoreBackup restore() {
    return new RestoreBackup(
        servers.servers(),
        servers.estate(),
        servers.programs(),
        new DatabaseCopier(servers.programs(), TwoServers.workers(2)),
        dumps(),
        new Random());
  }

  private CompareBackup compare() {
    return new CompareBackup(servers.servers(), servers.registry(), servers.estate(), dumps());
  }

  /** A dump that was read to its end. */
  private Backup backup() throws Exception {
    return backup(servers.estate());
  }

  /** The same in the directory format, as if the database were large. */
  private Backup backupInPieces() throws Exception {
    return backup(servers.sample().backups(new Estate.BackupFolder("", 1)).estate());
  }

  private Backup backup(Estate estate) throws Exception {
    var dump =
        new BackupDump(servers.servers(), estate, servers.programs(), store(), () -> catalogue);
    var in = new BackupDump.In(servers.database(NAME), Duration.ofDays(30));
    var made = (Outcome.Done<BackupDump.Out>) once(dump, in, "dump");
    catalogue.read(made.outputs().backup(), NOW);
    return catalogue.find(made.outputs().backup()).orElseThrow();
  }

  private Path file(Backup backup) {
    return folder.resolve("dumps").resolve(backup.key());
  }

  private RestoreBackup.In in(Backup backup) throws SQLException {
    return new RestoreBackup.In(BackupRef.of(backup), servers.database(NAME), "restore");
  }

  private DatabaseRef restored(Backup backup) throws Exception {
    var outcome = once(restore(), in(backup), "restore");
    assertThat(outcome).isInstanceOf(Outcome.Done.class);
    return ((Outcome.Done<RestoreBackup.Out>) outcome).outputs().database();
  }

  private Outcome<Parity> compared(Backup backup, DatabaseRef restored) throws Exception {
    var in = new CompareBackup.In(BackupRef.of(backup), restored, servers.database(NAME));
    return once(compare(), in, "parity");
  }

  private static String told(Outcome<?> outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Failed.class);
    return ((Outcome.Failed<?>) outcome).problem().line();
  }

  @Test
  void a_backup_is_restored_with_owners_and_grants_and_is_the_live_one_but_for_its_jobs()
      throws Exception {
    var backup = backup();
    var live = servers.database(NAME);

    assertThat(once(check(), new BackupCheck.In(BackupRef.of(backup), live, null), "check"))
        .isInstanceOfSatisfying(
            Outcome.Done.class,
            it -> assertThat(it.said()).contains("unchanged since it was verified", "pgboss"));
    var restored = restored(backup);
    assertThat(restored.oid()).isGreaterThanOrEqualTo(2_000_000_000L);
    assertThat(restored.name()).isEqualTo("tenant_acme_restore_20261121155200_a1");

    var parity = (Outcome.Done<Parity>) compared(backup, restored);
    assertThat(parity.said()).contains("every table has the rows that were counted");
    assertThat(parity.outputs().tables()).isGreaterThan(5);
    assertThat(parity.outputs().comeBack() + parity.outputs().go() + parity.outputs().change())
        .isZero();
    assertThat(allows(restored)).isEqualTo("f");
    // held against the live one by the measure of a copy: all but the queue's rows is equal
    var asCopy =
        once(servers.compareAction(), new DatabaseCompare.In(LIVE, restored, live), "as-copy");
    assertThat(told(asCopy)).contains("differs from its source: rows of pgboss.job. ");
  }

  private String allows(DatabaseRef database) throws SQLException {
    return servers
        .ask(LIVE, "postgres", "SELECT datallowconn FROM pg_database WHERE oid = " + database.oid())
        .orElseThrow();
  }

  @Test
  void a_large_database_is_dumped_in_pieces_that_are_one_file_and_is_restored_as_well()
      throws Exception {
    var backup = backupInPieces();
    var live = servers.database(NAME);

    assertThat(backup.key()).endsWith(".dump.zip");
    try (var packed = new ZipFile(file(backup).toFile())) {
      assertThat(packed.stream().map(ZipEntry::getName))
          .contains("toc.dat")
          .hasSizeGreaterThan(backup.tables().size());
    }
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file(backup))))
        .isEqualTo("rw-------");
    assertThat(once(check(), new BackupCheck.In(BackupRef.of(backup), live, null), "check"))
        .isInstanceOf(Outcome.Done.class);
    var parity = (Outcome.Done<Parity>) compared(backup, restored(backup));
    assertThat(parity.said()).contains("every table has the rows that were counted");
    assertThat(parity.outputs().comeBack() + parity.outputs().go() + parity.outputs().change())
        .isZero();
  }

  @Test
  void what_was_dropped_or_changed_since_in_the_live_database_comes_back() throws Exception {
    var backup = backup();
    servers.execute(
        LIVE,
        NAME,
        "postgres",
        """
        ALTER SCHEMA "Odd ""Schema" RENAME TO gone;
        ALTER TABLE members.log RENAME TO log_gone;
        DELETE FROM members.visit WHERE id <= 3;
        """);
    try {
      var restored = restored(backup);
      var parity = (Outcome.Done<Parity>) compared(backup, restored);
      assertThat(parity.outputs().rowsByTable()).contains("3 0 0 members.visit");
      assertThat(parity.outputs().comeBack()).isEqualTo(3 + 50 + 2);
      assertThat(parity.outputs().go()).isEqualTo(50 + 2);
    } finally {
      servers.execute(
          LIVE,
          NAME,
          "postgres",
          """
          ALTER SCHEMA gone RENAME TO "Odd ""Schema";
          ALTER TABLE members.log_gone RENAME TO log;
          INSERT INTO members.visit (id, member, note) OVERRIDING SYSTEM VALUE
            SELECT g, g, '{"x":  "Jane Canary-Roe 1947"}' FROM generate_series(1, 3) g;
          """);
    }
  }

  @Test
  void a_restored_database_that_lacks_a_row_or_has_a_table_more_is_not_used() throws Exception {
    var backup = backup();
    var restored = restored(backup);
    servers.execute(
        LIVE,
        restored.name(),
        "postgres",
        "DELETE FROM members.log WHERE line = 'l7'; CREATE TABLE members.more ();"
            + " ALTER TABLE members.more OWNER TO acme_owner");

    assertThat(told(compared(backup, restored)))
        .contains("members.log has 49 rows and had 50", "members.more was not there", "Do not use");
  }

  @Test
  void a_login_that_may_not_enter_the_restored_database_stops_the_run() throws Exception {
    var backup = backup();
    var restored = restored(backup);
    servers.execute(
        LIVE,
        "postgres",
        "postgres",
        "REVOKE CONNECT ON DATABASE \"" + restored.name() + "\" FROM acme_app CASCADE");

    assertThat(told(compared(backup, restored))).contains("logging in to", "42501");
  }

  // Refused before anything is made

  /** Says why both the check and the restore refuse it, and that neither makes anything. */
  private String refused(Backup backup) throws Exception {
    var checked =
        told(
            once(
                check(),
                new BackupCheck.In(BackupRef.of(backup), servers.database(NAME), null),
                "check"));
    var attempt = begun(restore(), in(backup), "restore", 1);
    assertThat(told(restore().act(attempt))).contains("Nothing was changed");
    assertThat(
            servers.ask(
                LIVE,
                "postgres",
                "SELECT count(*) FROM pg_database WHERE datname LIKE 'tenant\\_acme\\_%'"))
        .hasValue("0");
    return checked;
  }

  private byte[] bytes(Backup backup) throws IOException {
    return Files.readAllBytes(file(backup));
  }

  @Test
  void a_truncated_dump_is_refused() throws Exception {
    var backup = backup();
    Files.write(file(backup), Arrays.copyOf(bytes(backup), (int) backup.bytes() - 1));

    assertThat(refused(backup)).contains("bytes in the store, not " + backup.bytes());
  }

  @Test
  void a_dump_with_one_bit_turned_is_refused() throws Exception {
    var backup = backup();
    var turned = bytes(backup);
    turned[turned.length / 2] ^= 1;
    Files.write(file(backup), turned);

    assertThat(refused(backup)).contains("SHA-256");
  }

  @Test
  void a_dump_in_pieces_that_is_cut_off_or_has_one_bit_turned_anywhere_is_refused()
      throws Exception {
    var backup = backupInPieces();
    var whole = bytes(backup);
    for (int at : List.of(1, 12, whole.length / 2, whole.length - 1)) {
      var turned = whole.clone();
      turned[at] ^= 1;
      Files.write(file(backup), turned);
      assertThat(refused(backup)).as("the byte " + at).contains("SHA-256");
    }
    Files.write(file(backup), Arrays.copyOf(whole, whole.length - 1));
    assertThat(refused(backup)).contains("bytes in the store, not " + backup.bytes());
  }

  @Test
  void a_packed_file_whose_pieces_would_lie_elsewhere_is_refused_and_writes_nothing_there()
      throws Exception {
    var bytes = new ByteArrayOutputStream();
    try (var zip = new ZipOutputStream(bytes)) {
      zip.putNextEntry(new ZipEntry("../../elsewhere.dat"));
      zip.write(new byte[] {1, 2, 3});
    }

    assertThat(refused(writtenDown(backup(), bytes.toByteArray())))
        .contains("does not begin as one of pg_dump");
    assertThat(servers.scratch().resolve("elsewhere.dat")).doesNotExist();
  }

  @Test
  void a_corrupt_dump_is_refused() throws Exception {
    var backup = backup();
    var noise = new byte[(int) backup.bytes()];
    new Random(812).nextBytes(noise);
    Files.write(file(backup), noise);

    assertThat(refused(backup)).contains("SHA-256");
  }

  @Test
  void a_corrupt_dump_that_was_written_down_as_it_is_is_refused_by_its_head() throws Exception {
    var noise = new byte[5_000];
    new Random(812).nextBytes(noise);

    assertThat(refused(writtenDown(backup(), noise))).contains("does not begin as one of pg_dump");
  }

  /** The catalogue says of these bytes what it says of a good file. */
  private Backup writtenDown(Backup of, byte[] bytes) throws Exception {
    Files.write(file(of), bytes);
    var sha = MessageDigest.getInstance("SHA-256").digest(bytes);
    return changed(
        of,
        it ->
            new Backup(
                it.id(),
                it.run(),
                it.tenant(),
                it.database(),
                it.key(),
                bytes.length,
                new Digest(HexFormat.of().formatHex(sha)),
                it.major(),
                it.takenAt(),
                it.tables(),
                it.keptUntil(),
                it.readAt()));
  }

  private Backup changed(Backup of, UnaryOperator<Backup> change) {
    catalogue.rows().put(of.id(), change.apply(of));
    return catalogue.find(of.id()).orElseThrow();
  }

  @Test
  void another_tenants_dump_under_this_id_is_refused() throws Exception {
    var backup = backup();
    servers.execute(LIVE, "postgres", "postgres", "CREATE DATABASE drop_globex OWNER acme_owner");
    servers.execute(LIVE, "drop_globex", "postgres", "CREATE TABLE t AS SELECT 1 AS a");
    var other = otherDump();

    Files.write(file(backup), other);
    assertThat(refused(backup)).contains("bytes in the store, not");
    // and where even the catalogue believes it, the dump itself says whose it is
    assertThat(refused(writtenDown(backup, other)))
        .contains("it is a dump of drop_globex and not of tenant_acme");
  }

  private byte[] otherDump() throws Exception {
    var login = servers.login(LIVE, "drop_globex", "postgres");
    var file = folder.resolve("globex.dump");
    var dump =
        new ProcessBuilder(
            servers.programs().find("pg_dump", TwoServers.major()).toString(),
            "--format=custom",
            "--file=" + file,
            "--host=127.0.0.1",
            "--port=" + login.port(),
            "--username=postgres",
            "--dbname=drop_globex");
    dump.environment().put("PGPASSWORD", login.password().reveal());
    assertThat(dump.inheritIO().start().waitFor()).isZero();
    return Files.readAllBytes(file);
  }

  @Test
  void a_dump_whose_file_is_gone_is_refused() throws Exception {
    var backup = backup();
    Files.delete(file(backup));

    assertThat(refused(backup)).contains("there is no file " + backup.key());
  }

  @Test
  void a_backup_that_nobody_verified_is_refused() throws Exception {
    assertThat(refused(with(backup(), NOW.plusSeconds(60), Optional.empty())))
        .contains("was never read back to its end");
  }

  @Test
  void a_backup_whose_time_is_over_is_refused() throws Exception {
    assertThat(refused(with(backup(), NOW.minusSeconds(1), Optional.of(NOW))))
        .contains("was to be kept until 2026-11-21T15:51");
  }

  private Backup with(Backup of, Instant keptUntil, Optional<Instant> readAt) {
    return changed(
        of,
        it ->
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
                keptUntil,
                readAt));
  }

  @Test
  void another_tenants_backup_is_refused_by_its_id() throws Exception {
    var globex =
        changed(
            backup(),
            it ->
                new Backup(
                    it.id(),
                    it.run(),
                    new TenantRef(ACME.estate(), "globex"),
                    it.database(),
                    it.key(),
                    it.bytes(),
                    it.digest(),
                    it.major(),
                    it.takenAt(),
                    it.tables(),
                    it.keptUntil(),
                    it.readAt()));

    assertThat(refusedById(globex)).contains("medsuite/acme has no backup " + globex.id());
  }

  private String refusedById(Backup backup) throws Exception {
    return told(
        once(
            check(),
            new BackupCheck.In(BackupRef.of(backup), servers.database(NAME), null),
            "check"));
  }

  // What is made, and what is taken back

  @Test
  void a_name_that_is_taken_is_left_alone_whosever_it_is() throws Exception {
    var backup = backup();
    var attempt = begun(restore(), in(backup), "restore", 1);
    var name = attempt.intent().fact("target.name");
    servers.execute(LIVE, "postgres", "postgres", "CREATE DATABASE \"" + name + "\"");

    assertThat(told(restore().act(attempt))).contains("is taken", "Nothing was changed");
    restore().clear(attempt);

    assertThat(
            servers.ask(
                LIVE,
                "postgres",
                "SELECT count(*) FROM pg_database WHERE datname = '" + name + "'"))
        .hasValue("1");
  }

  @Test
  void what_an_attempt_left_is_dropped_by_oid_and_name_and_the_live_one_stays() throws Exception {
    var backup = backup();
    var attempt = begun(restore(), in(backup), "restore", 1);
    assertThat(restore().act(attempt)).isInstanceOf(Outcome.Done.class);

    restore().clear(attempt);
    restore().clear(attempt);

    assertThat(
            servers.ask(
                LIVE,
                "postgres",
                "SELECT string_agg(datname, ' ') FROM pg_database WHERE datname LIKE"
                    + " 'tenant\\_acme%'"))
        .hasValue(NAME);
  }

  @Test
  void no_input_of_the_action_names_the_database_that_is_written_to() {
    var names = new ArrayList<String>();
    for (var action : List.<Action<?, ?>>of(restore())) {
      names.addAll(action.type().signature().inputs().keySet());
    }
    assertThat(names).containsExactlyInAnyOrder("backup", "database", "as");
  }

  @Test
  void a_word_that_would_make_the_live_name_makes_another() throws Exception {
    var backup = backup();
    for (var as : List.of("", "x")) {
      var in = new RestoreBackup.In(BackupRef.of(backup), servers.database(NAME), as);
      assertThat(begun(restore(), in, "restore", 1).intent().fact("target.name"))
          .isNotEqualTo(NAME)
          .endsWith("_20261121155200_a1");
    }
  }
}
