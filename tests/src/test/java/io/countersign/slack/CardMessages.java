package io.countersign.slack;

import static io.countersign.support.Samples.BOB;
import static io.countersign.support.Samples.DANA;
import static io.countersign.support.Samples.GATE;

import io.countersign.Role;
import io.countersign.gate.Ballot;
import io.countersign.gate.Call;
import io.countersign.gate.GateRow;
import io.countersign.gate.Ruling;
import io.countersign.gate.Ruling.Refusal;
import io.countersign.gate.Vote;
import io.countersign.run.RunEvent;
import io.countersign.runbook.ContextFields;
import io.countersign.runbook.Gate;
import io.countersign.runbook.Value;
import io.countersign.slack.MessageCases.Case;
import io.countersign.support.RestoreStory;
import io.countersign.support.Rewritten;
import io.countersign.support.Samples;
import io.countersign.thread.CallLines;
import io.countersign.thread.Card;
import io.countersign.thread.OrderView;
import io.countersign.thread.Overflow;
import io.countersign.thread.Refusals;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/** A gate: its card, its order, its file, who is called to it, and what a voter hears. */
final class CardMessages {
  private static final Role DBA = new Role("DBA");
  private final MessageSheet sheet;
  private final UnaryOperator<String> texts;
  private final Set<Class<?>> refusals = new HashSet<>();

  private CardMessages(MessageSheet sheet, UnaryOperator<String> texts) {
    this.sheet = sheet;
    this.texts = texts;
  }

  /** Answers the refusals and rulings that were drawn. */
  static Set<Class<?>> all(MessageSheet sheet, UnaryOperator<String> texts) {
    var drawing = new CardMessages(sheet, texts);
    sheet.part("The card");
    drawing.restore();
    drawing.policies();
    drawing.rollback();
    drawing.drop();
    drawing.anyAction();
    sheet.part("Order and file of a card");
    drawing.order();
    drawing.files();
    sheet.part("Calls to a gate");
    drawing.calls();
    sheet.part("What a voter hears");
    drawing.rulings();
    return drawing.refusals;
  }

  private void restore() {
    var story = new RestoreStory().atGate();
    var at = MessageCases.restore("", story);
    card("open", at, story.row(GateRow.Status.OPEN));
    var approval = story.vote(Ballot.Choice.APPROVE, "");
    card("approved", at, story.row(GateRow.Status.APPROVED, approval));
    var denial = story.vote(Ballot.Choice.DENY, "wrong minute, take 11:28");
    card("denied", at, story.row(GateRow.Status.DENIED, denial));
    card("expired", at, story.row(GateRow.Status.EXPIRED));
    card("closed", at, story.row(GateRow.Status.CLOSED));
    var lapsed = new RestoreStory().approved();
    lapsed.add(
        new RunEvent.GateLapsed(
            "cutover", GATE, "the approval was not used within 15 minutes", List.of()));
    card("lapsed", MessageCases.restore("", lapsed), lapsed.row(GateRow.Status.CLOSED, approval));
    measured("one row goes", Map.of("go", new Value.Int(1)));
    measured(
        "nothing goes, nothing runs again",
        Map.of(
            "go", new Value.Int(0),
            "come-back", new Value.Int(0),
            "queue-jobs", new Value.Int(0),
            "numbers-again", new Value.Int(0)));
    var live =
        MessageCases.measured(
            "queues", Map.of("policy", new Value.Text("keep-live")), story.journal());
    card("the live queue is kept", at(live, story), story.row(GateRow.Status.OPEN));
    var restored =
        MessageCases.measured(
            "queues",
            Map.of("policy", new Value.Text("as-restored")),
            MessageCases.measured(
                "sequences", Map.of("policy", new Value.Text("as-restored")), story.journal()));
    card("queue and numbers as restored", at(restored, story), story.row(GateRow.Status.OPEN));
    again(story);
    healed();
  }

  private void measured(String title, Map<String, Value> other) {
    var story = new RestoreStory().atGate();
    var journal = MessageCases.measured("parity", other, story.journal());
    card(title, at(journal, story), story.row(GateRow.Status.OPEN));
  }

  private static Case at(List<io.countersign.run.Recorded> journal, RestoreStory story) {
    return new Case("", journal, RestoreStory.runbook(), story.now());
  }

  private void healed() {
    var story = new RestoreStory().atGate();
    var journal = new ArrayList<>(story.journal());
    var opened = journal.removeLast();
    Map<String, Value> made = Map.of("command", new Value.Text("product heal --tenant acme"));
    var no = journal.size() + 1L;
    journal.add(
        new io.countersign.run.Recorded(
            no,
            story.now(),
            new RunEvent.StepStarted(
                "heal",
                1,
                "database.after-restore",
                io.countersign.runbook.Risk.SAFE,
                io.countersign.action.Intent.NONE,
                Optional.empty())));
    journal.add(
        new io.countersign.run.Recorded(
            no + 1, story.now(), new RunEvent.StepSucceeded("heal", 1, made, "")));
    journal.add(new io.countersign.run.Recorded(no + 2, opened.at(), opened.event()));
    card(
        "after the product's own command",
        new Case(
            "",
            MessageCases.as(MessageCases.restoring(ContextFields.SWAP), journal),
            MessageCases.shipped("tenant-restore"),
            story.now()),
        story.row(GateRow.Status.OPEN));
    var nowhen = MessageCases.spec(RestoreStory.runbook(), Map.of(), Map.of(), Optional.empty());
    var at = at(MessageCases.as(nowhen, story.journal()), story);
    card(
        "to no moment, of an order without names",
        at,
        MessageCases.row(at, "cutover", Samples.gate(1), "step=cutover", GateRow.Status.OPEN));
  }

  private void again(RestoreStory story) {
    var journal = new ArrayList<>(story.journal());
    var first = journal.removeLast();
    for (var difference :
        List.of(
            List.of(
                "intent.writes.counted: 1200 -> 1204",
                "intent.writes.since-freeze: none -> members.claim 3",
                "intent.live.oid: 16503 -> 16999",
                "evidence.parity.content-hash: 7d9c -> 8e00"),
            List.of(
                "intent.writes.counted: 1200 -> 1204",
                "intent.server: 10.0.0.1 -> 10.0.0.2",
                "intent.server.system: 7301 -> 7302"),
            List.of("intent.writes.since-freeze: none -> unknown: reset"),
            List.<String>of())) {
      var opened = MessageCases.opened("cutover", 2, RestoreStory.ORDER, difference);
      journal.add(new io.countersign.run.Recorded(first.seq(), first.at(), opened));
      card(
          difference.isEmpty() ? "asked again, the same" : "asked again, with what is different",
          at(journal, story),
          story.row(GateRow.Status.OPEN));
      journal.removeLast();
    }
  }

  private void policies() {
    var story = new RestoreStory().atGate();
    var at = MessageCases.restore("", story);
    var both = Samples.gate(3, List.of(Role.PLATFORM_ADMIN, DBA), Optional.empty());
    var one = new Vote(BOB, Ballot.Choice.APPROVE, "", story.now(), Set.of(Role.PLATFORM_ADMIN));
    card(
        "three people of two roles, one so far",
        at,
        MessageCases.row(at, "cutover", both, RestoreStory.ORDER, GateRow.Status.OPEN, one));
    var cooling =
        Samples.gate(1, List.of(Role.PLATFORM_ADMIN), Optional.of(Duration.ofMinutes(10)));
    card(
        "with a cool-off",
        at,
        MessageCases.row(at, "cutover", cooling, RestoreStory.ORDER, GateRow.Status.OPEN));
    card(
        "approved, cooling off",
        at,
        MessageCases.row(at, "cutover", cooling, RestoreStory.ORDER, GateRow.Status.APPROVED, one));
    card(
        "keeps asking",
        at,
        MessageCases.row(at, "cutover", hold(), RestoreStory.ORDER, GateRow.Status.OPEN));
    var sample = Samples.spec(Samples.RUN, "runbook: sample");
    var scheduled =
        MessageCases.spec(
            RestoreStory.runbook(),
            sample.parameters(),
            sample.pinned(),
            Optional.of("quarterly-drill"));
    card(
        "asked by a schedule",
        at(MessageCases.as(scheduled, story.journal()), story),
        story.row(GateRow.Status.OPEN));
  }

  static Gate hold() {
    return new Gate(
        1,
        List.of(Role.PLATFORM_ADMIN),
        Duration.ofHours(4),
        Gate.Expiry.HOLD,
        Gate.VALID_FOR,
        List.of(),
        List.of(),
        false,
        Optional.empty(),
        Optional.empty());
  }

  private void rollback() {
    var order =
        """
        intent.back.name=tenant_acme_pre_pitr_20261121125200_a1
        intent.back.oid=16503
        intent.kept.name=tenant_acme_rolled_back_20261122125200_a1
        intent.live.name=tenant_acme
        intent.live.oid=24871
        step=cutback
        """;
    for (var case_ :
        List.of(
            MessageCases.rollingBack(12, 3),
            MessageCases.rollingBack(1, 1),
            MessageCases.rollingBack(0, 0))) {
      var gate = case_.runbook().step("cutback").flatMap(it -> it.gate()).orElseThrow();
      card("rollback", case_, MessageCases.row(case_, "cutback", gate, order, GateRow.Status.OPEN));
    }
    var case_ = MessageCases.rollingBack(12, 3);
    var uncounted = case_.journal().stream().filter(it -> it.seq() != 8 && it.seq() != 9).toList();
    var gate = case_.runbook().step("cutback").flatMap(it -> it.gate()).orElseThrow();
    card(
        "rollback of which nothing was counted",
        new Case("", uncounted, case_.runbook(), case_.now()),
        MessageCases.row(case_, "cutback", gate, order, GateRow.Status.OPEN));
  }

  private void drop() {
    var order =
        """
        intent.database.name=tenant_acme_pre_pitr_20261121125200_a1
        intent.database.oid=16503
        step=drop
        """;
    var at = MessageCases.dropping();
    var gate = at.runbook().step("drop").flatMap(it -> it.gate()).orElseThrow();
    card("drop", at, MessageCases.row(at, "drop", gate, order, GateRow.Status.OPEN));
  }

  private void anyAction() {
    var steps =
        List.of(
            new io.countersign.runbook.Step(
                "purge",
                "tenant.purge",
                Map.of(),
                Optional.empty(),
                Optional.of(Samples.gate(1)),
                false));
    var story =
        new RestoreStory().begun().add(MessageCases.opened("purge", 1, "step=purge", List.of()));
    var at =
        new Case("", story.journal(), RunMessages.runbook("tenant-restore", steps), story.now());
    card(
        "of an action without words of its own",
        at,
        MessageCases.row(at, "purge", Samples.gate(1), "step=purge", GateRow.Status.OPEN));
  }

  private void order() {
    var story = new RestoreStory().atGate();
    var row = Rewritten.texts(story.row(GateRow.Status.OPEN), texts);
    sheet.view(
        "the order",
        Modals.show("Order " + row.digest().shown(), OrderView.of(row), List.of(row.order())),
        "modal");
  }

  private void files() {
    var tables =
        String.join(
            "\n", IntStream.range(0, 7).mapToObj(it -> it + " 0 12 members.table_" + it).toList());
    var story = new RestoreStory().comparing(tables).atGate();
    var at = MessageCases.restore("", story);
    card("more tables than a card shows", at, story.row(GateRow.Status.OPEN));
    sheet.plain(
        "its file",
        Overflow.of(Rewritten.texts(story.journal(), texts), RestoreStory.runbook()).orElseThrow());
  }

  private void card(String title, Case of, GateRow row) {
    draw(sheet, title, of, row, texts);
  }

  static void draw(
      MessageSheet sheet, String title, Case of, GateRow row, UnaryOperator<String> texts) {
    sheet.message(
        title,
        Drawing.card(
            Card.of(
                Rewritten.texts(row, texts),
                Rewritten.texts(of.journal(), texts),
                of.runbook(),
                of.now())));
  }

  private void calls() {
    var story = new RestoreStory().atGate();
    var open = Rewritten.texts(story.row(GateRow.Status.OPEN), texts);
    var at = MessageCases.restore("", story);
    var hold = MessageCases.row(at, "cutover", hold(), RestoreStory.ORDER, GateRow.Status.OPEN);
    var journal = Rewritten.texts(story.journal(), texts);
    var later = story.now().plus(Duration.ofMinutes(41));
    for (var kind : Call.Kind.values()) {
      var card = Card.of(open, journal, RestoreStory.runbook(), later);
      var link = Optional.of("https://example.test/archives/C0INCIDENT/p1");
      direct(
          kind + ", as a direct message",
          CallLines.direct(kind, open, card, link, Optional.empty(), later));
      if (kind != Call.Kind.OPENED) {
        thread(kind, "", open, List.of("U0BOB", "U0DANA"), later);
        thread(kind, ", nobody to call", open, List.of(), later);
        thread(kind, ", keeps asking", hold, List.of("U0BOB"), later);
      }
    }
    var card = Card.of(open, journal, RestoreStory.runbook(), later);
    direct(
        "without a link",
        CallLines.direct(
            Call.Kind.REMINDER, open, card, Optional.empty(), Optional.empty(), later));
  }

  private void direct(String title, List<io.countersign.thread.Line> lines) {
    sheet.message(title, Drawing.whisper(lines, List.of()));
  }

  private void thread(
      Call.Kind kind, String how, GateRow row, List<String> called, java.time.Instant now) {
    sheet.message(
        kind + ", in the thread" + how,
        Drawing.line(CallLines.announced(kind, row, called, now), row.run(), 1, Set.of()));
  }

  private void rulings() {
    var story = new RestoreStory().atGate();
    var row = story.row(GateRow.Status.OPEN);
    var cooling =
        MessageCases.row(
            MessageCases.restore("", story),
            "cutover",
            Samples.gate(1, List.of(Role.PLATFORM_ADMIN), Optional.of(Duration.ofMinutes(10))),
            RestoreStory.ORDER,
            GateRow.Status.APPROVED);
    said("approved", new Ruling.Approved(row), row);
    said("approved, cooling off", new Ruling.Approved(cooling), cooling);
    said("counted, one more", new Ruling.Counted(row, 1), row);
    said("counted, two more", new Ruling.Counted(row, 2), row);
    said("denied", new Ruling.Denied(row), row);
    for (var refusal : refusals(story)) {
      refusals.add(refusal.getClass());
      var others = Set.of(BOB, DANA);
      said("refused, " + refusal.getClass().getSimpleName(), refused(refusal, others), row);
    }
    var nobody = Set.<io.countersign.Person>of();
    said("refused, nobody else can", refused(new Refusal.IsRequester(), nobody), row);
    for (var status : GateRow.Status.values()) {
      var decided = new Refusal.Decided(status, Optional.of(BOB), Optional.of(story.now()));
      said("refused, the card is " + status, refused(decided, nobody), row);
    }
  }

  private static Ruling refused(Refusal refusal, Set<io.countersign.Person> others) {
    return new Ruling.Refused(refusal, others);
  }

  private static List<Refusal> refusals(RestoreStory story) {
    return List.of(
        new Refusal.NoSuchGate(),
        new Refusal.Decided(GateRow.Status.CLOSED, Optional.empty(), Optional.empty()),
        new Refusal.Expired(story.now()),
        new Refusal.Outdated(),
        new Refusal.Excluded("a guest"),
        new Refusal.Excluded("a bot"),
        new Refusal.Excluded("this bot itself"),
        new Refusal.Excluded("a deactivated account"),
        new Refusal.Excluded("not known to this workspace"),
        new Refusal.Excluded("a member of another company's workspace"),
        new Refusal.Unreadable("more than 100 people hold the role"),
        new Refusal.Unreadable("there is no estate medsuite to ask"),
        new Refusal.Unreadable("the user group of PLATFORM_ADMIN does not exist"),
        new Refusal.Unreadable("Slack answered: rate limited"),
        new Refusal.Unreadable("the answer came too late to be trusted"),
        new Refusal.Unreadable("nobody says who holds DBA"),
        new Refusal.NotInRole("PLATFORM_ADMIN"),
        new Refusal.IsRequester(),
        new Refusal.Barred(),
        new Refusal.NoPlace("DBA"),
        new Refusal.VotedBefore(story.vote(Ballot.Choice.APPROVE, "")),
        new Refusal.ReasonMissing(),
        new Refusal.NotTyped("acme"));
  }

  private void said(String title, Ruling ruling, GateRow row) {
    var line = Refusals.of(Rewritten.texts(ruling, texts), Optional.of(row), row.openedAt());
    sheet.message(title, Drawing.whisper(List.of(line), List.of()));
  }
}
