package io.countersign.action.server;

import io.countersign.Problem;
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
import io.countersign.estate.ServerRef;
import io.countersign.estate.ServerRestorer;
import io.countersign.estate.ServerRestorer.Copy;
import io.countersign.estate.ServerRestorer.Progress;
import io.countersign.estate.ServerRestorer.RestorerUnavailable;
import io.countersign.postgres.ServerWork;
import io.countersign.runbook.Risk;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Removes a server copy that this very run made; it holds every tenant, so it goes early. */
public final class DiscardServer implements Action<DiscardServer.Inputs, NoOutputs> {
  public record Inputs(ServerRef server) {}

  private static final ActionType<Inputs, NoOutputs> TYPE =
      new ActionType<>(
          "server.discard",
          Inputs.class,
          NoOutputs.class,
          Risk.OWNED,
          Recovery.REPEAT,
          Set.of(),
          false,
          "remove the copy of the server");

  private static final Duration LIMIT = Duration.ofHours(1);

  private final ServerRestorer restorer;

  public DiscardServer(ServerRestorer restorer) {
    this.restorer = restorer;
  }

  @Override
  public ActionType<Inputs, NoOutputs> type() {
    return TYPE;
  }

  @Override
  public PlanText plan(Planned inputs) {
    var server = inputs.shown("server");
    return new PlanText(
        "remove the server copy " + server,
        List.of("stop and delete " + server + ", made by this run"));
  }

  @Override
  public Intent intent(Visit<Inputs> visit) {
    return new Intent(Map.of("copy.name", visit.inputs().server().name()));
  }

  @Override
  public Outcome<NoOutputs> act(Attempt<Inputs> attempt) {
    var copy = copy(attempt.visit());
    return ServerWork.outcome(
        "removing " + copy.server(),
        () -> {
          attempt.fence();
          try {
            restorer.remove(copy);
          } catch (RestorerUnavailable busy) {
            if (!busy.passing() || !patient(attempt)) {
              throw busy;
            }
            return new Outcome.Park<>(
                RestoreServer.pause(passed(attempt)), "", busy.problem().happened());
          }
          return switch (restorer.look(copy)) {
            case Progress.Absent() ->
                new Outcome.Done<>(new NoOutputs(), copy.server() + " is removed");
            case Progress.Working _, Progress.Ready _ when patient(attempt) ->
                new Outcome.Park<>(
                    RestoreServer.pause(passed(attempt)), "", copy.server() + " is being removed");
            case Progress.Working _, Progress.Ready _, Progress.Broken _ ->
                new Outcome.Failed<>(
                    new Problem(
                        "removing " + copy.server(),
                        "it still exists: this run did not make it, or it cannot be removed.",
                        "Look which run made it, and remove it by that run or by hand."));
          };
        });
  }

  /** A service takes minutes to remove a server; asked again, it goes on with it. */
  private static boolean patient(Attempt<Inputs> attempt) {
    return passed(attempt).compareTo(LIMIT) < 0;
  }

  private static Duration passed(Attempt<Inputs> attempt) {
    return Duration.between(attempt.visit().startedAt(), attempt.visit().now());
  }

  /** Run and name decide what is removed; where the copy came from plays no part. */
  private static Copy copy(Visit<Inputs> visit) {
    var server = visit.inputs().server();
    return new Copy(server, server, visit.requestedAt(), visit.run());
  }

  @Override
  public Finding<NoOutputs> probe(Attempt<Inputs> attempt) {
    return new Finding.NotDone<>();
  }

  @Override
  public void clear(Attempt<Inputs> attempt) {
    // half a removal is completed, never taken back
  }
}
