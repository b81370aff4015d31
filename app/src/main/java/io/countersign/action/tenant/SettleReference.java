package io.countersign.action.tenant;

import io.countersign.action.Action;
import io.countersign.action.ActionType;
import io.countersign.action.Attempt;
import io.countersign.action.Finding;
import io.countersign.action.Intent;
import io.countersign.action.NoOutputs;
import io.countersign.action.Outcome;
import io.countersign.action.PlanText;
import io.countersign.action.Planned;
import io.countersign.action.Recovery;
import io.countersign.action.Visit;
import io.countersign.estate.Estate;
import io.countersign.runbook.Risk;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * Waits until no process of the product can still hold the tenant's old reference: whoever read it
 * before it changed has forgotten it, so all go to one database when the tenant is unfrozen. It
 * counts from its own beginning, which is after the change.
 */
public final class SettleReference implements Action<SettleReference.Inputs, NoOutputs> {
  public record Inputs() {}

  private static final ActionType<Inputs, NoOutputs> TYPE =
      new ActionType<>(
          "reference.settle",
          Inputs.class,
          NoOutputs.class,
          Risk.SAFE,
          Recovery.REPEAT,
          Set.of(),
          false,
          "wait until no process holds the old reference");

  private final Estate estate;

  public SettleReference(Estate estate) {
    this.estate = estate;
  }

  @Override
  public ActionType<Inputs, NoOutputs> type() {
    return TYPE;
  }

  @Override
  public PlanText plan(Planned inputs) {
    return new PlanText(
        "wait " + estate.metadataTtl().toSeconds() + " s for caches that hold the old reference",
        List.of("-- nothing is run: the estate's metadata-ttl passes"));
  }

  @Override
  public Intent intent(Visit<Inputs> visit) {
    return Intent.NONE;
  }

  @Override
  public Outcome<NoOutputs> act(Attempt<Inputs> attempt) {
    var visit = attempt.visit();
    var until = visit.startedAt().plus(estate.metadataTtl());
    if (visit.now().isBefore(until)) {
      var left = Duration.between(visit.now(), until).plusMillis(10);
      return new Outcome.Park<>(
          left,
          "",
          "waiting %d s for caches that still hold the old reference"
              .formatted(left.toSeconds() + 1));
    }
    return new Outcome.Done<>(
        new NoOutputs(), "nobody holds the old reference any more: its time in caches has passed");
  }

  @Override
  public Finding<NoOutputs> probe(Attempt<Inputs> attempt) {
    return new Finding.NotDone<>();
  }

  @Override
  public void clear(Attempt<Inputs> attempt) {
    // it only waits
  }
}
