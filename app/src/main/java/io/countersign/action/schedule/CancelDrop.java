package io.countersign.action.schedule;

import io.countersign.action.Action;
import io.countersign.action.ActionType;
import io.countersign.action.Attempt;
import io.countersign.action.Finding;
import io.countersign.action.Intent;
import io.countersign.action.NoOutputs;
import io.countersign.action.Outcome;
import io.countersign.action.PlanText;
import io.countersign.action.Planned;
import io.countersign.action.Recovery;
import io.countersign.action.Visit;
import io.countersign.estate.DatabaseRef;
import io.countersign.run.Schedules;
import io.countersign.runbook.Risk;
import io.countersign.runbook.Value;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** Takes a database off the schedule of drops: it is live again. */
public final class CancelDrop implements Action<CancelDrop.In, NoOutputs> {
  private final Supplier<Schedules> schedules;

  /**
   * @param schedules asked for when an attempt acts, not before
   */
  public CancelDrop(Supplier<Schedules> schedules) {
    this.schedules = schedules;
  }

  /**
   * @param database by OID and server, whatever it is called now
   */
  public record In(DatabaseRef database) {}

  @Override
  public ActionType<In, NoOutputs> type() {
    return new ActionType<>(
        "drop.cancel",
        In.class,
        NoOutputs.class,
        Risk.SAFE,
        Recovery.REPEAT,
        Set.of(),
        false,
        "cancel the planned drop of a database");
  }

  @Override
  public PlanText plan(Planned inputs) {
    return new PlanText(
        "cancel the planned drop of " + inputs.shown("database"),
        List.of("the row in Countersign's schedule is closed"));
  }

  @Override
  public Intent intent(Visit<In> visit) {
    return new Intent(Map.of("database.oid", Long.toString(visit.inputs().database().oid())));
  }

  @Override
  public Outcome<NoOutputs> act(Attempt<In> attempt) {
    var visit = attempt.visit();
    var database = visit.inputs().database();
    int cancelled = 0;
    for (var pending : schedules.get().pending(visit.tenant())) {
      boolean same =
          pending.later().parameters().get("database") instanceof Value.OfDatabase(var of)
              && of.oid() == database.oid()
              && of.server().equals(database.server());
      if (same
          && schedules.get().cancel(pending.id(), "run " + visit.run() + " made it live again")) {
        cancelled++;
      }
    }
    return new Outcome.Done<>(
        new NoOutputs(),
        cancelled == 0 ? "no drop of it was planned" : "its planned drop is cancelled");
  }

  @Override
  public Finding<NoOutputs> probe(Attempt<In> attempt) {
    return new Finding.NotDone<>();
  }

  @Override
  public void clear(Attempt<In> attempt) {
    // what is cancelled stays so
  }
}
