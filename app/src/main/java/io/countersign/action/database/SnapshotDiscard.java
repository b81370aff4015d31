package io.countersign.action.database;

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
import io.countersign.estate.DatabaseRef;
import io.countersign.postgres.Databases;
import io.countersign.postgres.Identifiers;
import io.countersign.postgres.ReaderRole;
import io.countersign.postgres.ServerWork;
import io.countersign.postgres.Servers;
import io.countersign.postgres.SnapshotAccess;
import io.countersign.postgres.StepSessions;
import io.countersign.postgres.TenantDatabases;
import io.countersign.runbook.Risk;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Removes the role that this run made to read a snapshot, once the snapshot is gone. The server
 * refuses it where anything else hangs on the role.
 */
public final class SnapshotDiscard implements Action<SnapshotDiscard.In, NoOutputs> {
  private final Servers servers;

  public SnapshotDiscard(Servers servers) {
    this.servers = servers;
  }

  /**
   * @param database the copy that it was to read
   */
  public record In(DatabaseRef database) {}

  @Override
  public ActionType<In, NoOutputs> type() {
    return new ActionType<>(
        "snapshot.discard",
        In.class,
        NoOutputs.class,
        Risk.OWNED,
        Recovery.REPEAT,
        Set.of(),
        false,
        "remove the role that was to read the snapshot");
  }

  @Override
  public PlanText plan(Planned inputs) {
    return new PlanText(
        "remove the role that was to read " + inputs.shown("database") + ", if this run made it",
        List.of("DROP ROLE IF EXISTS cs_reader_<run>"));
  }

  @Override
  public Intent intent(Visit<In> visit) {
    return new Intent(Map.of("reader.role", ReaderRole.name(visit.run())));
  }

  @Override
  public Outcome<NoOutputs> act(Attempt<In> attempt) {
    var reader = attempt.intent().fact("reader.role");
    var doing = "removing the role " + reader;
    var database = attempt.inputs().database();
    return ServerWork.outcome(
        doing,
        () -> {
          try (var session =
              servers.open(
                  database.server(), Servers.MAINTENANCE, attempt.visit().applicationName())) {
            Databases.requirePrimary(session, database.server().name());
            if (TenantDatabases.byOid(session, database.oid()).isPresent()) {
              throw new ActionFailed(
                  new Problem(
                      doing,
                      "refused: the snapshot " + database.name() + " is still there.",
                      "It goes first. Check the runbook's on-abort."));
            }
            if (!SnapshotAccess.exists(session, reader)) {
              return new Outcome.Done<>(new NoOutputs(), "there is no role " + reader);
            }
            attempt.fence();
            Databases.execute(session, "DROP ROLE " + Identifiers.quoted(reader));
            return new Outcome.Done<>(new NoOutputs(), "the role " + reader + " is removed");
          }
        });
  }

  @Override
  public Finding<NoOutputs> probe(Attempt<In> attempt) {
    return new Finding.NotDone<>();
  }

  @Override
  public void clear(Attempt<In> attempt) {
    StepSessions.clear(
        servers, attempt, attempt.inputs().database().server(), "ending earlier attempts");
  }
}
