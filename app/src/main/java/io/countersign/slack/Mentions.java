package io.countersign.slack;

import io.countersign.RunId;
import io.countersign.action.Symptoms;
import io.countersign.gate.GateRow;
import io.countersign.gate.GateStore;
import io.countersign.gate.Roster;
import io.countersign.run.Desk;
import io.countersign.run.Fold;
import io.countersign.run.Journal;
import io.countersign.run.Recorded;
import io.countersign.run.RunState;
import io.countersign.run.Runbooks;
import io.countersign.runbook.Runbook;
import io.countersign.thread.Card;
import io.countersign.thread.Line;
import io.countersign.thread.Questions;
import io.countersign.thread.RunView;
import io.countersign.thread.Threads;
import io.countersign.thread.Usual;
import java.util.List;
import java.util.Optional;

/** What people say in a run's thread, or to the bot. It never votes: it hands the buttons back. */
final class Mentions {
  private final Threads threads;
  private final Journal journal;
  private final Runbooks runbooks;
  private final GateStore gates;
  private final Roster roster;
  private final Desk desk;
  private final Whisper whisper;
  private final Exports exports;
  private final Papers papers;

  Mentions(
      Threads threads,
      Journal journal,
      Runbooks runbooks,
      GateStore gates,
      Roster roster,
      Desk desk,
      Whisper whisper,
      Exports exports,
      Papers papers) {
    this.threads = threads;
    this.journal = journal;
    this.runbooks = runbooks;
    this.gates = gates;
    this.roster = roster;
    this.desk = desk;
    this.whisper = whisper;
    this.exports = exports;
    this.papers = papers;
  }

  /** A run as it stands now. */
  private record Known(RunId id, List<Recorded> events, Runbook runbook, RunState state) {}

  void handle(Inbound.Said said) {
    var known = said.thread().isEmpty() ? Optional.<Known>empty() : look(said);
    if (known.isEmpty()) {
      if (said.mentioned()) {
        whisper.say(said, Questions.help(), List.of());
      }
      return;
    }
    var stranger = stranger(roster.membership(said.who()));
    if (stranger.isPresent()) {
      whisper.say(said, Line.of(stranger.get()));
      return;
    }
    if (Spoken.soundsLikeAVote(said.text())) {
      handBack(said, known.get());
      return;
    }
    answer(said, known.get());
  }

  /** Why somebody may not ask; empty for full members. */
  private static Optional<String> stranger(Roster.Membership membership) {
    return switch (membership) {
      case Roster.Membership.Full() -> Optional.empty();
      case Roster.Membership.Excluded(var what) ->
          Optional.of(
              "Only full members of this workspace can ask, and to Slack you are "
                  + what
                  + "; nothing was done. Ask somebody of the team that owns the database.");
      case Roster.Membership.Unreadable(var why) ->
          Optional.of(
              "I could not read who you are ("
                  + why
                  + "); nothing was done. Ask again in a minute.");
    };
  }

  private Optional<Known> look(Inbound.Said said) {
    return threads
        .runOf(said.channel(), said.thread())
        .map(
            id -> {
              var events = journal.read(id);
              var state = Fold.of(events);
              return new Known(id, events, runbooks.of(state.facts().spec()), state);
            });
  }

  private void answer(Inbound.Said said, Known run) {
    var now = journal.now();
    switch (Wish.of(Spoken.bare(said.text()))) {
      case Wish.Status() -> whisper.say(said, Questions.status(view(run)), List.of());
      case Wish.Why() -> whisper.say(said, Questions.why(run.events(), run.runbook(), now));
      case Wish.Eta() ->
          whisper.say(said, Questions.eta(run.events(), run.runbook(), usual(run), now));
      case Wish.Plan() -> papers.plan(said, run.id(), run.runbook(), now);
      case Wish.Log(var step) -> papers.log(said, run.id(), run.events(), run.runbook(), step, now);
      case Wish.Export() -> exports.hand(said, run.id());
      case Wish.Cancel(var reason) -> told(said, desk.cancel(run.id(), said.who(), reason));
      case Wish.Leave(var reason) -> told(said, desk.leave(run.id(), said.who(), reason));
      case Wish.Retry() -> told(said, desk.retry(run.id(), said.who()));
      case Wish.Skip(var step) -> told(said, desk.skip(run.id(), said.who(), step));
      case Wish.Caches() -> told(said, desk.tellCaches(run.id(), said.who(), key(said), "mention"));
      case Wish.Symptom(var known) ->
          whisper.say(said, Questions.symptom(known), remedy(known, run));
      case Wish.Help() -> whisper.say(said, Questions.help(), List.of());
      case Wish.Unclear() -> whisper.say(said, Questions.unclear(), List.of());
    }
  }

  /** What the bot can do about it; while the run goes on it tells caches itself. */
  private static List<Blocks.Button> remedy(Symptoms.Answer known, Known run) {
    return known.stale() && run.state() instanceof RunState.Ended
        ? List.of(Drawing.caches(run.id()))
        : List.of();
  }

  /** One message, however many events tell of it. */
  private static String key(Inbound.Said said) {
    return "said/" + said.channel() + "/" + said.ts();
  }

  private void told(Inbound.Said said, Desk.Told told) {
    whisper.say(said, Holders.told(told));
  }

  private RunView view(Known run) {
    return RunView.of(
        run.events(),
        run.runbook(),
        journal.progress(run.id()),
        List.of(),
        usual(run),
        journal.now());
  }

  private Usual usual(Known run) {
    return Usuals.of(journal, run.state().facts().spec());
  }

  /** Free text is no vote; the button is what counts, so it is brought to whoever wrote. */
  private void handBack(Inbound.Said said, Known run) {
    var gate = openGate(run);
    if (gate.isEmpty()) {
      if (said.mentioned()) {
        whisper.say(
            said,
            Line.of(
                "There is nothing to approve at the moment; nothing was counted. Say why to see"
                    + " what the run waits for."));
      }
      return;
    }
    var card = Card.of(gate.get(), run.events(), run.runbook(), journal.now());
    whisper.say(
        said,
        List.of(
            Line.of("To count, it has to be the button; nothing was counted."), card.question()),
        Drawing.cardButtons(card));
  }

  private Optional<GateRow> openGate(Known run) {
    return run.state() instanceof RunState.AtGate at
        ? gates.find(at.gate()).filter(it -> it.status() == GateRow.Status.OPEN)
        : Optional.empty();
  }
}
