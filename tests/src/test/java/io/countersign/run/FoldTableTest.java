package io.countersign.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.Problem;
import io.countersign.action.Intent;
import io.countersign.runbook.Gate;
import io.countersign.support.Golden;
import io.countersign.support.Samples;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * The compiler cannot see whether every pair of state and event is decided; this table can be read.
 */
class FoldTableTest {
  private static final Place FIRST = Place.FIRST;

  @Test
  void every_pair_of_state_and_event_is_decided_as_written_down() {
    var table = new StringBuilder();
    states()
        .forEach(
            (name, state) -> {
              for (var event : Samples.events()) {
                table.append(
                    "%-22s + %-16s -> %s%n".formatted(name, word(event), after(state, event)));
              }
            });
    Golden.check("fold.txt", table.toString());
  }

  @Test
  void commands_are_accepted_in_every_state_that_has_not_ended() {
    states()
        .forEach(
            (name, state) -> {
              for (var event : Samples.events()) {
                if (event instanceof RunEvent.Command && !(event instanceof RunEvent.Requested)) {
                  assertThat(after(state, event).equals("refused"))
                      .as(name + " + " + word(event))
                      .isEqualTo(state instanceof RunState.Ended);
                }
              }
            });
  }

  private static String after(RunState state, RunEvent event) {
    try {
      var next = Fold.after(state, event, Samples.NOON);
      return shown(next);
    } catch (IllegalEvent refused) {
      return "refused";
    }
  }

  private static String shown(RunState state) {
    var facts = state.facts();
    return state.getClass().getSimpleName()
        + " "
        + Fold.placeOf(state).section()
        + "["
        + Fold.placeOf(state).index()
        + "]"
        + facts.halt().map(it -> " halt=" + it.getClass().getSimpleName()).orElse("")
        + facts.crossedBy().map(it -> " crossed=" + it).orElse("")
        + facts.open().map(it -> " open=" + it.key()).orElse("")
        + facts.later().map(it -> " later=" + it.left().key()).orElse("")
        + (facts.skipped().isEmpty() ? "" : " skipped=" + facts.skipped());
  }

  private static Map<String, RunState> states() {
    var facts = Facts.of(Samples.spec(Samples.RUN, "runbook: sample"));
    var open =
        new Facts.OpenAttempt(
            FIRST, "one", 1, Intent.NONE, Optional.empty(), Optional.empty(), Samples.NOON);
    var destructive =
        new Facts.OpenAttempt(
            FIRST,
            "one",
            1,
            Intent.NONE,
            Optional.of(new Facts.Approval(Samples.GATE, Samples.NOON.plusSeconds(900))),
            Optional.empty(),
            Samples.NOON);
    var problem = new Problem("a", "b", "c");
    var states = new LinkedHashMap<String, RunState>();
    states.put("Asked", new RunState.Asked(facts));
    states.put("Ready", new RunState.Ready(facts, FIRST));
    states.put("Ready on-abort", new RunState.Ready(facts, Place.FIRST_ABORT));
    var left = facts.started(open, false);
    states.put("Ready, clearing", new RunState.Ready(left, Place.FIRST_ABORT));
    states.put(
        "Ready, put off",
        Fold.after(new RunState.Ready(left, Place.FIRST_ABORT), Samples.putOff(), Samples.NOON));
    states.put(
        "AtGate",
        new RunState.AtGate(
            facts, FIRST, Samples.GATE, Samples.NOON.plusSeconds(60), Gate.Expiry.ABORT));
    states.put(
        "Approved",
        new RunState.Approved(
            facts, FIRST, Samples.GATE, Samples.NOON.plusSeconds(60), java.util.Optional.empty()));
    states.put("Running", new RunState.Running(facts.started(open, false), FIRST, 1));
    states.put(
        "Running destructive", new RunState.Running(facts.started(destructive, true), FIRST, 1));
    states.put(
        "Running on-abort", new RunState.Running(facts.started(open, false), Place.FIRST_ABORT, 1));
    states.put("Parked", new RunState.Parked(facts.started(open, false), FIRST, 1, Samples.NOON));
    states.put(
        "InDoubt",
        new RunState.InDoubt(facts.started(destructive, true), FIRST, 1, "look", Samples.NOON));
    states.put("NeedsPerson", new RunState.NeedsPerson(facts, FIRST, problem));
    states.put("Ended", new RunState.Ended(facts, Ending.DONE));
    return states;
  }

  private static String word(RunEvent event) {
    return event.getClass().getSimpleName();
  }
}
