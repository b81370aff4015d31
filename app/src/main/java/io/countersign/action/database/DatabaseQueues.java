package io.countersign.action.database;

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
import io.countersign.estate.Policies;
import io.countersign.estate.Registry;
import io.countersign.postgres.PlannedSql;
import io.countersign.postgres.QueueTables;
import io.countersign.postgres.Servers;
import io.countersign.postgres.StepSessions;
import io.countersign.runbook.Risk;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/**
 * Does with the copy's job queues what the estate wants, before anybody is asked about the copy: as
 * soon as it were live, its workers would begin. Only the copy is changed.
 */
public final class DatabaseQueues implements Action<DatabaseQueues.In, DatabaseQueues.Out> {
  private final Servers servers;
  private final Estate estate;
  private final Policies.Queues policy;
  private final OwnCopy copy;

  public DatabaseQueues(Servers servers, Registry registry, Estate estate) {
    this.servers = servers;
    this.estate = estate;
    this.policy = estate.policies().queues();
    this.copy = new OwnCopy(servers, registry);
  }

  /**
   * @param restored as {@code database.copy} made it
   */
  public record In(DatabaseRef restored, DatabaseRef live) {}

  /**
   * @param policy the estate's
   * @param content digest of what the copy's queue tables hold now
   * @param jobs rows that were removed or brought over
   */
  public record Out(String policy, String content, long jobs) {}

  @Override
  public ActionType<In, Out> type() {
    return new ActionType<>(
        "database.queues",
        In.class,
        Out.class,
        Risk.OWNED,
        Recovery.REPEAT,
        Set.of("policy", "content"),
        false,
        "keep jobs from running again");
  }

  @Override
  public PlanText plan(Planned inputs) {
    var restored = inputs.shown("restored");
    return switch (policy) {
      case DISCARD ->
          new PlanText(
              "remove the jobs from the queues of " + restored + " (queues: discard)",
              within(inputs, QueueTables.plannedDiscard(estate.queueSchemas())));
      case KEEP_LIVE ->
          new PlanText(
              "bring the queues' rows of "
                  + inputs.shown("live")
                  + " over to "
                  + restored
                  + " (queues: keep-live)",
              within(
                  inputs,
                  List.of(
                      "TRUNCATE ONLY <the tables of "
                          + String.join(", ", estate.queueSchemas())
                          + "> -- in the copy",
                      "COPY <each> TO STDOUT (FORMAT binary) -- in the live database, read-only",
                      "COPY <each> FROM STDIN (FORMAT binary) -- in the copy")));
      case AS_RESTORED ->
          new PlanText(
              "leave the queues of " + restored + " as they are restored (queues: as-restored)",
              List.of("nothing is changed: jobs that have run since the moment run again"));
    };
  }

  private static List<String> within(Planned inputs, List<String> statements) {
    var all = new ArrayList<String>();
    all.add("ALTER DATABASE " + PlannedSql.name(inputs, "restored") + " ALLOW_CONNECTIONS true");
    all.addAll(PlannedSql.emptied(inputs, "restored"));
    all.add("BEGIN");
    all.addAll(statements);
    all.add("COMMIT");
    return all;
  }

  @Override
  public Intent intent(Visit<In> visit) throws ActionFailed {
    var facts = new TreeMap<>(copy.identity(visit.inputs().restored()));
    facts.put("policy", policy.word());
    return new Intent(facts);
  }

  @Override
  public Outcome<Out> act(Attempt<In> attempt) {
    var doing = "looking after the queues of " + attempt.inputs().restored().name();
    return Guarded.outcome(
        attempt.stop(),
        doing,
        () -> {
          var out =
              copy.alone(
                  attempt,
                  doing,
                  attempt.inputs().restored(),
                  inside -> applied(attempt, doing, inside));
          return new Outcome.Done<>(out, said(out.jobs()));
        });
  }

  private Out applied(Attempt<In> attempt, String doing, Connection inside)
      throws ActionFailed, SQLException {
    var schemas = estate.queueSchemas();
    long jobs =
        switch (policy) {
          case DISCARD -> QueueTables.discard(inside, schemas);
          case KEEP_LIVE -> {
            var live = attempt.inputs().live();
            try (var source = copy.open(attempt, live, live.name())) {
              yield QueueTables.keepLive(doing, inside, source, schemas, attempt.stop());
            }
          }
          case AS_RESTORED -> 0;
        };
    var content = QueueTables.content(inside, schemas, attempt.stop());
    return new Out(policy.word(), content.hex(), jobs);
  }

  private String said(long jobs) {
    return switch (policy) {
      case DISCARD -> "removed " + jobs + " jobs from the copy: none of them runs again";
      case KEEP_LIVE -> "the copy has the live queues' rows, " + jobs + " in all";
      case AS_RESTORED -> "left as restored: what waited at that moment runs";
    };
  }

  @Override
  public Finding<Out> probe(Attempt<In> attempt) {
    throw new IllegalStateException("database.queues is repeated, never probed");
  }

  /** Ends the sessions of earlier attempts; what they did to the copy is done anew. */
  @Override
  public void clear(Attempt<In> attempt) {
    StepSessions.clear(
        servers,
        attempt,
        attempt.inputs().restored().server(),
        "ending earlier attempts of the queues");
  }
}
