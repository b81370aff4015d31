package io.countersign.browser;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.browser.Browser.Width;
import io.countersign.support.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The story on the sandbox's page, with the whole bot behind it: only by clicks and keys. */
class PageStoryTest {
  private static final String PLAN = "#list .ephemeral:has([data-action='draft.start'])";
  private static final String ROOT = "#list .message:not(.ephemeral)";
  private static final String APPROVE = "#replies [data-action='gate.approve']";
  private static final String TYPE = "#list [data-action='gate.type']";
  private static final String DENY = "#replies [data-action='gate.deny']";

  private static Stage stage;
  private static Browser browser;
  private static Look look;

  @BeforeAll
  static void open() {
    browser = Browser.start();
    look = new Look(browser);
    stage = Stage.open();
  }

  @AfterAll
  static void close() {
    browser.close();
    stage.close();
  }

  @Test
  void alice_asks_is_refused_her_own_click_and_bob_countersigns_on_his_phone() {
    browser.open(stage.world().slack().url());
    assertThat(tabStops(12))
        .as("from the top to where one writes")
        .containsSubsequence("persona", "Skip an hour", "# incident-acme", "list", "text");
    pick("Alice");
    ask();
    changeItInTheForm();
    readThePlanAndStart();
    openAndCloseTheThread();
    aliceIsRefused();
    pickWhileNewsIsOnItsWay("Bob");
    seeWhatWaitsAtHome();
    browser.resize(Width.PHONE);
    askInTheThread();
    thinkAboutDenying();
    countersign();
    denyTheWayBack();
    sevenDaysLaterTypeTheName();
  }

  private void pick(String name) {
    choose(name);
    becomes(name);
  }

  /** News for the one before comes after the choice; it does not take the choice back. */
  private void pickWhileNewsIsOnItsWay(String name) {
    browser.run(
        """
        const fetched = window.fetch;
        window.fetch = async (...request) => {
          window.fetch = fetched;
          const answer = await fetched(...request);
          await new Promise(arrives => { window.newsArrives = arrives; });
          return answer;
        };
        document.querySelector('#persona').dispatchEvent(new Event('change'))\
        """);
    browser.await("window.newsArrives");
    choose(name);
    browser.run("window.newsArrives()");
    becomes(name);
  }

  private void becomes(String name) {
    browser.await("location.search.includes('as=U0%s')".formatted(name.toUpperCase(Locale.ROOT)));
  }

  /** By the first letter of the name, as one does with the keyboard. */
  private void choose(String name) {
    var chosen =
        "document.querySelector('#persona').selectedOptions[0].text === '%s · PLATFORM_ADMIN'"
            .formatted(name);
    // what is drawn at this moment may take the focus before the letter is pressed
    Stage.await(
        name + " is chosen",
        () -> {
          if (!browser.run(chosen).asBoolean()) {
            browser.run("document.querySelector('#persona').focus()");
            browser.pressLetter(name.substring(0, 1));
          }
          return browser.run(chosen).asBoolean();
        });
  }

  private void ask() {
    browser.click("#text");
    browser.type("/tenant-res");
    browser.awaitText("#commands [aria-selected=true]", "/tenant-restore");
    look.around("1-commands", Width.COMPUTER);
    browser.press("Tab");
    browser.awaitText("#usage", "/tenant-restore acme to 14:30");
    browser.type("acme to " + stage.well() + " because bad migration 812");
    browser.press("Enter");
  }

  /** The form comes filled; the tenant is chosen anew as one types, and the plan comes again. */
  private void changeItInTheForm() {
    browser.awaitText(PLAN, "Nothing has happened yet");
    browser.click(PLAN + " [data-action='draft.change']");
    browser.await("document.querySelector('#modal input[role=combobox]')");
    assertThat(
            browser
                .run(
                    """
                    [...document.querySelectorAll('#modal input, #modal textarea')]
                      .map(it => it.value).join('|')\
                    """)
                .asText())
        .contains("acme", "bad migration 812");
    browser.click("#modal input[role=combobox]");
    browser.run("document.querySelector('#modal input[role=combobox]').select()");
    browser.type("acm");
    browser.awaitText("#modal [role=option]", "acme");
    look.around("1b-form", Width.COMPUTER);
    browser.press("Enter");
    browser.click("#modal button[type=submit]");
    browser.await("!document.querySelector('#modal').open");
    browser.await("document.querySelectorAll(%s).length === 2".formatted(Browser.quoted(PLAN)));
  }

  private void readThePlanAndStart() {
    browser.awaitText(PLAN, "Nothing has happened yet");
    assertThat(browser.text(PLAN)).contains("Only visible to you", "@Bob", "@Dana");
    look.around("2-plan", Width.COMPUTER);
    browser.click("#list .ephemeral:last-child [data-action='draft.start']");
    browser.awaitText(ROOT, "Restoring acme");
  }

  private void openAndCloseTheThread() {
    browser.click(ROOT + " .thread-link");
    browser.awaitFocusOn("#reply-text");
    browser.press("Escape");
    browser.await("document.querySelector('#thread').hidden");
    assertThat(browser.focusIsOn(".thread-link")).as("the focus comes back").isTrue();
    browser.press("Enter");
    browser.awaitFocusOn("#reply-text");
  }

  private void aliceIsRefused() {
    browser.await("document.querySelector(%s)".formatted(Browser.quoted(APPROVE)));
    look.around("3-card", Width.COMPUTER);
    browser.click(APPROVE);
    browser.awaitText("#replies .ephemeral", "You asked for this run");
    assertThat(browser.has(APPROVE)).as("the card still asks").isTrue();
    look.around("4-refused", Width.COMPUTER);
  }

  /** The card stands there as well, with the same buttons; then back to the thread. */
  private void seeWhatWaitsAtHome() {
    browser.click("[data-action='go.home']");
    browser.awaitText("#home", "asks you to replace acme's live database");
    assertThat(browser.has("#home [data-action='gate.approve']")).isTrue();
    assertThat(browser.text("#home")).contains("Waiting for you", "medsuite/acme is held by run");
    look.around("5-home", Width.COMPUTER);
    browser.click("#home [data-action='gate.order']");
    browser.awaitText("#modal", "exactly what an approval is for");
    browser.press("Escape");
    browser.await("!document.querySelector('#modal').open");
    browser.click("[data-action='go.C0INCIDENT']");
    browser.click(ROOT + " .thread-link");
    browser.awaitFocusOn("#reply-text");
  }

  private void askInTheThread() {
    browser.await("document.querySelector('#replies').dataset.for.endsWith('U0BOB')");
    browser.click("#reply-text");
    browser.type("@countersign why");
    browser.press("Enter");
    browser.awaitText("#replies .message:last-child", "Waiting since");
    assertThat(browser.run("document.querySelector('#said').innerText").asText())
        .as("said to those who listen")
        .contains("Waiting since");
    look.around("5b-asked", Width.PHONE);
  }

  private void thinkAboutDenying() {
    browser.await("document.querySelector('#replies').dataset.for.endsWith('U0BOB')");
    assertThat(browser.text("body")).doesNotContain("You asked for this run");
    browser.click(DENY);
    browser.awaitFocusOn("#modal [data-block] textarea");
    look.around("6-deny", Width.PHONE);
    browser.pressWithControl("Enter");
    browser.awaitText("#modal .error", "required");
    assertThat(browser.focusIsOn("#modal textarea[aria-invalid=true]")).isTrue();
    for (var stop : tabStops(8)) {
      assertThat(stop).as("the dialog keeps the focus").startsWith("in the dialog");
    }
    browser.press("Escape");
    browser.await("!document.querySelector('#modal').open");
    assertThat(browser.focusIsOn("[data-action='gate.deny']")).as("the focus comes back").isTrue();
  }

  private void countersign() {
    browser.click(APPROVE);
    browser.awaitText("#replies .message", "acme is back");
    assertThat(browser.has(APPROVE)).as("the buttons gave way").isFalse();
    assertThat(browser.focusIsOn("body")).as("the focus is not lost with the button").isFalse();
    look.around("7-back", Width.PHONE);
    browser.click("#close-thread");
    browser.awaitText(ROOT, "acme is back");
  }

  /** Alice wants to go back; Bob says no, on his phone, and why. Nothing was changed. */
  private void denyTheWayBack() {
    pick("Alice");
    browser.click("#text");
    browser.type("/tenant-rollback acme because the wrong minute");
    browser.press("Enter");
    browser.click("#list .ephemeral:last-child [data-action='draft.start']");
    browser.awaitText("#list .message", "Rolling acme back · waits for a second person");
    pick("Bob");
    browser.click("#places");
    browser.awaitFocusOn("#side [aria-current]");
    look.around("7b-places", Width.PHONE);
    browser.click("[data-action='go.home']");
    browser.awaitText("#home", "asks you to");
    browser.click("#home [data-action='gate.deny']");
    browser.awaitFocusOn("#modal [data-block] textarea");
    browser.type("take 14:28");
    browser.click("#modal button[type=submit]");
    browser.await("!document.querySelector('#modal').open");
    browser.await("!document.querySelector(\"#home [data-action='gate.deny']\")");
    look.around("7c-denied-home", Width.PHONE);
    browser.click("#places");
    browser.click("[data-action='go.C0INCIDENT']");
    browser.awaitText("#list .message", "Denied by @Bob");
    assertThat(browser.text("#list")).contains("take 14:28");
    look.around("7d-denied", Width.PHONE);
  }

  /** The drop of what is kept: the button alone is not enough, nor is a name that nearly fits. */
  private void sevenDaysLaterTypeTheName() {
    browser.click("#controls button:nth-of-type(2)");
    browser.await("document.querySelector(%s)".formatted(Browser.quoted(TYPE)));
    assertThat(browser.text("#list .message:has([data-action='gate.type'])"))
        .contains("May tenant_acme_pre_pitr_", "be dropped for ever?", "Keep it for now");
    typing("acmee");
    look.around("8-type", Width.PHONE);
    sent();
    browser.await(
        """
        [...document.querySelectorAll('#list .message')].map(it => it.innerText)
          .some(it => it.includes('Dropping acme') && it.includes('1 only visible to you'))\
        """);
    assertThat(browser.text("#list")).doesNotContain("was dropped for ever");
    typing("acme");
    sent();
    browser.awaitText("#list", "was dropped for ever");
    look.around("9-dropped", Width.PHONE);
  }

  private static void typing(String name) {
    browser.click(TYPE);
    browser.awaitFocusOn("#modal [data-block] input");
    browser.type(name);
  }

  private static void sent() {
    browser.press("Enter");
    browser.await("!document.querySelector('#modal').open");
  }

  /** Where so many presses of Tab lead: an id, what it says, or that it is in the dialog. */
  private static List<String> tabStops(int presses) {
    var stops = new ArrayList<String>();
    for (int i = 0; i < presses; i++) {
      stops.add(
          browser
              .run(
                  """
                  (it => document.querySelector('dialog[open]')
                    ? (it.closest('dialog') || it === document.body ? 'in the dialog' : 'outside')
                    : it.id || it.innerText.replace('\\n', ' '))(document.activeElement)\
                  """)
              .asText());
      browser.press("Tab");
    }
    return stops;
  }
}
