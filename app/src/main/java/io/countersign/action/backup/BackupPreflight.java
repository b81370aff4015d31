package io.countersign.action.backup;

import io.countersign.Bytes;
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
import io.countersign.estate.ObjectStore;
import io.countersign.postgres.ClientPrograms;
import io.countersign.postgres.CopyCheck;
import io.countersign.postgres.Obstacles;
import io.countersign.postgres.Obstacles.Obstacle;
import io.countersign.postgres.ServerWork;
import io.countersign.postgres.Servers;
import io.countersign.postgres.TenantDatabases;
import io.countersign.runbook.Risk;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Finds everything that would stop a backup later, before a tenant is frozen for it. */
public final class BackupPreflight implements Action<BackupPreflight.In, BackupPreflight.Out> {
  private final Servers servers;
  private final Estate estate;
  private final ClientPrograms programs;
  private final ObjectStore store;

  public BackupPreflight(
      Servers servers, Estate estate, ClientPrograms programs, ObjectStore store) {
    this.servers = servers;
    this.estate = estate;
    this.programs = programs;
    this.store = store;
  }

  public record In(DatabaseRef database) {}

  /**
   * @param databaseSize bytes, without the queues' tables
   */
  public record Out(long databaseSize) {}

  @Override
  public ActionType<In, Out> type() {
    return new ActionType<>(
        "backup.preflight",
        In.class,
        Out.class,
        Risk.SAFE,
        Recovery.REPEAT,
        Set.of(),
        false,
        "check programs, rights and room");
  }

  @Override
  public PlanText plan(Planned inputs) {
    return new PlanText(
        "check that " + inputs.shown("database") + " can be dumped",
        List.of("SELECT … FROM pg_class -- tables that the bot cannot read, and their size"));
  }

  @Override
  public Intent intent(Visit<In> visit) {
    var database = visit.inputs().database();
    return new Intent(
        Map.of("database.oid", Long.toString(database.oid()), "database.name", database.name()));
  }

  @Override
  public Outcome<Out> act(Attempt<In> attempt) {
    var doing = "checking that " + attempt.visit().tenant() + " can be dumped";
    return ServerWork.outcome(doing, () -> checked(doing, attempt.visit()));
  }

  private Outcome<Out> checked(String doing, Visit<In> visit) throws ActionFailed, SQLException {
    var database = visit.inputs().database();
    var found = new ArrayList<Obstacle>();
    try (var outside =
        servers.open(database.server(), Servers.MAINTENANCE, visit.applicationName())) {
      TenantDatabases.pinned(outside, database);
      programs(TenantDatabases.server(outside).major(), found);
    }
    long size;
    try (var inside = servers.open(database.server(), database.name(), visit.applicationName())) {
      found.addAll(CopyCheck.unreadable(inside, estate.queueSchemas()));
      size = size(inside);
    }
    room(size, found);
    return found.isEmpty()
        ? new Outcome.Done<>(
            new Out(size), "can be dumped, " + Bytes.shown(size) + " without the queues")
        : new Outcome.Failed<>(Obstacles.problem(doing, found));
  }

  private void programs(int major, List<Obstacle> found) {
    for (var program : List.of("pg_dump", "pg_restore")) {
      try {
        programs.find(program, major);
      } catch (ActionFailed absent) {
        found.add(
            new Obstacle(
                "the bot's host lacks " + program, "apt-get install postgresql-client-" + major));
      }
    }
  }

  private long size(Connection inside) throws SQLException {
    try (var query =
        inside.prepareStatement(
            """
            SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)
              FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE c.relkind IN ('r', 'm') AND n.nspname !~ '^pg_' AND n.nspname <> ALL (?)
            """)) {
      query.setArray(1, inside.createArrayOf("text", estate.queueSchemas().toArray()));
      try (var row = query.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    }
  }

  /**
   * A dump is smaller than its database, so this much is enough; twice where it lies on scratch.
   */
  private void room(long size, List<Obstacle> found) throws ActionFailed {
    var free = Dumps.stored(store::free);
    if (free.isPresent() && free.getAsLong() < size) {
      found.add(
          new Obstacle(
              "the backups' disk has " + Bytes.shown(free.getAsLong()) + " left",
              "make room for " + Bytes.shown(size)));
    }
    try (var scratch = programs.scratch("cs/look")) {
      if (scratch.free() < size) {
        found.add(
            new Obstacle(
                "the scratch disk has " + Bytes.shown(scratch.free()) + " left",
                "make room for " + Bytes.shown(size)));
      }
    }
  }

  @Override
  public Finding<Out> probe(Attempt<In> attempt) {
    return new Finding.NotDone<>();
  }

  @Override
  public void clear(Attempt<In> attempt) {
    // it only looks
  }
}
