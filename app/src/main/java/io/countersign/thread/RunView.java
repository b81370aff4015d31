package io.countersign.thread;

import io.countersign.RunId;
import io.countersign.gate.GateRow;
import io.countersign.run.Decide;
import io.countersign.run.Ending;
import io.countersign.run.Fold;
import io.countersign.run.Halt;
import io.countersign.run.Journal;
import io.countersign.run.Place;
import io.countersign.run.Recorded;
import io.countersign.run.RunState;
import io.countersign.runbook.Runbook;
import io.countersign.runbook.Value;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A run as people see it: a pure projection of its journal.
 *
 * @param word the run's state in a word
 * @param headline one sentence that stands alone on a locked phone
 * @param rows one per step that is done, goes on or is left, in order
 * @param footer where to ask, and the run id
 * @param offers what the reader may do about it at once
 * @param seq the newest event shown
 */
public record RunView(
    RunId run,
    String word,
    Line headline,
    List<Row> rows,
    Line footer,
    Set<Offer> offers,
    long seq) {
  public RunView {
    rows = List.copyOf(rows);
    offers = Set.copyOf(offers);
  }

  /** A button on the run's message, or below a line of its thread. */
  public enum Offer {
    RETRY,
    LEAVE,
    CACHES
  }

  /**
   * @param runbook the one that the run pinned
   * @param gates the run's gates as far as they are known; for who voted
   * @param usual how long its steps took in earlier runs
   * @param now the database's clock
   */
  public static RunView of(
      List<Recorded> journal,
      Runbook runbook,
      Optional<Journal.Progress> progress,
      List<GateRow> gates,
      Usual usual,
      Instant now) {
    return new Drawing(journal, runbook, progress, gates, usual, now).view();
  }

  private static final List<String> FLIPS = List.of("reference.flip", "reference.flip-back");
  private static final List<String> CUTOVERS =
      List.of("database.swap", "database.swap-back", "reference.flip", "reference.flip-back");

  /** The parts that every drawing of one run needs. */
  private static final class Drawing {
    private final List<Recorded> journal;
    private final Runbook runbook;
    private final Optional<Journal.Progress> progress;
    private final List<GateRow> gates;
    private final Usual usual;
    private final Instant now;
    private final RunState state;
    private final History history;
    private final Fate fate;
    private final Runbook part;
    private final String tenant;

    Drawing(
        List<Recorded> journal,
        Runbook runbook,
        Optional<Journal.Progress> progress,
        List<GateRow> gates,
        Usual usual,
        Instant now) {
      this.journal = journal;
      this.runbook = runbook;
      this.progress = progress;
      this.gates = gates;
      this.usual = usual;
      this.now = now;
      this.state = Fold.of(journal);
      this.history = new History(journal);
      this.part = Decide.partOf(runbook, state.facts().spec());
      this.fate = new Fate(part, state, history);
      this.tenant = state.facts().spec().tenant().slug();
    }

    RunView view() {
      var spec = state.facts().spec();
      var rows = new Rows(runbook, part, state, history, progress, usual, tenant, now).all();
      var footer =
          Line.of("asked by ")
              .line(Texts.asker(spec))
              .text(spec.reason().isBlank() ? "" : ", why: " + spec.reason())
              .text(
                  (state instanceof RunState.Ended
                          ? " · for its record, ask in the thread: plan, log STEP, export"
                          : " · ask in the thread: status, why, eta, cancel")
                      + " · run "
                      + spec.id());
      return new RunView(
          spec.id(), word(), headline(), rows, footer, offers(), journal.getLast().seq());
    }

    private String word() {
      return switch (state) {
        case RunState.Asked _ -> "about to start";
        case RunState.Ready it ->
            it.next().section() == Place.Section.STEPS ? "running" : "undoing";
        case RunState.Running it -> undoing(it.place()) ? "undoing" : "running";
        case RunState.Parked it -> undoing(it.place()) ? "undoing" : "running";
        case RunState.AtGate _ -> "waits for a second person";
        case RunState.Approved _ -> "running";
        case RunState.InDoubt _ -> "in doubt";
        case RunState.NeedsPerson _ -> "needs you";
        case RunState.Ended(_, var ending) -> ending == Ending.DONE ? "done" : "not done";
      };
    }

    private static boolean undoing(Place place) {
      return place.section() == Place.Section.ON_ABORT;
    }

    private Set<Offer> offers() {
      return switch (state) {
        case RunState.NeedsPerson _ -> Set.of(Offer.RETRY, Offer.LEAVE);
        case RunState.Asked _,
            RunState.Ready _,
            RunState.Running _,
            RunState.Parked _,
            RunState.AtGate _,
            RunState.Approved _,
            RunState.InDoubt _,
            RunState.Ended _ ->
            Set.of();
      };
    }

    private Line headline() {
      var what = Texts.undertaking(state.facts().spec(), now);
      return switch (state) {
        case RunState.Asked _ -> what.text(" · about to start.");
        case RunState.Ready(_, var place) -> going(what, place);
        case RunState.Running(_, var place, _) -> going(what, place);
        case RunState.Parked(_, var place, _, _) -> going(what, place);
        case RunState.AtGate it -> waiting(what, it);
        case RunState.Approved(_, var place, var gate, _, var notBefore) ->
            approved(what, place, gate, notBefore.filter(now::isBefore));
        case RunState.InDoubt(_, var place, _, _, _) ->
            Line.of("In doubt: I was cut off while ")
                .text(phrase(place).doing())
                .text(" (")
                .line(what.decapitalised())
                .text("). I look again every 30 s; nothing is repeated.");
        case RunState.NeedsPerson(_, var place, _) ->
            Line.of("Needs you: ")
                .line(what.decapitalised())
                .text(" stopped " + at(place) + ". " + fate.now() + ".");
        case RunState.Ended(_, var ending) -> ended(what, ending);
      };
    }

    private Line going(Line what, Place place) {
      if (undoing(place)) {
        return undone(what, place);
      }
      if (place.isPastEnd(runbook)) {
        return what.text(" · every step is done.");
      }
      var step = what.text(" · step " + number(place) + " of " + part.steps().size());
      var share = state instanceof RunState.Running ? Rows.percent(progress) : "";
      return step.text(": " + phrase(place).doing() + share + ".");
    }

    private Line undone(Line what, Place place) {
      return state
          .facts()
          .later()
          .filter(_ -> place.isPastEnd(runbook))
          .map(
              it ->
                  what.text(" was stopped · " + fate.now() + ". " + Texts.sentence(it.said()))
                      .text(" I ask again at ")
                      .line(Texts.moment(it.until(), now))
                      .text("."))
          .orElseGet(() -> what.text(" was stopped · putting everything back."));
    }

    /** From 1, among the steps of this run; one that is none of them counts like the next. */
    private long number(Place place) {
      var before = runbook.steps().subList(0, place.index());
      return 1 + before.stream().filter(part.steps()::contains).count();
    }

    private Line waiting(Line what, RunState.AtGate gate) {
      var line =
          what.text(" · waits for a second person to countersign: " + phrase(gate.place()).toDo());
      return switch (gate.then()) {
        case ABORT ->
            line.text(". If nobody answers by ")
                .line(Texts.moment(gate.expiresAt(), now))
                .text(", " + fate.ifAbandoned() + ".");
        case HOLD -> line.text(". Nothing happens until somebody answers.");
      };
    }

    private Line approved(
        Line what, Place place, io.countersign.GateId gate, Optional<Instant> notBefore) {
      var voters =
          gates.stream()
              .filter(it -> it.id().equals(gate))
              .flatMap(it -> it.votes().stream())
              .map(io.countersign.gate.Vote::person)
              .toList();
      var by = voters.isEmpty() ? Line.EMPTY : Line.of(" by ").people(voters);
      var next = what.text(" · approved").line(by);
      return notBefore
          .map(
              it ->
                  next.text("; from ")
                      .line(Texts.moment(it, now))
                      .text(" on: " + phrase(place).toDo())
                      .text(". Until then it can be stopped on its card."))
          .orElseGet(() -> next.text(", next: " + phrase(place).toDo() + "."));
    }

    private Line ended(Line what, Ending ending) {
      if (ending == Ending.DONE) {
        return done();
      }
      var why = state.facts().halt().map(this::because).orElse(Line.of("it did not succeed"));
      return Line.of("Not done: ")
          .line(what.decapitalised())
          .text(": ")
          .line(why)
          .text(". " + fate.now() + "." + next());
    }

    /** What somebody can do about a run that has not done what was asked for. */
    private String next() {
      return state
          .facts()
          .halt()
          .map(
              it ->
                  switch (it) {
                    case Halt.Cancelled _ -> fate.again();
                    case Halt.Denied _, Halt.Expired _ -> anew();
                    case Halt.Failed(_, var problem) -> " " + Texts.whole(problem.next()) + anew();
                    case Halt.Left _ -> fate.frozen() ? BY_HAND : "";
                  })
          .orElse("");
    }

    private static final String BY_HAND =
        " Nobody unfreezes it any more: set its status back in the registry, and reset"
            + " default_transaction_read_only of its database.";

    private String anew() {
      var again = fate.again();
      return again.isEmpty()
          ? runbook.command().map(it -> " To ask again, type " + it + ".").orElse("")
          : again;
    }

    private Line done() {
      var spec = state.facts().spec();
      var ended = history.endedAt().orElse(now);
      var line = Texts.achieved(spec, ended, now);
      if (fate.freeze().isPresent() && fate.unfreeze().isPresent()) {
        var closed =
            Duration.between(fate.freeze().get().changed(), fate.unfreeze().get().changed());
        line = line.text(" Read-only for " + Texts.duration(closed) + ".");
      }
      return line.line(keeps());
    }

    /** What is kept, until when at least, and how to go back. */
    private Line keeps() {
      var kept = fate.made(CUTOVERS, List.of("kept"));
      if (kept.isEmpty()) {
        return Line.EMPTY;
      }
      var line = Line.of(" The database that was live before stays as " + Names.of(kept.get()));
      return fate.made(List.of("drop.schedule"), List.of("due")).orElse(null)
              instanceof Value.Moment(var due)
          ? line.text("; before ")
              .line(Texts.moment(due, now))
              .text(" nobody is asked to drop it. /tenant-rollback " + tenant + again())
          : line.text(".");
    }

    private String again() {
      return fate.made(FLIPS, List.of("kept")).isPresent()
          ? " leads back to it."
          : " swaps them again.";
    }

    private Line because(Halt halt) {
      return switch (halt) {
        case Halt.Cancelled(var by, var reason) ->
            Line.of("cancelled by ")
                .mention(by)
                .text(reason.isBlank() ? "" : ", " + Texts.clause(reason));
        case Halt.Denied(_, var by, var reason) ->
            Line.of("denied by ").mention(by).text(", " + Texts.clause(reason));
        case Halt.Left(var by, var reason) ->
            Line.of("left as it stands by ")
                .mention(by)
                .text(reason.isBlank() ? "" : ", " + Texts.clause(reason));
        case Halt.Expired _ -> Line.of("nobody countersigned in time");
        case Halt.Failed(var step, var problem) ->
            Line.of(
                "could not "
                    + runbook
                        .step(step)
                        .map(it -> Texts.phrase(it, tenant).toDo())
                        .orElse("do step " + step)
                    + ", because "
                    + Texts.clause(problem.happened()));
      };
    }

    private Texts.Phrase phrase(Place place) {
      return Texts.phrase(place.in(runbook), tenant);
    }

    private String at(Place place) {
      if (place.isPastEnd(runbook)) {
        return "at its end";
      }
      return Texts.during(phrase(place));
    }
  }
}
