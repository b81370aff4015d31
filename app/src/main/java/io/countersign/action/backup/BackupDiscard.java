package io.countersign.action.backup;

import io.countersign.Problem;
import io.countersign.action.Action;
import io.countersign.action.ActionFailed;
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
import io.countersign.estate.Backups;
import io.countersign.estate.ObjectStore;
import io.countersign.postgres.ServerWork;
import io.countersign.runbook.Risk;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** Takes back a dump that this very run made: one that is not whole is no backup. */
public final class BackupDiscard implements Action<BackupDiscard.In, NoOutputs> {
  private final ObjectStore store;
  private final Supplier<Backups> backups;

  /**
   * @param backups asked for when an attempt acts, not before
   */
  public BackupDiscard(ObjectStore store, Supplier<Backups> backups) {
    this.store = store;
    this.backups = backups;
  }

  /**
   * @param backup its id in the catalogue
   */
  public record In(String backup) {}

  @Override
  public ActionType<In, NoOutputs> type() {
    return new ActionType<>(
        "backup.discard",
        In.class,
        NoOutputs.class,
        Risk.OWNED,
        Recovery.REPEAT,
        Set.of(),
        false,
        "remove the dump that this run made");
  }

  @Override
  public PlanText plan(Planned inputs) {
    return new PlanText(
        "remove the dump that this run made",
        List.of("the file of " + inputs.shown("backup") + " is removed from the backup store"));
  }

  @Override
  public Intent intent(Visit<In> visit) {
    return new Intent(Map.of("backup", visit.inputs().backup()));
  }

  @Override
  public Outcome<NoOutputs> act(Attempt<In> attempt) {
    var visit = attempt.visit();
    return ServerWork.outcome(
        "removing the dump of " + visit.tenant(),
        () -> {
          var backup = backups.get().find(visit.inputs().backup());
          if (backup.isEmpty()) {
            return new Outcome.Done<>(new NoOutputs(), "the dump was gone already");
          }
          if (!backup.get().run().equals(visit.run())) {
            throw new ActionFailed(
                new Problem(
                    "removing the dump of " + visit.tenant(),
                    "run " + backup.get().run() + " made it, not this one.",
                    "It stays."));
          }
          attempt.fence();
          Dumps.stored(
              () -> {
                store.remove(backup.get().key());
                return backup;
              });
          backups.get().removed(backup.get().id(), visit.run());
          return new Outcome.Done<>(new NoOutputs(), "the dump is removed");
        });
  }

  @Override
  public Finding<NoOutputs> probe(Attempt<In> attempt) {
    return new Finding.NotDone<>();
  }

  @Override
  public void clear(Attempt<In> attempt) {
    // a new attempt finds what is left
  }
}
