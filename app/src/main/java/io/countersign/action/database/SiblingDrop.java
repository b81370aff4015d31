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
import io.countersign.estate.Estate;
import io.countersign.estate.OwnSecrets;
import io.countersign.estate.Registry;
import io.countersign.estate.RunSecrets;
import io.countersign.estate.SecretName;
import io.countersign.estate.SecretStore.SecretUnavailable;
import io.countersign.postgres.PlannedSql;
import io.countersign.postgres.Servers;
import io.countersign.runbook.Risk;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Map;
import java.util.Set;

/**
 * Removes a sibling for ever: its row first, so that nobody is led to it any more; then its
 * database, by OID and recorded name; then its secret. Each part is looked at before, and what is
 * gone already is passed over.
 */
public final class SiblingDrop implements Action<SiblingDrop.In, NoOutputs> {
  private final Estate estate;
  private final Removal<In> removal;

  public SiblingDrop(Servers servers, Estate estate, Registry registry, OwnSecrets secrets) {
    this.estate = estate;
    this.removal = new Removal<>(servers, new WithItsRow(servers, registry, secrets));
  }

  /**
   * @param sibling its slug
   * @param secret the name of the one that leads to it
   */
  public record In(DatabaseRef database, String sibling, String secret) {
    private Sibling.Body body() {
      return new Sibling.Body(database, sibling, new SecretName(secret));
    }
  }

  @Override
  public ActionType<In, NoOutputs> type() {
    return new ActionType<>(
        "sibling.drop",
        In.class,
        NoOutputs.class,
        Risk.DESTRUCTIVE,
        Recovery.PROBE,
        Set.of(),
        false,
        "remove a restored sibling for ever");
  }

  @Override
  public PlanText plan(Planned inputs) {
    var statements = new ArrayList<String>();
    statements.add(
        estate.registry().queries().getOrDefault("withdraw", "registry withdraw").strip()
            + "\n-- in the registry, with :slug "
            + inputs.shown("sibling")
            + ", :database "
            + inputs.shown("database")
            + ", :secret "
            + inputs.shown("secret"));
    statements.addAll(PlannedSql.drop(inputs, "database"));
    statements.add("in the secret store: remove " + inputs.shown("secret"));
    return new PlanText(
        "remove "
            + inputs.shown("sibling")
            + " for ever: its row, its database "
            + inputs.shown("database")
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

  /** A sibling's row goes first, so that nobody is led to its database any more. */
  private static final class WithItsRow implements Removal.Doom<In> {
    private final Sibling sibling;
    private final Registry registry;
    private final OwnSecrets secrets;

    WithItsRow(Servers servers, Registry registry, OwnSecrets secrets) {
      this.sibling = new Sibling(servers, registry);
      this.registry = registry;
      this.secrets = secrets;
    }

    @Override
    public DatabaseRef database(In in) {
      return in.database();
    }

    @Override
    public String doing(In in) {
      return "removing " + in.sibling();
    }

    @Override
    public Map<String, String> mayGo(Visit<In> visit, Connection session)
        throws ActionFailed, SQLException {
      return sibling.mayGo(visit, session, visit.inputs().body());
    }

    @Override
    public void before(Attempt<In> attempt) throws ActionFailed {
      var visit = attempt.visit();
      var body = visit.inputs().body();
      var _ =
          registry.withdraw(body.slug(), body.reference(), visit.applicationName(), attempt::fence);
      // whoever led a tenant to it in this very moment keeps it
      sibling.requireApart(visit, body);
    }

    @Override
    public boolean goneBefore(Visit<In> visit) {
      return registry.tenant(visit.inputs().sibling()).isEmpty();
    }

    @Override
    public String rest(Connection session, In in) {
      return in.sibling()
          + " is removed: its row, its database "
          + in.database().name()
          + " (OID "
          + in.database().oid()
          + ")"
          + andSecret(in.body());
    }

    /** Repeatable; it never undoes the drop. */
    private String andSecret(Sibling.Body body) {
      var owner = RunSecrets.owner(body.secret());
      if (owner.isEmpty()) {
        return "; the secret " + body.secret() + " is not the bot's: remove it yourself";
      }
      try {
        if (registry.tenants().stream().anyMatch(it -> it.secret().equals(body.secret()))) {
          return "; the secret " + body.secret() + " stays, a tenant has it";
        }
        secrets.remove(body.secret(), owner.get());
        return " and its secret";
      } catch (SecretUnavailable unavailable) {
        return "; remove the secret "
            + body.secret()
            + " yourself: "
            + unavailable.problem().happened();
      } catch (Registry.RegistryUnavailable unavailable) {
        return "; remove the secret "
            + body.secret()
            + " yourself: the registry could not be asked who has it";
      }
    }
  }
}
