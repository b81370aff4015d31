package io.countersign.sandbox.slack;

import static io.countersign.sandbox.slack.Workspace.ALICE;
import static io.countersign.sandbox.slack.Workspace.BOB;
import static io.countersign.sandbox.slack.Workspace.INCIDENT;
import static org.assertj.core.api.Assertions.assertThat;

import com.slack.api.Slack;
import com.slack.api.SlackConfig;
import com.slack.api.methods.MethodsClient;
import io.countersign.browser.Browser;
import io.countersign.browser.Browser.Width;
import io.countersign.browser.Look;
import java.time.Duration;
import java.util.Base64;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the page does for whoever reads, listens, or has a phone in hand. */
class PageReadingTest {
  private static final byte[] DOT =
      Base64.getDecoder()
          .decode(
              "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==");

  private static final String FORM =
      """
      {"type":"modal","title":{"type":"plain_text","text":"Restore"},"submit":{"type":"plain_text","text":"Plan"},
       "blocks":[
         {"type":"input","block_id":"t","label":{"type":"plain_text","text":"Tenant"},
          "element":{"type":"external_select","action_id":"t","min_query_length":0}},
         {"type":"input","block_id":"d","label":{"type":"plain_text","text":"Day"},
          "element":{"type":"datepicker","action_id":"d","initial_date":"2026-11-12"}},
         {"type":"input","block_id":"m","label":{"type":"plain_text","text":"Moment"},
          "element":{"type":"datetimepicker","action_id":"m","initial_date_time":1795267800}}]}\
      """;

  private static final String OFFERED =
      """
      {"options":[{"text":{"type":"plain_text","text":"Acme"},"value":"acme",
         "description":{"type":"plain_text","text":"active"}}]}\
      """;

  private static Browser browser;

  private final FakeBot bot = new FakeBot();
  private final StandInSlack slack =
      StandInSlack.start(0, Workspace.demo(), Limits.hurried().withoutEcho(), new MovableClock());
  private final MethodsClient client = client();

  private MethodsClient client() {
    slack.deliverTo(bot.address());
    var config = new SlackConfig();
    config.setMethodsEndpointUrlPrefix(slack.apiUrl().toString());
    return Slack.getInstance(config).methods(slack.workspace().botToken());
  }

  @BeforeAll
  static void startBrowser() {
    browser = Browser.start();
  }

  @AfterAll
  static void closeBrowser() {
    browser.close();
  }

  @BeforeEach
  void open() {
    browser.resize(Width.PHONE);
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
  void whoever_reads_above_stays_there_and_is_told_of_what_comes_below() {
    IntStream.range(0, 40).forEach(it -> slack.driver().say(BOB, INCIDENT, "line " + it));
    browser.awaitText("#list", "line 39");
    assertThat(atEnd()).isTrue();
    browser.run("document.querySelector('#list').scrollTop = 60");
    browser.await("document.querySelector('#list').scrollTop === 60");

    slack.driver().say(BOB, INCIDENT, "something new");
    browser.await("!document.querySelector('#newer').hidden");
    assertThat(browser.run("document.querySelector('#list').scrollTop").asInt()).isEqualTo(60);
    new Look(browser).around("new-below", Width.PHONE);
    browser.click("#newer");
    browser.await("document.querySelector('#newer').hidden");
    assertThat(atEnd()).isTrue();
  }

  @Test
  void what_one_writes_is_seen_and_so_is_the_answer_also_on_a_screen_that_turns() {
    IntStream.range(0, 40).forEach(it -> slack.driver().say(BOB, INCIDENT, "line " + it));
    browser.awaitText("#list", "line 39");
    browser.run("document.querySelector('#list').scrollTop = 60");
    browser.click("#text");
    browser.type("mine");
    browser.press("Enter");
    browser.awaitText("#list", "mine");
    slack.driver().say(BOB, INCIDENT, "the answer");
    browser.awaitText("#list", "the answer");
    assertThat(atEnd()).isTrue();
    browser.resize(Width.COMPUTER);
    browser.await("innerWidth === 1280");
    browser.resize(Width.PHONE);
    browser.await("innerWidth === 390");
    browser.await(END);
  }

  private static final String END =
      "(it => it.scrollHeight - it.scrollTop - it.clientHeight <"
          + " 2)(document.querySelector('#list'))";

  private static boolean atEnd() {
    return browser.run(END).asBoolean();
  }

  @Test
  void a_new_message_is_said_once_and_its_edits_are_not() throws Exception {
    var posted = client.chatPostMessage(r -> r.channel(INCIDENT).text("*copying*, 1 %"));
    browser.awaitText("#said", "countersign: copying, 1 %");
    client.chatUpdate(r -> r.channel(INCIDENT).ts(posted.getTs()).text("copying, 2 %"));
    browser.awaitText("#list", "copying, 2 %");
    client.chatPostEphemeral(r -> r.channel(INCIDENT).user(ALICE).text("for you"));
    browser.awaitText("#said", "countersign, only to you: for you");

    assertThat(browser.run("document.querySelector('#said').innerText").asText())
        .doesNotContain("2 %");
    assertThat(browser.run("document.querySelector('#list').ariaLive").asText()).isEqualTo("off");
  }

  @Test
  void a_picture_is_shown_as_one_and_one_from_elsewhere_is_described() throws Exception {
    client.filesUploadV2(
        r -> r.channel(INCIDENT).filename("rows.png").title("Rows by day").fileData(DOT));
    browser.await("document.querySelector('#list .file img')?.naturalWidth === 1");
    assertThat(browser.run("document.querySelector('#list .file img').alt").asText())
        .isEqualTo("Rows by day");
    client.chatPostMessage(
        r ->
            r.channel(INCIDENT)
                .text("x")
                .blocksAsString(
                    """
                    [{"type":"image","alt_text":"as uploaded","slack_file":{"id":"F0000001"}},
                     {"type":"image","alt_text":"from elsewhere","image_url":"https://example.com/a.png"}]\
                    """));
    browser.await("document.querySelector('#list img[alt=\"as uploaded\"]')?.naturalWidth === 1");
    browser.awaitText("#list .picture", "from elsewhere");
    assertThat(browser.has("#list img[src*=example]")).isFalse();
    new Look(browser).around("pictures", Width.PHONE);
  }

  @Test
  void days_are_spelled_out_and_only_what_the_bot_named_can_be_chosen() throws Exception {
    bot.answers(_ -> new FakeBot.Reply(200, OFFERED));
    slack.driver().slash(ALICE, INCIDENT, "/tenant-restore", "");
    var trigger = bot.next().field("trigger_id");
    assertThat(client.viewsOpen(r -> r.triggerId(trigger).viewAsString(FORM)).isOk()).isTrue();

    browser.awaitText("#modal", "Thursday, 12 November 2026");
    browser.awaitText("#modal", "21 November 2026, 14:30, Europe/Madrid");
    browser.awaitText("#modal [role=option]", "Acme");
    new Look(browser).around("modal-moments", Width.PHONE);
    browser.press("Escape");
    browser.type("nobody");
    browser.awaitText("#modal .found", "to choose from");
    browser.press("Escape");
    browser.click("#modal button[type=submit]");
    browser.awaitText("#modal .error", "Choose one from the list.");
    assertThat(browser.focusIsOn("#modal [role=combobox][aria-invalid=true]")).isTrue();
  }

  @Test
  void the_channels_are_behind_a_button_that_says_what_waits_there() throws Exception {
    assertThat(browser.has("#places[aria-expanded=false]")).isTrue();
    assertThat(visible("#side")).isFalse();
    client.chatPostMessage(r -> r.channel(ALICE).text("straight to Alice"));
    browser.awaitText("#places .count", "1");
    browser.click("#places");
    browser.awaitFocusOn("#side [aria-current]");
    browser.press("Escape");
    browser.awaitFocusOn("#places");
    assertThat(visible("#side")).isFalse();
    browser.press("Enter");
    browser.click("[data-action='go.D0ALICE']");
    browser.awaitText("#list", "straight to Alice");
    assertThat(visible("#side")).isFalse();
    assertThat(browser.focusIsOn("#places")).isTrue();
  }

  private static boolean visible(String selector) {
    return browser
        .run("document.querySelector('%s').checkVisibility()".formatted(selector))
        .asBoolean();
  }

  @Test
  void a_reader_with_a_keyboard_gets_past_the_sandbox_at_once() {
    browser.press("Tab");
    browser.awaitFocusOn(".skip-to");
    browser.press("Enter");
    browser.press("Tab");
    browser.press("Tab");
    assertThat(browser.focusIsOn("#list")).isTrue();
    assertThat(slack.driver().awaitDelivered(Duration.ofSeconds(5))).isTrue();
  }
}
