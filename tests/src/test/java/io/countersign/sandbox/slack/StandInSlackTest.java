package io.countersign.sandbox.slack;

import static io.countersign.sandbox.slack.Workspace.ALICE;
import static io.countersign.sandbox.slack.Workspace.BOB;
import static io.countersign.sandbox.slack.Workspace.GENERAL;
import static io.countersign.sandbox.slack.Workspace.INCIDENT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.slack.api.Slack;
import com.slack.api.SlackConfig;
import com.slack.api.methods.MethodsClient;
import com.slack.api.methods.SlackApiException;
import com.slack.api.methods.response.chat.ChatPostMessageResponse;
import com.slack.api.methods.response.conversations.ConversationsHistoryResponse;
import com.slack.api.model.Message.Metadata;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The stand-in as the real client and a bot see it. */
class StandInSlackTest {

  private static final String BUTTONS =
      """
      [{"type":"section","text":{"type":"mrkdwn","text":"*Approve* at <!date^1795272660^{time}|later>?"}},
       {"type":"actions","block_id":"vote","elements":[
         {"type":"button","action_id":"approve","value":"gate-1",
          "text":{"type":"plain_text","text":"Approve the swap"}}]}]\
      """;

  private static final String MODAL =
      """
      {"type":"modal","callback_id":"deny","private_metadata":"gate-1",
       "title":{"type":"plain_text","text":"Deny"},"submit":{"type":"plain_text","text":"Deny"},
       "blocks":[{"type":"input","block_id":"why","label":{"type":"plain_text","text":"Why"},
         "element":{"type":"plain_text_input","action_id":"reason"}}]}\
      """;

  private final MovableClock clock = new MovableClock();
  private final FakeBot bot = new FakeBot();
  private final StandInSlack slack = start(Limits.hurried().withoutEcho());
  private final SlackDriver people = slack.driver();
  private final MethodsClient client = client(slack);

  private StandInSlack start(Limits limits) {
    StandInSlack started = StandInSlack.start(0, Workspace.demo(), limits, clock);
    started.deliverTo(bot.address());
    return started;
  }

  private static MethodsClient client(StandInSlack slack) {
    SlackConfig config = new SlackConfig();
    config.setMethodsEndpointUrlPrefix(slack.apiUrl().toString());
    return Slack.getInstance(config).methods(slack.workspace().botToken());
  }

  @AfterEach
  void close() {
    slack.close();
    bot.close();
  }

  @Test
  void the_real_client_posts_and_edits_and_reads_back() throws Exception {
    ChatPostMessageResponse posted =
        client.chatPostMessage(r -> r.channel(INCIDENT).text("running").blocksAsString(BUTTONS));
    assertThat(posted.isOk()).as(posted.getError()).isTrue();
    assertThat(client.chatUpdate(r -> r.channel(INCIDENT).ts(posted.getTs()).text("done")).isOk())
        .isTrue();

    ConversationsHistoryResponse history = client.conversationsHistory(r -> r.channel(INCIDENT));

    assertThat(history.getMessages()).hasSize(1);
    assertThat(history.getMessages().getFirst().getText()).isEqualTo("done");
    Message message = people.messages(INCIDENT).getFirst();
    assertThat(message.edits()).isEqualTo(1);
    assertThat(message.rendered()).isEqualTo("Approve at 15:51?\n[Approve the swap]");
  }

  @Test
  void a_wrong_token_is_refused() throws Exception {
    SlackConfig config = new SlackConfig();
    config.setMethodsEndpointUrlPrefix(slack.apiUrl().toString());
    assertThat(Slack.getInstance(config).methods("xoxb-other").authTest(r -> r).getError())
        .isEqualTo("invalid_auth");
    assertThat(client.authTest(r -> r).getUserId()).isEqualTo("U0COUNTERSIGN");
  }

  @Test
  void a_channel_without_the_bot_and_one_that_is_not_there_are_told_apart() throws Exception {
    assertThat(client.chatPostMessage(r -> r.channel(GENERAL).text("x")).getError())
        .isEqualTo("not_in_channel");
    assertThat(client.chatPostMessage(r -> r.channel("C0NONE").text("x")).getError())
        .isEqualTo("channel_not_found");
  }

  @Test
  void a_command_arrives_signed_and_its_answer_is_seen_by_the_typist_alone() throws Exception {
    bot.answers(_ -> new FakeBot.Reply(200, "{\"text\":\"Restore acme to 14:30?\"}"));

    SlashResult result = people.slash(ALICE, INCIDENT, "/tenant-restore", "acme to 14:30");

    FakeBot.Request request = bot.next();
    assertThat(request.signature())
        .isEqualTo(
            Signature.of("sandbox-signing-secret", "" + request.timestamp(), request.body()));
    assertThat(request.field("text")).isEqualTo("acme to 14:30");
    assertThat(result.isAcknowledged()).isTrue();
    assertThat(people.ephemerals(ALICE))
        .singleElement()
        .satisfies(message -> assertThat(message.text()).isEqualTo("Restore acme to 14:30?"));
    assertThat(people.ephemerals(BOB)).isEmpty();
    assertThat(people.messages(INCIDENT)).isEmpty();
  }

  @Test
  void the_signature_is_the_one_of_the_documentation() {
    String body =
        "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow"
            + "&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner"
            + "&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com"
            + "%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
            + "&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
    assertThat(Signature.of("8f742231b10e8888abcd99yyyzzz85a5", "1531420618", body))
        .isEqualTo("v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503");
  }

  @Test
  void a_click_carries_who_where_and_what() throws Exception {
    client.chatPostMessage(r -> r.channel(INCIDENT).text("vote").blocksAsString(BUTTONS));

    Outcome outcome = people.click(BOB, people.messages(INCIDENT).getFirst(), "approve");

    assertThat(outcome.isAcknowledged()).isTrue();
    assertThat(bot.next().decoded())
        .contains("\"user\":{\"id\":\"U0BOB\"", "\"value\":\"gate-1\"", "\"block_id\":\"vote\"");
  }

  @Test
  void a_forged_click_is_delivered_as_forged() throws Exception {
    people.clickRaw(
        BOB, Json.parseObject("{\"user\":{\"team_id\":\"T0ELSEWHERE\"}}").orElseThrow());
    assertThat(bot.next().decoded()).contains("\"id\":\"U0BOB\"", "\"team_id\":\"T0ELSEWHERE\"");
  }

  @Test
  void a_trigger_opens_one_view_and_only_within_three_seconds() throws Exception {
    people.slash(ALICE, INCIDENT, "/tenant-restore", "");
    people.slash(ALICE, INCIDENT, "/tenant-restore", "");
    String first = bot.next().field("trigger_id");
    String second = bot.next().field("trigger_id");

    assertThat(client.viewsOpen(r -> r.triggerId(first).viewAsString(MODAL)).getError()).isNull();
    assertThat(client.viewsOpen(r -> r.triggerId(first).viewAsString(MODAL)).getError())
        .isEqualTo("exchanged_trigger_id");
    clock.move(Duration.ofMillis(3001));
    assertThat(client.viewsOpen(r -> r.triggerId(second).viewAsString(MODAL)).getError())
        .isEqualTo("expired_trigger_id");
    assertThat(people.views(ALICE)).hasSize(1);
  }

  @Test
  void a_submitted_view_shows_errors_and_closes_when_taken() throws Exception {
    people.slash(ALICE, INCIDENT, "/deny", "");
    String trigger = bot.next().field("trigger_id");
    client.viewsOpen(r -> r.triggerId(trigger).viewAsString(MODAL));

    assertThat(people.submit(ALICE, Map.of())).isInstanceOf(SubmitResult.Rejected.class);
    bot.answers(
        _ ->
            new FakeBot.Reply(
                200, "{\"response_action\":\"errors\",\"errors\":{\"why\":\"too short\"}}"));
    Map<String, Map<String, String>> entered = Map.of("why", Map.of("reason", "no"));
    assertThat(people.submit(ALICE, entered))
        .isEqualTo(new SubmitResult.Rejected(Map.of("why", "too short")));
    assertThat(people.views(ALICE)).hasSize(1);
    bot.answers(_ -> FakeBot.Reply.OK);
    assertThat(people.submit(ALICE, entered).isAccepted()).isTrue();
    assertThat(people.views(ALICE)).isEmpty();
  }

  @Test
  void a_view_with_an_old_hash_is_not_replaced() throws Exception {
    String home = "{\"type\":\"home\",\"blocks\":[{\"type\":\"divider\"}]}";
    String hash = client.viewsPublish(r -> r.userId(ALICE).viewAsString(home)).getView().getHash();
    client.viewsPublish(r -> r.userId(ALICE).viewAsString(home).hash(hash));
    assertThat(client.viewsPublish(r -> r.userId(ALICE).viewAsString(home).hash(hash)).getError())
        .isEqualTo("hash_conflict");
  }

  @Test
  void an_event_that_fails_is_delivered_three_times_more() throws Exception {
    bot.answers(_ -> new FakeBot.Reply(500, ""));
    people.say(ALICE, INCIDENT, "hello");
    assertThat(
            List.of(
                "" + bot.next().retry(),
                "" + bot.next().retry(),
                "" + bot.next().retry(),
                "" + bot.next().retry()))
        .containsExactly("null", "1", "2", "3");
    assertThat(bot.next(Duration.ofMillis(300))).isEmpty();
  }

  @Test
  void a_mention_yields_a_message_and_an_app_mention() throws Exception {
    people.say(ALICE, INCIDENT, "@countersign status");
    assertThat(List.of(bot.next().body(), bot.next().body()))
        .anySatisfy(body -> assertThat(body).contains("\"type\":\"app_mention\""))
        .anySatisfy(body -> assertThat(body).contains("\"channel_type\":\"channel\""));
  }

  @Test
  void an_ephemeral_message_reaches_its_addressee_and_nobody_else() throws Exception {
    client.chatPostEphemeral(r -> r.channel(INCIDENT).user(BOB).text("not you"));
    assertThat(people.ephemerals(BOB)).hasSize(1);
    assertThat(people.ephemerals(ALICE)).isEmpty();
    assertThat(client.conversationsHistory(r -> r.channel(INCIDENT)).getMessages()).isEmpty();
    Message message = people.ephemerals(BOB).getFirst();
    assertThatThrownBy(() -> people.click(ALICE, message, "any"))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void too_many_edits_in_a_minute_are_answered_429_with_the_time_to_wait() throws Exception {
    try (StandInSlack strict = start(Limits.slack().withoutEcho())) {
      MethodsClient limited = client(strict);
      String ts = limited.chatPostMessage(r -> r.channel(INCIDENT).text("0")).getTs();
      for (int i = 0; i < 50; i++) {
        assertThat(limited.chatUpdate(r -> r.channel(INCIDENT).ts(ts).text("1")).isOk()).isTrue();
      }
      clock.move(Duration.ofSeconds(20));
      assertThatThrownBy(() -> limited.chatUpdate(r -> r.channel(INCIDENT).ts(ts).text("2")))
          .isInstanceOfSatisfying(
              SlackApiException.class,
              refused -> {
                assertThat(refused.getResponse().code()).isEqualTo(429);
                assertThat(refused.getResponse().header("Retry-After")).isEqualTo("40");
              });
      clock.move(Duration.ofSeconds(40));
      assertThat(limited.chatUpdate(r -> r.channel(INCIDENT).ts(ts).text("3")).isOk()).isTrue();
    }
  }

  @Test
  void a_message_whose_answer_was_lost_is_found_by_its_metadata() throws Exception {
    slack.faults().loseAnswerNext("chat.postMessage");
    Metadata metadata =
        Metadata.builder().eventType("countersign").eventPayload(Map.of("key", "run-1/3")).build();
    assertThatThrownBy(
            () -> client.chatPostMessage(r -> r.channel(INCIDENT).text("once").metadata(metadata)))
        .isInstanceOf(IOException.class);

    List<com.slack.api.model.Message> found =
        client
            .conversationsHistory(r -> r.channel(INCIDENT).includeAllMetadata(true))
            .getMessages();

    assertThat(found)
        .singleElement()
        .satisfies(
            message ->
                assertThat(message.getMetadata().getEventPayload())
                    .containsEntry("key", "run-1/3"));
  }

  @Test
  void planned_faults_strike_once() throws Exception {
    slack.faults().failNext("chat.postMessage", "fatal_error");
    assertThat(client.chatPostMessage(r -> r.channel(INCIDENT).text("x")).getError())
        .isEqualTo("fatal_error");
    assertThat(client.chatPostMessage(r -> r.channel(INCIDENT).text("x")).isOk()).isTrue();
    slack.faults().down(true);
    assertThatThrownBy(() -> client.chatPostMessage(r -> r.channel(INCIDENT).text("x")))
        .isInstanceOf(IOException.class);
  }

  @Test
  void a_file_is_uploaded_and_stands_in_the_thread() throws Exception {
    String ts = client.chatPostMessage(r -> r.channel(INCIDENT).text("root")).getTs();
    var uploaded =
        client.filesUploadV2(
            r ->
                r.channel(INCIDENT)
                    .threadTs(ts)
                    .filename("copy.log")
                    .title("Log of the copy")
                    .content("31 of 74 tables"));
    assertThat(uploaded.isOk()).as(uploaded.getError()).isTrue();
    assertThat(people.files())
        .singleElement()
        .satisfies(file -> assertThat(file.content()).isEqualTo("31 of 74 tables"));
    assertThat(people.replies(INCIDENT, ts)).hasSize(2);
    assertThat(people.everythingShown()).anyMatch(text -> text.contains("31 of 74 tables"));
  }

  @Test
  void a_response_url_works_five_times() throws Exception {
    people.slash(ALICE, INCIDENT, "/tenant-restore", "");
    String url = bot.next().field("response_url");
    Slack http = Slack.getInstance();
    for (int i = 0; i < 5; i++) {
      assertThat(http.send(url, "{\"text\":\"private\"}").getCode()).isEqualTo(200);
    }
    assertThat(http.send(url, "{\"text\":\"private\"}").getCode()).isEqualTo(404);
    assertThat(people.ephemerals(ALICE)).hasSize(5);
  }

  @Test
  void every_call_is_kept_without_its_token() throws Exception {
    client.chatPostMessage(r -> r.channel(INCIDENT).text("canary"));
    assertThat(slack.calls())
        .singleElement()
        .satisfies(
            call -> {
              assertThat(call.method()).isEqualTo("chat.postMessage");
              assertThat(call.arguments()).containsEntry("text", "canary");
              assertThat(call.toString()).doesNotContain(slack.workspace().botToken());
            });
  }
}
