package io.countersign.action.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.RunId;
import io.countersign.action.Intent;
import io.countersign.action.Outcome;
import io.countersign.action.TestAttempt;
import io.countersign.estate.Estate;
import io.countersign.estate.ServerRef;
import io.countersign.estate.ServerRestorer.Copy;
import io.countersign.estate.ServerRestorer.Progress;
import io.countersign.postgres.ArchiveRestorer;
import io.countersign.postgres.OneServer;
import io.countersign.postgres.QueryRegistry;
import io.countersign.postgres.Servers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RestoreServerTest {
  private static final RunId RUN = new RunId("7k2m9qxd");
  private final OneServer server = OneServer.shared();
  private final QueryRegistry registry =
      new QueryRegistry(server.estate(Duration.ZERO), server.secrets());
  private final ArchiveRestorer restorer =
      new ArchiveRestorer(server.restoreSource(), registry, server.secrets());
  private final Servers servers = new Servers(registry, server.secrets(), restorer);
  private final RestoreServer action = new RestoreServer(servers, restorer);

  @Test
  void theCopyStandsExactlyBetweenTwoCommits() throws Exception {
    var target = rowsAroundAMoment(100);
    var inputs = new RestoreServer.Inputs(OneServer.SERVER, target);
    var attempt = TestAttempt.begun(action, inputs, "pitr");
    var done = finish(attempt);
    var copy = done.outputs().server();
    try (var session = servers.open(copy, "tenant_acme", "cs/test")) {
      var rows =
          "SELECT string_agg(id::text, ',' ORDER BY id) FROM members.member WHERE id / 100 = 1";
      assertThat(OneServer.ask(session, rows)).contains("100,101");
      assertThat(OneServer.ask(session, "SELECT pg_is_in_recovery()")).contains("f");
    }
    assertThat(done.outputs().exactness()).startsWith("exact: last change ");
    var ready = (Progress.Ready) restorer.look(copyOf(attempt));
    assertThat(ready.exactness().lastCommit().orElseThrow()).isBeforeOrEqualTo(target);
    assertThat(ready.exactness().nextCommit().orElseThrow()).isAfter(target);
    onlyTheBotCanEnter(copy);
    aRestartedBotGoesOn(attempt);
    anotherRunCannotRemove(copy);
    discard(copy);
  }

  private void onlyTheBotCanEnter(ServerRef copy) throws Exception {
    var bot = restorer.login(copy).orElseThrow();
    var app = server.login("tenant_acme", "acme_app");
    var there =
        new io.countersign.estate.Login(
            bot.host(), bot.port(), app.database(), app.user(), app.password());
    assertThatThrownBy(() -> OneServer.connect(there).close())
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("no pg_hba.conf entry");
    try (var session = servers.open(copy, "postgres", "cs/test")) {
      var settings =
          """
          SELECT current_setting('archive_mode') || current_setting('listen_addresses')
              || current_setting('max_logical_replication_workers')
          """;
      assertThat(OneServer.ask(session, settings)).contains("off127.0.0.10");
    }
  }

  private void aRestartedBotGoesOn(TestAttempt<RestoreServer.Inputs> attempt) {
    var restarted = new ArchiveRestorer(server.restoreSource(), registry, server.secrets());
    restarted.begin(copyOf(attempt));
    assertThat(restarted.look(copyOf(attempt))).isInstanceOf(Progress.Ready.class);
  }

  private void anotherRunCannotRemove(ServerRef copy) {
    var foreign = new Copy(OneServer.SERVER, copy, Instant.EPOCH, new RunId("00000000"));
    restorer.remove(foreign);
    assertThat(restorer.login(copy)).isPresent();
    assertThat(restorer.look(foreign)).isInstanceOf(Progress.Broken.class);
    var discard = new DiscardServer(restorer);
    var visit =
        new io.countersign.action.Visit<>(
            new DiscardServer.Inputs(copy),
            new RunId("00000000"),
            "clear",
            1,
            OneServer.ACME,
            new io.countersign.Person("T1", "U1"),
            "",
            Instant.EPOCH,
            Instant.EPOCH,
            Instant.EPOCH);
    assertThat(discard.act(new TestAttempt<>(visit, Intent.NONE, null)))
        .isInstanceOf(Outcome.Failed.class);
  }

  private void discard(ServerRef copy) throws Exception {
    var outcome =
        TestAttempt.once(new DiscardServer(restorer), new DiscardServer.Inputs(copy), "clear");
    assertThat(outcome).isInstanceOf(Outcome.Done.class);
    assertThat(restorer.login(copy)).isEmpty();
    assertThat(server.copies().resolve(copy.name())).doesNotExist();
    var again =
        TestAttempt.once(new DiscardServer(restorer), new DiscardServer.Inputs(copy), "clear");
    assertThat(again).isInstanceOf(Outcome.Done.class);
  }

  @Test
  void anArchiveThatEndsBeforeTheMomentIsSaidAndNothingIsPromoted(@TempDir Path elsewhere)
      throws Exception {
    Files.setPosixFilePermissions(
        elsewhere, java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x"));
    var target = rowsAroundAMoment(200);
    var source = server.restoreSource();
    var gap = Files.createDirectory(elsewhere.resolve("archive"));
    var cut =
        new ArchiveRestorer(
            new Estate.RestoreSource(
                source.baseBackups(), gap.toString(), source.copies(), source.programs()),
            registry,
            server.secrets());
    var copy = new Copy(OneServer.SERVER, new ServerRef(OneServer.ESTATE, "pg-1-cut"), target, RUN);
    cut.begin(copy);
    var awaited = awaitedFile(copy);
    // the archive has the last file alone: those between are lost
    waitForFile(server.archive().resolve(awaited));
    Files.copy(server.archive().resolve(awaited), gap.resolve(awaited));
    var broken = (Progress.Broken) awaitEnd(cut, copy);
    assertThat(broken.problem().happened()).contains("archived WAL ends before " + target);
    assertThat(cut.login(copy.server())).isEmpty();
    assertThat(cut.look(copy)).isEqualTo(broken);
    cut.remove(copy);
    assertThat(cut.look(copy)).isInstanceOf(Progress.Absent.class);
  }

  @Test
  void clearingAHalfMadeCopyLeavesNothing() throws Exception {
    var target = rowsAroundAMoment(300);
    var attempt =
        TestAttempt.begun(action, new RestoreServer.Inputs(OneServer.SERVER, target), "half");
    assertThat(action.act(attempt)).isInstanceOf(Outcome.Park.class);
    action.clear(attempt);
    action.clear(attempt);
    assertThat(restorer.look(copyOf(attempt))).isInstanceOf(Progress.Absent.class);
    assertThat(server.copies().resolve(attempt.intent().fact("copy.name"))).doesNotExist();
  }

  @Test
  void aMomentBeforeTheOldestBaseBackupIsRefused() throws Exception {
    var window = restorer.window(OneServer.SERVER);
    assertThat(window.contains(window.earliest())).isTrue();
    var tooEarly = window.earliest().minusSeconds(1);
    assertThat(window.contains(tooEarly)).isFalse();
    var inputs = new RestoreServer.Inputs(OneServer.SERVER, tooEarly);
    var attempt = TestAttempt.begun(action, inputs, "early");
    var failed = (Outcome.Failed<RestoreServer.Outputs>) action.act(attempt);
    assertThat(failed.problem().happened()).contains("the oldest one ended at");
    action.clear(attempt);
  }

  @Test
  void aCopyIsFoundByItsNameAlone() {
    assertThat(restorer.login(new ServerRef(OneServer.ESTATE, "../data"))).isEmpty();
    assertThat(restorer.login(OneServer.SERVER)).isEmpty();
  }

  private Outcome.Done<RestoreServer.Outputs> finish(TestAttempt<RestoreServer.Inputs> attempt) {
    var last =
        Awaitility.await()
            .atMost(Duration.ofSeconds(60))
            .pollInterval(Duration.ofMillis(100))
            .until(() -> action.act(attempt), it -> !(it instanceof Outcome.Park));
    assertThat(last).isInstanceOf(Outcome.Done.class);
    return (Outcome.Done<RestoreServer.Outputs>) last;
  }

  private Progress awaitEnd(ArchiveRestorer cut, Copy copy) {
    return Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(100))
        .until(() -> cut.look(copy), it -> !(it instanceof Progress.Working));
  }

  private String awaitedFile(Copy copy) throws Exception {
    var prepared =
        Files.readString(server.copies().resolve(copy.server().name()).resolve("prepared.json"));
    var matcher =
        java.util.regex.Pattern.compile("\"awaited\":\"([0-9A-F]{24})\"").matcher(prepared);
    assertThat(matcher.find()).isTrue();
    return matcher.group(1);
  }

  private static void waitForFile(Path file) {
    Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> Files.exists(file));
  }

  private static Copy copyOf(TestAttempt<RestoreServer.Inputs> attempt) {
    var name = new ServerRef(OneServer.ESTATE, attempt.intent().fact("copy.name"));
    return new Copy(OneServer.SERVER, name, attempt.inputs().to(), RUN);
  }

  /**
   * Two rows before the moment, two after it, each its own commit; then the window moves past it.
   */
  private Instant rowsAroundAMoment(int from) throws Exception {
    waitUntilInWindow(restorer.window(OneServer.SERVER).earliest());
    insert(from);
    insert(from + 1);
    var moment =
        Instant.parse(
            server
                .ask(
                    "postgres",
                    "SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC',"
                        + " 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')")
                .orElseThrow());
    insert(from + 2);
    insert(from + 3);
    waitUntilInWindow(moment);
    return moment;
  }

  private void waitUntilInWindow(Instant moment) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> restorer.window(OneServer.SERVER).contains(moment));
  }

  private void insert(int id) throws Exception {
    server.execute(
        "tenant_acme", "acme_app", "INSERT INTO members.member VALUES (" + id + ", 'x')");
  }
}
