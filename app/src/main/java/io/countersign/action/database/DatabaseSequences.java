package io.countersign.action.database;

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
import io.countersign.estate.Policies;
import io.countersign.estate.Registry;
import io.countersign.postgres.Numbers;
import io.countersign.postgres.PlannedSql;
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
 * Does with the copy's sequences what the estate wants, before anybody is asked about the copy: the
 * first row that is written after the swap takes a number. Only the copy is changed.
 */
public final class DatabaseSequences
    implements Action<DatabaseSequences.In, DatabaseSequences.Out> {
  private final Servers servers;
  private final Policies.Sequences policy;
  private final OwnCopy copy;

  public DatabaseSequences(Servers servers, Registry registry, Estate estate) {
    this.servers = servers;
    this.policy = estate.policies().sequences();
    this.copy = new OwnCopy(servers, registry);
  }

  /**
   * @param restored as {@code database.copy} made it
   */
  public record In(DatabaseRef restored, DatabaseRef live) {}

  /**
   * @param policy the estate's
   * @param content digest of where the copy's sequences stand now
   * @param raised how many were moved
   */
  public record Out(String policy, String content, long raised) {}

  @Override
  public ActionType<In, Out> type() {
    return new ActionType<>(
        "database.sequences",
        In.class,
        Out.class,
        Risk.OWNED,
        Recovery.REPEAT,
        Set.of("policy", "content"),
        false,
        "keep numbers from being given twice");
  }

  @Override
  public PlanText plan(Planned inputs) {
    var restored = inputs.shown("restored");
    if (policy == Policies.Sequences.AS_RESTORED) {
      return new PlanText(
          "leave the sequences of " + restored + " as they are restored (sequences: as-restored)",
          List.of("nothing is changed: numbers given since the moment are given again"));
    }
    var all = new ArrayList<String>();
    all.add("ALTER DATABASE " + PlannedSql.name(inputs, "restored") + " ALLOW_CONNECTIONS true");
    all.addAll(PlannedSql.emptied(inputs, "restored"));
    all.add(
        "SELECT pg_sequence_last_value(<each sequence>) -- in the live database and in the copy");
    all.add(
        "SELECT setval(<each that the live one is ahead of>, <its last value in "
            + inputs.shown("live")
            + ">, true) -- in the copy");
    return new PlanText(
        "put the sequences of "
            + restored
            + " behind no number that "
            + inputs.shown("live")
            + " has given (sequences: keep-ahead)",
        all);
  }

  @Override
  public Intent intent(Visit<In> visit) throws ActionFailed {
    var facts = new TreeMap<>(copy.identity(visit.inputs().restored()));
    facts.put("policy", policy.word());
    return new Intent(facts);
  }

  @Override
  public Outcome<Out> act(Attempt<In> attempt) {
    var doing = "looking after the sequences of " + attempt.inputs().restored().name();
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
          return new Outcome.Done<>(out, said(out.raised()));
        });
  }

  private Out applied(Attempt<In> attempt, String doing, Connection inside)
      throws ActionFailed, SQLException {
    var live = attempt.inputs().live();
    int raised = 0;
    if (policy == Policies.Sequences.KEEP_AHEAD) {
      try (var source = copy.open(attempt, live, live.name())) {
        raised = keptAhead(doing, inside, source);
      }
    }
    return new Out(policy.word(), Numbers.content(Numbers.read(inside)).hex(), raised);
  }

  private static int keptAhead(String doing, Connection inside, Connection live)
      throws ActionFailed, SQLException {
    var now = Numbers.read(live);
    var back = Numbers.read(inside);
    for (var entry : back.entrySet()) {
      var sequence = now.get(entry.getKey());
      if (sequence != null && !sequence.readable()) {
        throw refused(
            doing,
            "the bot may not read the sequence " + entry.getKey() + " of the live database.",
            "Give it to the tenant's owner (ALTER SEQUENCE ... OWNER TO), then retry.");
      }
      if (sequence != null && sequence.step() != entry.getValue().step()) {
        throw refused(
            doing,
            "the sequence " + entry.getKey() + " counts in other steps since the moment.",
            "Alter it in the live database as it was, or set `sequences: as-restored`.");
      }
    }
    var ahead = Numbers.again(back, now).keySet();
    for (var entry : now.entrySet()) {
      var own = back.get(entry.getKey());
      if (own == null || !ahead.contains(entry.getKey())) {
        continue;
      }
      var last = entry.getValue().last();
      if (last < own.min() || last > own.max()) {
        throw refused(
            doing,
            "the sequence " + entry.getKey() + " has gone past the end that it had at the moment.",
            "Take a later moment, or set `sequences: as-restored`.");
      }
      Numbers.setLast(inside, entry.getKey(), last);
    }
    return ahead.size();
  }

  private static ActionFailed refused(String doing, String why, String next) {
    return new ActionFailed(new Problem(doing, why, next));
  }

  private String said(long raised) {
    return switch (policy) {
      case KEEP_AHEAD ->
          raised == 0
              ? "no sequence of the live database is ahead of the copy's"
              : raised
                  + (raised == 1 ? " sequence goes" : " sequences go")
                  + " on where the live database's stand";
      case AS_RESTORED -> "left as restored: numbers given since are given again";
    };
  }

  @Override
  public Finding<Out> probe(Attempt<In> attempt) {
    throw new IllegalStateException("database.sequences is repeated, never probed");
  }

  /** Ends the sessions of earlier attempts; what they did to the copy is done anew. */
  @Override
  public void clear(Attempt<In> attempt) {
    StepSessions.clear(
        servers,
        attempt,
        attempt.inputs().restored().server(),
        "ending earlier attempts of the sequences");
  }
}
