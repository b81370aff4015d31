package io.countersign.thread;

import io.countersign.Digest;
import io.countersign.GateId;
import io.countersign.RunId;
import io.countersign.gate.Ballot;
import io.countersign.gate.GateRow;
import io.countersign.gate.Vote;
import io.countersign.run.Decide;
import io.countersign.run.Fold;
import io.countersign.run.Recorded;
import io.countersign.run.RunEvent;
import io.countersign.run.RunSpec;
import io.countersign.run.RunState;
import io.countersign.runbook.Input;
import io.countersign.runbook.Runbook;
import io.countersign.runbook.Step;
import io.countersign.runbook.Value;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A gate as people see it: one question, what it rests on, and what became of it.
 *
 * @param question says what is asked and what happens if nobody answers; it stands alone
 * @param evidence sentences to decide by
 * @param outcome what became of the gate; empty while it is open
 * @param approve what the button says: the act itself
 * @param phrase what an approver has to type, if anything
 * @param stop what the button says that stops an approved step which has not begun yet
 * @param keep what the button for leaving it be says, where there is one
 */
public record Card(
    RunId run,
    GateId gate,
    Digest digest,
    String nonce,
    Line question,
    List<Line> evidence,
    Optional<Line> outcome,
    String approve,
    Optional<String> phrase,
    Optional<String> keep,
    Optional<String> stop,
    long seq) {
  public Card {
    evidence = List.copyOf(evidence);
  }

  /** Whether it can still be answered. */
  public boolean open() {
    return outcome.isEmpty();
  }

  /** The first sentence of the message: the question, or what became of it. */
  public Line headline() {
    return outcome.orElse(question);
  }

  /**
   * @param row the gate as it stands now
   * @param runbook the one that the run pinned
   * @param now the database's clock
   */
  public static Card of(GateRow row, List<Recorded> journal, Runbook runbook, Instant now) {
    var state = Fold.of(journal);
    var step =
        runbook
            .step(row.step())
            .orElseThrow(() -> new IllegalArgumentException("no step " + row.step()));
    var part = Decide.partOf(runbook, state.facts().spec());
    var drawing = new Drawing(row, journal, state, part, step, now);
    return new Card(
        row.run(),
        row.id(),
        row.digest(),
        row.nonce(),
        drawing.question(),
        drawing.evidence(),
        drawing.outcome(),
        drawing.deed().approve(),
        row.phrase(),
        drawing.deed().keep(),
        row.cooling(now) ? Optional.of("Stop it…") : Optional.empty(),
        journal.getLast().seq());
  }

  /** The parts that every drawing of one gate needs. */
  private record Drawing(
      GateRow row,
      List<Recorded> journal,
      RunState state,
      Runbook runbook,
      Step step,
      Instant now) {

    Line question() {
      var line = deed().question();
      var nobody =
          switch (row.policy().then()) {
            case ABORT ->
                Line.of("If nobody answers by ")
                    .line(Texts.moment(row.expiresAt(), now))
                    .text(", " + fate().ifAbandoned() + ".");
            case HOLD -> Line.of("If nobody answers, nothing happens and I keep asking.");
          };
      return row.status() == GateRow.Status.OPEN ? line.text(" ").line(nobody) : line;
    }

    Deed deed() {
      return new Deed(step, spec(), fate(), facts(), now);
    }

    List<Line> evidence() {
      var said = new HashMap<String, String>();
      for (var recorded : journal) {
        if (recorded.event() instanceof RunEvent.StepSucceeded(var id, _, _, var sentence)) {
          said.put(id, sentence);
        }
      }
      var lines = new ArrayList<Line>();
      difference().ifPresent(lines::add);
      deed().bodies().ifPresent(lines::add);
      deed().moment().ifPresent(lines::add);
      lines.addAll(new Evidence(runbook, state.facts().outputs(), said).sentences());
      deed().undo().map(it -> it.text(until())).ifPresent(lines::add);
      coolOff().ifPresent(lines::add);
      why().ifPresent(lines::add);
      lines.add(reference());
      return lines;
    }

    /** How long the way back stays open, where the runbook says it. */
    private String until() {
      return runbook.steps().stream()
          .filter(it -> it.action().equals("drop.schedule"))
          .map(it -> it.with().get("after"))
          .filter(Input.Literal.class::isInstance)
          .map(it -> ((Input.Literal) it).value())
          .filter(Value.Span.class::isInstance)
          .map(it -> ", for " + Texts.days(((Value.Span) it).value()) + " at least")
          .findFirst()
          .orElse("");
    }

    /** Where the gate has opened anew: what is no longer as it was. */
    private Optional<Line> difference() {
      return opened()
          .filter(it -> it.opening() > 1)
          .map(
              it ->
                  Line.of(
                      it.difference().isEmpty()
                          ? "This replaces an earlier card of the same order."
                          : "This replaces an earlier card. What is different: "
                              + String.join("; ", Differences.of(it.difference()))));
    }

    private Map<String, String> facts() {
      var facts = new HashMap<String, String>();
      for (var line : row.order().split("\n", -1)) {
        int equals = line.indexOf('=');
        if (equals > 0) {
          facts.put(line.substring(0, equals), line.substring(equals + 1));
        }
      }
      return facts;
    }

    private Optional<Line> why() {
      var reason = spec().reason();
      return reason.isBlank() ? Optional.empty() : Optional.of(Line.of("Why: \"" + reason + "\""));
    }

    private Optional<Line> coolOff() {
      return row.policy()
          .coolOff()
          .filter(_ -> row.status() == GateRow.Status.OPEN)
          .map(
              it ->
                  Line.of(
                      "It begins "
                          + Texts.duration(it)
                          + " after the last approval; until then anybody who may countersign can"
                          + " still stop it."));
    }

    private Line reference() {
      int approvals = row.approvers().size();
      var so = approvals == 0 ? "" : ", " + approvals + " so far";
      return Line.of(
          "Needs "
              + Needed.approvals(row.quorum(), spec().schedule().isPresent())
              + so
              + " · order "
              + row.digest().shown()
              + " · run "
              + row.run());
    }

    Optional<Line> outcome() {
      return switch (row.status()) {
        case OPEN -> Optional.empty();
        case APPROVED -> Optional.of(approved());
        case DENIED -> Optional.of(denied());
        case EXPIRED ->
            Optional.of(
                Line.of("Nobody countersigned by ")
                    .line(Texts.moment(row.expiresAt(), now))
                    .text(". Order " + row.digest().shown() + " was not carried out." + anew()));
        case CLOSED -> Optional.of(closed());
      };
    }

    /** How the same is asked once more. */
    private String anew() {
      var again = fate().again();
      return again.isEmpty()
          ? runbook.command().map(it -> " To ask again, type " + it + ".").orElse("")
          : again;
    }

    private Line approved() {
      var by = row.votes().stream().map(Vote::person).toList();
      var line =
          at(Line.of("Approved by ").people(by)).text(" Order " + row.digest().shown() + ".");
      return row.startsAt()
          .filter(now::isBefore)
          .map(
              it ->
                  line.text(" It begins at ")
                      .line(Texts.moment(it, now))
                      .text("; until then it can be stopped."))
          .orElse(line);
    }

    private Line denied() {
      var vote = row.votes().stream().filter(it -> it.choice() == Ballot.Choice.DENY).findFirst();
      var by = vote.map(it -> Line.of("Denied by ").mention(it.person())).orElse(Line.of("Denied"));
      var reason = vote.map(Vote::reason).filter(it -> !it.isBlank());
      return at(by)
          .text(reason.map(it -> " Why: " + Texts.sentence(it)).orElse(""))
          .text(" Nothing of order " + row.digest().shown() + " was carried out.");
    }

    private Line closed() {
      var lapse =
          journal.stream()
              .map(Recorded::event)
              .filter(
                  it -> it instanceof RunEvent.GateLapsed(_, var id, _, _) && id.equals(row.id()))
              .map(RunEvent.GateLapsed.class::cast)
              .findFirst();
      var why = lapse.map(it -> ": " + Texts.clause(it.why())).orElse("");
      return at(Line.of("Closed" + why))
          .text(
              " Nothing more can be counted here; if something is still asked, a newer card stands"
                  + " below. Order "
                  + row.digest().shown()
                  + ".");
    }

    private Line at(Line line) {
      return row.decidedAt()
          .map(it -> line.text(", ").line(Texts.moment(it, now)).text("."))
          .orElse(line.text("."));
    }

    private Optional<RunEvent.GateOpened> opened() {
      return journal.stream()
          .map(Recorded::event)
          .filter(RunEvent.GateOpened.class::isInstance)
          .map(RunEvent.GateOpened.class::cast)
          .filter(it -> it.gate().equals(row.id()))
          .findFirst();
    }

    private Fate fate() {
      return new Fate(runbook, state, new History(journal));
    }

    private RunSpec spec() {
      return state.facts().spec();
    }
  }
}
