package io.countersign.action.restore;

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
import io.countersign.estate.ServerRef;
import io.countersign.estate.ServerRestorer;
import io.countersign.runbook.Risk;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Chooses the moment that a rehearsal restores to, so that a schedule can ask for one without
 * anybody who types a time. Whether it lies in the server's window is the preflight's to say.
 */
public final class RestoreMoment implements Action<RestoreMoment.In, RestoreMoment.Out> {
  private final ServerRestorer restorer;

  public RestoreMoment(ServerRestorer restorer) {
    this.restorer = restorer;
  }

  /**
   * @param ago how far back, counted from the newest moment that the server can be restored to.
   *     That is by its own clock, as the restore will be
   */
  public record In(ServerRef server, Duration ago) {}

  /**
   * @param to a whole second
   */
  public record Out(Instant to) {}

  @Override
  public ActionType<In, Out> type() {
    return new ActionType<>(
        "restore.moment",
        In.class,
        Out.class,
        Risk.SAFE,
        Recovery.REPEAT,
        Set.of("to"),
        false,
        "choose the moment");
  }

  @Override
  public PlanText plan(Planned inputs) {
    return new PlanText(
        "take the moment "
            + inputs.shown("ago")
            + " before the newest one that "
            + inputs.shown("server")
            + " can be restored to when this step begins",
        List.of());
  }

  @Override
  public Intent intent(Visit<In> visit) {
    return new Intent(Map.of("ago", visit.inputs().ago().toString()));
  }

  @Override
  public Outcome<Out> act(Attempt<In> attempt) {
    var in = attempt.visit().inputs();
    try {
      var newest = restorer.window(in.server()).latest();
      var to = newest.minus(in.ago()).truncatedTo(ChronoUnit.SECONDS);
      return new Outcome.Done<>(new Out(to), "the moment is " + to);
    } catch (ServerRestorer.RestorerUnavailable unavailable) {
      return new Outcome.Failed<>(unavailable.problem());
    }
  }

  @Override
  public Finding<Out> probe(Attempt<In> attempt) {
    return new Finding.NotDone<>();
  }

  @Override
  public void clear(Attempt<In> attempt) {
    // nothing was made
  }
}
