package io.countersign.action.database;

import static io.countersign.action.database.TwoServers.ACME;
import static io.countersign.action.database.TwoServers.LIVE;
import static io.countersign.action.database.TwoServers.NAME;
import static io.countersign.action.database.TwoServers.begun;
import static io.countersign.action.database.TwoServers.once;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.Digest;
import io.countersign.action.backup.BackupCheck;
import io.countersign.estate.Backup;
import io.countersign.estate.BackupRef;
import io.countersign.estate.TenantRef;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;

/** Backups that are refused before anything is made. */
class RefusedBackupTest extends WithBackups {
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
}
