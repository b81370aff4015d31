package io.countersign.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.sandbox.slack.Call;
import io.countersign.sandbox.slack.Workspace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * On the sandbox's world doctor finds nothing. Each test plants one thing that goes wrong when
 * somebody installs the bot, and doctor finds that alone.
 */
class DoctorTest extends DoctorRig {

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
}
