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
import io.countersign.postgres.Databases;
import io.countersign.postgres.InspectionWindow;
import io.countersign.postgres.Numbers;
import io.countersign.postgres.PlannedSql;
import io.countersign.postgres.Servers;
import io.countersign.postgres.TableHashes.Table;
import io.countersign.postgres.TenantDatabases;
import io.countersign.runbook.Risk;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * After a rollback and before the tenant is unfrozen: moves the sequences of the database that is
 * live again behind the numbers that were given while it was kept. A sequence only ever goes on, no
 * row is touched, and what cannot be moved is named rather than holding the tenant frozen.
 */
public final class KeepAhead implements Action<KeepAhead.In, KeepAhead.Out> {
  private final Servers servers;
  private final Policies.Sequences policy;
  private final InspectionWindow window;

  public KeepAhead(Servers servers, Estate estate) {
    this.servers = servers;
    this.policy = estate.policies().sequences();
    this.window = new InspectionWindow(servers);
  }

  /**
   * @param live which is live again
   * @param kept which was live until now, closed
   */
  public record In(DatabaseRef live, DatabaseRef kept) {}

  /**
   * @param policy the estate's
   * @param raised how many sequences were moved
   */
  public record Out(String policy, long raised) {}

  @Override
  public ActionType<In, Out> type() {
    return new ActionType<>(
        "database.keep-ahead",
        In.class,
        Out.class,
        Risk.SAFE,
        Recovery.REPEAT,
        Set.of(),
        false,
        "keep numbers from being given twice after a rollback");
  }

  @Override
  public PlanText plan(Planned inputs) {
    var live = inputs.shown("live");
    var kept = inputs.shown("kept");
    if (policy == Policies.Sequences.AS_RESTORED) {
      return new PlanText(
          "leave the sequences of " + live + " as they are (sequences: as-restored)",
          List.of("nothing is changed: numbers given meanwhile are given again"));
    }
    var statements =
        new ArrayList<>(
            InspectionWindow.planned(
                PlannedSql.name(inputs, "kept"), PlannedSql.oid(inputs, "kept")));
    statements.add("SELECT pg_sequence_last_value(<each sequence>) -- in both databases");
    statements.addAll(PlannedSql.emptied(inputs, "kept"));
    statements.add(
        "SELECT setval(<each that was given on>, <its last value in "
            + kept
            + ">, true) -- in "
            + live);
    return new PlanText(
        "put the sequences of "
            + live
            + " behind no number that "
            + kept
            + " has given (sequences: keep-ahead)",
        statements);
  }

  @Override
  public Intent intent(Visit<In> visit) throws ActionFailed {
    var in = visit.inputs();
    return new Intent(
        Map.of(
            "server", servers.identity(in.live().server()),
            "live.oid", Long.toString(in.live().oid()),
            "live.name", in.live().name(),
            "kept.oid", Long.toString(in.kept().oid()),
            "kept.name", in.kept().name(),
            "policy", policy.word()));
  }

  @Override
  public Outcome<Out> act(Attempt<In> attempt) {
    var in = attempt.inputs();
    var doing = "looking after the sequences of " + in.live().name();
    return switch (policy) {
      case AS_RESTORED ->
          new Outcome.Done<>(
              new Out(policy.word(), 0), "left as they are: numbers given meanwhile come again");
      case KEEP_AHEAD ->
          Guarded.outcome(
              attempt.stop(),
              doing,
              () -> {
                var given = window.look(attempt, doing, in.kept(), Numbers::read);
                return raised(attempt, given);
              });
    };
  }

  private Outcome<Out> raised(Attempt<In> attempt, Map<Table, Numbers.Sequence> given)
      throws ActionFailed, SQLException {
    var live = attempt.inputs().live();
    try (var inside =
        Databases.endingWith(
            attempt.stop(),
            servers.open(live.server(), live.name(), attempt.visit().applicationName()))) {
      TenantDatabases.pinned(inside, live);
      // the preset of the freeze holds for everybody else
      Databases.execute(inside, "SET default_transaction_read_only = off");
      attempt.fence();
      var own = Numbers.read(inside);
      var left = incomparable(own, given);
      long raised = 0;
      for (var name : new TreeSet<>(Numbers.again(own, given).keySet())) {
        if (moved(inside, name, own, given)) {
          raised++;
        } else {
          left.add(name);
        }
      }
      return new Outcome.Done<>(new Out(policy.word(), raised), said(raised, left));
    }
  }

  private static boolean moved(
      Connection inside,
      Table name,
      Map<Table, Numbers.Sequence> own,
      Map<Table, Numbers.Sequence> given)
      throws SQLException {
    var to = Objects.requireNonNull(given.get(name)).last();
    var sequence = Objects.requireNonNull(own.get(name));
    if (to < sequence.min() || to > sequence.max()) {
      return false;
    }
    try {
      Numbers.setLast(inside, name, to);
      return true;
    } catch (SQLException refused) {
      // insufficient_privilege: somebody else's sequence
      if ("42501".equals(refused.getSQLState())) {
        return false;
      }
      throw refused;
    }
  }

  /** Those of both databases that cannot be compared. */
  private static Set<Table> incomparable(
      Map<Table, Numbers.Sequence> own, Map<Table, Numbers.Sequence> given) {
    var left = new TreeSet<Table>();
    own.forEach(
        (name, it) -> {
          var other = given.get(name);
          if (other != null && (!it.readable() || !other.readable() || it.step() != other.step())) {
            left.add(name);
          }
        });
    return left;
  }

  private static String said(long raised, Set<Table> left) {
    var moved =
        raised == 0
            ? "no number was given meanwhile"
            : raised
                + (raised == 1 ? " sequence goes" : " sequences go")
                + " on behind the numbers given meanwhile";
    return left.isEmpty()
        ? moved
        : moved
            + "; left as they are, look at them: "
            + String.join(", ", left.stream().limit(5).map(Table::toString).toList())
            + (left.size() > 5 ? " and " + (left.size() - 5) + " more" : "");
  }

  @Override
  public Finding<Out> probe(Attempt<In> attempt) {
    throw new IllegalStateException("database.keep-ahead is repeated, never probed");
  }

  /** Ends the sessions of earlier attempts and closes the window that one may have left open. */
  @Override
  public void clear(Attempt<In> attempt) {
    window.clear(attempt, attempt.inputs().kept(), "ending earlier attempts of the sequences");
  }
}
