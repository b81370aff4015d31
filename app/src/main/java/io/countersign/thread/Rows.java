package io.countersign.thread;

import io.countersign.Bytes;
import io.countersign.run.Journal;
import io.countersign.run.Place;
import io.countersign.run.RunState;
import io.countersign.runbook.Runbook;
import io.countersign.runbook.Step;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The rows of a run's message. */
final class Rows {
  /** More finished steps than this become one row, with the newest ones kept. */
  private static final int LONG = 6;

  private static final int KEPT = 3;
  private static final Duration SURE_AFTER = Duration.ofSeconds(10);

  private final Runbook runbook;
  private final Runbook part;
  private final RunState state;
  private final History history;
  private final Optional<Journal.Progress> progress;
  private final Usual usual;
  private final String tenant;
  private final Instant now;

  /**
   * @param runbook in which places count
   * @param part what of it is this run's; other steps are not shown
   */
  Rows(
      Runbook runbook,
      Runbook part,
      RunState state,
      History history,
      Optional<Journal.Progress> progress,
      Usual usual,
      String tenant,
      Instant now) {
    this.runbook = runbook;
    this.part = part;
    this.state = state;
    this.history = history;
    this.progress = progress;
    this.usual = usual;
    this.tenant = tenant;
    this.now = now;
  }

  List<Row> all() {
    var rows = new ArrayList<Row>(finished());
    present().ifPresent(rows::add);
    rows.addAll(left());
    var undoing = currentUndoing();
    part.onAbort().stream()
        .filter(it -> undoing.filter(it::equals).isEmpty())
        .flatMap(it -> ended(it).stream())
        .forEach(it -> rows.add(new Row(it.word(), Line.of("put back: ").line(it.line()))));
    undoing.map(this::going).ifPresent(rows::add);
    return rows;
  }

  private List<Row> finished() {
    var current = current();
    var ended =
        part.steps().stream()
            .filter(it -> current.filter(it::equals).isEmpty())
            .filter(it -> ended(it).isPresent())
            .toList();
    if (ended.size() <= LONG) {
      return ended.stream().flatMap(it -> ended(it).stream()).toList();
    }
    var folded = ended.subList(0, ended.size() - KEPT);
    var rows = new ArrayList<Row>();
    var done = folded.stream().filter(it -> history.isDone(it.id())).toList();
    rows.add(new Row("done", Line.of(list(done) + ", " + together(done))));
    folded.stream()
        .filter(it -> !history.isDone(it.id()))
        .flatMap(it -> ended(it).stream())
        .forEach(rows::add);
    ended.subList(ended.size() - KEPT, ended.size()).stream()
        .flatMap(it -> ended(it).stream())
        .forEach(rows::add);
    return rows;
  }

  private String together(List<Step> steps) {
    var sum =
        steps.stream()
            .flatMap(it -> history.of(it.id()).stream())
            .map(History.Track::took)
            .reduce(Duration.ZERO, Duration::plus);
    return Texts.duration(sum);
  }

  /** A step that is over, whatever its end; empty for one that goes on or has not begun. */
  private Optional<Row> ended(Step step) {
    return history
        .of(step.id())
        .flatMap(
            track ->
                switch (track.reached()) {
                  case DONE -> Optional.of(done(step, track));
                  case SKIPPED ->
                      Optional.of(new Row("skipped", Line.of(name(step) + ": " + track.said())));
                  case FAILED ->
                      Optional.of(
                          new Row(
                              "not done",
                              Texts.told(name(step) + ": " + Texts.sentence(track.said()))));
                  case STARTED -> Optional.empty();
                });
  }

  private Row done(Step step, History.Track track) {
    var said = track.said().isBlank() ? "" : ": " + Texts.clause(track.said());
    return new Row("done", Texts.told(name(step) + said + ", " + Texts.duration(track.took())));
  }

  private Optional<Row> present() {
    return current().filter(part.steps()::contains).map(this::going);
  }

  /** The line of on-abort at which the run stands. */
  private Optional<Step> currentUndoing() {
    return place()
        .filter(it -> it.section() == Place.Section.ON_ABORT && !it.isPastEnd(runbook))
        .map(it -> it.in(runbook));
  }

  private Row going(Step step) {
    var name = name(step);
    var track = history.of(step.id());
    return switch (state) {
      case RunState.AtGate(_, _, _, var until, var then) ->
          new Row(
              "waits for a second person",
              switch (then) {
                case ABORT -> Line.of(name + ", until ").line(Texts.moment(until, now));
                case HOLD -> Line.of(name);
              });
      case RunState.NeedsPerson(_, _, var problem) ->
          new Row(
              "needs you",
              Line.of(
                  name
                      + ": "
                      + Texts.sentence(problem.happened())
                      + " "
                      + Texts.sentence(problem.next())));
      case RunState.InDoubt(_, _, _, var check, _) ->
          new Row("in doubt", Line.of(name + ". To check by hand: ").code(check));
      case RunState.Approved(_, _, _, _, var notBefore) ->
          new Row(
              "next",
              notBefore
                  .filter(now::isBefore)
                  .map(it -> Line.of(name + ", approved, begins at ").line(Texts.moment(it, now)))
                  .orElseGet(() -> Line.of(name + ", approved")));
      case RunState.Running _, RunState.Parked _ -> running(step, track);
      case RunState.Asked _, RunState.Ready _, RunState.Ended _ -> new Row("next", Line.of(name));
    };
  }

  private Row running(Step step, Optional<History.Track> track) {
    var name = name(step);
    var said = track.map(History.Track::said).filter(it -> !it.isBlank());
    var details = new ArrayList<String>();
    said.map(Texts::clause).ifPresent(details::add);
    if (state instanceof RunState.Running) {
      progress.ifPresent(it -> details.addAll(amount(it)));
      track.flatMap(it -> pace(Duration.between(it.began(), now))).ifPresent(details::add);
    }
    track
        .map(it -> soLong(Duration.between(it.began(), now), usual.of(step.id())))
        .ifPresent(details::add);
    return new Row(
        "running", Line.of(name + (details.isEmpty() ? "" : ": ") + String.join(", ", details)));
  }

  /**
   * {@code for 58 min of about 75 min}; of short ones only for how long, because the wait for the
   * next look would be longer than they are.
   */
  private static String soLong(Duration elapsed, Optional<Usual.Range> usual) {
    var so = "for " + Texts.duration(elapsed);
    if (usual.isEmpty() || usual.get().most().compareTo(SURE_AFTER) < 0) {
      return so;
    }
    return elapsed.compareTo(usual.get().most()) > 0
        ? so
            + ", longer than in any earlier run (at most "
            + Texts.duration(usual.get().most())
            + ")"
        : so + " of about " + Texts.duration(usual.get().usual());
  }

  /** What comes, or what will not come any more. */
  private List<Row> left() {
    var current = current();
    var rest =
        part.steps().stream()
            .filter(it -> current.filter(it::equals).isEmpty())
            .filter(it -> ended(it).isEmpty())
            .toList();
    if (rest.isEmpty()) {
      return List.of();
    }
    return List.of(new Row(over() ? "not done" : "next", Line.of(list(rest))));
  }

  private boolean over() {
    return state instanceof RunState.Ended
        || place().filter(it -> it.section() == Place.Section.ON_ABORT).isPresent();
  }

  private String list(List<Step> steps) {
    return steps.stream().map(this::listed).collect(Collectors.joining(", "));
  }

  private String listed(Step step) {
    if (!over() && step.optional() && state.facts().skipped().contains(step.id())) {
      return name(step) + " (to be skipped)";
    }
    return step.gate().isPresent() && !over() ? "countersign, " + name(step) : name(step);
  }

  /** The forward step at which the run stands. */
  private Optional<Step> current() {
    return place()
        .filter(it -> it.section() == Place.Section.STEPS && !it.isPastEnd(runbook))
        .map(it -> it.in(runbook));
  }

  private Optional<Place> place() {
    return switch (state) {
      case RunState.Asked _, RunState.Ended _ -> Optional.empty();
      case RunState.Ready(_, var next) -> Optional.of(next);
      case RunState.AtGate(_, var place, _, _, _) -> Optional.of(place);
      case RunState.Approved(_, var place, _, _, _) -> Optional.of(place);
      case RunState.Running(_, var place, _) -> Optional.of(place);
      case RunState.Parked(_, var place, _, _) -> Optional.of(place);
      case RunState.InDoubt(_, var place, _, _, _) -> Optional.of(place);
      case RunState.NeedsPerson(_, var place, _) -> Optional.of(place);
    };
  }

  private String name(Step step) {
    return Texts.phrase(step, tenant).toDo();
  }

  /** {@code 5.1 GB of 11.8 GB} and {@code 12 of 31 tables}; {@code 31 of 74 tables}. */
  private static List<String> amount(Journal.Progress progress) {
    var amounts = new ArrayList<String>();
    if (progress.total() > 0) {
      amounts.add(
          inBytes(progress)
              ? Bytes.shown(progress.done()) + " of " + Bytes.shown(progress.total())
              : progress.done() + " of " + progress.total() + " " + progress.unit());
    }
    if (!progress.also().isBlank()) {
      amounts.add(progress.also());
    }
    return amounts;
  }

  private static boolean inBytes(Journal.Progress progress) {
    return progress.unit().equals("bytes");
  }

  /**
   * {@code 84 MB/s, about 2 min left}: as it went on average so far, so nothing is said of it too
   * early.
   */
  private Optional<String> pace(Duration elapsed) {
    return progress
        .filter(it -> inBytes(it) && it.done() < it.total() && elapsed.compareTo(SURE_AFTER) > 0)
        .filter(it -> it.done() > it.total() / 50)
        .map(
            it -> {
              var left =
                  Duration.ofMillis(
                      (long) ((double) elapsed.toMillis() * (it.total() - it.done()) / it.done()));
              return Bytes.shown(it.done() * 1000 / elapsed.toMillis())
                  + "/s, about "
                  + Texts.duration(left)
                  + " left";
            });
  }

  /** {@code , 43 %}, or nothing where it is not known. */
  static String percent(Optional<Journal.Progress> progress) {
    return progress
        .filter(it -> it.total() > 0)
        .map(it -> ", " + Math.clamp(100 * it.done() / it.total(), 0, 100) + " %")
        .orElse("");
  }
}
