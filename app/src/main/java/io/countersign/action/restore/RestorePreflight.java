package io.countersign.action.restore;

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
import io.countersign.estate.ServerRestorer;
import io.countersign.estate.TenantRef;
import io.countersign.postgres.Cron;
import io.countersign.postgres.MadeNames;
import io.countersign.postgres.Obstacles;
import io.countersign.postgres.Obstacles.Obstacle;
import io.countersign.postgres.Pools;
import io.countersign.postgres.Replicas;
import io.countersign.postgres.ServerWork;
import io.countersign.postgres.Servers;
import io.countersign.postgres.TenantDatabases;
import io.countersign.postgres.TenantDatabases.Found;
import io.countersign.runbook.ContextFields;
import io.countersign.runbook.Risk;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds everything that would stop a restore with swap later, before a tenant is frozen for it, and
 * names it all at once with the remedies.
 */
public final class RestorePreflight
    implements Action<RestorePreflight.Inputs, RestorePreflight.Outputs> {
  /**
   * @param database the live one
   * @param to the moment to restore to
   * @param strategy {@code flip-the-ref} needs more of the estate than a swap
   */
  public record Inputs(DatabaseRef database, Instant to, @Nullable String strategy) {
    private boolean flips() {
      return ContextFields.FLIP.equals(strategy);
    }
  }

  /**
   * @param databaseSize bytes, as pg_database_size() counts
   */
  public record Outputs(long databaseSize) {}

  /** Says which client programs are missing for a server of this major version. */
  @FunctionalInterface
  public interface ProgramCheck {
    /** Names of missing programs; empty where all are there. */
    List<String> missing(int serverMajor);
  }

  private static final ActionType<Inputs, Outputs> TYPE =
      new ActionType<>(
          "restore.preflight",
          Inputs.class,
          Outputs.class,
          Risk.SAFE,
          Recovery.REPEAT,
          Set.of(),
          false,
          "check servers, rights and obstacles");

  private static final int LONGEST_NAME = 63;

  private final Servers servers;
  private final Estate estate;
  private final ServerRestorer restorer;
  private final ProgramCheck programs;
  private final FlipCheck flips;

  /** Says what would stop a flip of the reference. */
  @FunctionalInterface
  public interface FlipCheck {
    /** Clauses with remedies; empty where nothing would. */
    List<Obstacle> obstacles(TenantRef tenant);
  }

  /**
   * @param flips asked where the strategy is flip-the-ref
   */
  public RestorePreflight(
      Servers servers,
      Estate estate,
      ServerRestorer restorer,
      ProgramCheck programs,
      FlipCheck flips) {
    this.servers = servers;
    this.estate = estate;
    this.restorer = restorer;
    this.programs = programs;
    this.flips = flips;
  }

  @Override
  public ActionType<Inputs, Outputs> type() {
    return TYPE;
  }

  @Override
  public PlanText plan(Planned inputs) {
    return new PlanText(
        "check that " + inputs.shown("database") + " can be restored to " + inputs.shown("to"),
        List.of("SELECT … FROM pg_database, pg_roles, pg_prepared_xacts, pg_replication_slots, …"));
  }

  @Override
  public Intent intent(Visit<Inputs> visit) {
    return new Intent(
        Map.of(
            "database.name", visit.inputs().database().name(),
            "database.oid", Long.toString(visit.inputs().database().oid()),
            "target", visit.inputs().to().toString()));
  }

  @Override
  public Outcome<Outputs> act(Attempt<Inputs> attempt) {
    var visit = attempt.visit();
    return ServerWork.outcome(doing(visit), () -> check(visit));
  }

  private Outcome<Outputs> check(Visit<Inputs> visit) throws SQLException, ActionFailed {
    var wanted = visit.inputs().database();
    var found = new ArrayList<Obstacle>();
    long size;
    List<String> notes;
    try (var outside =
        servers.open(wanted.server(), Servers.MAINTENANCE, visit.applicationName())) {
      var database = TenantDatabases.pinned(outside, wanted);
      size = size(outside, database);
      found.addAll(server(outside));
      found.addAll(Obstacles.outside(outside, database));
      notes =
          new Replicas(servers, estate, wanted.server()).notes(outside, visit.applicationName());
    }
    try (var inside = servers.open(wanted.server(), wanted.name(), visit.applicationName())) {
      found.addAll(Obstacles.inside(inside));
    }
    found.addAll(new Cron(servers).obstacles(wanted, visit.applicationName()));
    found.addAll(new Pools(servers, estate, wanted.server()).obstacles(List.of(wanted.name())));
    found.addAll(window(visit));
    found.addAll(names(visit));
    if (visit.inputs().flips()) {
      found.addAll(flips.obstacles(visit.tenant()));
    }
    return found.isEmpty()
        ? new Outcome.Done<>(new Outputs(size), said(wanted.name(), notes))
        : new Outcome.Failed<>(Obstacles.problem(doing(visit), found));
  }

  private List<Obstacle> server(Connection outside) throws SQLException {
    var facts = TenantDatabases.server(outside);
    var found = new ArrayList<Obstacle>();
    if (facts.inRecovery()) {
      found.add(new Obstacle("the server is a standby", "point the registry's row at the primary"));
    }
    var missing = programs.missing(facts.major());
    if (!missing.isEmpty()) {
      found.add(
          new Obstacle(
              "the bot's host lacks " + String.join(", ", missing),
              "apt-get install postgresql-client-" + facts.major()));
    }
    return found;
  }

  private static String said(String database, List<String> notes) {
    var said = database + " can be restored";
    return notes.isEmpty() ? said : said + "; note: " + String.join("; ", notes);
  }

  private List<Obstacle> window(Visit<Inputs> visit) {
    try {
      var window = restorer.window(visit.inputs().database().server());
      var to = visit.inputs().to();
      return window.contains(to)
          ? List.of()
          : List.of(
              new Obstacle(
                  to + " is outside the server's retention window",
                  "ask for a moment from " + window.earliest() + " to " + window.latest()));
    } catch (ServerRestorer.RestorerUnavailable unavailable) {
      var problem = unavailable.problem();
      return List.of(
          new Obstacle(problem.doing() + ": " + bare(problem.happened()), bare(problem.next())));
    }
  }

  private static List<Obstacle> names(Visit<Inputs> visit) {
    var database = MadeNames.base(visit.inputs().database().name());
    var names =
        List.of(
            database + "_restore_" + visit.stamp() + "_a9",
            database + "_pre_pitr_" + visit.stamp());
    return names.stream()
        .filter(it -> it.getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME)
        .map(
            it ->
                new Obstacle(
                    "the name " + it + " is longer than " + LONGEST_NAME + " bytes",
                    "give the tenant's database a shorter name"))
        .toList();
  }

  private static long size(Connection outside, Found database) throws SQLException {
    try (var statement = outside.prepareStatement("SELECT pg_database_size(?::text::oid)")) {
      statement.setString(1, Long.toString(database.oid()));
      try (var rows = statement.executeQuery()) {
        rows.next();
        return rows.getLong(1);
      }
    }
  }

  private static String bare(String sentence) {
    return sentence.endsWith(".") ? sentence.substring(0, sentence.length() - 1) : sentence;
  }

  private static String doing(Visit<Inputs> visit) {
    return "checking that " + visit.tenant() + " can be restored to " + visit.inputs().to();
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
