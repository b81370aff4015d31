package io.countersign.slack;

import static io.countersign.support.Samples.ALICE;
import static io.countersign.support.Samples.BOB;

import io.countersign.action.Intent;
import io.countersign.gate.GateRow;
import io.countersign.gate.Roster;
import io.countersign.run.RunEvent;
import io.countersign.runbook.ContextFields;
import io.countersign.runbook.Gate;
import io.countersign.runbook.Risk;
import io.countersign.slack.MessageCases.Case;
import io.countersign.support.RestoreStory;
import io.countersign.support.Rewritten;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** What people hear who ask in a run's thread, and the forms that buttons open. */
final class QuestionMessages {
  private final MessageSheet sheet;
  private final UnaryOperator<String> texts;

  private QuestionMessages(MessageSheet sheet, UnaryOperator<String> texts) {
    this.sheet = sheet;
    this.texts = texts;
  }

  static void all(MessageSheet sheet, UnaryOperator<String> texts) {
    var drawing = new QuestionMessages(sheet, texts);
    sheet.part("Questions in a thread");
    drawing.help();
    drawing.states();
    drawing.papers();
    drawing.votes();
    sheet.part("Forms");
    drawing.forms();
  }

  private void help() {
    said("outside of a thread", _ -> {}, "", "help");
    said("help", _ -> {}, "1.2", "help");
    said(
        "an error that somebody has seen",
        _ -> {},
        "1.2",
        "FATAL: database \"tenant_acme\" is not currently accepting connections");
    said("not understood", _ -> {}, "1.2", "should we cancel?");
    said(
        "asked by a guest",
        it -> it.membership = Optional.of(new Roster.Membership.Excluded("a guest")),
        "1.2",
        "status");
    said(
        "asked by somebody who cannot be read",
        it ->
            it.membership =
                Optional.of(new Roster.Membership.Unreadable("Slack answered: rate limited")),
        "1.2",
        "status");
  }

  private void states() {
    ask("about to start", new RestoreStory(), "why", "eta");
    ask("between two steps", new RestoreStory().frozen(), "why");
    ask(
        "copying",
        new RestoreStory().copying().later(Duration.ofMinutes(4)),
        "status",
        "why",
        "eta");
    ask("a step that waits", MessageCases.parked(), "why");
    ask("at the gate", new RestoreStory().atGate(), "status", "why", "eta");
    ask("approved", new RestoreStory().approved(), "why", "eta");
    ask("cooling off", MessageCases.cooling(), "why");
    ask("in doubt", MessageCases.inDoubt(), "status", "why", "eta");
    ask("being put back", MessageCases.undoing(), "why", "eta");
    ask("a copy that cannot be removed yet", MessageCases.stuck(), "status", "why", "eta");
    ask("needs somebody", new RestoreStory().needsYou(), "status", "why", "eta");
    ask("done", new RestoreStory().finished(), "status", "why", "eta");
    ask("denied", new RestoreStory().denied(), "why", "eta");
    said("eta, first of its kind", it -> holds(it, new RestoreStory().copying()), "1.2", "eta");
    said(
        "eta, after one run",
        it -> {
          holds(it, new RestoreStory().copying());
          it.journal.past =
              RunMessages.took(RestoreStory.runbook()).stream()
                  .filter(took -> took.tenant().equals("globex"))
                  .toList();
        },
        "1.2",
        "eta");
    var hold = MessageCases.opened("cutover", 1, RestoreStory.ORDER, List.of());
    var story = new RestoreStory().atGate();
    var journal = new java.util.ArrayList<>(story.journal());
    journal.set(
        journal.size() - 1,
        new io.countersign.run.Recorded(
            journal.size(),
            story.now(),
            new RunEvent.GateOpened(
                hold.step(),
                hold.gate(),
                1,
                hold.digest(),
                hold.nonce(),
                hold.order(),
                hold.expiresAt(),
                Gate.Expiry.HOLD,
                List.of())));
    said(
        "why, at a gate that keeps asking",
        it -> it.journal.holds(new Case("", journal, RestoreStory.runbook(), story.now())),
        "1.2",
        "why");
  }

  private void papers() {
    for (var step : List.of("freeze", "copy", "cutover", "audit", "frezee", "")) {
      ask("at the gate", new RestoreStory().atGate(), "log " + step);
    }
    var waits = new RestoreStory().frozen().started("pitr", "server.restore");
    for (int look = 0; look < 40; look++) {
      waits
          .later(Duration.ofSeconds(90))
          .add(new RunEvent.StepParked("pitr", 1, waits.now(), "", "replaying WAL"));
    }
    ask("waiting", waits, "log pitr");
    var chatty = new RestoreStory().frozen().started("pitr", "server.restore");
    for (int look = 0; look < 200; look++) {
      chatty.add(new RunEvent.StepParked("pitr", 1, chatty.now(), "", "replayed file " + look));
    }
    ask("chatty", chatty, "log pitr");
    ask("troubled", troubled(), "log cutover");
    ask("removed", removed(), "log clear");
    ask(
        "not removed yet",
        MessageCases.stuck().add(MessageCases.putOff(MessageCases.stuck().now())),
        "log pitr");
    ask("lapsed", lapsed(), "log cutover");
    ask("drifted", MessageCases.drifted(), "log cutover");
    ask("denied", new RestoreStory().denied(), "log cutover");
    ask("nobody answered", MessageCases.expired(), "log cutover");
    said("plan", it -> holdsShipped(it), "1.2", "plan");
    said(
        "plan, which Slack does not take",
        it -> {
          holdsShipped(it);
          it.slack.errors.put("chatPostMessage", "ratelimited");
        },
        "1.2",
        "plan");
    said("plan of no estate", it -> holdsElsewhere(it), "1.2", "plan");
    said("export", it -> holds(it, new RestoreStory().finished()), "1.2", "export");
    said(
        "export, which Slack does not take",
        it -> {
          holds(it, new RestoreStory().finished());
          it.slack.errors.put("chatPostMessage", "ratelimited");
        },
        "1.2",
        "export");
    said(
        "export of no record",
        it -> {
          holds(it, new RestoreStory().finished());
          it.noRecord = true;
        },
        "1.2",
        "export");
  }

  private void holdsShipped(OnPaper world) {
    world.pinned = Optional.of(MessageCases.shipped("tenant-restore"));
    world.journal.holds(
        MessageCases.of(
            "", MessageCases.restoring(ContextFields.SWAP), new RestoreStory().copying()));
  }

  private void holdsElsewhere(OnPaper world) {
    var story = new RestoreStory().copying();
    var moved =
        Rewritten.texts(story.journal(), Rewritten.replacing(Map.of("medsuite", "elsewhere")));
    world.journal.holds(new Case("", moved, RestoreStory.runbook(), story.now()));
  }

  /** Denied once, begun, in doubt, settled by a person, begun again, and left out in the end. */
  private static RestoreStory troubled() {
    return MessageCases.inDoubt()
        .later(Duration.ofSeconds(30))
        .add(new RunEvent.StepFailed("cutover", 1, MessageCases.BROKEN))
        .add(new RunEvent.PersonNeeded("cutover", MessageCases.BROKEN))
        .later(Duration.ofMinutes(5))
        .add(new RunEvent.SkipRequested(ALICE, "cutover"))
        .add(new RunEvent.AttemptAbandoned("cutover", 1, "it will not be tried again"))
        .add(new RunEvent.StepPassedOver("cutover", "somebody asked to skip it"));
  }

  private static RestoreStory removed() {
    return new RestoreStory()
        .copying()
        .add(new RunEvent.StepSucceeded("copy", 1, Map.of(), ""))
        .done("parity", "database.compare", Duration.ofMinutes(2), Map.of(), "")
        .add(started(Risk.OWNED, Map.of("server", "pg-us-east-1-7k2m9qxd")))
        .add(new RunEvent.AttemptAbandoned("clear", 1, "the bot was restarted"))
        .add(started(Risk.SAFE, Map.of("server", "")));
  }

  private static RunEvent started(Risk risk, Map<String, String> facts) {
    return new RunEvent.StepStarted(
        "clear",
        risk == Risk.SAFE ? 2 : 1,
        "server.discard",
        risk,
        new Intent(facts),
        Optional.empty());
  }

  private static RestoreStory lapsed() {
    return new RestoreStory()
        .approved()
        .add(
            new RunEvent.GateLapsed(
                "cutover",
                io.countersign.support.Samples.GATE,
                "the approval was not used within 15 minutes",
                List.of()));
  }

  private void votes() {
    said("looks good", it -> atGate(it), "1.2", "looks good");
    said("looks good, with no card", it -> holds(it, new RestoreStory().copying()), "1.2", "lgtm");
  }

  private void forms() {
    pressed("deny", it -> atGate(it), Drawing.DENY);
    pressed("the order", it -> atGate(it), Drawing.ORDER);
    pressed("type the name", it -> atDrop(it), Drawing.TYPE);
    pressed("type the name, of an unknown card", _ -> {}, Drawing.TYPE);
    pressed("the order of an unknown card", _ -> {}, Drawing.ORDER);
    sheet.answers(
        "a button of an unknown card",
        _ -> {},
        new Inbound.Clicked(BOB, "C0INCIDENT", "1.2", Drawing.APPROVE, "x", "t"));
  }

  private void atGate(OnPaper world) {
    var story = new RestoreStory().atGate();
    holds(world, story, Rewritten.texts(story.row(GateRow.Status.OPEN), texts));
  }

  private void atDrop(OnPaper world) {
    var at = MessageCases.dropping();
    var gate = at.runbook().step("drop").flatMap(it -> it.gate()).orElseThrow();
    world.journal.holds(
        at,
        Rewritten.texts(
            MessageCases.row(at, "drop", gate, "step=drop", GateRow.Status.OPEN), texts));
  }

  private void holds(OnPaper world, RestoreStory story, GateRow... rows) {
    world.pinned = Optional.of(RestoreStory.runbook());
    world.journal.holds(
        new Case("", Rewritten.texts(story.journal(), texts), RestoreStory.runbook(), story.now()),
        rows);
  }

  private void ask(String state, RestoreStory story, String... questions) {
    for (var question : questions) {
      said(
          question + ", " + state,
          it -> {
            holds(it, story);
            it.journal.past = RunMessages.took(RestoreStory.runbook());
          },
          "1.2",
          question);
    }
  }

  private void said(String title, Consumer<OnPaper> world, String thread, String words) {
    Consumer<OnPaper> first = it -> holds(it, new RestoreStory().copying());
    sheet.answers(
        title,
        first.andThen(world),
        new Inbound.Said(ALICE, "C0INCIDENT", thread, "1.3", words, true));
  }

  private void pressed(String title, Consumer<OnPaper> world, String action) {
    var row = new RestoreStory().atGate().row(GateRow.Status.OPEN);
    var key = new Drawing.GateKey(row.id().toString(), row.digest().hex(), row.nonce()).text();
    sheet.answers(title, world, new Inbound.Clicked(BOB, "C0INCIDENT", "1.2", action, key, "t"));
  }
}
