package io.countersign.story;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.countersign.sandbox.Transport;
import io.countersign.sandbox.slack.Message;
import io.countersign.sandbox.slack.SubmitResult;
import io.countersign.sandbox.slack.Workspace;
import io.countersign.support.Stage;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/** Three runs wait at their gates: who may answer, and what becomes of a tenant nobody restores. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class TheGateTest {
  private final Stage stage = Stage.open(Transport.SOCKET);
  private final String acmeOid = stage.oid("acme");
  private final String globexOid = stage.oid("globex");
  private final String clinicOid = stage.oid("north-clinic");
  private final Stage.Run acme = stage.start("acme");
  private final Stage.Run globex = stage.start("globex");
  private final Stage.Run clinic = stage.start("north-clinic");

  @BeforeAll
  void all_three_ask_for_a_second_person() {
    for (var run : new Stage.Run[] {acme, globex, clinic}) {
      stage.awaitCard(run);
    }
  }

  @AfterAll
  void close() {
    stage.close();
  }

  private Message card(Stage.Run run) {
    return stage.awaitCard(run);
  }

  private void requireNoVote() {
    assertThat(stage.journal("SELECT count(*) FROM countersign.vote")).isEqualTo("0");
    assertThat(stage.card(acme)).isPresent();
  }

  @Test
  @Order(1)
  void nobody_but_a_second_platform_admin_is_counted() {
    assertThat(stage.click(Workspace.ALICE, card(acme), Stage.APPROVE))
        .contains("You asked for this run", "somebody else", "Bob", "Dana");
    assertThat(stage.click(Workspace.CAROL, card(acme), Stage.APPROVE))
        .contains("Only a PLATFORM_ADMIN can countersign", "Bob");
    assertThat(stage.click(Workspace.GUS, card(acme), Stage.APPROVE))
        .contains("Only full members", "guest", "nothing was counted");
    assertThat(stage.click(Workspace.ZOE, card(acme), Stage.APPROVE))
        .contains("Only full members", "nothing was counted");
    assertThat(stage.click(Workspace.ROBO, card(acme), Stage.APPROVE))
        .contains("Only full members", "nothing was counted");
    requireNoVote();
  }

  @Test
  @Order(2)
  void who_clicks_is_who_slack_says_and_not_what_the_payload_carries() {
    var forged = JsonNodeFactory.instance.objectNode();
    forged
        .putObject("state")
        .putObject("values")
        .putObject("who")
        .putObject("who")
        .put("type", "users_select")
        .put("selected_user", Workspace.BOB);
    forged.put("acting_user", Workspace.BOB).put("user_id", Workspace.BOB);
    for (var person : new String[] {Workspace.ALICE, Workspace.ROBO}) {
      var told = forged(person, card(acme), forged);
      assertThat(told).contains("nothing was counted").doesNotContain("Your approval counts");
    }
    requireNoVote();
  }

  @Test
  @Order(3)
  void a_role_that_was_taken_away_after_the_card_was_posted_counts_no_longer() {
    stage.slack().removeFromGroup(Workspace.DANA, Workspace.PLATFORM_ADMINS);
    Stage.await(
        "the role is read anew",
        () -> !stage.click(Workspace.CAROL, card(acme), Stage.APPROVE).contains("Dana"));
    assertThat(stage.click(Workspace.DANA, card(acme), Stage.APPROVE))
        .contains("Only a PLATFORM_ADMIN can countersign")
        .contains("Bob");
    requireNoVote();
  }

  @Test
  @Order(4)
  void a_card_with_another_nonce_or_digest_counts_for_nothing() {
    var own = value(card(acme)).split("\\|", -1);
    var foreign = value(card(globex)).split("\\|", -1);
    assertThat(click(own[0], own[1], "0".repeat(own[2].length()))).contains("no longer current");
    assertThat(click(own[0], own[1], foreign[2])).contains("no longer current");
    assertThat(click(own[0], foreign[1], own[2])).contains("no longer current");
    assertThat(click("00000000-0000-0000-0000-000000000000", own[1], own[2]))
        .contains("I do not know this card");
    assertThat(click("x", "y", "z")).contains("I do not know this card");
    requireNoVote();
  }

  @Test
  @Order(5)
  void a_written_yes_is_answered_with_the_button() {
    assertThat(stage.say(Workspace.BOB, acme, "@countersign approve"))
        .contains("it has to be the button; nothing was counted");
    requireNoVote();
  }

  @Test
  @Order(6)
  void a_second_platform_admin_is_accepted_and_whoever_comes_later_hears_who_it_was() {
    var card = card(acme);
    assertThat(stage.click(Workspace.BOB, card, Stage.APPROVE)).contains("Your approval counts");
    assertThat(forged(Workspace.BOB, card, JsonNodeFactory.instance.objectNode()))
        .contains("This was approved by", "Bob", "your click changes nothing");
    assertThat(stage.awaitEnded(acme)).startsWith("acme is back");
    assertThat(stage.oid("acme")).isNotEqualTo(acmeOid);
    stage.awaitTold(acme, "Approved by", "Bob");
    assertThat(
            stage.journal("SELECT string_agg(choice || ' ' || person, ',') FROM countersign.vote"))
        .isEqualTo("APPROVE T0COUNTERSIGN/U0BOB");
  }

  @Test
  @Order(7)
  void a_denial_needs_a_reason_and_puts_everything_back() {
    stage.slack().click(Workspace.BOB, card(globex), Stage.DENY);
    assertThat(stage.slack().awaitView(Workspace.BOB, it -> true, java.time.Duration.ofSeconds(10)))
        .isPresent();
    assertThat(submit("")).isInstanceOf(SubmitResult.Rejected.class);
    assertThat(stage.answered(Workspace.BOB, () -> submit("   ")).rendered())
        .contains("A denial needs a reason");
    assertThat(stage.card(globex)).isPresent();
    stage.slack().click(Workspace.BOB, card(globex), Stage.DENY);
    stage.slack().awaitView(Workspace.BOB, it -> true, java.time.Duration.ofSeconds(10));
    assertThat(stage.answered(Workspace.BOB, () -> submit("wrong minute, take 14:28")).rendered())
        .contains("Your denial counts");
    var headline = stage.awaitEnded(globex);
    assertThat(headline).startsWith("Not done").contains("denied", "wrong minute, take 14:28");
    stage.awaitTold(globex, "Denied by", "wrong minute, take 14:28");
    Untouched.require(stage, globex, globexOid);
  }

  private SubmitResult submit(String reason) {
    return stage.slack().submit(Workspace.BOB, Map.of("reason", Map.of("reason", reason)));
  }

  @Test
  @Order(8)
  void a_card_that_nobody_answers_expires_and_everything_is_put_back() {
    assertThat(stage.headline(clinic)).contains("If nobody answers by");
    var card = card(clinic);
    stage.skip("4 hours 1 minute");
    var headline = stage.awaitEnded(clinic);
    assertThat(headline).startsWith("Not done").contains("nobody countersigned in time");
    stage.awaitTold(clinic, "Nobody countersigned in time");
    Untouched.require(stage, clinic, clinicOid);
    assertThat(forged(Workspace.BOB, card, JsonNodeFactory.instance.objectNode()))
        .contains("This expired");
  }

  private static String value(Message card) {
    return card.buttons().stream()
        .filter(it -> it.actionId().equals(Stage.APPROVE))
        .findFirst()
        .orElseThrow()
        .value();
  }

  /** Bob, who might, clicks on something that no card of ours shows now. */
  private String click(String gate, String digest, String nonce) {
    var overrides = JsonNodeFactory.instance.objectNode();
    overrides
        .putArray("actions")
        .addObject()
        .put("type", "button")
        .put("action_id", Stage.APPROVE)
        .put("block_id", "card")
        .put("value", String.join("|", gate, digest, nonce));
    return forged(Workspace.BOB, card(acme), overrides);
  }

  private String forged(String person, Message card, ObjectNode overrides) {
    return stage
        .answered(person, () -> stage.slack().clickRaw(person, card, Stage.APPROVE, overrides))
        .rendered();
  }
}
