package io.countersign.slack;

import static io.countersign.support.Samples.BOB;
import static io.countersign.support.Samples.GATE;

import io.countersign.action.Intent;
import io.countersign.audit.ReportPage;
import io.countersign.gate.Ballot;
import io.countersign.gate.GateRow;
import io.countersign.run.Decide;
import io.countersign.run.Ending;
import io.countersign.run.Fold;
import io.countersign.run.Journal;
import io.countersign.run.Recorded;
import io.countersign.run.RunEvent;
import io.countersign.run.RunSpec;
import io.countersign.run.RunState;
import io.countersign.run.Took;
import io.countersign.runbook.ContextFields;
import io.countersign.runbook.Gate;
import io.countersign.runbook.Risk;
import io.countersign.runbook.Runbook;
import io.countersign.runbook.Step;
import io.countersign.runbook.Value;
import io.countersign.slack.MessageCases.Case;
import io.countersign.support.RestoreStory;
import io.countersign.support.Rewritten;
import io.countersign.support.Samples;
import io.countersign.thread.ReportView;
import io.countersign.thread.RunView;
import io.countersign.thread.Usual;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The message of a run in the channel, in every state and ending. */
final class RunMessages {
  private static final Optional<Journal.Progress> HALF =
      Optional.of(
          new Journal.Progress(5_100_000_000L, 11_800_000_000L, "bytes", "12 of 31 tables"));

  /** Two runs of other tenants: one took ten minutes for each step, the other twelve. */
  static final Usual PAST = Usual.of(took(RestoreStory.runbook()), "acme");

  private final MessageSheet sheet;
  private final UnaryOperator<String> texts;
  private final Set<Class<?>> states = new HashSet<>();

  private RunMessages(MessageSheet sheet, UnaryOperator<String> texts) {
    this.sheet = sheet;
    this.texts = texts;
  }

  static List<Took> took(Runbook runbook) {
    return runbook.steps().stream()
        .flatMap(
            it ->
                Stream.of(
                    new Took("globex", it.id(), Duration.ofMinutes(10)),
                    new Took("initech", it.id(), Duration.ofMinutes(12))))
        .toList();
  }

  /** Answers the states that were drawn. */
  static Set<Class<?>> all(MessageSheet sheet, UnaryOperator<String> texts) {
    var drawing = new RunMessages(sheet, texts);
    sheet.part("The message of a run");
    drawing.going();
    drawing.waiting();
    drawing.stopped();
    drawing.crossed();
    drawing.ended();
    drawing.others();
    return drawing.states;
  }

  private void going() {
    draw("about to start", new RestoreStory(), Optional.empty(), Usual.NONE);
    draw("between two steps", new RestoreStory().frozen(), Optional.empty(), Usual.NONE);
    var skipping = new RestoreStory().begun().add(new RunEvent.SkipRequested(BOB, "invalidate"));
    draw(
        new Case(
            "with a step that is to be skipped",
            skipping.journal(),
            SteeringMessages.skippable(),
            skipping.now()));
    draw("copying", new RestoreStory().copying().later(Duration.ofMinutes(4)), HALF, Usual.NONE);
    draw(
        "copying, as in earlier runs",
        new RestoreStory().copying().later(Duration.ofMinutes(4)),
        HALF,
        PAST);
    draw(
        "copying for too long",
        new RestoreStory().copying().later(Duration.ofMinutes(20)),
        HALF,
        PAST);
    draw("a step that waits", MessageCases.parked(), Optional.empty(), Usual.NONE);
    draw("the swap", MessageCases.swapping(), Optional.empty(), Usual.NONE);
    var done = new RestoreStory().finished().journal();
    draw(
        new Case(
            "every step is over",
            done.subList(0, done.size() - 1),
            RestoreStory.runbook(),
            done.getLast().at()));
  }

  private void waiting() {
    draw("at the gate", new RestoreStory().atGate());
    var hold = new ArrayList<>(new RestoreStory().atGate().journal());
    var opened = (RunEvent.GateOpened) hold.getLast().event();
    hold.set(
        hold.size() - 1,
        new Recorded(
            hold.size(),
            hold.getLast().at(),
            new RunEvent.GateOpened(
                opened.step(),
                opened.gate(),
                opened.opening(),
                opened.digest(),
                opened.nonce(),
                opened.order(),
                opened.expiresAt(),
                Gate.Expiry.HOLD,
                List.of())));
    draw(
        new Case("at a gate that keeps asking", hold, RestoreStory.runbook(), hold.getLast().at()));
    draw("approved", new RestoreStory().approved());
    draw("approved, cooling off", MessageCases.cooling());
  }

  private void stopped() {
    draw("being put back", MessageCases.undoing());
    draw("in doubt", MessageCases.inDoubt());
    draw("needs you", new RestoreStory().needsYou());
    draw("needs you after the swap has begun", MessageCases.pastThePoint());
  }

  /** Where nothing is promised any more. */
  private void crossed() {
    var dropping = new ArrayList<>(MessageCases.dropping().journal());
    var at = MessageCases.dropping().now();
    for (var event :
        List.of(
            new RunEvent.GateApproved("drop", GATE, List.of(BOB), at, Optional.empty()),
            new RunEvent.StepStarted(
                "drop", 1, "database.drop", Risk.DESTRUCTIVE, Intent.NONE, Optional.of(GATE)),
            new RunEvent.StepFailed("drop", 1, MessageCases.BROKEN),
            new RunEvent.PersonNeeded("drop", MessageCases.BROKEN))) {
      dropping.add(new Recorded(dropping.size() + 1L, at, event));
    }
    draw(
        new Case(
            "needs you, not frozen, after the drop has begun",
            dropping,
            MessageCases.shipped("tenant-drop-old"),
            at));
    var again =
        new RestoreStory()
            .swapped()
            .add(MessageCases.opened("invalidate", 1, "step=invalidate", List.of()));
    draw("at a second gate", again);
  }

  private void ended() {
    draw("done", new RestoreStory().finished());
    draw("denied", new RestoreStory().denied());
    draw("cancelled", MessageCases.cancelled("wrong tenant"));
    draw("cancelled without a reason", MessageCases.cancelled(""));
    draw("cancelled, and a copy cannot be removed yet", MessageCases.stuck());
    draw("nobody answered", MessageCases.expired());
    draw("failed", MessageCases.failed());
    draw("left as it is", MessageCases.left("mended by hand"));
    draw("left without a reason", MessageCases.left(""));
  }

  /** Of the other runbooks. */
  private void others() {
    draw(finished("restored, with the drop planned", MessageCases.restoring(ContextFields.SWAP)));
    draw(MessageCases.rollingBack(12, 3));
    draw(finished("rolled back", MessageCases.rollback(ContextFields.SWAP)));
    draw(MessageCases.dropping());
    draw(finished("dropped", MessageCases.drop()));
    draw(finished("backed up", MessageCases.backup()));
    draw(finished("rehearsed", MessageCases.drill()));
    report("rehearsed, as a report", finished("", MessageCases.drill()));
    report("denied, as a report", MessageCases.restore("", new RestoreStory().denied()));
    draw(MessageCases.of("rehearsing", MessageCases.drill(), new RestoreStory().begun()));
    var expired =
        new RestoreStory()
            .begun()
            .done("look", "database.unused", Duration.ofSeconds(1), Map.of(), "")
            .add(MessageCases.opened("drop", 1, "step=drop", List.of()))
            .add(new RunEvent.GateExpired("drop", GATE))
            .add(new RunEvent.AbortBegun(new io.countersign.run.Halt.Expired("drop")))
            .add(new RunEvent.Finished(Ending.EXPIRED));
    draw(MessageCases.of("nobody answered whether to drop", MessageCases.drop(), expired));
    var drill =
        new Runbook(
            "prove-backups",
            "Prove that backups can be restored",
            List.of("medsuite"),
            Optional.empty(),
            io.countersign.Role.PLATFORM_ADMIN,
            List.of(),
            RestoreStory.runbook().steps(),
            List.of(),
            "runbook: drill");
    var asked = MessageCases.spec(drill, Map.of(), Map.of(), Optional.of("quarterly-drill"));
    var story = new RestoreStory();
    draw(
        new Case(
            "asked by a schedule", MessageCases.as(asked, story.journal()), drill, story.now()));
    var done = new RestoreStory().finished();
    draw(
        new Case(
            "done, of a runbook of one's own",
            MessageCases.as(asked, done.journal()),
            drill,
            done.now()));
    everyAction();
  }

  private void report(String title, Case ended) {
    var spec = Fold.of(ended.journal()).facts().spec();
    sheet.page(
        title,
        ReportPage.html(
            ReportView.of(ended.journal(), MessageCases.shipped(spec.runbook())).orElseThrow()));
  }

  /** Each step of it that is this run's, one after another. */
  static Case finished(String title, RunSpec spec) {
    var runbook = Decide.partOf(MessageCases.shipped(spec.runbook()), spec);
    var story = new RestoreStory().begun();
    for (var step : runbook.steps()) {
      if (step.gate().isPresent()) {
        story
            .add(MessageCases.opened(step.id(), 1, "step=" + step.id(), List.of()))
            .add(
                new RunEvent.GateApproved(
                    step.id(),
                    GATE,
                    List.of(BOB),
                    story.now().plus(Duration.ofMinutes(15)),
                    Optional.empty()))
            .add(
                new RunEvent.StepStarted(
                    step.id(), 1, step.action(), Risk.DESTRUCTIVE, Intent.NONE, Optional.of(GATE)))
            .add(new RunEvent.StepSucceeded(step.id(), 1, outputs(step), ""));
      } else {
        story.done(step.id(), step.action(), Duration.ofMinutes(1), outputs(step), "");
      }
    }
    story.add(new RunEvent.Finished(Ending.DONE));
    return MessageCases.of(title, spec, story);
  }

  private static Map<String, Value> outputs(Step step) {
    return switch (step.action()) {
      case "database.swap", "database.swap-back", "reference.flip", "reference.flip-back" ->
          Map.of("kept", new Value.OfDatabase(MessageCases.KEPT));
      case "drop.schedule" ->
          Map.of("due", new Value.Moment(Samples.NOON.plus(Duration.ofDays(7))));
      default -> Map.of();
    };
  }

  /** What each action is called, before and while it goes on. */
  private void everyAction() {
    var steps =
        Stream.concat(MessageCases.ACTIONS.names().stream(), Stream.of("one.of-yours"))
            .map(it -> step("x" + it.replace('.', '-'), it))
            .toList();
    var runbook = runbook("tenant-restore", steps);
    draw(new Case("every action", new RestoreStory().journal(), runbook, new RestoreStory().now()));
    var doing = new StringBuilder();
    for (var step : steps) {
      var alone = runbook("tenant-restore", List.of(step));
      var story = new RestoreStory().begun().started(step.id(), step.action());
      doing
          .append(view(new Case("", story.journal(), alone, story.now())).headline().plain())
          .append('\n');
    }
    sheet.plain("every action, going on", doing.toString());
  }

  static Step step(String id, String action) {
    return new Step(id, action, Map.of(), Optional.empty(), Optional.empty(), false);
  }

  static Runbook runbook(String name, List<Step> steps) {
    var sample = RestoreStory.runbook();
    return new Runbook(
        name,
        sample.title(),
        sample.estates(),
        sample.command(),
        sample.requester(),
        List.of(),
        steps,
        List.of(),
        sample.source());
  }

  /** Forty steps of actions without words here, each of which said much. */
  static Case forty() {
    var steps =
        IntStream.range(0, 40)
            .mapToObj(it -> step("a-step-with-a-long-id-%02d".formatted(it), "one.of-yours"))
            .toList();
    var story = new RestoreStory().begun();
    for (var step : steps.subList(0, 20)) {
      story.done(step.id(), step.action(), Duration.ofMinutes(3), Map.of(), "said ".repeat(400));
    }
    story.started(steps.get(20).id(), "one.of-yours");
    story.add(
        new RunEvent.StepParked(
            steps.get(20).id(), 1, story.now().plusSeconds(30), "", "waits ".repeat(400)));
    return new Case("forty steps", story.journal(), runbook("tenant-restore", steps), story.now());
  }

  private void draw(String title, RestoreStory story) {
    draw(title, story, Optional.empty(), Usual.NONE);
  }

  private void draw(
      String title, RestoreStory story, Optional<Journal.Progress> progress, Usual usual) {
    draw(MessageCases.restore(title, story), progress, usual);
  }

  void draw(Case of) {
    draw(of, Optional.empty(), Usual.NONE);
  }

  private void draw(Case of, Optional<Journal.Progress> progress, Usual usual) {
    sheet.message(of.title(), Drawing.root(view(of, progress, usual)));
  }

  static void draw(MessageSheet sheet, Case of, UnaryOperator<String> texts) {
    new RunMessages(sheet, texts).draw(of);
  }

  private RunView view(Case of) {
    return view(of, Optional.empty(), Usual.NONE);
  }

  private RunView view(Case of, Optional<Journal.Progress> progress, Usual usual) {
    var story = new RestoreStory().atGate();
    var row = story.row(GateRow.Status.APPROVED, story.vote(Ballot.Choice.APPROVE, ""));
    var journal = Rewritten.texts(of.journal(), texts);
    states.add(state(journal).getClass());
    return RunView.of(journal, of.runbook(), progress, List.of(row), usual, of.now());
  }

  private static RunState state(List<Recorded> journal) {
    return io.countersign.run.Fold.of(journal);
  }
}
