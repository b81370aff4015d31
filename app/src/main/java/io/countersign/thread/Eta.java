package io.countersign.thread;

import io.countersign.run.Decide;
import io.countersign.run.Fold;
import io.countersign.run.Place;
import io.countersign.run.Recorded;
import io.countersign.run.RunState;
import io.countersign.runbook.Runbook;
import io.countersign.runbook.Step;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** How long a run will still take, told from earlier runs; never guessed. */
final class Eta {
  private final List<Recorded> journal;
  private final Runbook runbook;
  private final Usual usual;
  private final Instant now;
  private final RunState state;
  private final History history;

  Eta(List<Recorded> journal, Runbook runbook, Usual usual, Instant now) {
    this.journal = journal;
    this.runbook = runbook;
    this.usual = usual;
    this.now = now;
    this.state = Fold.of(journal);
    this.history = new History(journal);
  }

  Line line() {
    var began = journal.getFirst().at();
    var soFar = Texts.duration(Duration.between(began, now));
    return switch (state) {
      case RunState.Asked _ -> Line.of("It is about to start. ").line(from(0));
      case RunState.Ready(_, var place) -> going(soFar, place);
      case RunState.Running(_, var place, _) -> going(soFar, place);
      case RunState.Parked(_, var place, _, _) -> going(soFar, place);
      case RunState.AtGate(_, var place, _, _, _) ->
          Line.of("So far " + soFar + ". It waits for a second person. ").line(rest(place.index()));
      case RunState.Approved(_, var place, _, _, _) ->
          Line.of("So far " + soFar + ". It is approved. ").line(rest(place.index()));
      case RunState.InDoubt _ ->
          Line.of("So far " + soFar + ". It is in doubt, so nobody can say how long it takes.");
      case RunState.NeedsPerson _ ->
          Line.of(
              "So far "
                  + soFar
                  + ". It needs a person; by itself it does not go on. Say why to see what for.");
      case RunState.Ended _ ->
          Line.of("It ended at ")
              .line(Texts.moment(history.endedAt().orElse(now), now))
              .text(
                  " after "
                      + Texts.duration(Duration.between(began, history.endedAt().orElse(now)))
                      + ".");
    };
  }

  private Line going(String soFar, Place place) {
    if (place.section() == Place.Section.ON_ABORT) {
      return Line.of("So far " + soFar + ". Everything is being put back; that is not timed.");
    }
    return Line.of("So far " + soFar + ". ").line(from(place.index()));
  }

  /** Up to the next stop for a second person, or to the end where there is none. */
  private Line from(int index) {
    var ahead = ahead(index);
    var before = ahead.stream().takeWhile(it -> it.gate().isEmpty()).toList();
    var what = before.size() < ahead.size() ? "Ready to countersign" : "Done";
    return told(before)
        .map(
            it ->
                Line.of(what + " at about ")
                    .line(Texts.moment(now.plus(left(before, it)), now))
                    .text(" (these steps took " + it.told() + ")."))
        .orElseGet(() -> unknown(before));
  }

  /** What is left from here to the end, once somebody has countersigned. */
  private Line rest(int index) {
    var ahead = ahead(index);
    return told(ahead)
        .map(it -> Line.of("The rest took " + it.told() + "."))
        .orElseGet(() -> unknown(ahead));
  }

  private Optional<Usual.Range> told(List<Step> steps) {
    return usual.together(steps.stream().map(Step::id));
  }

  /** The step that goes on has used up a part of its time. */
  private Duration left(List<Step> steps, Usual.Range together) {
    var used =
        steps.stream()
            .limit(1)
            .flatMap(
                step ->
                    history.of(step.id()).stream()
                        .filter(it -> it.reached() == History.Reached.STARTED)
                        .map(it -> Duration.between(it.began(), now))
                        .map(it -> shorter(it, usual.of(step.id()))))
            .findFirst()
            .orElse(Duration.ZERO);
    return together.usual().minus(used);
  }

  private static Duration shorter(Duration elapsed, Optional<Usual.Range> usual) {
    return usual.map(Usual.Range::usual).filter(it -> it.compareTo(elapsed) < 0).orElse(elapsed);
  }

  private Line unknown(List<Step> steps) {
    var tenant = state.facts().spec().tenant().slug();
    var never =
        steps.stream()
            .filter(it -> usual.of(it.id()).isEmpty())
            .map(it -> Texts.phrase(it, tenant).toDo())
            .toList();
    return Line.of(
        "I cannot tell when that is done, because no earlier run tells how long this takes: "
            + String.join(", ", never)
            + ".");
  }

  private List<Step> ahead(int index) {
    Stream<Step> rest = runbook.steps().stream().skip(index);
    return rest.filter(it -> Decide.applies(it, state.facts().spec()))
        .filter(
            it -> history.of(it.id()).filter(t -> t.reached() == History.Reached.SKIPPED).isEmpty())
        .toList();
  }
}
