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
import io.countersign.estate.OwnSecrets;
import io.countersign.estate.Registry;
import io.countersign.estate.SecretName;
import io.countersign.postgres.Servers;
import io.countersign.postgres.WriteCounters;
import io.countersign.runbook.Risk;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The way back from a flip: the tenant's row in the registry names the kept database and its secret
 * again, and what was live is kept in its place, closed. The kept database still has the read-only
 * preset of the freeze that preceded the flip; unfreezing takes it away.
 */
public final class ReferenceFlipBack implements Action<ReferenceFlipBack.In, Flipped> {
  private final Flipping flipping;

  /**
   * @param versions tells which version of a secret is current
   * @param between told each point between two statements; tests die there
   */
  public ReferenceFlipBack(
      Servers servers,
      Estate estate,
      Registry registry,
      OwnSecrets versions,
      Consumer<String> between) {
    this.flipping = new Flipping(servers, estate, registry, versions, between);
  }

  /**
   * @param live the tenant's database, by the OID it had when the run was planned
   * @param kept the one that the last flip kept, closed since
   * @param secret the one that led to it, as the flip recorded it
   * @param secretVersion the version that was current then
   * @param writesAtFreeze the live database's write counter when it was settled
   * @param statisticsSince which series of counters that was
   * @param writesByTable the counter by table, as {@code tenant.settle} read it
   */
  public record In(
      DatabaseRef live,
      DatabaseRef kept,
      SecretName secret,
      String secretVersion,
      long writesAtFreeze,
      String statisticsSince,
      @Nullable String writesByTable) {
    private Flipping.Wanted wanted() {
      return new Flipping.Wanted(
          live,
          kept,
          "back",
          secret,
          WriteCounters.Reading.of(
              writesAtFreeze, statisticsSince, writesByTable == null ? "" : writesByTable),
          Map.of("back.secret-recorded", secretVersion));
    }
  }

  @Override
  public ActionType<In, Flipped> type() {
    return new ActionType<>(
        "reference.flip-back",
        In.class,
        Flipped.class,
        Risk.DESTRUCTIVE,
        Recovery.PROBE,
        Set.of(),
        false,
        "lead the tenant's reference back to the kept database");
  }

  @Override
  public PlanText plan(Planned inputs) {
    return new PlanText(
        "lead the tenant from "
            + inputs.shown("live")
            + " back to "
            + inputs.shown("kept")
            + " by one change of its row in the registry; what was live is closed first, and kept",
        flipping.statements(inputs, "kept"));
  }

  @Override
  public Intent intent(Visit<In> visit) throws ActionFailed {
    return flipping.intent(visit, visit.inputs().wanted());
  }

  @Override
  public Outcome<Flipped> act(Attempt<In> attempt) {
    return flipping.act(attempt, attempt.inputs().wanted());
  }

  @Override
  public Finding<Flipped> probe(Attempt<In> attempt) {
    return flipping.probe(attempt, attempt.inputs().wanted());
  }

  @Override
  public void clear(Attempt<In> attempt) {
    flipping.clear(attempt, attempt.inputs().wanted());
  }
}
