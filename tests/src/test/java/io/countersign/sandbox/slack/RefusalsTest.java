package io.countersign.sandbox.slack;

import static io.countersign.sandbox.slack.Workspace.ALICE;
import static io.countersign.sandbox.slack.Workspace.INCIDENT;
import static io.countersign.sandbox.slack.Workspace.PLATFORM_ADMINS;
import static org.assertj.core.api.Assertions.assertThat;

import com.slack.api.Slack;
import com.slack.api.SlackConfig;
import com.slack.api.methods.MethodsClient;
import com.slack.api.methods.response.views.ViewsOpenResponse;
import io.countersign.slack.SlackLook;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What Slack refuses, the stand-in refuses, in the same words. */
class RefusalsTest {
  private final MovableClock clock = new MovableClock();
  private final FakeBot bot = new FakeBot();
  private final StandInSlack slack =
      StandInSlack.start(0, Workspace.demo(), Limits.hurried().withoutEcho(), clock);
  private final SlackDriver people = slack.driver();
  private final MethodsClient client = client(slack.workspace().botToken());

  RefusalsTest() {
    slack.deliverTo(bot.address());
  }

  private MethodsClient client(String token) {
    var config = new SlackConfig();
    config.setMethodsEndpointUrlPrefix(slack.apiUrl().toString());
    return Slack.getInstance(config).methods(token);
  }

  @AfterEach
  void close() {
    slack.close();
    bot.close();
  }

  // Tokens and scopes

  @Test
  void a_call_without_a_token_or_with_one_of_another_kind() throws Exception {
    assertThat(client("").authTest(r -> r).getError()).isEqualTo("not_authed");
    assertThat(client("xoxb-other").authTest(r -> r).getError()).isEqualTo("invalid_auth");
    assertThat(client("xapp-sandbox-only").authTest(r -> r).getError())
        .isEqualTo("not_allowed_token_type");
    assertThat(client.appsConnectionsOpen(r -> r).getError()).isEqualTo("not_allowed_token_type");
  }

  @Test
  void a_call_for_which_the_manifest_does_not_ask_a_scope() throws Exception {
    var refused = client.filesInfo(r -> r.file("F0000001"));

    assertThat(refused.getError()).isEqualTo("missing_scope");
    assertThat(refused.getNeeded()).isEqualTo("files:read");
    assertThat(refused.getProvided().split(","))
        .containsExactlyInAnyOrderElementsOf(SlackLook.SCOPES);
  }

  @ParameterizedTest
  @CsvSource({"chat:write", "usergroups:read", "users:read", "im:write", "files:write"})
  void a_call_whose_scope_was_taken_away(String scope) throws Exception {
    slack.faults().withholdScope(scope);
    var answer =
        switch (scope) {
          case "chat:write" -> client.chatPostMessage(r -> r.channel(INCIDENT).text("x"));
          case "usergroups:read" -> client.usergroupsUsersList(r -> r.usergroup(PLATFORM_ADMINS));
          case "users:read" -> client.usersInfo(r -> r.user(ALICE));
          case "im:write" -> client.conversationsOpen(r -> r.users(List.of(ALICE)));
          default -> client.filesGetUploadURLExternal(r -> r.filename("a.log").length(1));
        };
    assertThat(answer.getError()).isEqualTo("missing_scope");
    assertThat(answer.getNeeded()).isEqualTo(scope);
    assertThat(answer.getProvided().split(",")).doesNotContain(scope).contains("commands");
  }

  @Test
  void reading_a_private_channel_with_the_scope_of_public_ones() throws Exception {
    slack.faults().withholdScope("groups:history");
    var hidden = Channel.open("C0HIDDEN", "hidden", people.channel(INCIDENT).members()).asPrivate();
    people.change(hidden);

    assertThat(client.conversationsHistory(r -> r.channel(INCIDENT)).isOk()).isTrue();
    assertThat(client.conversationsHistory(r -> r.channel("C0HIDDEN")).getNeeded())
        .isEqualTo("groups:history");
  }

  @Test
  void what_is_written_where_the_bot_may_not_read_is_not_said_to_it() throws Exception {
    slack.faults().withholdScope("channels:history");
    people.say(ALICE, INCIDENT, "@countersign status");
    assertThat(bot.next().body()).contains("\"type\":\"app_mention\"");
    slack.faults().withholdScope("app_mentions:read");
    people.say(ALICE, INCIDENT, "@countersign status");
    assertThat(people.awaitDelivered(Duration.ofSeconds(5))).isTrue();
    assertThat(bot.next(Duration.ZERO)).isEmpty();
  }

  // Channels and messages

  @Test
  void writing_into_an_archived_channel() throws Exception {
    var ts = client.chatPostMessage(r -> r.channel(INCIDENT).text("before")).getTs();
    people.archive(INCIDENT);
    assertThat(client.chatPostMessage(r -> r.channel(INCIDENT).text("x")).getError())
        .isEqualTo("is_archived");
    assertThat(client.chatUpdate(r -> r.channel(INCIDENT).ts(ts).text("x")).getError())
        .isEqualTo("is_archived");
  }

  @Test
  void writing_privately_to_somebody_who_is_not_in_the_channel() throws Exception {
    people.change(people.channel(INCIDENT).without(ALICE));
    assertThat(client.chatPostEphemeral(r -> r.channel(INCIDENT).user(ALICE).text("x")).getError())
        .isEqualTo("user_not_in_channel");
  }

  @Test
  void editing_what_is_not_there_or_what_somebody_else_wrote() throws Exception {
    var theirs = people.say(ALICE, INCIDENT, "mine").ts();
    assertThat(client.chatUpdate(r -> r.channel(INCIDENT).ts(theirs).text("x")).getError())
        .isEqualTo("cant_update_message");
    assertThat(client.chatUpdate(r -> r.channel(INCIDENT).ts("1.000001").text("x")).getError())
        .isEqualTo("message_not_found");
  }

  @Test
  void a_message_that_says_nothing_or_too_much() throws Exception {
    assertThat(client.chatPostMessage(r -> r.channel(INCIDENT).text(" ")).getError())
        .isEqualTo("no_text");
    assertThat(posted("x".repeat(40_000))).isNull();
    assertThat(posted("x".repeat(40_001))).isEqualTo("msg_too_long");
  }

  @Test
  void an_edit_of_more_than_4000_bytes() throws Exception {
    var ts = client.chatPostMessage(r -> r.channel(INCIDENT).text("before")).getTs();
    assertThat(edited(ts, "x".repeat(4_000))).isNull();
    assertThat(edited(ts, "ü".repeat(2_001))).isEqualTo("msg_too_long");
  }

  private String posted(String text) throws Exception {
    return client.chatPostMessage(r -> r.channel(INCIDENT).text(text)).getError();
  }

  private String edited(String ts, String text) throws Exception {
    return client.chatUpdate(r -> r.channel(INCIDENT).ts(ts).text(text)).getError();
  }

  @Test
  void blocks_that_each_fit_and_together_do_not() throws Exception {
    assertThat(withBlocks(sections(4, 3_000))).isNull();
    assertThat(withBlocks(sections(5, 2_500))).isEqualTo("msg_blocks_too_long");
  }

  private String withBlocks(String blocks) throws Exception {
    return client
        .chatPostMessage(r -> r.channel(INCIDENT).text("x").blocksAsString(blocks))
        .getError();
  }

  private static String sections(int count, int length) {
    return IntStream.range(0, count)
        .mapToObj(
            _ ->
                "{\"type\":\"section\",\"text\":{\"type\":\"plain_text\",\"text\":\"%s\"}}"
                    .formatted("x".repeat(length)))
        .collect(Collectors.joining(",", "[", "]"));
  }

  @Test
  void blocks_that_break_a_rule_are_named_with_the_place() throws Exception {
    var answer =
        client.chatPostMessage(r -> r.channel(INCIDENT).text("x").blocksAsString(sections(51, 1)));
    assertThat(answer.getError()).isEqualTo("invalid_blocks");
    assertThat(answer.getResponseMetadata().getMessages())
        .containsExactly("[ERROR] no more than 50 items allowed [json-pointer:/blocks]");
    assertThat(withBlocks("not json")).isEqualTo("invalid_blocks_format");
    assertThat(
            withBlocks(
                "[{\"type\":\"actions\",\"elements\":[{\"type\":\"lever\",\"action_id\":\"a\"}]}]"))
        .isEqualTo("invalid_blocks");
    assertThat(
            withBlocks(
                "[{\"type\":\"divider\",\"block_id\":\"b\"},{\"type\":\"divider\",\"block_id\":\"b\"}]"))
        .isEqualTo("invalid_blocks");
  }

  // Views

  @ParameterizedTest
  @CsvSource({"100,24,24,true", "101,24,24,false", "1,25,24,false", "1,24,25,false"})
  void a_view_with_too_many_blocks_or_too_long_a_title(
      int blocks, int title, int submit, boolean fits) throws Exception {
    var view =
        """
        {"type":"modal","title":{"type":"plain_text","text":"%s"},"blocks":%s,
         "submit":{"type":"plain_text","text":"%s"}}\
        """
            .formatted("t".repeat(title), sections(blocks, 1), "s".repeat(submit));
    assertThat(opened(view).getError()).isEqualTo(fits ? null : "invalid_arguments");
  }

  @Test
  void a_view_that_asks_and_cannot_be_submitted() throws Exception {
    var refused =
        opened(
            """
            {"type":"modal","title":{"type":"plain_text","text":"Why"},"blocks":[
              {"type":"input","label":{"type":"plain_text","text":"Why"},
               "element":{"type":"plain_text_input","action_id":"why"}}]}\
            """);
    assertThat(refused.getError()).isEqualTo("invalid_arguments");
    assertThat(refused.getResponseMetadata().getMessages().toString()).contains("submit");
  }

  private ViewsOpenResponse opened(String view) throws Exception {
    people.slash(ALICE, INCIDENT, "/tenant-restore", "");
    var trigger = bot.next().field("trigger_id");
    return client.viewsOpen(r -> r.triggerId(trigger).viewAsString(view));
  }

  @Test
  void a_fourth_view_on_three_and_a_trigger_that_never_was() throws Exception {
    var view =
        "{\"type\":\"modal\",\"title\":{\"type\":\"plain_text\",\"text\":\"t\"},\"blocks\":"
            + sections(1, 1)
            + "}";
    assertThat(opened(view).isOk()).isTrue();
    for (var expected : List.of("", "", "push_limit_reached")) {
      people.slash(ALICE, INCIDENT, "/tenant-restore", "");
      var trigger = bot.next().field("trigger_id");
      var pushed = client.viewsPush(r -> r.triggerId(trigger).viewAsString(view));
      assertThat(pushed.getError()).isEqualTo(expected.isEmpty() ? null : expected);
    }
    assertThat(client.viewsOpen(r -> r.triggerId("1.2.3").viewAsString(view)).getError())
        .isEqualTo("invalid_trigger_id");
  }

  // Addresses to answer at

  @Test
  void an_address_to_answer_at_is_good_for_half_an_hour() throws Exception {
    people.slash(ALICE, INCIDENT, "/tenant-restore", "");
    var url = bot.next().field("response_url");
    clock.move(Duration.ofMinutes(30));
    var http = Slack.getInstance();
    assertThat(http.send(url, "{\"text\":\"in time\"}").getCode()).isEqualTo(200);
    clock.move(Duration.ofMillis(1));
    var late = http.send(url, "{\"text\":\"too late\"}");
    assertThat(late.getCode()).isEqualTo(404);
    assertThat(late.getBody()).contains("expired_url");
    assertThat(people.ephemerals(ALICE)).extracting(Message::text).containsExactly("in time");
  }

  @Test
  void an_answer_to_a_command_that_cannot_be_shown_is_said_to_the_typist() {
    bot.answers(_ -> new FakeBot.Reply(200, "{\"blocks\":[{\"type\":\"carousel2\"}]}"));
    people.slash(ALICE, INCIDENT, "/tenant-restore", "");
    assertThat(people.ephemerals(ALICE))
        .singleElement()
        .extracting(Message::text)
        .asString()
        .contains("invalid_blocks");
  }

  @Test
  void more_posts_in_a_channel_than_one_a_second_and_then_another_channel() throws Exception {
    try (var strict =
        StandInSlack.start(0, Workspace.demo(), Limits.slack().withoutEcho(), clock)) {
      var config = new SlackConfig();
      config.setMethodsEndpointUrlPrefix(strict.apiUrl().toString());
      var limited = Slack.getInstance(config).methods(strict.workspace().botToken());
      for (int i = 0; i < 10; i++) {
        assertThat(limited.chatPostMessage(r -> r.channel(INCIDENT).text("x")).isOk()).isTrue();
      }
      org.assertj.core.api.Assertions.assertThatThrownBy(
              () -> limited.chatPostMessage(r -> r.channel(INCIDENT).text("x")))
          .hasMessageContaining("429");
      assertThat(limited.chatPostMessage(r -> r.channel(ALICE).text("x")).isOk()).isTrue();
    }
  }
}
