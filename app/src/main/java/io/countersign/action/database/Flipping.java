package io.countersign.action.database;

import io.countersign.Problem;
import io.countersign.action.ActionFailed;
import io.countersign.action.Attempt;
import io.countersign.action.Finding;
import io.countersign.action.Intent;
import io.countersign.action.Outcome;
import io.countersign.action.Planned;
import io.countersign.action.Visit;
import io.countersign.estate.DatabaseRef;
import io.countersign.estate.Estate;
import io.countersign.estate.OwnSecrets;
import io.countersign.estate.Registry;
import io.countersign.estate.Registry.Reference;
import io.countersign.estate.SecretName;
import io.countersign.estate.SecretStore.SecretUnavailable;
import io.countersign.postgres.Cron;
import io.countersign.postgres.DatabaseDrop;
import io.countersign.postgres.Databases;
import io.countersign.postgres.Obstacles;
import io.countersign.postgres.PlannedSql;
import io.countersign.postgres.Replicas;
import io.countersign.postgres.ServerWork;
import io.countersign.postgres.Servers;
import io.countersign.postgres.StepSessions;
import io.countersign.postgres.SwapLook;
import io.countersign.postgres.TenantDatabases;
import io.countersign.postgres.WriteCounters;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * What the flip and its way back share: the registry's row of a tenant is led from the live
 * database to another one on the same server. No name changes. {@link FlipAct} has the order of
 * statements.
 *
 * <p>The live database is closed before the row changes, and only the row says which of the two is
 * live. So an attempt that dies in between leaves the tenant closed until {@link #clear} opens the
 * database that the row names: there is no way to change a server and a registry at once.
 */
final class Flipping {
  private static final Duration ANSWERED_WITHIN = Duration.ofSeconds(10);
  private final Servers servers;
  private final Estate estate;
  private final Registry registry;
  private final OwnSecrets versions;
  private final FlipAct flip;

  /**
   * @param versions tells which version of a secret is current
   * @param between told each point between two statements; tests die there
   */
  Flipping(
      Servers servers,
      Estate estate,
      Registry registry,
      OwnSecrets versions,
      Consumer<String> between) {
    this.servers = servers;
    this.estate = estate;
    this.registry = registry;
    this.versions = versions;
    this.flip = new FlipAct(servers, estate, registry, between);
  }

  /**
   * What is wanted.
   *
   * @param live the tenant's database, by the OID it had when the run was planned
   * @param coming the database that the row comes to name; closed, and on the same server
   * @param role what {@code coming} is called in the intent: {@code restored}, {@code back}
   * @param secret with the login to it
   * @param atFreeze the live database's write counters when it was settled
   * @param more further facts of the intent
   */
  record Wanted(
      DatabaseRef live,
      DatabaseRef coming,
      String role,
      SecretName secret,
      WriteCounters.Reading atFreeze,
      Map<String, String> more) {
    Wanted {
      more = Map.copyOf(more);
    }

    Reference reference() {
      return new Reference(coming.name(), secret);
    }
  }

  /** As {@link FlipAct} runs them. */
  List<String> statements(Planned inputs, String role) {
    var live = PlannedSql.name(inputs, "live");
    var coming = PlannedSql.name(inputs, role);
    var beside = PlannedSql.server(inputs, "live").map(estate::beside).orElse(estate.anywhere());
    var statements = new ArrayList<>(PlannedSql.emptied(inputs, role));
    statements.addAll(
        List.of(
            "ALTER DATABASE "
                + live
                + " ALLOW_CONNECTIONS false\n"
                + "-- from here until the registry's row is changed nobody reaches the tenant, for"
                + " a fraction of a second; whatever fails opens it again at once. If the bot dies"
                + " here, it stays closed until a bot runs again and goes on",
            PlannedSql.endSessions("datid = " + PlannedSql.oid(inputs, "live")),
            "-- the write counters of " + live + " must be those of the freeze, else all is undone",
            "ALTER DATABASE "
                + coming
                + " SET default_transaction_read_only = on -- until unfrozen",
            "ALTER DATABASE " + coming + " ALLOW_CONNECTIONS true",
            "SELECT 1 in "
                + coming
                + " with the login in "
                + inputs.shown("secret")
                + "; refused: all is undone",
            estate
                    .registry()
                    .queries()
                    .getOrDefault("set-reference", "registry set-reference")
                    .strip()
                + "\n-- in the registry, with :slug the tenant's, :expected_database "
                + live
                + ", :expected_secret the present one, :database "
                + coming
                + ", :secret "
                + inputs.shown("secret")
                + "; exactly one row, else all is undone"));
    statements.addAll(Replicas.shown(beside.replicas(), PlannedSql.oid(inputs, "live")));
    return statements;
  }

  Intent intent(Visit<?> visit, Wanted wanted) throws ActionFailed {
    return ServerWork.looking(
        doing(wanted),
        () -> {
          try (var session = maintenance(visit, wanted)) {
            TenantDatabases.pinned(session, wanted.live());
            TenantDatabases.pinned(session, wanted.coming());
            return look(visit, wanted, session);
          }
        });
  }

  private static String doing(Wanted wanted) {
    return "leading the tenant from " + wanted.live().name() + " to " + wanted.coming().name();
  }

  /** Not ended by a stop: it has to open again what it closed. */
  private Connection maintenance(Visit<?> visit, Wanted wanted) throws ActionFailed, SQLException {
    return Databases.answeringWithin(
        ANSWERED_WITHIN,
        servers.open(wanted.live().server(), Servers.MAINTENANCE, visit.applicationName()));
  }

  /** The facts as server, registry and secrets show them now; no attempt among them. */
  private Intent look(Visit<?> visit, Wanted wanted, Connection session)
      throws ActionFailed, SQLException {
    Databases.requirePrimary(session, wanted.live().server().name());
    var before = registered(visit);
    if (!before.database().equals(wanted.live().name())) {
      throw new ActionFailed(
          new Problem(
              doing(wanted),
              "the registry says now that " + visit.tenant() + " lives in " + before + ".",
              "Somebody changed it since the run was planned: find out who, then start a new"
                  + " run."));
    }
    requireLeads(wanted);
    var facts = new TreeMap<>(wanted.more());
    facts.put("server", servers.identity(wanted.live().server()));
    facts.put("server.system", SwapLook.systemIdentifier(session));
    facts.put("live.oid", Long.toString(wanted.live().oid()));
    facts.put("live.name", SwapLook.name(session, wanted.live().oid()));
    facts.put("live.secret", before.secret().value());
    facts.put("live.secret-version", version(before.secret()));
    facts.put(wanted.role() + ".oid", Long.toString(wanted.coming().oid()));
    facts.put(wanted.role() + ".name", SwapLook.name(session, wanted.coming().oid()));
    facts.put(wanted.role() + ".secret", wanted.secret().value());
    facts.put(wanted.role() + ".secret-version", version(wanted.secret()));
    facts.put("kept.name", wanted.live().name());
    facts.putAll(written(visit, wanted));
    return new Intent(facts);
  }

  private Reference registered(Visit<?> visit) throws ActionFailed {
    return registry
        .tenant(visit.tenant().slug())
        .map(Reference::of)
        .orElseThrow(
            () ->
                new ActionFailed(
                    new Problem(
                        "looking for " + visit.tenant(),
                        "the registry has no tenant of that name.",
                        "A tenant that was removed cannot be worked on.")));
  }

  private String version(SecretName name) throws ActionFailed {
    try {
      return versions.current(name).map(OwnSecrets.Version::version).orElse("(gone)");
    } catch (SecretUnavailable unavailable) {
      throw new ActionFailed(unavailable.problem());
    }
  }

  /** The login must be to the very database that the row will name. */
  private void requireLeads(Wanted wanted) throws ActionFailed {
    var leads = servers.login(wanted.secret()).database();
    if (!leads.equals(wanted.coming().name())) {
      throw new ActionFailed(
          new Problem(
              doing(wanted),
              "the secret "
                  + wanted.secret()
                  + " leads to "
                  + leads
                  + " and not to "
                  + wanted.coming().name()
                  + ". Nothing was changed.",
              "Somebody changed the secret: put it back, then retry."));
    }
  }

  private Map<String, String> written(Visit<?> visit, Wanted wanted)
      throws ActionFailed, SQLException {
    try (var inside =
        servers.open(wanted.live().server(), wanted.live().name(), visit.applicationName())) {
      return WritesSinceFreeze.facts(
          wanted.atFreeze(), WriteCounters.read(inside, estate.queueSchemas()));
    }
  }

  Outcome<Flipped> act(Attempt<?> attempt, Wanted wanted) {
    return Guarded.outcome(attempt.stop(), doing(wanted), () -> checked(attempt, wanted));
  }

  private Outcome<Flipped> checked(Attempt<?> attempt, Wanted wanted)
      throws ActionFailed, SQLException {
    if (!wanted.live().server().equals(wanted.coming().server())) {
      throw new ActionFailed(
          new Problem(
              doing(wanted), "the two databases are on two servers.", "Copy it beside the live."));
    }
    try (var outside = maintenance(attempt.visit(), wanted)) {
      var now = look(attempt.visit(), wanted, outside);
      if (!now.equals(attempt.intent())) {
        return new Outcome.Drifted<>(WritesSinceFreeze.difference(attempt.intent(), now));
      }
      if (TenantDatabases.pinned(outside, wanted.coming()).allowsConnections()) {
        return new Outcome.Drifted<>(
            wanted.coming().name() + " was opened to connections, and has to be closed");
      }
      refuse(attempt, wanted, outside);
      DatabaseDrop.emptied(doing(wanted), outside, wanted.coming());
      return told(attempt, wanted, flip.flip(attempt, wanted, outside));
    }
  }

  /** Nothing has been changed yet, and nobody disturbed. */
  private void refuse(Attempt<?> attempt, Wanted wanted, Connection outside)
      throws ActionFailed, SQLException {
    SwapLook.refuse(doing(wanted), outside, wanted.live(), wanted.coming());
    var jobs = new Cron(servers).obstacles(wanted.live(), attempt.visit().applicationName());
    if (!jobs.isEmpty()) {
      throw new ActionFailed(Obstacles.problem(doing(wanted), jobs));
    }
  }

  private Outcome<Flipped> told(Attempt<?> attempt, Wanted wanted, FlipAct.Result result) {
    return switch (result) {
      case FlipAct.Result.Flipped(var blackout, var ended) ->
          new Outcome.Done<>(
              done(attempt, wanted, blackout),
              said(attempt, wanted)
                  + "; nobody could connect for "
                  + blackout.toMillis()
                  + " ms; "
                  + (ended == 1 ? "1 session was" : ended + " sessions were")
                  + " ended"
                  + onReplicas(attempt, wanted));
      case FlipAct.Result.Drifted(var difference) -> new Outcome.Drifted<>(difference);
      case FlipAct.Result.Unknown(var why) ->
          new Outcome.Unknown<>(why + " " + check(attempt, wanted));
    };
  }

  private static String said(Attempt<?> attempt, Wanted wanted) {
    return attempt.visit().tenant().slug()
        + " is led to "
        + wanted.coming().name()
        + " by "
        + wanted.secret()
        + "; closed and kept: "
        + wanted.live().name();
  }

  private static Flipped done(Attempt<?> attempt, Wanted wanted, Duration blackout) {
    return new Flipped(
        wanted.coming(),
        wanted.live(),
        new SecretName(attempt.intent().fact("live.secret")),
        attempt.intent().fact("live.secret-version"),
        blackout);
  }

  /** They are ended by whoever finds the flip done: repeating that is harmless. */
  private String onReplicas(Attempt<?> attempt, Wanted wanted) {
    return new Replicas(servers, estate, wanted.live().server())
        .endSessions(wanted.live(), attempt.visit().applicationName()).stream()
            .map(it -> "; " + it)
            .collect(Collectors.joining());
  }

  private String check(Attempt<?> attempt, Wanted wanted) {
    return "Look at the row of "
        + attempt.visit().tenant().slug()
        + " in the registry: the flip is done if it names "
        + wanted.reference()
        + "; it is not if it names "
        + before(attempt)
        + ". Until that is known "
        + wanted.live().name()
        + " stays closed, and nobody reaches the tenant by the old reference.";
  }

  private static Reference before(Attempt<?> attempt) {
    return new Reference(
        attempt.intent().fact("live.name"), new SecretName(attempt.intent().fact("live.secret")));
  }

  Finding<Flipped> probe(Attempt<?> attempt, Wanted wanted) {
    try {
      return ServerWork.looking(
          "looking whether the reference was changed",
          () -> {
            var now = settled(attempt, wanted);
            if (now.equals(Optional.of(wanted.reference()))) {
              return new Finding.Done<>(
                  done(attempt, wanted, Duration.ZERO),
                  said(attempt, wanted) + onReplicas(attempt, wanted));
            }
            return now.equals(Optional.of(before(attempt)))
                ? new Finding.NotDone<>()
                : new Finding.Unknown<>(check(attempt, wanted));
          });
    } catch (ActionFailed unreachable) {
      return new Finding.Unknown<>(unreachable.problem().happened() + " " + check(attempt, wanted));
    }
  }

  /** What the row says when no session of ours, here or there, can make it untrue any more. */
  private Optional<Reference> settled(Attempt<?> attempt, Wanted wanted)
      throws ActionFailed, SQLException {
    try (var session = maintenance(attempt.visit(), wanted)) {
      Databases.requirePrimary(session, wanted.live().server().name());
      StepSessions.end(session, attempt);
    }
    registry.endChanges(attempt.visit().applicationPrefix(), attempt.visit().attempt());
    return registry.tenant(attempt.visit().tenant().slug()).map(Reference::of);
  }

  /**
   * Opens the live database again where an attempt died after it had closed it, and closes the
   * other one. Where the row names anything else, nothing is touched: which one is live is not ours
   * to say.
   *
   * @throws IllegalStateException where server or registry cannot be asked; clearing is repeated
   */
  void clear(Attempt<?> attempt, Wanted wanted) {
    ServerWork.clearing(
        "opening " + wanted.live().name() + " again",
        () -> {
          if (settled(attempt, wanted).equals(Optional.of(before(attempt)))) {
            try (var session = maintenance(attempt.visit(), wanted)) {
              attempt.fence();
              flip.undo(session, wanted);
            }
          }
          return wanted;
        });
  }
}
