package io.countersign.action.server;

import io.countersign.action.Action;
import io.countersign.action.ActionFailed;
import io.countersign.action.ActionType;
import io.countersign.action.Attempt;
import io.countersign.action.Clearing;
import io.countersign.action.Finding;
import io.countersign.action.Intent;
import io.countersign.action.Outcome;
import io.countersign.action.PlanText;
import io.countersign.action.Planned;
import io.countersign.action.Recovery;
import io.countersign.action.Visit;
import io.countersign.estate.ServerRef;
import io.countersign.estate.ServerRestorer;
import io.countersign.estate.ServerRestorer.Copy;
import io.countersign.estate.ServerRestorer.Progress;
import io.countersign.postgres.ServerWork;
import io.countersign.runbook.Risk;
import java.util.Map;
import java.util.Set;

/**
 * Makes a quarantined copy of a whole server from its geo-redundant backup: the server's own region
 * is down. It has the latest data and takes no moment, so a runbook that wants one cannot use it by
 * mistake. The source is not spoken to.
 */
public final class RestoreLatest implements Action<RestoreLatest.Inputs, RestoreServer.Outputs> {
  /**
   * @param source the server copied; never touched
   */
  public record Inputs(ServerRef source) {}

  private static final ActionType<Inputs, RestoreServer.Outputs> TYPE =
      new ActionType<>(
          "server.restore-latest",
          Inputs.class,
          RestoreServer.Outputs.class,
          Risk.OWNED,
          Recovery.PROBE,
          Set.of("exactness"),
          false,
          "make a copy of the server with the latest data");

  private final ServerRestorer restorer;

  public RestoreLatest(ServerRestorer restorer) {
    this.restorer = restorer;
  }

  @Override
  public ActionType<Inputs, RestoreServer.Outputs> type() {
    return TYPE;
  }

  @Override
  public PlanText plan(Planned inputs) {
    var source = inputs.shown("source");
    return new PlanText(
        "make a copy of " + source + " with the latest data of its geo-redundant backup",
        restorer.planLatest(source));
  }

  @Override
  public Intent intent(Visit<Inputs> visit) throws ActionFailed {
    var source = visit.inputs().source();
    return new Intent(
        Map.of(
            "copy.name", RestoreServer.name(visit, source),
            "source.name", source.name(),
            "target", "latest data"));
  }

  @Override
  public Outcome<RestoreServer.Outputs> act(Attempt<Inputs> attempt) {
    var copy = copy(attempt);
    return ServerWork.outcome(
        "making " + copy.server(),
        () -> {
          attempt.stop().check();
          return switch (restorer.visitLatest(copy, attempt.memo().orElse(""))) {
            case Progress.Absent() ->
                RestoreServer.later(attempt, copy.source(), new Progress.Working("beginning"));
            case Progress.Working working -> RestoreServer.later(attempt, copy.source(), working);
            case Progress.Ready(var exactness) ->
                new Outcome.Done<>(
                    new RestoreServer.Outputs(copy.server(), exactness.statement()),
                    exactness.statement());
            case Progress.Broken(var problem) -> new Outcome.Failed<>(problem);
          };
        });
  }

  private static Copy copy(Attempt<Inputs> attempt) {
    var source = attempt.inputs().source();
    return new Copy(
        source,
        new ServerRef(source.estate(), attempt.intent().fact("copy.name")),
        attempt.visit().requestedAt(),
        attempt.visit().run());
  }

  @Override
  public Finding<RestoreServer.Outputs> probe(Attempt<Inputs> attempt) {
    return RestoreServer.going(attempt);
  }

  @Override
  public Clearing clearing(Attempt<Inputs> attempt) {
    return RestoreServer.clearing(restorer, copy(attempt));
  }

  @Override
  public void clear(Attempt<Inputs> attempt) {
    var copy = copy(attempt);
    ServerWork.clearing(
        "removing " + copy.server(),
        () -> {
          restorer.remove(copy);
          return copy;
        });
  }
}
