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
 * Leads the tenant to the restored database: its row in the registry comes to name that one and the
 * secret made for it. No database is renamed, and the secret that led to the old one stays as it
 * is. The old database is closed before the row changes, so no write reaches it afterwards.
 */
public final class ReferenceFlip implements Action<ReferenceFlip.In, Flipped> {
  private final Flipping flipping;

  /**
   * @param versions tells which version of a secret is current
   * @param between told each point between two statements; tests die there
   */
  public ReferenceFlip(
      Servers servers,
      Estate estate,
      Registry registry,
      OwnSecrets versions,
      Consumer<String> between) {
    this.flipping = new Flipping(servers, estate, registry, versions, between);
  }

  /**
   * @param live the tenant's database, by the OID it had when the run was planned
   * @param restored the database that the tenant is led to
   * @param secret the one made for it
   * @param contentHash what the restored database holds, as compared
   * @param writesAtFreeze the live database's write counter when it was settled
   * @param statisticsSince which series of counters that was
   * @param writesByTable the counter by table, as {@code tenant.settle} read it
   */
  public record In(
      DatabaseRef live,
      DatabaseRef restored,
      SecretName secret,
      String contentHash,
      long writesAtFreeze,
      String statisticsSince,
      @Nullable String writesByTable) {
    private Flipping.Wanted wanted() {
      return new Flipping.Wanted(
          live,
          restored,
          "restored",
          secret,
          WriteCounters.Reading.of(
              writesAtFreeze, statisticsSince, writesByTable == null ? "" : writesByTable),
          Map.of("content.hash", contentHash));
    }
  }

  @Override
  public ActionType<In, Flipped> type() {
    return new ActionType<>(
        "reference.flip",
        In.class,
        Flipped.class,
        Risk.DESTRUCTIVE,
        Recovery.PROBE,
        Set.of(),
        false,
        "lead the tenant's reference to the restored database");
  }

  @Override
  public PlanText plan(Planned inputs) {
    return new PlanText(
        "lead the tenant from "
            + inputs.shown("live")
            + " to "
            + inputs.shown("restored")
            + " by one change of its row in the registry; the old one is closed first, and kept",
        flipping.statements(inputs, "restored"));
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
