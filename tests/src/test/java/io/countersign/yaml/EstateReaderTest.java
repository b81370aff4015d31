package io.countersign.yaml;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.estate.CopyLimits;
import io.countersign.estate.Estate;
import io.countersign.estate.NamedQuery;
import io.countersign.estate.Neighbours;
import io.countersign.estate.Policies;
import io.countersign.estate.SecretName;
import io.countersign.estate.SecretSource;
import io.countersign.estate.ServerRef;
import io.countersign.runbook.Complaint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EstateReaderTest {
  private static final Path FIXTURES = Path.of("src/test/resources/estates/invalid");
  private static final Path MEDSUITE = Path.of("../manifest/estates/medsuite.yaml");
  private static final Map<String, String> VARIABLES =
      Map.of(
          "SECRETS", "/secrets",
          "BLANK", " ",
          "MEDSUITE_SECRETS", "/run/secrets/$1",
          "MEDSUITE_BASE_BACKUPS", "/backups",
          "MEDSUITE_ARCHIVE", "/archive",
          "MEDSUITE_COPIES", "/copies",
          "MEDSUITE_BACKUPS", "/dumps");

  @Test
  void the_shipped_medsuite_is_valid_and_its_variables_are_filled_in() throws IOException {
    var estate = medsuite();

    assertThat(estate.name()).isEqualTo("medsuite");
    assertThat(estate.layout()).isEqualTo(Estate.Layout.DATABASE_PER_TENANT);
    assertThat(estate.zone()).isEqualTo(ZoneId.of("Europe/Madrid"));
    assertThat(estate.statuses()).isEqualTo(new Estate.Statuses("active", "read_only"));
    assertThat(estate.statusTtl()).isEqualTo(Duration.ofSeconds(30));
    assertThat(estate.canaries())
        .hasToString("[identity.organization, security.app_user, members.member]");
    assertThat(estate.registry().login()).isEqualTo(new SecretName("registry-admin"));
    assertThat(estate.secrets()).isEqualTo(new SecretSource.Folder("/run/secrets/$1"));
    assertThat(estate.restore())
        .isEqualTo(new Estate.RestoreSource("/backups", "/archive", "/copies", ""));
  }

  @Test
  void medsuites_audit_row_is_asked_for_with_five_parameters() throws IOException {
    var audit = NamedQuery.of(medsuite().registry().queries().getOrDefault("audit", ""));

    assertThat(audit.order())
        .containsExactly("id", "action", "actor", "detail", "key", "id", "key");
    assertThat(audit.jdbc()).contains("detail->>'key' = ?").doesNotContain(":id");
  }

  @ParameterizedTest
  @ValueSource(strings = {"everything", "nothing", "commands", "more-commands"})
  void all_that_is_wrong_is_said_at_once_with_its_place(String name) throws IOException {
    var text = Files.readString(FIXTURES.resolve(name + ".yaml"));

    var said = complaints(EstateReader.read(name, text, EstateReaderTest::variable));

    assertThat(String.join("\n", said.stream().map(EstateReaderTest::line).toList()))
        .isEqualTo(Files.readString(FIXTURES.resolve(name + ".expected")).strip());
  }

  @Test
  void the_commands_that_stand_commented_in_medsuite_take_the_place_of_its_queries()
      throws IOException {
    var text = Files.readString(MEDSUITE);
    var lines = text.lines().toList();
    int from = lines.indexOf("  # commands:");
    int to = lines.indexOf("  queries:");
    var commands =
        String.join("\n", lines.subList(from, to)).replaceAll("(?m)^  # ", "  ") + "\n  queries:\n";
    var changed = text.replace("  queries:\n", commands);
    for (var query : List.of("set-status", "enrol", "withdraw")) {
      changed = changed.replaceAll("(?m)^    " + query + ": [|]\n(      .*\n)+", "");
    }

    var read = EstateReader.read("medsuite", changed, EstateReaderTest::variable);

    assertThat(complaints(read)).isEmpty();
    var registry = ((EstateReader.Read.Valid) read).estate().registry();
    assertThat(registry.queries())
        .containsOnlyKeys("tenants", "tenant", "server", "set-reference", "invalidate", "audit");
    assertThat(registry.commands()).containsOnlyKeys("set-status", "enrol", "withdraw");
    assertThat(registry.commands().get("set-status"))
        .isEqualTo(
            new Policies.OwnCommand(
                List.of(
                    "/usr/bin/pnpm",
                    "--dir",
                    "/opt/medsuite",
                    "--filter",
                    "@rcm/rcm-core",
                    "tenant-status",
                    "--slug",
                    "{slug}",
                    "--to",
                    "{to}",
                    "--reason",
                    "{reason}"),
                Duration.ofMinutes(2)));
  }

  @Test
  void a_change_that_neither_a_query_nor_a_command_makes_is_missing() throws IOException {
    var text = Files.readString(MEDSUITE).replaceAll("(?m)^    set-status: [|]\n(      .*\n)+", "");

    assertThat(complaints(EstateReader.read("medsuite", text, EstateReaderTest::variable)))
        .extracting(Complaint::message)
        .containsExactly("key set-status is missing");
  }

  @Test
  void what_stands_beside_a_server_is_read_by_its_name() throws IOException {
    var text =
        Files.readString(MEDSUITE)
            + """

            servers:
              pg-1:
                pgbouncers: [{ host: 10.0.0.5, port: 6432, login: pgbouncer-console }]
                replicas: [{ host: standby.internal, port: 5432 }]
            """;

    var estate =
        ((EstateReader.Read.Valid) EstateReader.read("medsuite", text, EstateReaderTest::variable))
            .estate();

    assertThat(estate.beside(new ServerRef("medsuite", "pg-1")))
        .isEqualTo(
            new Neighbours(
                List.of(
                    new Neighbours.PgBouncer(
                        "10.0.0.5", 6432, new SecretName("pgbouncer-console"))),
                List.of(new Neighbours.Replica("standby.internal", 5432))));
    assertThat(estate.beside(new ServerRef("medsuite", "pg-2"))).isEqualTo(Neighbours.NONE);
  }

  @Test
  void what_a_copy_may_take_is_read_and_nothing_said_is_four_workers() throws IOException {
    var text = Files.readString(MEDSUITE) + "\ncopy: { rate: 80MB, disk: 500GB }\n";

    var estate =
        ((EstateReader.Read.Valid) EstateReader.read("medsuite", text, EstateReaderTest::variable))
            .estate();

    assertThat(estate.copy())
        .isEqualTo(
            new CopyLimits(
                4, OptionalLong.of(80L << 20), OptionalLong.of(500L << 30), OptionalLong.empty()));
    assertThat(medsuite().copy()).isEqualTo(CopyLimits.NONE);
  }

  @Test
  void limits_of_a_copy_that_mean_nothing_are_named() throws IOException {
    var text = Files.readString(MEDSUITE) + "\ncopy: { workers: 17, rate: fast, wall: 1GB }\n";

    var read = EstateReader.read("medsuite", text, EstateReaderTest::variable);

    assertThat(complaints(read))
        .extracting(Complaint::message)
        .anyMatch(it -> it.contains("17 workers are not possible"))
        .anyMatch(it -> it.contains("fast is no size"))
        .anyMatch(it -> it.contains("wall"));
  }

  @Test
  void a_variable_that_is_not_set_is_named() throws IOException {
    var read = EstateReader.read("medsuite", Files.readString(MEDSUITE), _ -> Optional.empty());

    assertThat(complaints(read))
        .extracting(Complaint::message)
        .containsExactly(
            "the variable MEDSUITE_SECRETS is not set",
            "the variable MEDSUITE_BACKUPS is not set",
            "the variable MEDSUITE_BASE_BACKUPS is not set",
            "the variable MEDSUITE_ARCHIVE is not set",
            "the variable MEDSUITE_COPIES is not set");
  }

  @Property(tries = 300)
  void no_change_to_a_good_estate_makes_the_reader_fail(
      @ForAll int at, @ForAll @StringLength(max = 4) String inserted) throws IOException {
    var text = Files.readString(MEDSUITE);
    int cut = Math.floorMod(at, text.length());

    var read =
        EstateReader.read(
            "any",
            text.substring(0, cut) + inserted + text.substring(cut),
            EstateReaderTest::variable);

    assertThat(read).isNotNull();
  }

  private static Estate medsuite() throws IOException {
    var read =
        EstateReader.read("medsuite", Files.readString(MEDSUITE), EstateReaderTest::variable);
    return switch (read) {
      case EstateReader.Read.Valid(var estate) -> estate;
      case EstateReader.Read.Invalid(var complaints) ->
          throw new AssertionError("not valid: " + complaints);
    };
  }

  private static List<Complaint> complaints(EstateReader.Read read) {
    return switch (read) {
      case EstateReader.Read.Valid _ -> List.of();
      case EstateReader.Read.Invalid(var complaints) -> complaints;
    };
  }

  private static Optional<String> variable(String name) {
    return Optional.ofNullable(VARIABLES.get(name));
  }

  private static String line(Complaint complaint) {
    return complaint.line() + ":" + complaint.column() + " " + complaint.message();
  }
}
