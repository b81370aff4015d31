package io.countersign.thread;

import io.countersign.run.Fold;
import io.countersign.run.Recorded;
import io.countersign.run.RunEvent;
import io.countersign.run.RunSpec;
import io.countersign.runbook.Runbook;
import io.countersign.runbook.Step;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * When each step of a run went on, and when the run waited for people.
 *
 * @param rows one per step that had a part in it, in the order of their beginning
 * @param readOnly when the tenant was read-only; empty where it was not, or still is
 */
public record Timeline(
    String title, Instant from, Instant until, List<Row> rows, Optional<Bar> readOnly) {
  public Timeline {
    rows = List.copyOf(rows);
  }

  /** One step, with all its attempts and waits. */
  public record Row(String name, List<Bar> bars) {
    public Row {
      bars = List.copyOf(bars);
    }

    /** {@code 9 min}, {@code 33 min waiting, 0.4 s}. */
    public String lengths() {
      return Stream.of(Kind.WAITING, Kind.FAILED, Kind.DONE)
          .flatMap(kind -> together(kind).stream())
          .collect(Collectors.joining(", "));
    }

    private Optional<String> together(Kind kind) {
      return bars.stream()
          .filter(it -> it.kind() == kind)
          .map(it -> Duration.between(it.from(), it.until()))
          .reduce(Duration::plus)
          .map(it -> Texts.duration(it) + kind.words());
    }
  }

  /** A stretch of time. */
  public record Bar(Kind kind, Instant from, Instant until) {}

  /** What went on in it. */
  public enum Kind {
    DONE(""),
    FAILED(" not done"),
    /** For people: to countersign, or to say how to go on. */
    WAITING(" waiting");

    private final String words;

    Kind(String words) {
      this.words = words;
    }

    String words() {
      return words;
    }
  }

  /** Empty where no step had begun. */
  public static Optional<Timeline> of(List<Recorded> journal, Runbook runbook) {
    var reader = new Reader();
    journal.forEach(reader::take);
    if (reader.bars.isEmpty()) {
      return Optional.empty();
    }
    var spec = Fold.of(journal).facts().spec();
    var tenant = spec.tenant().slug();
    var rows =
        reader.bars.entrySet().stream()
            .map(it -> new Row(name(runbook, it.getKey(), tenant), it.getValue()))
            .toList();
    return Optional.of(
        new Timeline(
            title(spec),
            journal.getFirst().at(),
            journal.getLast().at(),
            rows,
            readOnly(runbook, new History(journal))));
  }

  /** For whoever cannot see the picture: everything that it shows. */
  public String told() {
    var steps =
        rows.stream().map(it -> it.name() + " " + it.lengths()).collect(Collectors.joining("; "));
    return title
        + ", "
        + Texts.duration(Duration.between(from, until))
        + " altogether"
        + readOnly
            .map(it -> ", read-only for " + Texts.duration(Duration.between(it.from, it.until)))
            .orElse("")
        + ": "
        + steps
        + ".";
  }

  private static String title(RunSpec spec) {
    return spec.title() + ": " + spec.tenant().slug() + ", run " + spec.id();
  }

  private static String name(Runbook runbook, String id, String tenant) {
    return Stream.concat(runbook.steps().stream(), runbook.onAbort().stream())
        .filter(it -> it.id().equals(id))
        .findFirst()
        .map(it -> (runbook.onAbort().contains(it) ? "put back: " : "") + phrase(it, tenant))
        .orElse(id);
  }

  private static String phrase(Step step, String tenant) {
    return Texts.phrase(step, tenant).toDo();
  }

  private static Optional<Bar> readOnly(Runbook runbook, History history) {
    var freeze = done(runbook.steps(), "tenant.freeze", history);
    var all = Stream.concat(runbook.steps().stream(), runbook.onAbort().stream()).toList();
    var unfreeze = done(all, "tenant.unfreeze", history);
    return freeze.flatMap(
        from -> unfreeze.map(until -> new Bar(Kind.DONE, from.changed(), until.changed())));
  }

  private static Optional<History.Track> done(List<Step> steps, String action, History history) {
    return steps.stream()
        .filter(it -> it.action().equals(action) && history.isDone(it.id()))
        .flatMap(it -> history.of(it.id()).stream())
        .findFirst();
  }

  /** Goes through a journal; what has no end yet ends with the run. */
  private static final class Reader {
    private final Map<String, List<Bar>> bars = new LinkedHashMap<>();
    private final Map<String, Instant> working = new LinkedHashMap<>();
    private Optional<String> waiting = Optional.empty();
    private Instant since = Instant.EPOCH;

    void take(Recorded recorded) {
      var at = recorded.at();
      switch (recorded.event()) {
        case RunEvent.GateOpened it -> wait(it.step(), at);
        case RunEvent.PersonNeeded it -> wait(it.step(), at);
        case RunEvent.GateApproved _,
            RunEvent.GateDenied _,
            RunEvent.GateExpired _,
            RunEvent.GateLapsed _,
            RunEvent.RetryRequested _,
            RunEvent.LeftAsIs _,
            RunEvent.AbortBegun _,
            RunEvent.CancelRequested _ ->
            waited(at);
        case RunEvent.StepStarted it -> {
          waited(at);
          working.putIfAbsent(it.step(), at);
        }
        case RunEvent.StepSucceeded it -> worked(it.step(), Kind.DONE, at);
        case RunEvent.StepFailed it -> worked(it.step(), Kind.FAILED, at);
        case RunEvent.StepDrifted it -> worked(it.step(), Kind.FAILED, at);
        case RunEvent.AttemptAbandoned it -> worked(it.step(), Kind.FAILED, at);
        case RunEvent.Finished _ -> {
          waited(at);
          List.copyOf(working.keySet()).forEach(it -> worked(it, Kind.FAILED, at));
        }
        case RunEvent.Requested _,
            RunEvent.Begun _,
            RunEvent.SkipRequested _,
            RunEvent.StepPassedOver _,
            RunEvent.StepParked _,
            RunEvent.ClearPutOff _,
            RunEvent.StepInDoubt _ -> {}
      }
    }

    private void wait(String step, Instant at) {
      waited(at);
      waiting = Optional.of(step);
      since = at;
    }

    private void waited(Instant at) {
      waiting.ifPresent(it -> add(it, Kind.WAITING, since, at));
      waiting = Optional.empty();
    }

    private void worked(String step, Kind kind, Instant at) {
      var began = working.remove(step);
      if (began != null) {
        add(step, kind, began, at);
      }
    }

    private void add(String step, Kind kind, Instant from, Instant until) {
      bars.computeIfAbsent(step, _ -> new ArrayList<>()).add(new Bar(kind, from, until));
    }
  }
}
