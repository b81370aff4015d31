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
import io.countersign.postgres.PlannedSql;
import io.countersign.postgres.Servers;
import io.countersign.runbook.Risk;
import io.countersign.runbook.Value;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Drops a kept database for ever. It must bear the recorded OID and name, be closed and unused, and
 * not live; it is renamed to a name that holds its OID, looked at again, and dropped by that name.
 * A database of another OID is never touched, whatever its name.
 */
public final class DatabaseDropKept implements Action<DatabaseDropKept.In, NoOutputs> {
  private final Removal<In> removal;

  public DatabaseDropKept(Servers servers, Registry registry, OwnSecrets secrets) {
    this.removal = new Removal<>(servers, new Kept(servers, registry, secrets));
  }

  /**
   * @param database by name and OID
   * @param secret the name of the secret that led to it alone; one that a run made goes with it.
   *     Empty or missing where none did
   */
  public record In(DatabaseRef database, @Nullable String secret) {
    /** One to which no secret leads alone. */
    public In(DatabaseRef database) {
      this(database, null);
    }

    private Optional<SecretName> secretName() {
      return secret == null || secret.isBlank()
          ? Optional.empty()
          : Optional.of(new SecretName(secret));
    }

    /** Where a run made it, what is kept with it. */
    private Optional<String> secretOwner() {
      return secretName().flatMap(RunSecrets::owner);
    }
  }

  @Override
  public ActionType<In, NoOutputs> type() {
    return new ActionType<>(
        "database.drop",
        In.class,
        NoOutputs.class,
        Risk.DESTRUCTIVE,
        Recovery.PROBE,
        Set.of(),
        false,
        "drop a kept database for ever");
  }

  @Override
  public PlanText plan(Planned inputs) {
    return new PlanText(
        "drop "
            + inputs.shown("database")
            + " for ever, if it is still closed, unused and not live",
        statements(inputs));
  }

  private static List<String> statements(Planned inputs) {
    var statements = new ArrayList<>(PlannedSql.drop(inputs, "database"));
    if (inputs.known("secret").orElse(null) instanceof Value.Text(var name)
        && RunSecrets.owner(new SecretName(name)).isPresent()) {
      statements.add(
          "in the secret store: remove " + name + ", which leads to it, if no tenant has it");
    }
    return statements;
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

  /** A kept one is closed, and nothing leads to it. */
  private static final class Kept implements Removal.Doom<In> {
    private final KeptDatabase kept;
    private final Registry registry;
    private final OwnSecrets secrets;

    Kept(Servers servers, Registry registry, OwnSecrets secrets) {
      this.kept = new KeptDatabase(servers, registry);
      this.registry = registry;
      this.secrets = secrets;
    }

    @Override
    public DatabaseRef database(In in) {
      return in.database();
    }

    @Override
    public String doing(In in) {
      return "dropping " + in.database().name();
    }

    @Override
    public Map<String, String> mayGo(Visit<In> visit, Connection session)
        throws ActionFailed, SQLException {
      var in = visit.inputs();
      var facts = new TreeMap<>(kept.mayGo(session, in.database()));
      if (in.secretOwner().isPresent()) {
        facts.put("drop.secret", in.secretName().orElseThrow().value());
      }
      return facts;
    }

    @Override
    public String rest(Connection session, In in) {
      return in.database().name() + " (OID " + in.database().oid() + ") is dropped" + andSecret(in);
    }

    /**
     * The secret of a database that is gone leads nowhere. Repeatable; it never undoes the drop.
     */
    private String andSecret(In in) {
      var secret = in.secretName();
      if (secret.isEmpty()) {
        return "";
      }
      var name = secret.get();
      try {
        var has = registry.tenants().stream().filter(it -> it.secret().equals(name)).findFirst();
        if (has.isPresent()) {
          return "; the secret " + name + " stays, it is that of " + has.get().ref();
        }
        if (in.secretOwner().isEmpty()) {
          return "; the secret " + name + ", which led to it, is not the bot's: remove it yourself";
        }
        secrets.remove(name, in.secretOwner().get());
        return "; so is the secret " + name + ", which led to it";
      } catch (SecretUnavailable unavailable) {
        return "; remove the secret " + name + " yourself: " + unavailable.problem().happened();
      } catch (Registry.RegistryUnavailable unavailable) {
        return "; remove the secret "
            + name
            + " yourself: the registry could not be asked who has it";
      }
    }
  }
}
