package io.countersign.action.tenant;

import io.countersign.Problem;
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
import io.countersign.estate.Registry;
import io.countersign.estate.Registry.Reference;
import io.countersign.estate.SecretName;
import io.countersign.postgres.Databases;
import io.countersign.postgres.Identifiers;
import io.countersign.postgres.PlannedChange;
import io.countersign.postgres.PlannedSql;
import io.countersign.postgres.ServerErrors;
import io.countersign.postgres.ServerWork;
import io.countersign.postgres.Servers;
import io.countersign.postgres.StepSessions;
import io.countersign.postgres.TenantDatabases;
import io.countersign.runbook.Risk;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Gives a restored database a row of its own in the registry, beside its tenant: read-only like a
 * frozen tenant, so that nobody writes into the past by mistake. The tenant itself is not touched.
 */
public final class EnrolSibling implements Action<EnrolSibling.In, EnrolSibling.Out> {
  private final Servers servers;
  private final Estate estate;
  private final Registry registry;

  public EnrolSibling(Servers servers, Estate estate, Registry registry) {
    this.servers = servers;
    this.estate = estate;
    this.registry = registry;
  }

  /**
   * @param database as this run restored it
   * @param secret as this run made it; it leads to that database
   * @param as a word for the slug
   */
  public record In(DatabaseRef database, SecretName secret, String as) {}

  /**
   * @param sibling its slug
   */
  public record Out(String sibling) {}

  @Override
  public ActionType<In, Out> type() {
    return new ActionType<>(
        "tenant.enrol",
        In.class,
        Out.class,
        Risk.OWNED,
        Recovery.REPEAT,
        Set.of(),
        false,
        "enrol the restored database beside its tenant");
  }

  @Override
  public PlanText plan(Planned inputs) {
    var name = PlannedSql.name(inputs, "database");
    var slug = "<tenant>-" + inputs.shown("as") + "-<stamp of the run>";
    return new PlanText(
        "enrol " + inputs.shown("database") + " as the tenant " + slug + ", read-only",
        List.of(
            "ALTER DATABASE " + name + " SET default_transaction_read_only = on",
            "ALTER DATABASE " + name + " ALLOW_CONNECTIONS true",
            "SELECT 1 in "
                + inputs.shown("database")
                + " with the login in "
                + inputs.shown("secret")
                + "; refused: nothing is enrolled",
            PlannedChange.of(
                estate,
                "enrol",
                ":slug "
                    + slug
                    + ", :beside the tenant's, :database "
                    + inputs.shown("database")
                    + ", :secret "
                    + inputs.shown("secret")
                    + ", :status "
                    + estate.statuses().frozen()
                    + ", :display_name and :reason; exactly one row",
                planned(inputs, slug))));
  }

  private Map<String, String> planned(Planned inputs, String slug) {
    return Map.of(
        "{slug}",
        slug,
        "{display-name}",
        "<its name> (restored backup)",
        "{beside}",
        "<tenant>",
        "{database}",
        inputs.shown("database"),
        "{secret}",
        inputs.shown("secret"),
        "{status}",
        estate.statuses().frozen(),
        "{reason}",
        "<the run and its reason>");
  }

  @Override
  public Intent intent(Visit<In> visit) throws ActionFailed {
    var in = visit.inputs();
    return ServerWork.looking(
        "preparing the sibling of " + visit.tenant(),
        () ->
            new Intent(
                Map.of(
                    "server", servers.identity(in.database().server()),
                    "database.oid", Long.toString(in.database().oid()),
                    "database.name", in.database().name(),
                    "sibling.slug", Siblings.slug(visit, in.as()),
                    "sibling.secret", in.secret().value())));
  }

  @Override
  public Outcome<Out> act(Attempt<In> attempt) {
    var slug = attempt.intent().fact("sibling.slug");
    var doing = "enrolling " + slug;
    return ServerWork.outcome(doing, () -> enrolled(attempt, doing, slug));
  }

  private Outcome<Out> enrolled(Attempt<In> attempt, String doing, String slug)
      throws ActionFailed, SQLException {
    var visit = attempt.visit();
    var in = visit.inputs();
    Siblings.requireOwn(visit, doing, slug, in.database());
    var tenant = Tenants.registered(registry, visit);
    requireFree(doing, slug, in);
    opened(attempt, in.database());
    testLogin(attempt, doing);
    var sibling =
        new Registry.Sibling(
            slug,
            shortened(tenant.displayName()) + " (restored backup)",
            visit.tenant().slug(),
            new Reference(in.database().name(), in.secret()),
            estate.statuses().frozen(),
            Tenants.reason(visit));
    if (!registry.enrol(sibling, attempt.acting()) && !isOurs(slug, in)) {
      throw refused(doing, "the registry did not take the row.");
    }
    return new Outcome.Done<>(
        new Out(slug),
        slug
            + " stands beside "
            + visit.tenant().slug()
            + ", read-only, in "
            + in.database().name());
  }

  private static String shortened(String name) {
    return name.length() <= 80 ? name : name.substring(0, 80);
  }

  /** The live database above all: nothing that a tenant already lives in gets a second row. */
  private void requireFree(String doing, String slug, In in) throws ActionFailed {
    for (var tenant : registry.tenants()) {
      boolean same = tenant.ref().slug().equals(slug);
      boolean ours = Reference.of(tenant).equals(new Reference(in.database().name(), in.secret()));
      if (same && !ours) {
        throw refused(doing, "the registry has a tenant of that name already.");
      }
      if (!same && tenant.database().equals(in.database().name())) {
        throw refused(doing, "the registry names it as the database of " + tenant.ref() + ".");
      }
    }
  }

  private boolean isOurs(String slug, In in) {
    return registry
        .tenant(slug)
        .map(Reference::of)
        .equals(Optional.of(new Reference(in.database().name(), in.secret())));
  }

  private static ActionFailed refused(String doing, String why) {
    return Siblings.refused(doing, why);
  }

  private void opened(Attempt<In> attempt, DatabaseRef database) throws ActionFailed, SQLException {
    var name = Identifiers.quoted(database.name());
    try (var outside = maintenance(attempt)) {
      attempt.fence();
      Databases.inTransaction(
          outside,
          () -> {
            TenantDatabases.pinned(outside, database);
            var statements = new ArrayList<String>();
            statements.add("ALTER DATABASE " + name + " SET default_transaction_read_only = on");
            statements.add("ALTER DATABASE " + name + " ALLOW_CONNECTIONS true");
            Databases.execute(outside, statements);
            TenantDatabases.pinned(outside, database);
          });
    }
  }

  private Connection maintenance(Attempt<In> attempt) throws ActionFailed, SQLException {
    return servers.open(
        attempt.inputs().database().server(),
        Servers.MAINTENANCE,
        attempt.visit().applicationName());
  }

  /** With the very secret that the row will name. */
  private void testLogin(Attempt<In> attempt, String doing) throws ActionFailed {
    var in = attempt.inputs();
    var own = servers.login(in.secret());
    if (!own.database().equals(in.database().name())) {
      throw refused(doing, "the secret " + in.secret() + " leads to " + own.database() + ".");
    }
    var server = servers.login(in.database().server());
    var login = server.withDatabase(own.database()).as(own);
    try (var session = servers.open(login, attempt.visit().applicationName())) {
      Databases.number(session, "SELECT 1");
    } catch (SQLException refused) {
      throw new ActionFailed(
          new Problem(
              "logging in to " + in.database().name() + " with the secret " + in.secret(),
              "the server answered: " + ServerErrors.reduced(refused) + ".",
              "Check the tenant's role and its right to connect; then retry."));
    }
  }

  @Override
  public Finding<Out> probe(Attempt<In> attempt) {
    throw new IllegalStateException("tenant.enrol is repeated, never probed");
  }

  /** Takes back the row of an attempt that did not come to its end; the database stays. */
  @Override
  public void clear(Attempt<In> attempt) {
    var visit = attempt.visit();
    var reference =
        new Reference(
            attempt.intent().fact("database.name"),
            new SecretName(attempt.intent().fact("sibling.secret")));
    var slug = attempt.intent().fact("sibling.slug");
    ServerWork.clearing(
        "taking the row of " + slug + " back",
        () -> {
          registry.endChanges(visit.applicationPrefix(), visit.attempt());
          if (registry.tenant(slug).map(Reference::of).equals(Optional.of(reference))) {
            registry.withdraw(slug, reference, attempt.acting());
          }
          return slug;
        });
    StepSessions.clear(
        servers, attempt, visit.inputs().database().server(), "ending earlier attempts");
  }
}
