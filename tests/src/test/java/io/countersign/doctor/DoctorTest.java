package io.countersign.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.sandbox.SandboxWorld;
import io.countersign.sandbox.Transport;
import io.countersign.sandbox.postgres.MedsuiteEstate;
import io.countersign.sandbox.postgres.PgPrograms;
import io.countersign.sandbox.slack.Call;
import io.countersign.sandbox.slack.Limits;
import io.countersign.sandbox.slack.Workspace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * On the sandbox's world doctor finds nothing. Each test plants one thing that goes wrong when
 * somebody installs the bot, and doctor finds that alone.
 */
class DoctorTest {
  private static final String BOT = MedsuiteEstate.BOT;
  private static SandboxWorld world;

  @TempDir private Path folder;
  private final Map<String, String> environment = new TreeMap<>();
  private InstantSource clock = InstantSource.system();

  @BeforeAll
  static void install() {
    world =
        SandboxWorld.start(
            new SandboxWorld.Plan(
                Path.of("../runbooks"),
                Path.of("../manifest/estates"),
                UnaryOperator.identity(),
                new MedsuiteEstate.Size(20, 10),
                Limits.hurried(),
                0,
                Transport.HTTP,
                Clock.systemUTC()));
  }

  @AfterAll
  static void end() {
    world.close();
  }

  @BeforeEach
  void good() {
    environment.putAll(world.environment());
    environment.put("COUNTERSIGN_CHANNELS", Workspace.INCIDENT);
  }

  @Test
  void finds_nothing_where_all_is_well_and_changes_nothing_and_tells_no_secret() {
    var before = rows();
    int calls = world.slack().calls().size();

    var results = results();

    assertThat(results).noneMatch(Result.Finding.class::isInstance);
    assertThat(results).noneMatch(Result.NotSeen.class::isInstance);
    assertThat(results).hasSizeGreaterThan(20);
    assertThat(rows()).isEqualTo(before);
    assertThat(world.slack().calls().subList(calls, world.slack().calls().size()))
        .extracting(Call::method)
        .containsOnly("auth.test", "usergroups.users.list", "users.info", "conversations.info");
    assertThat(text(results))
        .doesNotContain(
            environment.get("SLACK_BOT_TOKEN"),
            environment.get("SLACK_SIGNING_SECRET"),
            environment.get("COUNTERSIGN_DATABASE_PASSWORD"),
            world.medsuite().botLogin().password().reveal());
  }

  private static String rows() {
    return world.one(
        "medsuite",
        """
        SELECT (SELECT string_agg(t::text, ';' ORDER BY slug) FROM identity.tenant t)
               || (SELECT count(*) FROM identity.tenant_audit)\
        """);
  }

  // Settings and Slack

  @Test
  void all_missing_settings_at_once() {
    environment.remove("SLACK_BOT_TOKEN");
    environment.remove("COUNTERSIGN_DATABASE_URL");

    assertThat(findings())
        .extracting(Result.Finding::wrong)
        .satisfiesExactlyInAnyOrder(
            it -> assertThat(it).startsWith("SLACK_BOT_TOKEN is not set."),
            it -> assertThat(it).startsWith("COUNTERSIGN_DATABASE_URL is not set."));
  }

  @Test
  void a_bad_token() {
    environment.put("SLACK_BOT_TOKEN", "xoxb-bad-token-canary");

    var line = only("Slack's bot token", "invalid_auth", "put its bot token");
    assertThat(line).doesNotContain("canary");
  }

  @Test
  void a_Slack_that_cannot_be_reached() {
    environment.put("SLACK_API_URL", "http://127.0.0.1:1/api/");

    only("Slack's bot token", "no answer", "SLACK_API_URL");
  }

  @Test
  void a_token_in_the_wrong_setting_is_not_told() {
    var token = environment.get("SLACK_BOT_TOKEN");
    environment.put("SLACK_API_URL", "http://127.0.0.1:1/" + token + "/");

    var line = only("Slack's bot token", "no answer", "SLACK_API_URL");
    assertThat(line).contains("http://127.0.0.1:1/***/").doesNotContain(token);
  }

  @Test
  void a_missing_scope() {
    world.slack().faults().withholdScope("files:write");
    try {
      only("Slack's scopes", "lacks files:write", "install the app again");
    } finally {
      world.slack().faults().grantAllScopes();
    }
  }

  @Test
  void an_app_token_that_is_none() {
    environment.put("SLACK_APP_TOKEN", "xoxb-not-an-app-token");

    only("settings", "SLACK_APP_TOKEN is no app-level token", "set it where the bot is started");
  }

  @Test
  void an_app_token_that_Slack_does_not_take_where_it_may_be_asked() {
    environment.put("SLACK_APP_TOKEN", "xapp-1-not-a-token-canary");
    assertThat(findings()).isEmpty();

    var asked =
        new Examination(environment, clock, true)
            .results().stream().filter(Result.Finding.class::isInstance).toList();

    assertThat(asked)
        .singleElement()
        .satisfies(
            it ->
                assertThat(it.line())
                    .contains("apps.connections.open answered", "switch Socket Mode on")
                    .doesNotContain("canary"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "users:U0ALICE         | 1 full member(s)              | add a second person",
        "users:U0ALICE,U0GUS   | closed accounts left out: 1   | add a second person",
        "usergroup:S0NOBODY    | does not exist                | correct"
            + " COUNTERSIGN_ROLES_PLATFORM_ADMIN"
      })
  void a_role_that_no_two_people_hold(String source, String wrong, String remedy) {
    environment.put("COUNTERSIGN_ROLES_PLATFORM_ADMIN", source);

    only("the role PLATFORM_ADMIN", wrong, remedy);
  }

  @Test
  void a_user_group_with_one_member() {
    var slack = world.slack().driver();
    slack.removeFromGroup(Workspace.BOB, Workspace.PLATFORM_ADMINS);
    slack.removeFromGroup(Workspace.DANA, Workspace.PLATFORM_ADMINS);
    try {
      only("the role PLATFORM_ADMIN", "1 full member(s)", "add a second person");
    } finally {
      slack.addToGroup(Workspace.BOB, Workspace.PLATFORM_ADMINS);
      slack.addToGroup(Workspace.DANA, Workspace.PLATFORM_ADMINS);
    }
  }

  @Test
  void a_channel_without_the_bot() {
    environment.put("COUNTERSIGN_CHANNELS", Workspace.GENERAL);

    only("the channel " + Workspace.GENERAL, "not in it", "/invite");
  }

  @Test
  void a_channel_that_there_is_not() {
    environment.put("COUNTERSIGN_CHANNELS", "C0NOWHERE");

    only("the channel C0NOWHERE", "channel_not_found", "COUNTERSIGN_CHANNELS");
  }

  @Test
  void an_audit_channel_without_the_bot() {
    environment.put("COUNTERSIGN_AUDIT_CHANNEL", Workspace.GENERAL);

    only("the channel " + Workspace.GENERAL, "not in it", "/invite");
  }

  @Test
  void an_audit_file_that_cannot_be_made() {
    environment.put("COUNTERSIGN_AUDIT_FILE", "/no/such/folder/anchors");

    only("the audit file", "It cannot be made at /no/such/folder/anchors", "make its folder");
  }

  // Countersign's own database

  @Test
  void a_schema_that_is_behind_is_told_with_the_command() {
    world.execute("postgres", "CREATE DATABASE behind OWNER countersign_owner");
    environment.computeIfPresent(
        "COUNTERSIGN_DATABASE_URL", (_, it) -> it.replace("/countersign", "/behind"));

    only("its schema", "It lacks V1 journal", "run countersign migrate");
  }

  @Test
  void a_wrong_password_is_not_told() {
    environment.put("COUNTERSIGN_DATABASE_PASSWORD", "wrong-password-canary");

    var line = only("Countersign's own database", "password authentication failed", "_PASSWORD");

    assertThat(line).doesNotContain("canary");
  }

  @Test
  void serving_as_the_owner() {
    var owner = world.medsuite().journalOwner();
    environment.put("COUNTERSIGN_DATABASE_USER", owner.user());
    environment.put("COUNTERSIGN_DATABASE_PASSWORD", owner.password().reveal());

    only("the rights of countersign_owner in it", "owns the schema", "--grant-to");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "GRANT DELETE ON countersign.vote TO countersign    | More than serving needs: DELETE on"
            + " vote",
        "GRANT UPDATE (nonce) ON countersign.gate TO countersign | UPDATE (decided_at, nonce,"
            + " status) on gate",
        "REVOKE INSERT ON countersign.run FROM countersign  | Missing: INSERT on run"
      })
  void rights_that_differ_from_what_serving_needs(String sql, String wrong) {
    world.execute("countersign", sql);
    try {
      assertThat(findings())
          .allMatch(it -> it.remedy().contains("countersign migrate --grant-to countersign"))
          .anyMatch(it -> it.wrong().contains(wrong));
    } finally {
      world.execute(
          "countersign", "REVOKE ALL ON countersign.vote, countersign.gate FROM countersign");
      world.execute("countersign", "GRANT SELECT, INSERT ON countersign.vote TO countersign");
      world.execute(
          "countersign",
          "GRANT SELECT, INSERT, UPDATE (status, decided_at) ON countersign.gate TO countersign");
      world.execute("countersign", "GRANT INSERT ON countersign.run TO countersign");
    }
  }

  @Test
  void commits_that_do_not_wait_for_the_disk() {
    world.execute("postgres", "ALTER DATABASE countersign SET synchronous_commit = off");
    try {
      only("its synchronous_commit", "It is off", "synchronous_commit = on");
    } finally {
      world.execute("postgres", "ALTER DATABASE countersign RESET synchronous_commit");
    }
  }

  // Estates

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "AS server, t.db_config_ref | AS machine, t.db_config_ref | column name server",
        "AS admin_secret            | AS secret_of_admin          | column name admin_secret",
        "SET status = :wanted       | SET state = :wanted         | set-status of medsuite",
        "INSERT INTO identity.tenant_audit | INSERT INTO identity.audit | audit of medsuite"
      })
  void a_registry_query_that_does_not_fit(String before, String after, String wrong)
      throws IOException {
    edit(it -> it.replace(before, after));

    only("the registry of medsuite", wrong, "correct registry in the estate's file");
  }

  @Test
  void a_registry_in_which_the_bot_may_not_change_the_status() {
    planted(
        "medsuite",
        "REVOKE UPDATE (status) ON identity.tenant FROM " + BOT,
        "GRANT UPDATE (status) ON identity.tenant TO " + BOT,
        () ->
            only(
                "the registry of medsuite",
                "set-status of medsuite: 42501 permission denied for table tenant",
                "the grants"));
  }

  @Test
  void a_missing_secret() throws IOException {
    var secret = world.medsuite().secrets().resolve(MedsuiteEstate.secretOf("globex"));
    var aside = Files.move(secret, folder.resolve("aside"));
    try {
      only("the secrets of medsuite's tenants", "there is no file " + secret, "Create it");
    } finally {
      Files.move(aside, secret);
    }
  }

  @Test
  void a_secret_that_others_can_read() throws IOException {
    var secret = world.medsuite().secrets().resolve(MedsuiteEstate.secretOf("globex"));
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-r--r--"));
    try {
      only("the secrets of medsuite's tenants", "others than its owner", "chmod 600");
    } finally {
      Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
    }
  }

  @Test
  void rights_that_the_bot_lacks_on_the_server_are_found_each_with_its_statement() {
    planted(
        "postgres",
        """
        ALTER ROLE countersign_bot NOCREATEDB NOCREATEROLE;
        REVOKE pg_signal_backend, tenant_acme_owner FROM countersign_bot;
        REVOKE EXECUTE ON FUNCTION pg_switch_wal() FROM countersign_bot\
        """,
        """
        ALTER ROLE countersign_bot CREATEDB CREATEROLE;
        GRANT pg_signal_backend, tenant_acme_owner TO countersign_bot;
        GRANT EXECUTE ON FUNCTION pg_switch_wal() TO countersign_bot\
        """,
        () ->
            assertThat(findings())
                .allMatch(it -> it.remedy().contains("manifest/estates/*-grants.sql"))
                .extracting(Result.Finding::line)
                .satisfiesExactlyInAnyOrder(
                    it -> assertThat(it).contains("lacks CREATEDB", "\"countersign_bot\" CREATEDB"),
                    it -> assertThat(it).contains("lacks CREATEROLE", "ALTER ROLE"),
                    it -> assertThat(it).contains("lacks pg_signal_backend", "GRANT pg_signal"),
                    it -> assertThat(it).contains("lacks EXECUTE of pg_switch_wal()", "GRANT EX"),
                    it ->
                        assertThat(it)
                            .contains("no member of tenant_acme_owner", "owner of tenant_acme.")
                            .contains("GRANT \"tenant_acme_owner\" TO \"countersign_bot\"")));
  }

  @Test
  void a_bot_that_is_a_superuser() {
    planted(
        "postgres",
        "ALTER ROLE countersign_bot SUPERUSER",
        "ALTER ROLE countersign_bot NOSUPERUSER",
        () -> only("the bot's rights on the server pg-us-east-1", "superuser", "NOSUPERUSER"));
  }

  @Test
  void a_tenant_whose_database_is_not_there() {
    planted(
        "postgres",
        "ALTER DATABASE tenant_acme RENAME TO tenant_lost",
        "ALTER DATABASE tenant_lost RENAME TO tenant_acme",
        () ->
            only(
                "the tenants' databases on the server pg-us-east-1",
                "names tenant_acme of acme, and there is none",
                "find out who renamed it"));
  }

  @Test
  void a_server_that_cannot_be_reached() {
    planted(
        "medsuite",
        "UPDATE identity.db_server SET port = 1",
        "UPDATE identity.db_server SET port = " + world.medsuite().live().port(),
        () -> only("the server pg-us-east-1", "cannot log in", "its row in the registry"));
  }

  @Test
  void no_base_backup_of_this_server() {
    environment.put("MEDSUITE_BASE_BACKUPS", folder.toString());

    only("base backups of the server pg-us-east-1", "no finished one", "pg_basebackup -c fast");
  }

  @Test
  void base_backups_that_nobody_makes_any_more() {
    // nine days on, every other clock differs as well
    clock = InstantSource.offset(InstantSource.system(), Duration.ofDays(9));

    assertThat(findings())
        .anyMatch(it -> it.wrong().contains("is 9 days old") && it.remedy().contains("every week"));
  }

  @Test
  void an_archive_that_is_not_the_server_s() {
    environment.put("MEDSUITE_ARCHIVE", folder.toString());

    only("archived WAL of the server pg-us-east-1", "is not in " + folder, "archive_command");
  }

  @Test
  void programs_that_are_not_installed() throws IOException {
    var empty = Files.createDirectory(folder.resolve("bin"));
    edit(it -> it + "  programs: " + empty + "\n");

    var major = PgPrograms.find().major();
    only(
        "programs of PostgreSQL " + major + " on this host",
        "pg_ctl",
        "apt-get install postgresql-" + major);
  }

  @Test
  void a_clock_that_is_two_minutes_ahead() {
    clock = InstantSource.offset(InstantSource.system(), Duration.ofMinutes(2));

    assertThat(findings())
        .hasSize(3)
        .allMatch(it -> it.wrong().matches("This machine's clock is 1[12]\\d s ahead of it\\."))
        .allMatch(it -> it.remedy().contains("NTP"))
        .extracting(Result.Finding::what)
        .containsExactlyInAnyOrder("Slack's clock", "its clock", "the clock of pg-us-east-1");
  }

  // Plumbing

  private void edit(UnaryOperator<String> change) throws IOException {
    var text = Files.readString(Path.of("../manifest/estates/medsuite.yaml"));
    var changed = change.apply(text);
    assertThat(changed).isNotEqualTo(text);
    var estates = Files.createDirectory(folder.resolve("estates"));
    Files.writeString(estates.resolve("medsuite.yaml"), changed);
    environment.put("COUNTERSIGN_ESTATES", estates.toString());
  }

  private static void planted(String database, String plant, String revert, Runnable test) {
    world.execute(database, plant);
    try {
      test.run();
    } finally {
      world.execute(database, revert);
    }
  }

  /** Exactly one finding, and what it says. */
  private String only(String what, String wrong, String remedy) {
    var found = findings();
    assertThat(found).as("%s", found).hasSize(1);
    assertThat(found.getFirst().what()).isEqualTo(what);
    assertThat(found.getFirst().wrong()).contains(wrong);
    assertThat(found.getFirst().remedy()).contains(remedy);
    return found.getFirst().line();
  }

  private List<Result.Finding> findings() {
    return results().stream()
        .filter(Result.Finding.class::isInstance)
        .map(Result.Finding.class::cast)
        .toList();
  }

  private List<Result> results() {
    return new Examination(environment, clock, false).results();
  }

  private static String text(List<Result> results) {
    return String.join("\n", results.stream().map(Result::line).toList());
  }
}
