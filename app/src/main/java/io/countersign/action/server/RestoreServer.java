package io.countersign.action.server;

import io.countersign.Problem;
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
import io.countersign.estate.ServerRestorer.RestorerUnavailable;
import io.countersign.postgres.ServerWork;
import io.countersign.postgres.Servers;
import io.countersign.postgres.TenantDatabases;
import io.countersign.runbook.Risk;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;

/** Makes a quarantined copy of a whole server that stands at a past moment. */
public final class RestoreServer implements Action<RestoreServer.Inputs, RestoreServer.Outputs> {
  /**
   * @param source the server copied; never touched
   * @param to the moment; commits at it are included
   */
  public record Inputs(ServerRef source, Instant to) {}

  /**
   * @param exactness what proves the moment, a sentence
   */
  public record Outputs(ServerRef server, String exactness) {}

  private static final ActionType<Inputs, Outputs> TYPE =
      new ActionType<>(
          "server.restore",
          Inputs.class,
          Outputs.class,
          Risk.OWNED,
          Recovery.PROBE,
          Set.of("exactness"),
          false,
          "make a copy of the server as of a past moment");

  private static final int LONGEST_NAME = 63;
  private static final Duration FIRST_LOOK = Duration.ofMillis(250);
  private static final Duration SLOWEST_LOOK = Duration.ofSeconds(30);

  /** Whatever a service asks for: a Retry-After of a day would be no answer. */
  private static final Duration LONGEST_LOOK = Duration.ofMinutes(15);

  /** Azure's slowest restores take 90 minutes; nothing that lasts four times as long will come. */
  private static final Duration LIMIT = Duration.ofHours(6);

  private static final Duration REMOVED_AGAIN = Duration.ofMinutes(1);

  /** Twice as long as Azure's slowest restores take. */
  private static final Duration REMOVED_WITHIN = Duration.ofHours(3);

  /** What will not pass by itself, such as a missing right. */
  private static final Duration REFUSED_WITHIN = Duration.ofMinutes(5);

  private final Servers servers;
  private final ServerRestorer restorer;

  public RestoreServer(Servers servers, ServerRestorer restorer) {
    this.servers = servers;
    this.restorer = restorer;
  }

  @Override
  public ActionType<Inputs, Outputs> type() {
    return TYPE;
  }

  @Override
  public PlanText plan(Planned inputs) {
    var source = inputs.shown("source");
    return new PlanText(
        "make a copy of " + source + " as of " + inputs.shown("to"),
        restorer.plan(source, inputs.shown("to")));
  }

  @Override
  public Intent intent(Visit<Inputs> visit) throws ActionFailed {
    var source = visit.inputs().source();
    var name = name(visit, source);
    return ServerWork.looking(
        "looking at " + source + " before copying it",
        () -> {
          try (var session = servers.open(source, Servers.MAINTENANCE, visit.applicationName())) {
            return new Intent(
                Map.of(
                    "copy.name", name,
                    "source.name", source.name(),
                    "source.system", TenantDatabases.server(session).systemIdentifier(),
                    "target", visit.inputs().to().toString()));
          }
        });
  }

  static String name(Visit<?> visit, ServerRef source) throws ActionFailed {
    // the run as well: two tenants of one server may be asked for in the same second
    var name =
        source.name() + "-pitr-" + visit.stamp() + "-" + visit.run() + "-a" + visit.attempt();
    if (name.length() > LONGEST_NAME) {
      throw new ActionFailed(
          new Problem(
              "naming the copy of " + source,
              name + " is longer than " + LONGEST_NAME + " characters.",
              "Give the server a shorter name in the registry."));
    }
    return name;
  }

  @Override
  public Outcome<Outputs> act(Attempt<Inputs> attempt) {
    var copy = copy(attempt);
    return ServerWork.outcome(
        "making " + copy.server(),
        () -> {
          attempt.stop().check();
          return switch (restorer.visit(copy, attempt.memo().orElse(""))) {
            case Progress.Absent() ->
                later(attempt, copy.source(), new Progress.Working("beginning"));
            case Progress.Working working -> later(attempt, copy.source(), working);
            case Progress.Ready(var exactness) ->
                new Outcome.Done<>(
                    new Outputs(copy.server(), exactness.statement()), exactness.statement());
            case Progress.Broken(var problem) -> new Outcome.Failed<>(problem);
          };
        });
  }

  static <I extends Record, O extends Record> Outcome<O> later(
      Attempt<I> attempt, ServerRef source, Progress.Working working) {
    var passed = passed(attempt);
    if (passed.compareTo(LIMIT) > 0) {
      return new Outcome.Failed<>(
          new Problem(
              "making a copy of " + source,
              "it was not ready after "
                  + LIMIT.toHours()
                  + " hours; last seen: "
                  + working.doing()
                  + ".",
              "Look at the server or the service, then retry."));
    }
    var pause = pause(passed);
    return new Outcome.Park<>(
        working.pause().compareTo(pause) > 0 ? shorter(working.pause(), LONGEST_LOOK) : pause,
        working.memo(),
        working.doing());
  }

  private static Duration passed(Attempt<?> attempt) {
    return Duration.between(attempt.visit().startedAt(), attempt.visit().now());
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  /**
   * An eighth of the time that has passed: looks often while a small server is copied in seconds,
   * every 30 s from the fourth minute on, and is never late by more than an eighth.
   */
  static Duration pause(Duration passed) {
    var eighth = passed.dividedBy(8);
    if (eighth.compareTo(FIRST_LOOK) < 0) {
      return FIRST_LOOK;
    }
    return eighth.compareTo(SLOWEST_LOOK) > 0 ? SLOWEST_LOOK : eighth;
  }

  private static Copy copy(Attempt<Inputs> attempt) {
    var source = attempt.inputs().source();
    return new Copy(
        source,
        new ServerRef(source.estate(), attempt.intent().fact("copy.name")),
        Instant.parse(attempt.intent().fact("target")),
        attempt.visit().run());
  }

  /**
   * A copy takes up to 90 minutes, and a bot that dies while it looks must not cost another 90: the
   * name is known, so whatever was begun is found again under it, and nothing is begun twice.
   */
  @Override
  public Finding<Outputs> probe(Attempt<Inputs> attempt) {
    return going(attempt);
  }

  /**
   * Nobody waits for a copy to go: the tenant is put back first. Azure does not remove a server
   * that it still makes, which takes as long as making it.
   */
  @Override
  public Clearing clearing(Attempt<Inputs> attempt) {
    return clearing(restorer, copy(attempt));
  }

  static Clearing clearing(ServerRestorer restorer, Copy copy) {
    try {
      restorer.remove(copy);
      return new Clearing.Done();
    } catch (RestorerUnavailable unavailable) {
      var problem = unavailable.problem();
      return new Clearing.Later(
          unavailable.passing() ? REMOVED_AGAIN : SLOWEST_LOOK,
          unavailable.passing() ? REMOVED_WITHIN : REFUSED_WITHIN,
          problem.happened(),
          problem);
    }
  }

  static <O extends Record> Finding<O> going(Attempt<?> attempt) {
    return passed(attempt).compareTo(LIMIT) > 0
        ? new Finding.NotDone<>()
        : new Finding.Going<>("going on with " + attempt.intent().fact("copy.name"));
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
