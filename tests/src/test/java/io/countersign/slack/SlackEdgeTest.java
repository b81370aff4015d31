package io.countersign.slack;

import static io.countersign.sandbox.slack.Workspace.ALICE;
import static io.countersign.sandbox.slack.Workspace.BOB;
import static io.countersign.sandbox.slack.Workspace.CAROL;
import static io.countersign.sandbox.slack.Workspace.GENERAL;
import static io.countersign.sandbox.slack.Workspace.INCIDENT;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.RunId;
import io.countersign.gate.GateRow;
import io.countersign.run.RunState;
import io.countersign.sandbox.Transport;
import io.countersign.sandbox.slack.Message;
import io.countersign.sandbox.slack.SlackDriver;
import io.countersign.sandbox.slack.StoredFile;
import java.time.Duration;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** People in a Slack, over real HTTP and over a real socket, a real journal behind the edge. */
@ParameterizedClass
@EnumSource(Transport.class)
class SlackEdgeTest {
  private static final Duration PATIENCE = Duration.ofSeconds(15);
  private final EdgeRig rig;
  private final SlackDriver people;

  SlackEdgeTest(Transport transport) {
    rig = new EdgeRig(transport);
    people = rig.slack.driver();
  }

  @AfterEach
  void stop() {
    rig.close();
  }

  private Message heard(String person, String text) {
    return people
        .awaitEphemeral(person, it -> it.rendered().contains(text), PATIENCE)
        .orElseThrow(() -> new AssertionError(person + " heard only " + people.ephemerals(person)));
  }

  private Message stands(Predicate<Message> fits) {
    return people
        .awaitMessage(INCIDENT, fits, PATIENCE)
        .orElseThrow(() -> new AssertionError(people.everythingShown().toString()));
  }

  private Message plan() {
    var typed =
        people.slash(
            ALICE, INCIDENT, "/tenant-restore", "acme to 10 minutes ago because <!channel>");
    assertThat(typed.isAcknowledged()).isTrue();
    return heard(ALICE, "Nothing has happened yet");
  }

  private RunId started() {
    people.click(ALICE, plan(), Commands.START);
    stands(it -> it.rendered().contains("Restoring acme"));
    people.await(_ -> !rig.bench.journal.active().isEmpty(), PATIENCE);
    return rig.bench.journal.active().getFirst();
  }

  private Message card(RunId run) {
    people.await(_ -> !(rig.bench.state(run) instanceof RunState.Asked), PATIENCE);
    rig.bench.advance(run);
    return stands(it -> it.hasButton(Drawing.APPROVE));
  }

  @Test
  void aTypedCommandIsAnsweredWithAPlanAndStartsNothing() {
    var plan = plan();
    assertThat(plan.rendered())
        .contains("Restore acme to")
        .contains("UTC")
        .contains("Europe/Madrid");
    assertThat(rig.bench.journal.active()).isEmpty();
    assertThat(rig.asks).hasSize(1);
    assertThat(people.messages(INCIDENT)).isEmpty();
  }

  @Test
  void aMisreadCommandIsAnsweredWithAnExample() {
    people.slash(ALICE, INCIDENT, "/tenant-restore", "acme to yesterdayish");
    assertThat(heard(ALICE, "Nothing was started").rendered()).contains("For example");
    assertThat(rig.asks).isEmpty();
  }

  @Test
  void nothingStartsWhereTheBotIsNotInTheChannel() {
    people.slash(ALICE, GENERAL, "/tenant-restore", "acme to 10 minutes ago");
    assertThat(
            people.await(
                it -> it.everythingShown().stream().anyMatch(t -> t.contains("/invite")), PATIENCE))
        .isTrue();
    assertThat(rig.asks).isEmpty();
  }

  @Test
  void everyStatementIsShownInAModal() {
    var plan = plan();
    people.click(ALICE, plan, Commands.STATEMENTS);
    var view = people.awaitView(ALICE, it -> it.rendered().contains("swap"), PATIENCE);
    assertThat(view).isPresent();
    assertThat(view.get().rendered()).contains("SELECT '<swap>'");
    assertThat(rig.database.one("SELECT what || ' ' || door FROM countersign.audit_read"))
        .isEqualTo("plan button");
  }

  @Test
  void theStoryOfAnApproval() {
    var run = started();
    var card = card(run);
    assertThat(card.broadcast()).isTrue();
    assertThat(card.text()).contains("asks you to").contains("If nobody answers");

    people.click(ALICE, card, Drawing.APPROVE);
    heard(ALICE, "somebody else has to countersign");
    people.click(CAROL, card, Drawing.APPROVE);
    heard(CAROL, "Only a PLATFORM_ADMIN");
    assertThat(rig.bench.gate(run).status()).isEqualTo(GateRow.Status.OPEN);

    people.click(BOB, card, Drawing.APPROVE);
    heard(BOB, "Your approval counts");
    assertThat(rig.bench.gate(run).status()).isEqualTo(GateRow.Status.APPROVED);
    stands(it -> it.rendered().contains("Approved by") && !it.hasButton(Drawing.APPROVE));

    rig.bench.advance(run);
    stands(it -> it.broadcast() && it.rendered().contains("acme is back"));
    assertThat(people.everythingShown())
        .as("what Alice wrote calls nobody")
        .noneMatch(it -> it.contains("<!channel>"));
  }

  @Test
  void aDenialNeedsItsReasonAndGoesThroughTheModal() {
    var run = started();
    var card = card(run);
    people.click(BOB, card, Drawing.DENY);
    assertThat(people.awaitView(BOB, it -> it.callbackId().equals(Modals.DENY), PATIENCE))
        .isPresent();
    people.submit(BOB, Map.of(Modals.REASON, Map.of(Modals.REASON, "wrong minute")));
    heard(BOB, "Your denial counts");
    assertThat(rig.bench.gate(run).status()).isEqualTo(GateRow.Status.DENIED);
    stands(it -> it.rendered().contains("wrong minute") && !it.hasButton(Drawing.APPROVE));
  }

  @Test
  void theOrderIsShownToWhoeverAsks() {
    var run = started();
    people.click(CAROL, card(run), Drawing.ORDER);
    var view = people.awaitView(CAROL, it -> it.rendered().contains("action=fake.swap"), PATIENCE);
    assertThat(view).isPresent();
  }

  @Test
  void looksGoodIsNoVoteButBringsTheButton() {
    var run = started();
    card(run);
    var root = rig.database.get().posts().root(run).orElseThrow();
    people.say(BOB, INCIDENT, root.ts(), "looks good");
    var answer = heard(BOB, "it has to be the button");
    assertThat(answer.hasButton(Drawing.APPROVE)).isTrue();
    people.say(BOB, INCIDENT, root.ts(), "@countersign approve");
    assertThat(people.awaitDelivered(PATIENCE)).isTrue();
    assertThat(rig.bench.gate(run).votes()).isEmpty();
  }

  @Test
  void aMentionInTheThreadIsAnsweredPrivately() {
    var run = started();
    card(run);
    var root = rig.database.get().posts().root(run).orElseThrow();
    people.say(CAROL, INCIDENT, root.ts(), "@countersign why");
    heard(CAROL, "Waiting since");
    people.say(CAROL, INCIDENT, root.ts(), "@countersign status");
    heard(CAROL, "waits for a second person");
  }

  @Test
  void aRunsRecordIsHandedOutPrivatelyAndItIsRecordedToWhom() {
    var run = started();
    card(run);
    var root = rig.database.get().posts().root(run).orElseThrow();

    people.say(CAROL, INCIDENT, root.ts(), "@countersign export");

    heard(CAROL, "is in our direct messages");
    assertThat(people.directMessages(CAROL))
        .anyMatch(it -> it.rendered().contains("The record of run " + run));
    assertThat(people.files())
        .filteredOn(StoredFile::shared)
        .extracting(StoredFile::name)
        .containsExactlyInAnyOrder("countersign-" + run + ".html", "countersign-" + run + ".json");
    assertThat(people.messages(INCIDENT)).noneMatch(it -> it.rendered().contains("The record of"));
    assertThat(
            rig.database.one("SELECT what || ' ' || who || ' ' || run FROM countersign.audit_read"))
        .endsWith("/" + CAROL + " " + run)
        .startsWith("export ");
  }

  @Test
  void aRecordThatSlackDoesNotTakeIsSaidWithTheOtherWay() {
    var run = started();
    card(run);
    var root = rig.database.get().posts().root(run).orElseThrow();
    rig.slack.faults().failNext("files.completeUploadExternal", "not_allowed");

    people.say(CAROL, INCIDENT, root.ts(), "@countersign export");

    heard(CAROL, "countersign audit export " + run);
  }

  @Test
  void aRepeatedClickCountsOnce() {
    var run = started();
    var card = card(run);
    var outcome = people.click(BOB, card, Drawing.APPROVE);
    heard(BOB, "Your approval counts");
    people.redeliver(outcome.delivery());
    assertThat(rig.bench.gate(run).votes()).hasSize(1);
    assertThat(
            people.ephemerals(BOB).stream().filter(it -> it.rendered().contains("approv")).toList())
        .hasSize(1);
  }

  @Test
  @Tag("chaos")
  void aRootWhoseAnswerWasLostIsFoundAndNotPostedTwice() {
    rig.slack.faults().loseAnswerNext("chat.postMessage");
    started();
    assertThat(people.await(_ -> beganOnce(), PATIENCE)).isTrue();
    assertThat(people.messages(INCIDENT).stream().filter(it -> it.threadTs() == null)).hasSize(1);
  }

  private boolean beganOnce() {
    return rig.bench.journal.active().stream()
        .anyMatch(it -> rig.bench.kinds(it).contains("Begun"));
  }

  @Test
  void aForgedButtonIsAnsweredAndDoesNothing() {
    var card = card(started());
    var forged = com.fasterxml.jackson.databind.node.JsonNodeFactory.instance.objectNode();
    forged
        .putArray("actions")
        .addObject()
        .put("action_id", "gate.bypass")
        .put("value", "x")
        .put("type", "button")
        .put("block_id", "b");
    people.clickRaw(BOB, card, Drawing.APPROVE, forged);
    heard(BOB, "I do not know this button");
  }

  @Test
  @Tag("chaos")
  void aRateLimitedCardComesLater() {
    rig.slack.faults().rateLimitNext("chat.postMessage", Duration.ofSeconds(1));
    assertThat(card(started()).broadcast()).isTrue();
  }

  @Test
  void aDatabaseThatIsAwayIsSaidAndNothingIsStarted() {
    rig.database.execute("ALTER TABLE countersign.request RENAME TO away");
    var typed = people.slash(ALICE, INCIDENT, "/tenant-restore", "acme to 10 minutes ago");
    assertThat(typed.isAcknowledged()).isTrue();
    assertThat(typed.shown().orElseThrow().rendered()).contains("I cannot reach my database");
    assertThat(rig.asks).isEmpty();
  }
}
