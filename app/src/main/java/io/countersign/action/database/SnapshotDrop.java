package io.countersign.action.database;

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
import io.countersign.estate.OwnSecrets;
import io.countersign.estate.Registry;
import io.countersign.estate.RunSecrets;
import io.countersign.estate.SecretName;
import io.countersign.estate.SecretStore.SecretUnavailable;
import io.countersign.postgres.Databases;
import io.countersign.postgres.Identifiers;
import io.countersign.postgres.PlannedSql;
import io.countersign.postgres.ServerErrors;
import io.countersign.postgres.Servers;
import io.countersign.postgres.SnapshotAccess;
import io.countersign.runbook.Risk;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Map;
import java.util.Set;

/**
 * Removes a snapshot for ever: its database by OID and recorded name; then the role that read it;
 * then its secret. What is gone already is passed over.
 */
public final class SnapshotDrop implements Action<SnapshotDrop.In, NoOutputs> {
  private final Removal<In> removal;

  public SnapshotDrop(Servers servers, Registry registry, OwnSecrets secrets) {
    this.removal = new Removal<>(servers, new WithItsReader(servers, registry, secrets));
  }

  /**
   * @param reader the role that reads it
   * @param secret the name of the one with its login
   */
  public record In(DatabaseRef database, String reader, String secret) {
    private Snapshot.Body body() {
      return new Snapshot.Body(database, reader, new SecretName(secret));
    }
  }

  @Override
  public ActionType<In, NoOutputs> type() {
    return new ActionType<>(
        "snapshot.drop",
        In.class,
        NoOutputs.class,
        Risk.DESTRUCTIVE,
        Recovery.PROBE,
        Set.of(),
        false,
        "remove a snapshot for ever");
  }

  @Override
  public PlanText plan(Planned inputs) {
    var statements = new ArrayList<>(PlannedSql.drop(inputs, "database"));
    statements.add("DROP ROLE " + inputs.shown("reader"));
    statements.add("in the secret store: remove " + inputs.shown("secret"));
    return new PlanText(
        "remove "
            + inputs.shown("database")
            + " for ever, its reader "
            + inputs.shown("reader")
            + " and its secret",
        statements);
  }

  @Override
  public Intent intent(Visit<In> visit) throws ActionFailed {
    return removal.intent(visit);
  }

  @Override
  public Outcome<NoOutputs> act(Attempt<In> attempt) {
    return removal.act(attempt);
  }

  @Override
  public Finding<NoOutputs> probe(Attempt<In> attempt) {
    return removal.probe(attempt);
  }

  @Override
  public void clear(Attempt<In> attempt) {
    removal.clear(attempt);
  }

  /** A snapshot's reader and secret go after it. */
  private static final class WithItsReader implements Removal.Doom<In> {
    private final Snapshot snapshot;
    private final OwnSecrets secrets;

    WithItsReader(Servers servers, Registry registry, OwnSecrets secrets) {
      this.snapshot = new Snapshot(servers, registry);
      this.secrets = secrets;
    }

    @Override
    public DatabaseRef database(In in) {
      return in.database();
    }

    @Override
    public String doing(In in) {
      return "removing " + in.database().name();
    }

    @Override
    public Map<String, String> mayGo(Visit<In> visit, Connection session)
        throws ActionFailed, SQLException {
      return snapshot.mayGo(session, visit.inputs().body());
    }

    @Override
    public String rest(Connection session, In in) {
      return in.database().name()
          + " (OID "
          + in.database().oid()
          + ") is removed"
          + role(session, in.reader())
          + secret(in.body().secret());
    }

    private static String role(Connection session, String reader) {
      try {
        if (SnapshotAccess.exists(session, reader)) {
          Databases.execute(session, "DROP ROLE " + Identifiers.quoted(reader));
        }
        return ", with the role " + reader;
      } catch (SQLException refused) {
        return "; drop the role " + reader + " yourself: " + ServerErrors.reduced(refused);
      }
    }

    private String secret(SecretName secret) {
      try {
        secrets.remove(secret, RunSecrets.owner(secret).orElseThrow());
        return " and its secret";
      } catch (SecretUnavailable unavailable) {
        return "; remove the secret " + secret + " yourself: " + unavailable.problem().happened();
      }
    }
  }
}
