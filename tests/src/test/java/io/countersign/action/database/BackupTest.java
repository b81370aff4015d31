package io.countersign.action.database;

import static io.countersign.action.database.TwoServers.LIVE;
import static io.countersign.action.database.TwoServers.NAME;
import static io.countersign.action.database.TwoServers.begun;
import static io.countersign.action.database.TwoServers.once;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.RunId;
import io.countersign.action.Outcome;
import io.countersign.action.Stop;
import io.countersign.action.backup.BackupDiscard;
import io.countersign.action.backup.BackupDump;
import io.countersign.action.backup.BackupPreflight;
import io.countersign.action.backup.BackupVerify;
import io.countersign.estate.Backup;
import io.countersign.estate.Estate;
import io.countersign.postgres.ClientPrograms;
import io.countersign.postgres.DumpFile;
import io.countersign.postgres.FolderStore;
import io.countersign.postgres.Servers;
import io.countersign.support.MemoryBackups;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Dumps of a real tenant on a real server, as the operations document wants them. */
class BackupTest {
  private static final FileAttribute<Set<PosixFilePermission>> EXECUTABLE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private final TwoServers servers = TwoServers.shared();
  private final MemoryBackups catalogue = new MemoryBackups();

  @TempDir private Path folder;
  private Path dumps = Path.of("");

  @BeforeEach
  void tidy() throws SQLException {
    servers.tidy();
    dumps = folder.resolve("dumps");
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
    return new FolderStore(dumps);
  }

  private BackupDump dump() {
    return dump(servers.estate(), servers.programs());
  }

  private BackupDump dump(Estate estate, ClientPrograms programs) {
    return new BackupDump(servers.servers(), estate, programs, store(), () -> catalogue);
  }

  private BackupVerify verify() {
    return verify(servers.estate());
  }

  private BackupVerify verify(Estate estate) {
    return new BackupVerify(
        servers.servers(), estate, servers.programs(), store(), () -> catalogue);
  }

  private BackupPreflight preflight() {
    return new BackupPreflight(servers.servers(), servers.estate(), servers.programs(), store());
  }

  private BackupDump.In in() throws SQLException {
    return new BackupDump.In(servers.database(NAME), Duration.ofDays(30));
  }

  private BackupDump.Out dumped() throws Exception {
    var outcome = once(dump(), in(), "dump");
    assertThat(outcome).isInstanceOf(Outcome.Done.class);
    return ((Outcome.Done<BackupDump.Out>) outcome).outputs();
  }

  private Path file(BackupDump.Out out) {
    return dumps.resolve(out.location());
  }

  private String refused(BackupDump.Out out) throws Exception {
    var outcome = once(verify(), new BackupVerify.In(out.backup()), "verify");
    assertThat(outcome).isInstanceOf(Outcome.Failed.class);
    assertThat(catalogue.read()).isEmpty();
    return ((Outcome.Failed<BackupVerify.Out>) outcome).problem().line();
  }

  @Test
  void a_dump_holds_every_row_but_the_queues_and_is_written_down_with_its_counts()
      throws Exception {
    var out = dumped();

    long members =
        Long.parseLong(
            servers.ask(LIVE, NAME, "SELECT count(*) FROM members.member").orElseThrow());
    assertThat(members).isPositive();
    assertThat(out.rowsByTable().lines())
        .contains(members + " members.member")
        .noneMatch(it -> it.contains("pgboss"));
    assertThat(out.bytes()).isEqualTo(Files.size(file(out)));
    assertThat(catalogue.find(out.backup()).orElseThrow().digest().hex()).isEqualTo(out.digest());

    servers.execute(LIVE, "postgres", "postgres", "CREATE DATABASE drop_restored");
    restored(file(out), "drop_restored");
    assertThat(servers.ask(LIVE, "drop_restored", "SELECT count(*) FROM members.member"))
        .hasValue(Long.toString(members));
    assertThat(
            servers.ask(
                LIVE,
                "drop_restored",
                "SELECT count(*) FROM pg_namespace WHERE nspname = 'pgboss'"))
        .hasValue("0");
  }

  private void restored(Path file, String database) throws Exception {
    var login = servers.login(LIVE, database, "postgres");
    var restore =
        new ProcessBuilder(
            servers.programs().find("pg_restore", TwoServers.major()).toString(),
            "--exit-on-error",
            "--no-owner",
            "--no-privileges",
            "--host=127.0.0.1",
            "--port=" + login.port(),
            "--username=postgres",
            "--dbname=" + database,
            file.toString());
    restore.environment().put("PGPASSWORD", login.password().reveal());
    assertThat(restore.inheritIO().start().waitFor()).isZero();
  }

  @Test
  void nobody_but_the_bot_can_read_it() throws Exception {
    var out = dumped();

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file(out))))
        .isEqualTo("rw-------");
    try (var folders = Files.walk(dumps)) {
      assertThat(folders.filter(it -> Files.isDirectory(it) && !it.equals(dumps)).toList())
          .isNotEmpty()
          .allSatisfy(
              it ->
                  assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(it)))
                      .isEqualTo("rwx------"));
    }
  }

  @Test
  void a_whole_dump_is_read_to_its_end_and_compared_with_earlier_ones() throws Exception {
    var first = dumped();
    assertThat(once(verify(), new BackupVerify.In(first.backup()), "verify"))
        .isInstanceOfSatisfying(
            Outcome.Done.class, it -> assertThat(it.said()).contains("first in the catalogue"));
    assertThat(catalogue.read()).containsExactly(first.backup());

    var again = once(dump(), in(), "again");
    var second = ((Outcome.Done<BackupDump.Out>) again).outputs().backup();
    assertThat(once(verify(), new BackupVerify.In(second), "verify"))
        .isInstanceOfSatisfying(
            Outcome.Done.class,
            it -> assertThat(it.said()).contains("earlier ones had about").doesNotContain("note"));
  }

  @Test
  void a_dump_in_pieces_is_read_to_its_end_too() throws Exception {
    var large = servers.sample().backups(new Estate.BackupFolder("", 1)).estate();
    var made = once(dump(large, servers.programs()), in(), "dump");
    var out = ((Outcome.Done<BackupDump.Out>) made).outputs();

    assertThat(out.location()).endsWith(".zip");
    assertThat(out.rows()).isEqualTo(dumped().rows());
    assertThat(once(verify(), new BackupVerify.In(out.backup()), "verify"))
        .isInstanceOf(Outcome.Done.class);
    var bytes = Files.readAllBytes(file(out));
    bytes[bytes.length / 2] ^= 1;
    Files.write(file(out), bytes);
    assertThat(problem(once(verify(), new BackupVerify.In(out.backup()), "again")))
        .contains("SHA-256");
  }

  /** Which compressions a client of this version was asked for, in order. */
  private List<String> asked(int major, String notBuiltIn) throws Exception {
    var programs = Files.createTempDirectory(folder, "programs");
    var asked = programs.resolve("asked");
    var program = Files.createFile(programs.resolve("pg_dump"), EXECUTABLE);
    Files.writeString(
        program,
        """
        #!/bin/sh
        if [ "$1" = --version ]; then echo "pg_dump (PostgreSQL) %d.1"; exit; fi
        for it; do shift
          case $it in
            --compress=%s*) echo "$it" >> '%s'
              echo 'pg_dump: error: this build does not support compression with ZSTD' >&2; exit 1;;
            --compress=*) echo "$it" >> '%2$s'; set -- "$@" --compress=6;;
            *) set -- "$@" "$it";;
          esac
        done
        exec '%s' "$@"
        """
            .replace("%2$s", asked.toString())
            .formatted(
                major, notBuiltIn, asked, servers.programs().find("pg_dump", TwoServers.major())));
    var fitted = new ClientPrograms(List.of(programs), servers.scratch());
    try (var scratch = fitted.scratch("cs/x/dump/1")) {
      var login = servers.login(LIVE, NAME, "bot");
      var job = new DumpFile.Job("dumping", login, "cs/x/dump/1", major, List.of("pgboss"), 1);
      assertThat(new DumpFile(fitted).dump(job, scratch, new Stop(), _ -> {}).bytes()).isPositive();
    }
    return Files.readAllLines(asked);
  }

  @Test
  void a_client_compresses_by_what_it_can() throws Exception {
    assertThat(asked(15, "zstd")).containsExactly("--compress=6");
    assertThat(asked(16, "nothing")).containsExactly("--compress=zstd:1");
    assertThat(asked(16, "zstd")).containsExactly("--compress=zstd:1", "--compress=6");
  }

  @Test
  void a_dump_that_is_gone_cut_off_turned_or_another_is_refused() throws Exception {
    var out = dumped();
    var bytes = Files.readAllBytes(file(out));

    Files.write(file(out), Arrays.copyOf(bytes, bytes.length - 1));
    assertThat(refused(out)).contains("bytes in the store, not " + out.bytes());

    var turned = bytes.clone();
    turned[turned.length / 2] ^= 1;
    Files.write(file(out), turned);
    assertThat(refused(out)).contains("SHA-256");

    Files.write(file(out), new byte[0]);
    assertThat(refused(out)).contains("0 bytes");

    Files.delete(file(out));
    assertThat(refused(out)).contains("there is no file", "back up again");
  }

  @Test
  void a_dump_whose_catalogue_row_was_made_of_something_else_is_refused_by_its_content()
      throws Exception {
    var out = dumped();
    var row = catalogue.find(out.backup()).orElseThrow();
    var tables = new ArrayList<>(row.tables());
    tables.add(new Backup.TableRows("members", "never_dumped", 7));
    catalogue
        .rows()
        .put(
            row.id(),
            new Backup(
                row.id(),
                row.run(),
                row.tenant(),
                row.database(),
                row.key(),
                row.bytes(),
                row.digest(),
                row.major(),
                row.takenAt(),
                tables,
                row.keptUntil(),
                row.readAt()));

    assertThat(refused(out)).contains("no rows of members.never_dumped");
  }

  @Test
  void a_table_of_an_extension_is_not_missed_in_a_dump() throws Exception {
    servers.execute(
        LIVE,
        NAME,
        "postgres",
        "CREATE TABLE members.drop_ext AS SELECT 1 AS a; GRANT SELECT ON members.drop_ext TO bot;"
            + " ALTER EXTENSION plpgsql ADD TABLE members.drop_ext");
    try {
      var out = dumped();
      assertThat(once(verify(), new BackupVerify.In(out.backup()), "verify"))
          .isInstanceOf(Outcome.Done.class);
    } finally {
      servers.execute(
          LIVE,
          NAME,
          "postgres",
          "ALTER EXTENSION plpgsql DROP TABLE members.drop_ext; DROP TABLE members.drop_ext");
    }
  }

  @Test
  void a_role_without_rights_is_found_before_anything_is_frozen_with_the_grant_that_helps()
      throws Exception {
    servers.execute(
        LIVE,
        NAME,
        "postgres",
        "CREATE TABLE members.drop_secret (a int); ALTER TABLE members.drop_secret OWNER TO"
            + " postgres");
    try {
      assertThat(once(preflight(), new BackupPreflight.In(servers.database(NAME)), "preflight"))
          .isInstanceOfSatisfying(
              Outcome.Failed.class,
              it ->
                  assertThat(it.problem().line())
                      .contains("the bot may not read members.drop_secret", "GRANT"));
      assertThat(once(dump(), in(), "dump"))
          .isInstanceOfSatisfying(
              Outcome.Failed.class,
              it -> assertThat(it.problem().line()).contains("permission denied"));
      assertThat(catalogue.rows()).isEmpty();
      assertNothingIsStored();
    } finally {
      servers.execute(LIVE, NAME, "postgres", "DROP TABLE members.drop_secret");
    }
  }

  @Test
  void a_queue_that_the_bot_may_not_read_is_in_nobody_s_way() throws Exception {
    assertThat(once(preflight(), new BackupPreflight.In(servers.database(NAME)), "preflight"))
        .isInstanceOf(Outcome.Done.class);
    servers.execute(
        LIVE,
        NAME,
        "postgres",
        "CREATE TABLE pgboss.drop_secret (a int); ALTER TABLE pgboss.drop_secret OWNER TO"
            + " postgres");
    try {
      assertThat(once(preflight(), new BackupPreflight.In(servers.database(NAME)), "preflight"))
          .isInstanceOf(Outcome.Done.class);
      dumped();
    } finally {
      servers.execute(LIVE, NAME, "postgres", "DROP TABLE pgboss.drop_secret");
    }
  }

  @Test
  void what_an_attempt_stored_and_did_not_finish_is_cleared() throws Exception {
    var attempt = begun(dump(), in(), "dump", 1);
    assertThat(dump().act(attempt)).isInstanceOf(Outcome.Done.class);

    dump().clear(attempt);

    assertThat(catalogue.rows()).isEmpty();
    assertNothingIsStored();
    dump().clear(attempt);
  }

  @Test
  void a_run_takes_back_its_own_dump_and_nobody_elses() throws Exception {
    var out = dumped();
    var row = catalogue.find(out.backup()).orElseThrow();
    catalogue
        .rows()
        .put(
            "other",
            new Backup(
                "other",
                new RunId("00000001"),
                row.tenant(),
                row.database(),
                row.key(),
                row.bytes(),
                row.digest(),
                row.major(),
                row.takenAt(),
                row.tables(),
                row.keptUntil(),
                row.readAt()));
    var discard = new BackupDiscard(store(), () -> catalogue);

    assertThat(once(discard, new BackupDiscard.In("other"), "undo"))
        .isInstanceOfSatisfying(
            Outcome.Failed.class,
            it -> assertThat(it.problem().line()).contains("run 00000001 made it"));
    assertThat(Files.exists(file(out))).isTrue();

    assertThat(once(discard, new BackupDiscard.In(out.backup()), "undo"))
        .isInstanceOf(Outcome.Done.class);
    assertNothingIsStored();
    assertThat(once(discard, new BackupDiscard.In(out.backup()), "undo"))
        .isInstanceOf(Outcome.Done.class);
  }

  @Test
  void an_applications_login_is_told_from_the_administrators_before_and_in_a_dump()
      throws Exception {
    var app =
        new Servers(
            servers.registry(),
            _ -> servers.login(LIVE, "postgres", "acme_app"),
            servers.restorerOfNothing());
    var early = new BackupPreflight(app, servers.estate(), servers.programs(), store());
    // a grant on a table is no good without its schema
    var table = "ON \"Odd \"\"Schema\".\"Odd Table\"";
    servers.execute(LIVE, NAME, "postgres", "GRANT SELECT " + table + " TO acme_app");
    try {
      assertThat(problem(once(early, new BackupPreflight.In(servers.database(NAME)), "preflight")))
          .contains("the bot may not read \"Odd \"\"Schema\"", "nor use its schema")
          .contains("hold its administrator's login (this is acme_app)");
    } finally {
      servers.execute(LIVE, NAME, "postgres", "REVOKE SELECT " + table + " FROM acme_app");
    }
    var dump = new BackupDump(app, servers.estate(), servers.programs(), store(), () -> catalogue);
    assertThat(problem(once(dump, in(), "dump")))
        .contains("permission denied for", "an application's login", "admin_secret");
    assertNothingIsStored();

    try (var home = servers.programs().scratch("cs/x/dump/1")) {
      var call =
          new ClientPrograms.Call(
              servers.programs().find("pg_dump", TwoServers.major()),
              servers.login(LIVE, NAME, "acme_app"),
              "cs/x/dump/1",
              List.of("--schema-only", "--file=" + home.file("x.dump"), "--dbname=" + NAME),
              Map.of());
      assertThatThrownBy(() -> servers.programs().run("dumping", call, home, new Stop(), () -> {}))
          .hasMessageContaining("pg_dump ended with code 1: query failed")
          .hasMessageContaining("permission denied for")
          .hasMessageContaining("an application's login and not its administrator's")
          .hasMessageContaining("then retry");
    }
  }

  private static String problem(Outcome<?> outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Failed.class);
    return ((Outcome.Failed<?>) outcome).problem().line();
  }

  @Test
  void a_dump_bloated_by_a_queue_that_nobody_left_out_names_the_queue_and_the_largest_tables()
      throws Exception {
    dumped();
    var forgetful = servers.sample().queues().estate();
    servers.execute(
        LIVE,
        NAME,
        "postgres",
        "INSERT INTO pgboss.job SELECT g, (SELECT string_agg(md5((g * 100 + i)::text), '') FROM"
            + " generate_series(1, 60) i) FROM generate_series(10, 4000) g");
    try {
      var dump =
          new BackupDump(
              servers.servers(), forgetful, servers.programs(), store(), () -> catalogue);
      var out = ((Outcome.Done<BackupDump.Out>) once(dump, in(), "again")).outputs();
      assertThat(once(verify(forgetful), new BackupVerify.In(out.backup()), "verify"))
          .isInstanceOfSatisfying(
              Outcome.Done.class,
              it ->
                  assertThat(it.said())
                      .contains("note: earlier ones had about", "it holds the queue pgboss")
                      .contains("its largest tables are pgboss.job (")
                      .contains("queue-schemas in the estate's file", "/tenant-restore"));
      // as the estate's file has it, the jobs are in no dump
      var small = ((Outcome.Done<BackupDump.Out>) once(dump(), in(), "small")).outputs();
      assertThat(small.bytes()).isLessThan(out.bytes() / 2);
    } finally {
      servers.execute(LIVE, NAME, "postgres", "DELETE FROM pgboss.job WHERE id >= 10");
    }
  }

  private void assertNothingIsStored() throws IOException {
    try (Stream<Path> all = Files.exists(dumps) ? Files.walk(dumps) : Stream.empty()) {
      assertThat(all.filter(Files::isRegularFile)).isEmpty();
    }
  }
}
