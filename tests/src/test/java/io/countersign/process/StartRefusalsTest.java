package io.countersign.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.countersign.cli.Main;
import io.countersign.server.Bot;
import io.countersign.support.OurDatabase;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A start that is refused says which setting or file, and what to do. */
class StartRefusalsTest {
  private static final OurDatabase OWN = OurDatabase.fresh();

  @TempDir private Path folder;
  private final Map<String, String> environment = new TreeMap<>();

  @BeforeEach
  void good() throws IOException {
    environment.putAll(BotWorld.environment(folder, OurDatabase.cluster().adminLogin("postgres")));
    environment.put(
        "COUNTERSIGN_DATABASE_URL",
        OurDatabase.cluster().jdbcUrl(OWN.one("SELECT current_database()")));
  }

  @AfterAll
  static void end() {
    OWN.close();
  }

  @Test
  void an_unknown_setting_is_named_with_those_that_there_are() {
    environment.put("COUNTERSIGN_CHANELS", "C1");

    assertThat(refusal())
        .startsWith("COUNTERSIGN_CHANELS: there is no such setting.")
        .contains("COUNTERSIGN_CHANNELS", "COUNTERSIGN_ROLES_<ROLE>");
  }

  @Test
  void all_missing_settings_are_named_at_once() {
    environment.clear();

    assertThat(refusal().lines())
        .allMatch(it -> it.contains(" is not set. It is ") || it.startsWith("Neither "))
        .map(it -> it.substring(0, it.indexOf(" is ")))
        .containsExactlyInAnyOrder(
            "SLACK_BOT_TOKEN",
            "Neither SLACK_APP_TOKEN nor SLACK_SIGNING_SECRET",
            "COUNTERSIGN_DATABASE_URL",
            "COUNTERSIGN_DATABASE_USER",
            "COUNTERSIGN_DATABASE_PASSWORD",
            "COUNTERSIGN_RUNBOOKS",
            "COUNTERSIGN_ESTATES",
            "COUNTERSIGN_ROLES_PLATFORM_ADMIN");
  }

  @Test
  void a_bot_that_slack_could_not_reach_names_both_ways() {
    environment.put("SLACK_SIGNING_SECRET", "");

    assertThat(refusal())
        .isEqualTo(
            "Neither SLACK_APP_TOKEN nor SLACK_SIGNING_SECRET is set, so Slack could not reach the"
                + " bot. Set the app-level token (xapp-...) for Socket Mode, which needs no public"
                + " address, or the signing secret for requests over HTTP, or both.");
  }

  @Test
  void another_kind_of_token_in_place_of_the_app_token_is_refused_without_it() {
    environment.put("SLACK_APP_TOKEN", "xoxb-canary");

    assertThat(refusal())
        .startsWith("SLACK_APP_TOKEN is no app-level token")
        .contains("connections:write")
        .doesNotContain("canary");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"alice", "usergroup:", "usergroup:@admins", "users:U1 U2", "users:U1,", ""})
  void a_malformed_source_of_a_role_is_refused(String source) {
    environment.put("COUNTERSIGN_ROLES_PLATFORM_ADMIN", source);

    assertThat(refusal())
        .isEqualTo(
            "COUNTERSIGN_ROLES_PLATFORM_ADMIN is usergroup:S0123, users:U012,U345 or"
                + " registry:<estate>, not "
                + source
                + ".");
  }

  @Test
  void nobody_could_approve_without_platform_admins() {
    environment.remove("COUNTERSIGN_ROLES_PLATFORM_ADMIN");
    environment.put("COUNTERSIGN_ROLES_AUDITOR", "users:U012");

    assertThat(refusal())
        .isEqualTo(
            "COUNTERSIGN_ROLES_PLATFORM_ADMIN is not set. It is usergroup:S0123 or"
                + " users:U012,U345.");
  }

  @ParameterizedTest
  @CsvSource({
    "COUNTERSIGN_PORT, eighty, is a number from 0 to 65535",
    "COUNTERSIGN_PORT, 65536, is a number from 0 to 65535",
    "SLACK_API_URL, slack.com/api, is no address",
    "COUNTERSIGN_AUDIT_CHANNEL, #audit, is a channel's id such as C0123",
    "COUNTERSIGN_RUNBOOKS, /nowhere/runbooks, there is no folder /nowhere/runbooks",
    "COUNTERSIGN_ESTATES, /nowhere/estates, there is no folder /nowhere/estates"
  })
  void a_malformed_setting_is_named(String name, String value, String told) {
    environment.put(name, value);

    assertThat(refusal()).startsWith(name).contains(told);
  }

  @Test
  void a_problem_in_a_runbook_is_told_with_file_line_column_and_hint() throws IOException {
    var file = folder.resolve("runbooks/tenant-restore.yaml");
    edit(file, "action: database.swap", "action: database.swop");

    assertThat(refusal())
        .startsWith(file + ":" + line(file, "database.swop") + ":13: ")
        .contains("Did you mean database.swap");
  }

  @Test
  void a_problem_in_an_estate_is_told_with_file_line_column_and_hint() throws IOException {
    var file = folder.resolve("e/medsuite.yaml");
    edit(file, "metadata-ttl: 30s", "metadata-ttl: soon");

    assertThat(refusal()).startsWith(file + ":" + line(file, "soon") + ":15: ").contains("30s");
  }

  @Test
  void a_variable_that_an_estate_refers_to_must_be_set() {
    environment.remove("MEDSUITE_SECRETS");

    assertThat(refusal()).contains("medsuite.yaml:").contains("MEDSUITE_SECRETS");
  }

  @Test
  void a_taken_port_is_named_with_the_setting() throws IOException {
    try (var other = new ServerSocket()) {
      other.bind(new InetSocketAddress(0));
      environment.put("COUNTERSIGN_PORT", Integer.toString(other.getLocalPort()));

      assertThat(refusal())
          .isEqualTo(
              "Port "
                  + other.getLocalPort()
                  + " is taken. Set COUNTERSIGN_PORT to a free one, or end the process that has"
                  + " it.");
    }
  }

  @Test
  void a_database_that_is_behind_its_audit_anchors_is_refused_with_the_remedy() throws IOException {
    var file = folder.resolve("anchors");
    Files.writeString(
        file, "countersign-anchor/1 9 2026-11-21T15:52:00Z 3 40 " + "a".repeat(64) + "\n");
    environment.put("COUNTERSIGN_AUDIT_FILE", file.toString());

    assertThat(refusal())
        .startsWith("Countersign's own database is behind its audit anchors: " + file)
        .contains("ends with anchor 9 of 2026-11-21T15:52:00Z, the database with 0")
        .contains("Restore a newer state of it.")
        .contains("If this state is meant:");
  }

  @Test
  void an_audit_file_that_cannot_be_written_is_refused() {
    environment.put("COUNTERSIGN_AUDIT_FILE", folder.resolve("no/such/folder/anchors").toString());

    assertThat(refusal())
        .startsWith("COUNTERSIGN_AUDIT_FILE: ")
        .contains("cannot be read and appended to", "Make its folder");
  }

  @Test
  void a_wrong_password_for_its_own_database_is_told_without_it() {
    environment.put("COUNTERSIGN_DATABASE_PASSWORD", "wrong-canary-password");

    assertThat(refusal())
        .contains("cannot be used as postgres", "COUNTERSIGN_DATABASE_URL")
        .doesNotContain("wrong-canary-password");
  }

  @Test
  void serving_ends_with_1_and_the_message_alone_where_its_database_is_down() throws Exception {
    environment.put("COUNTERSIGN_DATABASE_URL", "jdbc:postgresql://127.0.0.1:1/countersign");

    var ended = countersign("serve");

    assertThat(ended.code()).isEqualTo(1);
    assertThat(ended.errors())
        .contains("Countersign's own database at jdbc:postgresql://127.0.0.1:1/countersign")
        .contains("Check COUNTERSIGN_DATABASE_URL, _USER and _PASSWORD, and that the server is up.")
        .doesNotContain("\tat ");
  }

  @Test
  void serving_ends_with_1_where_a_setting_is_missing() throws Exception {
    environment.remove("SLACK_BOT_TOKEN");

    var ended = countersign("serve");

    assertThat(ended.code()).isEqualTo(1);
    assertThat(ended.errors().strip())
        .isEqualTo("SLACK_BOT_TOKEN is not set. It is the bot token of the Slack app (xoxb-...).");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"serve --now", "srve", "sandbox --port", "migrate --grant-to", "doctor now"})
  void misuse_ends_with_2(String typed) throws Exception {
    var ended = countersign(typed.split(" ", -1));

    assertThat(ended.code()).isEqualTo(2);
    assertThat(ended.errors()).contains("countersign").doesNotContain("\tat ");
  }

  private String refusal() {
    var refused = catchThrowableOfType(Bot.CannotStart.class, () -> Bot.start(environment).close());
    assertThat(refused).as("a bot has started").isNotNull();
    return String.valueOf(refused.getMessage());
  }

  private static void edit(Path file, String before, String after) throws IOException {
    var text = Files.readString(file);
    assertThat(text).contains(before);
    Files.writeString(file, text.replaceFirst(before, after));
  }

  private static int line(Path file, String part) throws IOException {
    return Files.readString(file).lines().takeWhile(it -> !it.contains(part)).toList().size() + 1;
  }

  private record Ended(int code, String errors) {}

  private Ended countersign(String... arguments) throws IOException, InterruptedException {
    var errors = folder.resolve("errors.txt");
    var process = BotProcess.java(Main.class, environment, folder, List.of(arguments), errors);
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    return new Ended(process.exitValue(), Files.readString(errors));
  }
}
