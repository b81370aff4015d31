package io.countersign.sandbox.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalClusterTest {
  private static final PgPrograms PROGRAMS = PgPrograms.find();

  private static Path work;
  private static LocalCluster cluster;

  @BeforeAll
  static void makeOne() {
    work = PgPrograms.newWorkFolder("cs-test-");
    long begun = System.nanoTime();
    cluster = LocalCluster.create(work.resolve("one"), PROGRAMS, ClusterOptions.disposable());
    cluster.start();
    report("initdb and start", begun);
  }

  @AfterAll
  static void removeIt() {
    cluster.close();
    assertThat(cluster.folder()).doesNotExist();
    assertThat(cluster.socketFolder()).doesNotExist();
    ClusterFiles.deleteTree(work);
  }

  @Test
  void archives_its_wal_segments() throws SQLException {
    run(cluster, "CREATE TABLE archived_one AS SELECT 1 AS n");
    var segment = one(cluster, "SELECT pg_walfile_name(pg_switch_wal())");
    await().until(() -> Files.exists(cluster.archiveFolder().resolve(segment)));
  }

  @Test
  void keeps_what_was_committed_when_all_its_processes_are_killed() throws SQLException {
    run(cluster, "CREATE TABLE survivor AS SELECT 42 AS n");
    cluster.kill9();
    assertThat(cluster.running()).isFalse();
    long begun = System.nanoTime();
    cluster.start();
    report("start after kill -9", begun);
    assertThat(one(cluster, "SELECT n FROM survivor")).isEqualTo("42");
  }

  @Test
  void stays_on_its_port_over_a_restart() throws SQLException {
    int port = cluster.port();
    cluster.restart(StopMode.IMMEDIATE);
    assertThat(cluster.port()).isEqualTo(port);
    assertThat(one(cluster, "SELECT 1")).isEqualTo("1");
  }

  @Test
  void takes_a_base_backup_into_a_new_folder() {
    var target = work.resolve("backup");
    long begun = System.nanoTime();
    cluster.baseBackup(target);
    report("base backup of an empty server", begun);
    assertThat(target.resolve("backup_label")).exists();
    PROGRAMS.run("pg_verifybackup", target.toString()).orFail("Verifying the base backup");
    ClusterFiles.deleteTree(target);
  }

  @Test
  void asks_everybody_but_its_superuser_on_the_socket_for_a_password() throws SQLException {
    run(cluster, "CREATE ROLE somebody LOGIN PASSWORD 'not-a-secret-somebody'");
    assertThat(psql("postgres").exitCode()).isZero();
    assertThat(psql("somebody").output()).contains("no password supplied");
  }

  private static ProgramRun psql(String user) {
    return PROGRAMS.run(
        "psql",
        "--no-password",
        "--host=" + cluster.socketFolder(),
        "--port=" + cluster.port(),
        "--username=" + user,
        "--dbname=postgres",
        "--command=SELECT 1");
  }

  @Test
  void a_copy_of_a_stopped_server_has_its_rows_and_a_port_of_its_own() throws SQLException {
    var folder = work.resolve("template");
    try (var template = LocalCluster.create(folder, PROGRAMS)) {
      template.start();
      run(template, "CREATE TABLE seeded AS SELECT 7 AS n");
      assertThatThrownBy(() -> LocalCluster.copyOf(folder, work.resolve("early")))
          .hasMessageContaining("Stop the server");
      template.stop();
      long begun = System.nanoTime();
      try (var copy = LocalCluster.copyOf(folder, work.resolve("copy"))) {
        copy.start();
        report("copy and start of an empty server", begun);
        template.start();
        assertThat(one(copy, "SELECT n FROM seeded")).isEqualTo("7");
        assertThat(copy.port()).isNotEqualTo(template.port());
      }
    }
    assertThat(folder.resolve("data")).exists();
    ClusterFiles.deleteTree(folder);
  }

  @Test
  void a_killed_jvm_leaves_no_server_and_the_next_start_removes_its_files() throws Exception {
    var folder = work.resolve("orphan");
    var holder = hold(folder);
    var server = new ClusterFiles(folder).postmaster().orElseThrow();
    var sockets = socketFolderOf(folder);
    assertThat(sockets).isNotEmptyDirectory();
    assertThat(LocalCluster.sweep(work, PROGRAMS)).as("its owner lives").isEmpty();

    holder.destroyForcibly().waitFor(10, TimeUnit.SECONDS);

    long begun = System.nanoTime();
    await().atMost(Duration.ofSeconds(20)).until(() -> !server.isAlive());
    report("server gone after its JVM was killed", begun);
    assertThat(folder).exists();
    assertThat(LocalCluster.sweep(work, PROGRAMS)).containsExactly(folder);
    assertThat(folder).doesNotExist();
    assertThat(sockets).doesNotExist();
    assertThat(cluster.running()).as("a server of a living JVM is none of its business").isTrue();
  }

  private static Path socketFolderOf(Path folder) throws IOException {
    return Files.readAllLines(folder.resolve("data/postmaster.pid")).stream()
        .skip(4)
        .map(Path::of)
        .findFirst()
        .orElseThrow();
  }

  private static Process hold(Path folder) throws IOException {
    var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    var holder =
        new ProcessBuilder(
                List.of(
                    java,
                    "-Xmx64m",
                    "-cp",
                    System.getProperty("java.class.path"),
                    ClusterHolder.class.getName(),
                    folder.toString()))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    assertThat(holder.inputReader(StandardCharsets.UTF_8).readLine()).isEqualTo("READY");
    return holder;
  }

  @Test
  void a_watch_tells_when_a_process_ends() throws Exception {
    var sleeper = new ProcessBuilder("cat").start();
    var told = new CountDownLatch(1);
    try (var _ = ParentWatch.of(sleeper.pid(), told::countDown)) {
      assertThat(told.getCount()).isEqualTo(1);
      sleeper.destroy();
      assertThat(told.await(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void says_what_to_install_where_there_are_no_programs(@TempDir Path empty) {
    assertThatThrownBy(() -> PgPrograms.find("", empty, ""))
        .hasMessageContaining("apt-get install postgresql")
        .hasMessageContaining(PgPrograms.SETTING);
  }

  @Test
  void a_folder_that_is_named_and_lacks_programs_is_refused_by_name(@TempDir Path folder)
      throws IOException {
    var rights = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x"));
    for (var program : List.of("psql", "pg_dump", "pg_restore", "pg_basebackup")) {
      Files.createFile(folder.resolve(program), rights);
    }

    assertThatThrownBy(() -> PgPrograms.find(folder.toString(), folder, ""))
        .hasMessageContaining(PgPrograms.SETTING)
        .hasMessageContaining("no initdb, no postgres, no pg_ctl, no pg_controldata, no pg_waldump")
        .hasMessageContaining(folder.toString());
    assertThatThrownBy(() -> PgPrograms.find("17/bin", folder, ""))
        .hasMessageContaining("17/bin")
        .hasMessageContaining("no absolute path");
  }

  @Test
  void takes_the_newest_installed_version(@TempDir Path distributions) throws IOException {
    for (var program :
        List.of("9/bin/initdb", "9/bin/pg_ctl", "17/bin/initdb", "17/bin/pg_ctl", "18/bin/psql")) {
      var file = distributions.resolve(program);
      Files.createDirectories(file.getParent());
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    }
    assertThat(PgPrograms.find("", distributions, "").bin())
        .isEqualTo(distributions.resolve("17/bin"));
  }

  private static void report(String what, long begun) {
    System.out.printf("TIME %s: %d ms%n", what, (System.nanoTime() - begun) / 1_000_000);
  }

  private static void run(LocalCluster on, String sql) throws SQLException {
    try (var session = on.admin("postgres");
        var statement = session.createStatement()) {
      statement.execute(sql);
    }
  }

  private static String one(LocalCluster on, String sql) throws SQLException {
    try (var session = on.admin("postgres");
        var statement = session.createStatement();
        var rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getString(1);
    }
  }
}
