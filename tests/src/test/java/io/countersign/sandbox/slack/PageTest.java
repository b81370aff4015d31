package io.countersign.sandbox.slack;

import static io.countersign.browser.Browser.quoted;
import static io.countersign.sandbox.slack.Workspace.ALICE;
import static io.countersign.sandbox.slack.Workspace.BOB;
import static io.countersign.sandbox.slack.Workspace.INCIDENT;
import static io.countersign.sandbox.slack.Workspace.PLATFORM_ADMINS;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.slack.api.Slack;
import com.slack.api.SlackConfig;
import com.slack.api.methods.MethodsClient;
import io.countersign.browser.Browser;
import io.countersign.browser.Browser.Width;
import io.countersign.browser.Look;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the page makes of a bot's messages and views, in a real browser. */
class PageTest {
  private static final String ASK =
      """
      [{"type":"section","text":{"type":"mrkdwn","text":"*Drop it* at <!date^1795272660^{time}|later>, <!subteam^S0PLATFORM>?"}},
       {"type":"actions","block_id":"%s","elements":[
         {"type":"button","action_id":"type","text":{"type":"plain_text","text":"Approve and type…"}},
         {"type":"button","action_id":"sure","style":"danger","text":{"type":"plain_text","text":"Keep"},
          "confirm":{"title":{"type":"plain_text","text":"Keep"},"text":{"type":"plain_text","text":"Sure?"},
            "confirm":{"type":"plain_text","text":"Yes"},"deny":{"type":"plain_text","text":"No"}}}]}]\
      """;

  private static final String LOADING =
      """
      {"type":"modal","title":{"type":"plain_text","text":"One moment"},
       "blocks":[{"type":"section","text":{"type":"plain_text","text":"Looking it up."}}]}\
      """;

  private static final String TYPED =
      """
      {"type":"modal","callback_id":"typed","notify_on_close":true,
       "title":{"type":"plain_text","text":"Drop for ever"},
       "submit":{"type":"plain_text","text":"Approve"},"close":{"type":"plain_text","text":"Not now"},
       "blocks":[
         {"type":"section","text":{"type":"mrkdwn","text":"tenant_acme_pre_pitr goes and does not come back."}},
         {"type":"input","block_id":"slug","label":{"type":"plain_text","text":"The tenant's name"},
          "hint":{"type":"plain_text","text":"Type acme."},
          "element":{"type":"plain_text_input","action_id":"slug","min_length":3,"max_length":40}}]}\
      """;

  private static final String MANY =
      """
      {"type":"modal","callback_id":"many","title":{"type":"plain_text","text":"Restore"},
       "submit":{"type":"plain_text","text":"Show the plan"},
       "blocks":[
         {"type":"input","block_id":"b1","label":{"type":"plain_text","text":"Tenant"},
          "element":{"type":"static_select","action_id":"a1","options":[
            {"text":{"type":"plain_text","text":"Acme"},"value":"acme"},
            {"text":{"type":"plain_text","text":"Globex"},"value":"globex"}]}},
         {"type":"input","block_id":"b2","label":{"type":"plain_text","text":"Day"},
          "element":{"type":"datepicker","action_id":"a2","initial_date":"2026-11-21"}},
         {"type":"input","block_id":"b3","label":{"type":"plain_text","text":"Time"},
          "element":{"type":"timepicker","action_id":"a3","initial_time":"14:30"}},
         {"type":"input","block_id":"b4","label":{"type":"plain_text","text":"Freeze"},
          "element":{"type":"radio_buttons","action_id":"a4","options":[
            {"text":{"type":"plain_text","text":"Now"},"value":"now"},
            {"text":{"type":"plain_text","text":"Later"},"value":"later"}]}},
         {"type":"input","block_id":"b5","optional":true,"label":{"type":"plain_text","text":"Tell"},
          "element":{"type":"checkboxes","action_id":"a5","options":[
            {"text":{"type":"plain_text","text":"Support"},"value":"support"}]}},
         {"type":"input","block_id":"b6","optional":true,"label":{"type":"plain_text","text":"Why"},
          "element":{"type":"plain_text_input","action_id":"a6","multiline":true}}]}\
      """;

  private static final String MENU =
      """
      [{"type":"section","text":{"type":"mrkdwn","text":"Step 5"},"accessory":{"type":"overflow","action_id":"more",
         "options":[{"text":{"type":"plain_text","text":"Retry"},"value":"retry"},
                    {"text":{"type":"plain_text","text":"Skip"},"value":"skip"}]}},
       {"type":"actions","elements":[{"type":"button","action_id":"type",
         "text":{"type":"plain_text","text":"Change…"}}]}]\
      """;

  private static final String TYPEAHEAD =
      """
      {"type":"modal","title":{"type":"plain_text","text":"Change"},"submit":{"type":"plain_text","text":"Plan"},
       "blocks":[{"type":"input","block_id":"t","label":{"type":"plain_text","text":"Tenant"},
         "element":{"type":"external_select","action_id":"t","min_query_length":1}}]}\
      """;

  private static final String SUGGESTIONS =
      """
      {"options":[{"text":{"type":"plain_text","text":"Globex Ltd"},"value":"globex"}]}\
      """;

  private static final String HOSTILE = "<img src=x onerror=hacked=1> & <script>hacked=1</script>";

  private static Browser browser;

  private final MovableClock clock = new MovableClock();
  private final FakeBot bot = new FakeBot();
  private StandInSlack slack = start(0);
  private MethodsClient client = client();

  @BeforeAll
  static void startBrowser() {
    browser = Browser.start();
  }

  @AfterAll
  static void closeBrowser() {
    browser.close();
  }

  private StandInSlack start(int port) {
    var started = StandInSlack.start(port, Workspace.demo(), Limits.hurried().withoutEcho(), clock);
    started.deliverTo(bot.address());
    started.addRole(PLATFORM_ADMINS, "PLATFORM_ADMIN");
    started.addCommand("/tenant-restore", "Restore a tenant", "/tenant-restore acme to 14:30");
    started.addSkip("Skip 7 days", Duration.ofDays(7), () -> {});
    return started;
  }

  private MethodsClient client() {
    var config = new SlackConfig();
    config.setMethodsEndpointUrlPrefix(slack.apiUrl().toString());
    return Slack.getInstance(config).methods(slack.workspace().botToken());
  }

  @BeforeEach
  void open() {
    browser.resize(Width.COMPUTER);
    browser.dark(false);
    browser.open(slack.url().resolve("?as=" + ALICE));
  }

  @AfterEach
  void close() {
    browser.leave();
    slack.close();
    bot.close();
    browser.takeComplaints();
  }

  @Test
  void nothing_in_a_message_becomes_markup_or_runs() throws Exception {
    say(HOSTILE + " <javascript:hacked=1|press me>");
    say(Mrkdwn.escape(HOSTILE + " *<b>bold</b>*"));
    client.chatPostMessage(
        r ->
            r.channel(INCIDENT)
                .text("x")
                .blocksAsString(
                    """
                    [{"type":"header","text":{"type":"plain_text","text":"H"}},
                     {"type":"markdown","text":"H [press](javascript:hacked=1) **H**"},
                     {"type":"rich_text","elements":[{"type":"rich_text_section","elements":[
                       {"type":"link","url":"javascript:hacked=1","text":"H"},{"type":"text","text":"H"}]}]},
                     {"type":"actions","elements":[{"type":"button","action_id":"H","accessibility_label":"H",
                       "text":{"type":"plain_text","text":"H"},"url":"javascript:hacked=1"}]}]\
                    """
                        .replace("\"H\"", "\"" + HOSTILE + "\"")));
    browser.awaitText("#list button", "onerror");

    assertThat(browser.text("#list")).contains("<script>hacked=1</script>", "<b>bold</b>");
    assertThat(browser.run("document.querySelectorAll('#list :is(img, script, b)').length").asInt())
        .isZero();
    assertThat(browser.has("a[href^='javascript']")).isFalse();
    assertThat(browser.run("typeof hacked").asText()).isEqualTo("undefined");
    assertThat(browser.takeComplaints()).isEmpty();
  }

  @Test
  void what_a_person_types_is_no_markup_either() {
    browser.click("#text");
    browser.type("1 < 2 & <!channel>");
    browser.press("Enter");
    browser.awaitText("#list", "1 < 2 & <!channel>");
    assertThat(browser.has("#list .mention")).isFalse();
  }

  @Test
  void a_typed_approval_is_pleasant_to_give() throws Exception {
    post(ASK.formatted("first"));
    browser.awaitText("#list", "Drop it at 15:51, @platform-admins?");
    browser.click("[data-action='type']");
    var view = open(LOADING);
    browser.awaitText("#modal", "Looking it up.");
    client.viewsUpdate(r -> r.viewId(view).viewAsString(TYPED));
    browser.awaitFocusOn("#modal input");
    browser.type("ac");
    browser.press("Enter");
    browser.awaitText("#modal .error", "At least 3 characters");
    new Look(browser).around("modal-typed", Width.COMPUTER);

    browser.type("ne");
    bot.answers(_ -> refusing("slug", "That is not the tenant's name: acme."));
    browser.press("Enter");
    browser.awaitText("#modal .error", "That is not the tenant's name: acme.");
    assertThat(browser.focusIsOn("#modal input[aria-invalid=true]")).isTrue();
    assertThat(submitted().at("/view/state/values/slug/slug/value").asText()).isEqualTo("acne");

    bot.answers(_ -> FakeBot.Reply.OK);
    browser.run("document.activeElement.value = 'acme'");
    browser.press("Enter");
    browser.await("!document.querySelector('#modal').open");
    assertThat(browser.focusIsOn("[data-action='type']")).as("the focus comes back").isTrue();
  }

  @Test
  void escape_closes_a_view_and_the_bot_that_asked_is_told() throws Exception {
    post(ASK.formatted("first"));
    browser.click("[data-action='type']");
    open(TYPED);
    browser.awaitFocusOn("#modal input");
    edit(ASK.formatted("second"));
    browser.press("Escape");
    browser.await("!document.querySelector('#modal').open");

    assertThat(payload().path("type").asText()).isEqualTo("view_closed");
    assertThat(browser.focusIsOn("#list [data-ts], #list [data-ts] *"))
        .as("the focus comes back to the message, though that was drawn anew meanwhile")
        .isTrue();
  }

  @Test
  void every_kind_of_field_is_filled_in_by_keyboard_and_kept_by_an_update() throws Exception {
    post(ASK.formatted("first"));
    browser.click("[data-action='type']");
    var view = open(MANY);
    browser.awaitFocusOn("#modal select");
    browser.pressLetter("g");
    browser.click("#modal input[value=later]");
    browser.click("#modal input[value=support]");
    browser.click("#modal textarea");
    browser.type("bad migration");
    browser.press("Enter");
    browser.type("812");
    new Look(browser).around("modal-fields", Width.COMPUTER);
    client.viewsUpdate(
        r -> r.viewId(view).viewAsString(MANY.replace("Restore", "Restore a tenant")));
    browser.awaitText("#modal h2", "Restore a tenant");
    assertThat(browser.focusIsOn("#modal textarea")).as("nobody is torn away").isTrue();
    browser.pressWithControl("Enter");

    var values = submitted().at("/view/state/values");
    assertThat(values.at("/b1/a1/selected_option/value").asText()).isEqualTo("globex");
    assertThat(values.at("/b2/a2/selected_date").asText()).isEqualTo("2026-11-21");
    assertThat(values.at("/b3/a3/selected_time").asText()).isEqualTo("14:30");
    assertThat(values.at("/b4/a4/selected_option/value").asText()).isEqualTo("later");
    assertThat(values.at("/b5/a5/selected_options/0/value").asText()).isEqualTo("support");
    assertThat(values.at("/b6/a6/value").asText()).isEqualTo("bad migration\n812");
  }

  @Test
  void a_pushed_view_lies_on_the_first_one_which_comes_back_as_it_was() throws Exception {
    post(ASK.formatted("first"));
    browser.click("[data-action='type']");
    open(TYPED);
    browser.awaitFocusOn("#modal input");
    browser.type("acme");
    bot.answers(
        _ -> new FakeBot.Reply(200, "{\"response_action\":\"push\",\"view\":" + LOADING + "}"));
    browser.press("Enter");
    browser.awaitText("#modal h2", "One moment");
    browser.press("Escape");
    browser.awaitText("#modal h2", "Drop for ever");
    assertThat(browser.run("document.querySelector('#modal input').value").asText())
        .isEqualTo("acme");
  }

  @Test
  void files_menus_and_typeaheads_work_too() throws Exception {
    client.filesUploadV2(
        r -> r.channel(INCIDENT).filename("copy.log").title("Log").content("pg_dump: <done>"));
    browser.click("#list .file summary");
    browser.awaitText("#list .file pre", "pg_dump: <done>");

    post(MENU);
    browser.await("document.querySelector('#list select')");
    browser.run("document.querySelector('#list select').focus()");
    browser.pressLetter("s");
    assertThat(payload().at("/actions/0/selected_option/value").asText()).isEqualTo("skip");

    browser.click("[data-action='type']");
    bot.answers(_ -> new FakeBot.Reply(200, SUGGESTIONS));
    open(TYPEAHEAD);
    browser.awaitFocusOn("#modal input");
    browser.type("Glo");
    browser.awaitText("#modal [role=option][aria-selected=true]", "Globex Ltd");
    new Look(browser).around("modal-typeahead", Width.COMPUTER);
    browser.press("Enter");
    browser.await("document.querySelector('#modal input').value === 'Globex Ltd'");
    assertThat(browser.has("#modal [role=option]"))
        .as("the list closed, the view did not")
        .isFalse();
    bot.answers(_ -> FakeBot.Reply.OK);
    browser.press("Enter");
    browser.await("!document.querySelector('#modal').open");
    assertThat(awaitSubmitted().at("/view/state/values/t/t/selected_option/value").asText())
        .isEqualTo("globex");
  }

  @Test
  void a_confirmation_is_asked_for_and_escape_means_no() throws Exception {
    post(ASK.formatted("first"));
    browser.click("[data-action='sure']");
    browser.awaitText("#confirm", "Sure?");
    browser.press("Escape");
    browser.await("!document.querySelector('#confirm').open");
    assertThat(bot.next(Duration.ZERO)).isEmpty();
    browser.press("Enter");
    browser.awaitText("#confirm", "Sure?");
    browser.click("#confirm .buttons button:last-child");
    assertThat(payload().at("/actions/0/action_id").asText()).isEqualTo("sure");
  }

  @Test
  void an_edit_takes_neither_the_focus_nor_the_place() throws Exception {
    post(ASK.formatted("first"));
    IntStream.range(0, 40).forEach(it -> slack.driver().say(BOB, INCIDENT, "line " + it));
    browser.awaitText("#list", "line 39");
    browser.run("document.querySelector(\"[data-action='sure']\").focus()");
    browser.run("document.querySelector('#list').scrollTop = 60");
    edit(ASK.formatted("second").replace("Drop it", "Drop it now"));
    browser.awaitText("#list", "Drop it now");
    assertThat(browser.focusIsOn("[data-action='sure']")).isTrue();
    assertThat(browser.run("document.querySelector('#list').scrollTop").asInt()).isEqualTo(60);
  }

  @Test
  void news_do_not_set_back_who_is_choosing_a_person_by_keys() {
    browser.run("document.querySelector('#persona').focus()");
    browser.run("document.querySelector('#persona').value = %s".formatted(quoted(BOB)));
    slack.driver().say(ALICE, INCIDENT, "news meanwhile");
    browser.awaitText("#list", "news meanwhile");
    assertThat(browser.run("document.querySelector('#persona').value").asText()).isEqualTo(BOB);
  }

  @Test
  void a_private_message_is_for_one_and_a_direct_one_and_the_home_have_their_places()
      throws Exception {
    client.chatPostEphemeral(r -> r.channel(INCIDENT).user(ALICE).text("for Alice alone"));
    client.chatPostMessage(r -> r.channel(ALICE).text("straight to Alice"));
    client.viewsPublish(
        r ->
            r.userId(ALICE)
                .viewAsString(
                    """
                    {"type":"home","blocks":[{"type":"header","text":{"type":"plain_text","text":"Waiting for you"}}]}\
                    """));
    browser.awaitText("#list .ephemeral", "Only visible to you");
    browser.awaitText("#side .unread .count", "1");
    browser.click("[data-action='go.D0ALICE']");
    browser.awaitText("#list", "straight to Alice");
    browser.click("[data-action='go.home']");
    browser.awaitText("#home h3", "Waiting for you");
    browser.open(slack.url().resolve("?as=" + BOB));
    browser.await(
        "document.querySelector('#list').dataset.for.endsWith(%s)".formatted(quoted(BOB)));
    assertThat(browser.text("body")).doesNotContain("for Alice alone", "straight to Alice");
  }

  @Test
  void of_several_buttons_of_one_kind_on_the_home_the_pressed_one_counts() throws Exception {
    var home =
        """
        {"type":"home","blocks":[
          {"type":"actions","block_id":"card-one","elements":[{"type":"button","action_id":"approve",
            "value":"one","text":{"type":"plain_text","text":"Approve one"}}]},
          {"type":"actions","block_id":"card-two","elements":[{"type":"button","action_id":"approve",
            "value":"two","text":{"type":"plain_text","text":"Approve two"}}]}]}\
        """;
    client.viewsPublish(r -> r.userId(ALICE).viewAsString(home));
    browser.click("[data-action='go.home']");
    browser.awaitText("#home", "Approve two");
    browser.click("#home .actions:last-child [data-action='approve']");
    assertThat(
            slack
                .driver()
                .await(
                    it -> it.deliveries().stream().anyMatch(d -> pressed(d).equals("two")),
                    Duration.ofSeconds(10)))
        .isTrue();
    assertThat(slack.driver().deliveries()).noneMatch(it -> pressed(it).equals("one"));
  }

  private static String pressed(Delivery delivery) {
    return Json.parse(Arguments.form(delivery.body()).getOrDefault("payload", "{}"))
        .map(it -> it.path("actions").path(0).path("value").asText())
        .orElse("");
  }

  @Test
  void what_was_sent_comes_back_with_the_arrow_and_a_slash_offers_commands() {
    browser.click("#text");
    browser.type("first");
    browser.press("Enter");
    browser.await("document.querySelector('#text').value === ''");
    browser.type("/ten");
    browser.awaitText("#commands [aria-selected=true]", "Restore a tenant");
    browser.press("Escape");
    assertThat(browser.has("#commands[hidden]")).isTrue();
    browser.type("ant-restore acme");
    browser.awaitText("#usage", "/tenant-restore acme to 14:30");
    browser.press("Enter");
    browser.await("document.querySelector('#text').value === ''");
    browser.press("ArrowUp");
    browser.press("ArrowUp");
    browser.await("document.querySelector('#text').value === 'first'");
    browser.press("ArrowDown");
    browser.await("document.querySelector('#text').value === '/tenant-restore acme'");
  }

  @Test
  void a_skip_of_the_clock_is_shown_as_the_sandboxs_doing() throws Exception {
    say("before");
    browser.awaitText("#list", "before");
    browser.click("#controls button");
    browser.awaitText("#clock", "skipped 7 days");
    browser.awaitText("#list .skip", "Sandbox: skipped 7 days.");
    post(ASK.formatted("first"));
    browser.awaitText("#list .skip ~ .message", "Approve and type…");
    new Look(browser).around("skipped", Width.COMPUTER);
  }

  @Test
  void the_page_finds_back_to_a_slack_that_was_away() throws Exception {
    int port = slack.url().getPort();
    slack.close();
    browser.await("!document.querySelector('#lost').hidden");
    slack = start(port);
    client = client();
    say("here again");
    browser.awaitText("#list", "here again");
    assertThat(browser.has("#lost[hidden]")).isTrue();
  }

  private void say(String text) throws Exception {
    assertThat(client.chatPostMessage(r -> r.channel(INCIDENT).text(text)).isOk()).isTrue();
  }

  private void post(String blocks) throws Exception {
    var posted = client.chatPostMessage(r -> r.channel(INCIDENT).text("x").blocksAsString(blocks));
    assertThat(posted.isOk()).as(posted.getError()).isTrue();
  }

  private void edit(String blocks) throws Exception {
    var first = slack.driver().messages(INCIDENT).getFirst();
    client.chatUpdate(r -> r.channel(INCIDENT).ts(first.ts()).text("x").blocksAsString(blocks));
  }

  /** Opens a view for the click that the bot was just told of. */
  private String open(String view) throws Exception {
    var trigger = payload().path("trigger_id").asText();
    var opened = client.viewsOpen(r -> r.triggerId(trigger).viewAsString(view));
    assertThat(opened.isOk()).as(opened.getError()).isTrue();
    return opened.getView().getId();
  }

  private JsonNode submitted() throws InterruptedException {
    var payload = payload();
    assertThat(payload.path("type").asText()).isEqualTo("view_submission");
    return payload;
  }

  /** What was typed before it made the bot suggest something is passed over. */
  private JsonNode awaitSubmitted() throws InterruptedException {
    var payload = payload();
    while (payload.path("type").asText().equals("block_suggestion")) {
      payload = payload();
    }
    return payload;
  }

  private JsonNode payload() throws InterruptedException {
    return Json.parse(bot.next().field("payload")).orElseThrow();
  }

  private static FakeBot.Reply refusing(String block, String why) {
    var answer = Json.object().put("response_action", "errors");
    answer.putObject("errors").put(block, why);
    return new FakeBot.Reply(200, Json.write(answer));
  }
}
