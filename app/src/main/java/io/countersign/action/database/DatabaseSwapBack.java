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
import io.countersign.postgres.Servers;
import io.countersign.postgres.WriteCounters;
import io.countersign.runbook.Risk;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The way back from a swap: the kept database gets the live name again, and what was live is kept
 * in its place, in one transaction with the renames of the swap reversed. The kept database still
 * has the read-only preset of the freeze that preceded the swap; unfreezing takes it away.
 */
public final class DatabaseSwapBack implements Action<DatabaseSwapBack.In, DatabaseSwapBack.Out> {
  private final Swapping swapping;

  /**
   * @param between told each point between two statements; tests die there
   */
  public DatabaseSwapBack(Servers servers, Estate estate, Consumer<String> between) {
    this.swapping = new Swapping(servers, estate, between);
  }

  /**
   * @param live the tenant's database, by the OID it had when the run was planned
   * @param kept the one that an earlier swap kept, closed since
   * @param keepAs a word for the new name of the one that is live now
   * @param writesAtFreeze the live database's write counter when it was settled
   * @param statisticsSince which series of counters that was
   * @param writesByTable the counter by table, as {@code tenant.settle} read it
   */
  public record In(
      DatabaseRef live,
      DatabaseRef kept,
      String keepAs,
      long writesAtFreeze,
      String statisticsSince,
      @Nullable String writesByTable) {
    private Swapping.Wanted wanted() {
      return new Swapping.Wanted(
          live,
          kept,
          "back",
          keepAs,
          WriteCounters.Reading.of(
              writesAtFreeze, statisticsSince, writesByTable == null ? "" : writesByTable),
          Map.of());
    }
  }

  /**
   * @param live the once kept database, under the live name
   * @param kept what was live until now, under its new name, closed
   * @param blackout how long nobody could connect; zero where it was only seen afterwards that the
   *     swap had been done
   */
  public record Out(DatabaseRef live, DatabaseRef kept, Duration blackout) {
    private static Out of(Swapping.Done done) {
      return new Out(done.live(), done.kept(), done.blackout());
    }
  }

  @Override
  public ActionType<In, Out> type() {
    return new ActionType<>(
        "database.swap-back",
        In.class,
        Out.class,
        Risk.DESTRUCTIVE,
        Recovery.PROBE,
        Set.of(),
        false,
        "give the kept database the live name again");
  }

  @Override
  public PlanText plan(Planned inputs) {
    var live = inputs.shown("live");
    var kept = inputs.shown("kept");
    return new PlanText(
        "swap "
            + kept
            + " back for "
            + live
            + ", in one transaction; what was live is kept, closed",
        swapping.statements(inputs, "kept"));
  }

  @Override
  public Intent intent(Visit<In> visit) throws ActionFailed {
    return swapping.intent(visit, visit.inputs().wanted());
  }

  @Override
  public Outcome<Out> act(Attempt<In> attempt) {
    return swapping.act(attempt, attempt.inputs().wanted(), Out::of);
  }

  @Override
  public Finding<Out> probe(Attempt<In> attempt) {
    return swapping.probe(attempt, attempt.inputs().wanted(), Out::of);
  }

  @Override
  public void clear(Attempt<In> attempt) {
    swapping.clear(attempt, attempt.inputs().wanted());
  }
}
