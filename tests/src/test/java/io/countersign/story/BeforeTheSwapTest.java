package io.countersign.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.sandbox.postgres.LocalCluster;
import io.countersign.sandbox.postgres.MedsuiteWorld;
import io.countersign.sandbox.slack.Workspace;
import io.countersign.support.Canaries;
import io.countersign.support.Stage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.postgresql.util.PSQLException;

/** Whatever goes wrong before the swap, the tenant stands as it stood. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BeforeTheSwapTest {
  private final Stage stage = Stage.open();
  private final LocalCluster live = stage.world().medsuite().live();
  private final Map<String, String> oids =
      stage.world().medsuite().tenants().stream().collect(Collectors.toMap(it -> it, stage::oid));

  @AfterAll
  void close() {
    stage.close();
  }

  private void requireNotDone(Stage.Run run, String what, String why) {
    assertThat(stage.awaitEnded(run))
        .as(stage.thread(run))
        .startsWith("Not done")
        .contains("could not " + what);
    assertThat(stage.thread(run)).contains(why);
    assertThat(stage.events(run)).contains("abort-begun").endsWith("finished");
    Untouched.require(stage, run, oids.getOrDefault(run.slug(), ""));
  }

  @Test
  void a_tenant_that_could_not_be_restored_is_not_even_frozen() {
    execute("tenant_globex", "ALTER TABLE security.app_user FORCE ROW LEVEL SECURITY");
    try {
      var run = stage.start("globex");
      requireNotDone(
          run, "check servers and rights", "row security hides rows of security.app_user");
      assertThat(stage.thread(run)).contains("BYPASSRLS");
      assertThat(stage.journal(started(run, "freeze"))).isEqualTo("0");
    } finally {
      execute("tenant_globex", "ALTER TABLE security.app_user NO FORCE ROW LEVEL SECURITY");
    }
  }

  @Test
  void a_session_that_the_bot_may_not_end_stops_the_preflight() throws Exception {
    try (var _ = live.admin("tenant_globex")) {
      var run = stage.start("globex");
      requireNotDone(
          run, "check servers and rights", "sessions of superusers may not be ended by the bot");
    }
  }

  @Test
  void one_that_comes_after_it_stops_the_freeze() throws Exception {
    var sessions = new ArrayList<Connection>();
    stage.at("acted preflight/1", () -> sessions.add(admin("tenant_globex")));
    try {
      var run = stage.start("globex");
      requireNotDone(run, "freeze " + run.slug(), "postgres");
    } finally {
      for (var session : sessions) {
        session.close();
      }
    }
    assertThat(sessions).hasSize(1);
  }

  private Connection admin(String database) {
    try {
      return live.admin(database);
    } catch (SQLException refused) {
      throw new IllegalStateException(refused);
    }
  }

  @Test
  void a_database_that_cannot_be_opened_stops_the_settling() {
    stage.at(
        "acted freeze/1",
        () -> execute("postgres", "ALTER DATABASE tenant_north_clinic CONNECTION LIMIT 0"));
    var run = stage.start("north-clinic");
    try {
      requireNotDone(run, "wait for caches and open transactions", "too many connections");
    } finally {
      execute("postgres", "ALTER DATABASE tenant_north_clinic CONNECTION LIMIT -1");
    }
  }

  @Test
  void base_backups_that_cannot_be_read_stop_the_copy_of_the_server() {
    var base = stage.world().medsuite().baseBackups();
    var hidden = base.resolveSibling("base.hidden");
    stage.at("started pitr/1", () -> move(base, hidden));
    var run = stage.start("acme");
    try {
      requireNotDone(run, "copy the server", "the file system refused");
    } finally {
      move(hidden, base);
    }
  }

  @Test
  void a_run_that_is_cancelled_while_a_step_acts_is_put_back() {
    Stage.Run run;
    try (var hold = stage.hold("started settle/1")) {
      run = stage.start("north-clinic");
      hold.awaitReached();
      assertThat(stage.status("north-clinic")).isEqualTo("read_only");
      assertThat(stage.settings("north-clinic")).contains("default_transaction_read_only");
      assertThat(stage.say(Workspace.DANA, run, "@countersign cancel wrong tenant"))
          .contains("is cancelled: the present step is stopped, then everything is put back");
    }
    assertThat(stage.awaitEnded(run))
        .startsWith("Not done")
        .contains("cancelled by", "wrong tenant");
    Stage.await(
        "the thread says who asked",
        () -> stage.thread(run).contains("@Dana asked to cancel: wrong tenant"));
    Untouched.require(stage, run, oids.getOrDefault("north-clinic", ""));
  }

  /** Three at once, because each needs a copy of the server. */
  @Test
  void a_failed_copy_a_copy_that_differs_and_a_server_copy_that_stays_are_put_back() {
    execute(
        "tenant_acme",
        "ALTER TABLE members.member ADD CONSTRAINT only_here"
            + " CHECK (id <> 8 OR current_database() = 'tenant_acme')");
    requireDetailQuotesTheRow();
    var moment = stage.moment();
    var acme = stage.start("acme", moment);
    var globex = stage.start("globex", moment);
    stage.at("started parity/1", globex, this::deleteFromTheCopies);
    var clinic = stage.start("north-clinic", moment);
    stage.at(
        "started clear/1", clinic, () -> editMarkers("\"" + clinic.id() + "\"", "\"another1\""));
    stage.at("acted clear/1", clinic, () -> editMarkers("\"another1\"", "\"" + clinic.id() + "\""));

    requireNotDone(acme, "copy acme's database", "only_here");
    assertThat(stage.thread(acme)).doesNotContain(Canaries.ROW, "Failing row");
    requireNotDone(globex, "compare", "members.claim");
    requireNotDone(clinic, "remove the server copy", "it still exists");
    assertThat(stage.copies()).isEmpty();
    execute("tenant_acme", "ALTER TABLE members.member DROP CONSTRAINT only_here");
  }

  /** The error in whose DETAIL the server quotes the row, as pg_restore will meet it. */
  private void requireDetailQuotesTheRow() {
    execute("postgres", "CREATE DATABASE elsewhere TEMPLATE tenant_acme");
    assertThatThrownBy(
            () -> {
              try (var session = live.admin("elsewhere");
                  var statement = session.createStatement()) {
                statement.execute("UPDATE members.member SET birth_year = 1950 WHERE id = 8");
              }
            })
        .isInstanceOfSatisfying(
            PSQLException.class,
            it -> assertThat(String.valueOf(it.getServerErrorMessage())).contains(Canaries.ROW));
    execute("postgres", "DROP DATABASE elsewhere");
  }

  private void deleteFromTheCopies() {
    stage.besides("globex").stream()
        .filter(it -> it.startsWith(MedsuiteWorld.databaseOf("globex") + "_restore_"))
        .forEach(
            it ->
                execute(
                    it,
                    "DELETE FROM members.claim WHERE id ="
                        + " (SELECT min(id) FROM members.claim)"));
  }

  private void editMarkers(String from, String to) {
    try (var all = Files.walk(stage.world().folder().resolve("copies"), 2)) {
      for (var file : all.filter(it -> it.toString().endsWith("marker.json")).toList()) {
        var text = Files.readString(file);
        Files.writeString(file, text.replace(from, to));
      }
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  private static String started(Stage.Run run, String step) {
    return "SELECT count(*) FROM countersign.step_attempt WHERE run = '%s' AND step = '%s'"
        .formatted(run.id(), step);
  }

  private void execute(String database, String sql) {
    stage.world().execute(database, sql);
  }

  private static void move(Path from, Path to) {
    try {
      Files.move(from, to);
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }
}
