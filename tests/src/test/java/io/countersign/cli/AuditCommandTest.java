package io.countersign.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.audit.AnchorLine;
import io.countersign.store.JdbiAnchors;
import io.countersign.support.Bench;
import io.countersign.support.OurDatabase;
import io.countersign.support.Samples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AuditCommandTest {
  private final OurDatabase database = OurDatabase.fresh();
  private final JdbiAnchors anchors = database.get().anchors();
  private final Map<String, String> environment = new TreeMap<>(Typed.SHIPPED);
  private String run = "";

  @TempDir private Path folder;

  @BeforeEach
  void a_run_that_ended() {
    var login = OurDatabase.cluster().adminLogin(database.one("SELECT current_database()"));
    environment.put("COUNTERSIGN_DATABASE_URL", OurDatabase.cluster().jdbcUrl(login.database()));
    environment.put("COUNTERSIGN_DATABASE_USER", login.user());
    environment.put("COUNTERSIGN_DATABASE_PASSWORD", login.password().reveal());
    var bench = new Bench(database);
    var id = bench.begun();
    bench.advance(id);
    bench.approve(id, Samples.BOB);
    bench.advance(id);
    anchors.makeIfDue(Duration.ZERO);
    run = id.value();
  }

  @AfterEach
  void close() {
    database.close();
  }

  private Typed verify(String... words) {
    return Typed.run(new AuditCommand.Verify(environment), words);
  }

  private Typed export(String... words) {
    return Typed.run(new AuditCommand.Export(environment), words);
  }

  private Path anchorFile() throws IOException {
    return Files.writeString(
        folder.resolve("anchors"),
        anchors.after(0, 9).stream()
            .map(it -> AnchorLine.of(it).text())
            .collect(Collectors.joining("\n", "", "\n")));
  }

  @Test
  void an_untouched_database_is_good() throws IOException {
    var typed = verify("--anchors", anchorFile().toString());

    assertThat(typed.exit()).as(typed.out()).isZero();
    assertThat(typed.out().lines())
        .satisfiesExactly(
            it ->
                assertThat(it)
                    .matches("1 runs · \\d+ rows · \\d+ links · 1 anchors · 1 anchors in the file"),
            it -> assertThat(it).isEqualTo("Everything is as it was written."));
  }

  @Test
  void a_changed_vote_is_named_with_its_run() {
    database.execute(
        "SET session_replication_role = replica; UPDATE countersign.vote SET reason = 'planted'");

    var typed = verify();

    assertThat(typed.exit()).isEqualTo(1);
    assertThat(typed.out())
        .contains("found · run " + run + " · vote ")
        .contains("/T0DEMO/U0BOB · it is not what was written: its content gives ")
        .contains("find out who could write to it");
  }

  @Test
  void a_database_without_the_newest_anchor_of_the_file_is_found() throws IOException {
    Files.writeString(
        anchorFile(),
        "countersign-anchor/1 2 2026-11-21T15:52:00Z 3 40 " + "a".repeat(64) + "\nno anchor\nx\n",
        java.nio.file.StandardOpenOption.APPEND);

    var typed = verify("--anchors", folder.resolve("anchors").toString());

    assertThat(typed.exit()).isEqualTo(1);
    assertThat(typed.out())
        .contains("found · anchors · anchor 2 · it is in the file and not in the database")
        .contains("anchors:3 · no anchor");
  }

  @Test
  void misuse_and_a_database_that_is_away_end_with_2() {
    assertThat(verify("--anchors", "/nowhere/anchors").exit()).isEqualTo(2);
    assertThat(verify("now").exit()).isEqualTo(2);
    assertThat(export("ACME").err()).contains("ACME is no run's id");
    assertThat(export("ACME").exit()).isEqualTo(2);
    environment.remove("COUNTERSIGN_DATABASE_URL");
    assertThat(verify())
        .satisfies(
            it -> assertThat(it.err()).contains("COUNTERSIGN_DATABASE_URL is not set"),
            it -> assertThat(it.exit()).isEqualTo(2));
    assertThat(Typed.run(new AuditCommand()).exit()).isEqualTo(2);
  }

  @Test
  void a_schema_that_is_behind_is_told_and_not_changed() {
    var empty = OurDatabase.cluster().adminLogin("postgres");
    environment.put("COUNTERSIGN_DATABASE_URL", OurDatabase.cluster().jdbcUrl(empty.database()));

    var typed = verify();

    assertThat(typed.exit()).isEqualTo(2);
    assertThat(typed.err()).contains("lacks V1 journal", "Run countersign migrate");
  }

  @Test
  void an_export_is_two_files_that_are_closed_to_others_and_it_is_recorded() throws IOException {
    var typed = export(run, "--out", folder.resolve("out").toString());

    assertThat(typed.exit()).as(typed.err()).isZero();
    var page = folder.resolve("out/countersign-" + run + ".html");
    var json = folder.resolve("out/countersign-" + run + ".json");
    assertThat(typed.out().lines()).containsExactly(json.toString(), page.toString());
    for (var file : new Path[] {page, json}) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
          .isEqualTo("rw-------");
    }
    assertThat(Files.readString(page)).contains("a bad migration", "T0DEMO/U0BOB");
    assertThat(database.one("SELECT what || ' ' || run || ' ' || door FROM countersign.audit_read"))
        .isEqualTo("export " + run + " command line");
    assertThat(verify().exit()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"00000000", "zzzzzzzz"})
  void a_run_that_there_is_not_ends_with_1_and_was_asked_for(String unknown) {
    var typed = export(unknown, "--out", folder.toString());

    assertThat(typed.exit()).isEqualTo(1);
    assertThat(typed.err()).contains("There is no run " + unknown);
    assertThat(database.one("SELECT run FROM countersign.audit_read")).isEqualTo(unknown);
  }
}
