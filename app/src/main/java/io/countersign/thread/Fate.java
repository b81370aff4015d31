package io.countersign.thread;

import io.countersign.run.RunState;
import io.countersign.runbook.Runbook;
import io.countersign.runbook.Step;
import io.countersign.runbook.Value;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What became of the tenant, claimed only as far as the journal proves it. */
final class Fate {
  /** They destroy for ever what only waited to go. */
  static final List<String> DROPS = List.of("database.drop", "sibling.drop", "snapshot.drop");

  private final Runbook runbook;
  private final RunState state;
  private final History history;
  private final String tenant;

  Fate(Runbook runbook, RunState state, History history) {
    this.runbook = runbook;
    this.state = state;
    this.history = history;
    this.tenant = state.facts().spec().tenant().slug();
  }

  /** {@code acme is unfrozen unchanged}; after the point of no return nothing is promised. */
  String now() {
    if (state.facts().crossed()) {
      return frozen()
          ? tenant + " is frozen; the destructive step has begun, so look before you go on"
          : "The destructive step has begun, so look at " + tenant + " before you go on";
    }
    if (frozen()) {
      return tenant + " is still frozen, and unchanged";
    }
    return everFrozen() ? tenant + " is unfrozen unchanged" : tenant + " is unchanged";
  }

  /** What happens to the tenant where nobody answers a gate that aborts. */
  String ifAbandoned() {
    if (state.facts().crossed()) {
      return "the run stops and needs a person";
    }
    if (dropping()) {
      return "it stays, and I ask again" + inDays();
    }
    return frozen() ? tenant + " is unfrozen unchanged" : tenant + " stays as it is";
  }

  /** A kept database that was not dropped is asked about again, by the schedule that asked now. */
  String again() {
    return dropping() ? " It stays, and I ask again" + inDays() + "." : "";
  }

  private String inDays() {
    return state.facts().spec().pinned().get("schedule.again") instanceof Value.Span(var again)
        ? " " + Texts.days(again) + " later"
        : "";
  }

  private boolean dropping() {
    return runbook.steps().stream().anyMatch(it -> DROPS.contains(it.action()));
  }

  boolean frozen() {
    return everFrozen() && steps("tenant.unfreeze").noneMatch(it -> history.isDone(it.id()));
  }

  Optional<History.Track> freeze() {
    return steps("tenant.freeze").flatMap(it -> history.of(it.id()).stream()).findFirst();
  }

  Optional<History.Track> unfreeze() {
    return steps("tenant.unfreeze")
        .filter(it -> history.isDone(it.id()))
        .flatMap(it -> history.of(it.id()).stream())
        .findFirst();
  }

  /** An output of the first done step of one of these actions. */
  Optional<Value> made(List<String> actions, List<String> outputs) {
    for (var step : runbook.steps()) {
      var values = state.facts().outputs().get(step.id());
      if (values == null || !actions.contains(step.action())) {
        continue;
      }
      for (var output : outputs) {
        var value = values.get(output);
        if (value != null) {
          return Optional.of(value);
        }
      }
    }
    return Optional.empty();
  }

  private boolean everFrozen() {
    return steps("tenant.freeze").anyMatch(it -> history.isDone(it.id()));
  }

  private Stream<Step> steps(String action) {
    return Stream.concat(runbook.steps().stream(), runbook.onAbort().stream())
        .filter(it -> it.action().equals(action));
  }
}
