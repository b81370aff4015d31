package io.countersign.action.schedule;

import io.countersign.action.Action;
import io.countersign.action.ActionType;
import io.countersign.action.Attempt;
import io.countersign.action.Finding;
import io.countersign.action.Intent;
import io.countersign.action.Outcome;
import io.countersign.action.PlanText;
import io.countersign.action.Planned;
import io.countersign.action.Recovery;
import io.countersign.action.Visit;
import io.countersign.run.Schedules;
import io.countersign.runbook.Risk;
import io.countersign.runbook.Value;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Writes down when a restore is rehearsed again, by a run of its own that plans the next one in its
 * turn. A tenant has one such row: a rehearsal asked for in between takes the place of the one that
 * was to come.
 */
public final class ScheduleDrill implements Action<ScheduleDrill.In, ScheduleDrill.Out> {
  private static final String REPLACED = "another rehearsal was planned meanwhile";

  private final Supplier<Schedules> schedules;

  /**
   * @param schedules asked for when an attempt acts, not before
   */
  public ScheduleDrill(Supplier<Schedules> schedules) {
    this.schedules = schedules;
  }

  /**
   * @param runbook which runbook rehearses; it has the parameters tenant, ago, freeze and again
   * @param after how long until then
   * @param again the next one's parameter of that name
   */
  public record In(String runbook, Duration after, Duration ago, boolean freeze, String again) {
    private Map<String, Value> parameters() {
      return Map.of(
          "ago", new Value.Span(ago),
          "freeze", new Value.Bool(freeze),
          "again", new Value.Choice(again));
    }
  }

  /**
   * @param due when the next one begins
   */
  public record Out(Instant due) {}

  @Override
  public ActionType<In, Out> type() {
    return new ActionType<>(
        "drill.schedule",
        In.class,
        Out.class,
        Risk.SAFE,
        Recovery.REPEAT,
        Set.of(),
        false,
        "plan the next rehearsal");
  }

  @Override
  public PlanText plan(Planned inputs) {
    return new PlanText(
        "rehearse again in " + days(inputs),
        List.of(
            "a row in Countersign's schedule: runbook "
                + inputs.shown("runbook")
                + " is started then; another one of this tenant's that waits is closed"));
  }

  private static String days(Planned inputs) {
    return inputs.known("after").orElse(null) instanceof Value.Span(var after)
        ? after.toDays() + " days"
        : inputs.shown("after");
  }

  @Override
  public Intent intent(Visit<In> visit) {
    return new Intent(Map.of("runbook", visit.inputs().runbook()));
  }

  @Override
  public Outcome<Out> act(Attempt<In> attempt) {
    var visit = attempt.visit();
    var in = visit.inputs();
    attempt.fence();
    var added =
        schedules
            .get()
            .add(
                new Schedules.Later(
                    visit.run(),
                    visit.step(),
                    in.runbook(),
                    visit.tenant(),
                    in.parameters(),
                    visit.requester(),
                    "planned by run " + visit.run(),
                    in.after()));
    schedules.get().pending(visit.tenant()).stream()
        .filter(it -> it.later().runbook().equals(in.runbook()))
        .filter(it -> !it.later().madeBy().equals(visit.run()))
        .forEach(it -> schedules.get().cancel(it.id(), REPLACED));
    return new Outcome.Done<>(
        new Out(added.due().truncatedTo(ChronoUnit.SECONDS)),
        "the next rehearsal begins in " + in.after().toDays() + " days");
  }

  @Override
  public Finding<Out> probe(Attempt<In> attempt) {
    return new Finding.NotDone<>();
  }

  /** The row is written once per run and step, so a new attempt finds it. */
  @Override
  public void clear(Attempt<In> attempt) {
    // nothing to take back
  }
}
