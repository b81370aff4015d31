package io.countersign.action.tenant;

import io.countersign.Problem;
import io.countersign.action.Action;
import io.countersign.action.ActionFailed;
import io.countersign.action.ActionType;
import io.countersign.action.Attempt;
import io.countersign.action.Finding;
import io.countersign.action.Intent;
import io.countersign.action.Outcome;
import io.countersign.action.PlanText;
import io.countersign.action.Planned;
import io.countersign.action.Recovery;
import io.countersign.action.Visit;
import io.countersign.estate.DatabaseRef;
import io.countersign.estate.Estate;
import io.countersign.postgres.Identifiers;
import io.countersign.postgres.PlannedSql;
import io.countersign.postgres.ServerWork;
import io.countersign.postgres.Servers;
import io.countersign.postgres.Sessions;
import io.countersign.postgres.TenantDatabases;
import io.countersign.postgres.WriteCounters;
import io.countersign.runbook.Risk;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Waits until the freeze has reached everybody: the registry's status is no longer cached anywhere,
 * and no session or transaction older than the freeze is left. Then takes the reading with which
 * the swap compares.
 */
public final class SettleTenant implements Action<SettleTenant.Inputs, SettleTenant.Outputs> {
  public record Inputs(DatabaseRef database, Instant frozenAt) {}

  /**
   * @param writes rows written to the database's tables so far
   * @param statisticsSince equal at the swap, or the number of writes between is unknown
   * @param byTable the same rows by table, a line each: which tables were written to after it
   */
  public record Outputs(long writes, String statisticsSince, String byTable) {}

  private static final ActionType<Inputs, Outputs> TYPE =
      new ActionType<>(
          "tenant.settle",
          Inputs.class,
          Outputs.class,
          Risk.SAFE,
          Recovery.REPEAT,
          Set.of(),
          false,
          "wait until the freeze has reached every process");

  private static final Duration POLL = Duration.ofSeconds(1);

  /** How long ended sessions may take to go; a stuck one is named. */
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final Estate estate;
  private final Servers servers;

  public SettleTenant(Estate estate, Servers servers) {
    this.estate = estate;
    this.servers = servers;
  }

  @Override
  public ActionType<Inputs, Outputs> type() {
    return TYPE;
  }

  @Override
  public PlanText plan(Planned inputs) {
    return new PlanText(
        "wait "
            + estate.statusTtl().toSeconds()
            + " s for caches, then until no older transaction is left",
        List.of(
            """
            SELECT pid FROM pg_stat_activity
             WHERE datid = %1$s AND (backend_start < %2$s OR xact_start < %2$s)\
            """
                .formatted(PlannedSql.oid(inputs, "database"), inputs.shown("frozen-at")),
            "SELECT gid FROM pg_prepared_xacts WHERE database = "
                + PlannedSql.name(inputs, "database")
                + " -- none may be there",
            """
            SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_all_tables
             WHERE schemaname NOT IN ('pg_catalog', 'information_schema'%s)\
            """
                .formatted(
                    estate.queueSchemas().stream()
                        .map(it -> ", " + Identifiers.literal(it))
                        .collect(Collectors.joining()))));
  }

  @Override
  public Intent intent(Visit<Inputs> visit) {
    return new Intent(Map.of("database.oid", Long.toString(visit.inputs().database().oid())));
  }

  @Override
  public Outcome<Outputs> act(Attempt<Inputs> attempt) {
    var visit = attempt.visit();
    return ServerWork.outcome(
        "waiting until " + visit.tenant() + " is quiet",
        () -> {
          try (var session = Tenants.maintenance(servers, visit.inputs().database(), visit)) {
            return settle(session, visit);
          }
        });
  }

  private Outcome<Outputs> settle(Connection session, Visit<Inputs> visit)
      throws SQLException, ActionFailed {
    var inputs = visit.inputs();
    var database = TenantDatabases.pinned(session, inputs.database());
    var now = TenantDatabases.server(session).now();
    var until = inputs.frozenAt().plus(estate.statusTtl());
    if (now.isBefore(until)) {
      var left = Duration.between(now, until).plusMillis(10);
      return new Outcome.Park<>(
          left,
          "",
          "waiting %d s for caches that still hold the old status".formatted(left.toSeconds() + 1));
    }
    var old = Sessions.olderThan(session, database.oid(), inputs.frozenAt());
    if (!old.isEmpty() && now.isAfter(until.plus(PATIENCE))) {
      return new Outcome.Failed<>(stuck(visit, old));
    }
    if (!old.isEmpty()) {
      return new Outcome.Park<>(POLL, "", "waiting for " + Sessions.shown(old));
    }
    requireNonePrepared(session, visit);
    return new Outcome.Done<>(measured(visit), "every open session began after the freeze");
  }

  private Outputs measured(Visit<Inputs> visit) throws SQLException, ActionFailed {
    var database = visit.inputs().database();
    try (var inside = servers.open(database.server(), database.name(), visit.applicationName())) {
      var reading = WriteCounters.read(inside, estate.queueSchemas());
      return new Outputs(reading.writes(), reading.since(), reading.tables());
    }
  }

  /** A prepared transaction belongs to no session and may still commit its rows. */
  private static void requireNonePrepared(Connection session, Visit<Inputs> visit)
      throws SQLException, ActionFailed {
    var sql = "SELECT gid FROM pg_prepared_xacts WHERE database = ? ORDER BY prepared LIMIT 1";
    try (var statement = session.prepareStatement(sql)) {
      statement.setString(1, visit.inputs().database().name());
      try (var rows = statement.executeQuery()) {
        if (rows.next()) {
          throw new ActionFailed(
              new Problem(
                  "waiting until " + visit.tenant() + " is quiet",
                  "the prepared transaction " + rows.getString(1) + " is open.",
                  "COMMIT PREPARED or ROLLBACK PREPARED it, then retry."));
        }
      }
    }
  }

  private static Problem stuck(Visit<Inputs> visit, List<Sessions.Session> old) {
    return new Problem(
        "waiting until " + visit.tenant() + " is quiet",
        Sessions.shown(old) + " are older than the freeze and have not ended.",
        "End them by hand, then retry.");
  }

  @Override
  public Finding<Outputs> probe(Attempt<Inputs> attempt) {
    return new Finding.NotDone<>();
  }

  @Override
  public void clear(Attempt<Inputs> attempt) {
    // it only looks
  }
}
