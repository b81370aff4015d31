package io.countersign.story;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.countersign.sandbox.slack.Message;
import io.countersign.sandbox.slack.Workspace;
import io.countersign.support.Stage;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/** What cannot be done is said at once, to whoever asked, and nothing is begun. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class BadInputTest {
  private static final String LONG_AGO = "2025-01-02T10:00Z";
  private final Stage stage = Stage.open();
  private final String acmeOid = stage.oid("acme");

  @AfterAll
  void close() {
    stage.close();
  }

  private void refused(Message told, String... words) {
    assertThat(told.rendered()).contains(words);
    assertThat(told.hasButton(Stage.START)).isFalse();
    requireNothingBegan();
  }

  private void requireNothingBegan() {
    assertThat(stage.journal("SELECT count(*) FROM countersign.run")).isEqualTo("0");
    for (var slug : List.of("acme", "globex", "north-clinic")) {
      assertThat(stage.status(slug)).isEqualTo("active");
      assertThat(stage.settings(slug)).doesNotContain("default_transaction_read_only");
    }
    assertThat(stage.slack().messages(Stage.CHANNEL)).isEmpty();
  }

  private Message alice(String text) {
    return stage.ask(Workspace.ALICE, text);
  }

  @Test
  @Order(1)
  void an_unknown_tenant_is_not_guessed() {
    refused(
        alice("acmee to " + stage.well()),
        "There is no tenant acmee in medsuite",
        "Did you mean acme?");
  }

  @Test
  @Order(1)
  void a_time_that_is_none_is_answered_with_the_forms_there_are() {
    refused(
        alice("acme to lunch"),
        "Nothing was started.",
        "\"lunch\" is no time",
        "Write 14:30, yesterday 14:30");
    refused(alice("acme to 2025-03-30 02:30"), "does not exist", "the clocks went from");
  }

  @Test
  @Order(1)
  void a_moment_to_come_is_refused() {
    refused(alice("acme to 2099-01-01T10:00Z"), "lies in the future", "Say a past moment");
  }

  @Test
  @Order(1)
  void a_moment_before_the_window_is_answered_with_the_window() {
    refused(
        alice("acme to " + LONG_AGO),
        "pg-us-east-1 can be restored to any moment from",
        "2025-01-02 10:00:00 UTC lies outside");
  }

  @Test
  @Order(1)
  void a_time_that_came_twice_is_asked_back() {
    var asked = alice("acme to 2025-10-26 02:30 because bad migration");
    refused(asked, "Which moment do you mean", "the clocks were put back that day");
    assertThat(asked.buttons()).hasSize(2);
    assertThat(stage.click(Workspace.ALICE, asked, asked.buttons().getLast().actionId()))
        .contains("2025-10-26 01:30:00 UTC lies outside");
    requireNothingBegan();
  }

  @Test
  @Order(1)
  void the_bot_wants_to_be_invited_first() {
    refused(
        stage.ask(Workspace.ALICE, Workspace.GENERAL, "acme to " + stage.well()),
        "I am not in this channel",
        "/invite @countersign");
  }

  @Test
  @Order(1)
  void whoever_may_not_ask_hears_who_may() {
    refused(
        stage.ask(Workspace.CAROL, "acme to " + stage.well()),
        "Only a PLATFORM_ADMIN can start this",
        "Alice",
        "Bob");
    refused(stage.ask(Workspace.GUS, "acme to " + stage.well()), "Only full members", "guest");
  }

  @Test
  @Order(1)
  void words_that_mean_nothing_are_answered_with_an_example() {
    refused(
        alice("acme to " + LONG_AGO + " frobnicate"),
        "\"frobnicate\" means nothing here",
        "For example: /tenant-restore acme to");
    refused(alice("acme to " + LONG_AGO + " tenants=all"), "Nothing is called", "For example:");
    refused(alice("help"), "/tenant-restore acme to", "nothing starts by itself");
    formFor("", "nothing starts by itself");
    formFor("frobnicate", "\"to\" is missing", "For example: /tenant-restore acme to", "I know no");
    refused(
        stage.answered(
            Workspace.ALICE,
            () -> stage.slack().slash(Workspace.ALICE, Stage.CHANNEL, "/tenant-remove", "acme")),
        "No runbook here has the command /tenant-remove");
  }

  /** What is missing is asked for in a form, which starts nothing either. */
  private void formFor(String text, String... words) {
    stage.slack().slash(Workspace.ALICE, Stage.CHANNEL, Stage.COMMAND, text);
    var form =
        stage
            .slack()
            .awaitView(
                Workspace.ALICE, it -> it.callbackId().equals("ask"), Duration.ofSeconds(20));
    assertThat(form).isPresent();
    assertThat(form.get().rendered()).contains(words);
    stage.slack().closeView(Workspace.ALICE);
  }

  @Test
  @Order(1)
  void everything_at_once_is_only_read() {
    refused(
        alice("'; DROP TABLE identity.tenant; -- to " + LONG_AGO),
        "Nothing was started.",
        "For example:");
    refused(alice("acme to " + LONG_AGO + " " + "x".repeat(3_000)), "Nothing was started.");
  }

  @Test
  @Order(2)
  void what_comes_twice_happens_once_and_a_tenant_has_one_run_which_can_be_cancelled() {
    int seen = stage.told(Workspace.ALICE).size();
    var typed =
        stage
            .slack()
            .slash(
                Workspace.ALICE,
                Stage.CHANNEL,
                Stage.COMMAND,
                "acme to " + stage.well() + " because bad migration 812");
    assertThat(stage.slack().redeliver(typed.outcome().delivery()).isAcknowledged()).isTrue();
    Stage.await("the plan is shown", () -> stage.told(Workspace.ALICE).size() > seen);
    var plan = stage.told(Workspace.ALICE).getLast();
    assertThat(stage.told(Workspace.ALICE)).hasSize(seen + 1);
    assertThat(plan.rendered())
        .contains("Nothing has happened yet", "bad migration 812", "Bob", "Dana");
    requireNothingBegan();
    assertThat(raw(Workspace.BOB, plan)).contains("This plan is somebody else's");
    requireNothingBegan();

    var run = stage.press(plan, "acme");
    assertThat(raw(Workspace.ALICE, plan)).contains("was started before, as run " + run.id());
    var started =
        stage.slack().deliveries().stream()
            .filter(it -> it.kind().equals("block_actions"))
            .toList()
            .getLast();
    assertThat(stage.slack().redeliver(started).isAcknowledged()).isTrue();
    assertThat(stage.journal("SELECT count(*) FROM countersign.run")).isEqualTo("1");
    held(run);
    cancelled(run);
  }

  private void held(Stage.Run run) {
    var told = stage.click(Workspace.DANA, dana("acme to " + stage.well()), Stage.START);
    assertThat(told)
        .contains(
            "Nothing was started: held by run " + run.id(), "asked by", "Alice", "Its thread");
    var link = stage.told(Workspace.DANA).getLast().blocks().toString();
    assertThat(link).contains(run.root().ts().replace(".", ""));
    assertThat(stage.journal("SELECT count(*) FROM countersign.run")).isEqualTo("1");
  }

  private Message dana(String text) {
    return stage.ask(Workspace.DANA, text);
  }

  private void cancelled(Stage.Run run) {
    stage.awaitCard(run);
    assertThat(stage.say(Workspace.CAROL, run, "@countersign cancel no"))
        .contains("Only a PLATFORM_ADMIN can do this; nothing was done");
    assertThat(stage.say(Workspace.DANA, run, "@countersign cancel wrong tenant"))
        .contains("is cancelled; everything is put back now");
    assertThat(stage.awaitEnded(run))
        .startsWith("Not done")
        .contains("cancelled by <@U0DANA>", "wrong tenant");
    Untouched.require(stage, run, acmeOid);
  }

  /** A click on the plan as it was shown, whatever became of it and whoever saw it. */
  private String raw(String person, Message plan) {
    return stage
        .answered(
            person,
            () ->
                stage
                    .slack()
                    .clickRaw(person, plan, Stage.START, JsonNodeFactory.instance.objectNode()))
        .rendered();
  }
}
