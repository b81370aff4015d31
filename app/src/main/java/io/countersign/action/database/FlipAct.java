package io.countersign.action.database;

import io.countersign.Problem;
import io.countersign.action.ActionFailed;
import io.countersign.action.Attempt;
import io.countersign.estate.DatabaseRef;
import io.countersign.estate.Estate;
import io.countersign.estate.Registry;
import io.countersign.estate.Registry.Reference;
import io.countersign.estate.Registry.RegistryUnavailable;
import io.countersign.estate.SecretName;
import io.countersign.postgres.DatabaseDrop;
import io.countersign.postgres.Databases;
import io.countersign.postgres.Identifiers;
import io.countersign.postgres.ServerErrors;
import io.countersign.postgres.Servers;
import io.countersign.postgres.TenantDatabases;
import io.countersign.postgres.WriteCounters;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.postgresql.PGConnection;

/**
 * The flip itself: the live database is closed and emptied, what was written is measured from
 * inside, the coming one is opened and entered with its secret, and then the registry's row is
 * changed. Whatever fails before that opens the live one again at once; where nobody can tell
 * whether the row was changed, it stays closed.
 */
final class FlipAct {
  private final Servers servers;
  private final Estate estate;
  private final Registry registry;
  private final Consumer<String> between;

  FlipAct(Servers servers, Estate estate, Registry registry, Consumer<String> between) {
    this.servers = servers;
    this.estate = estate;
    this.registry = registry;
    this.between = between;
  }

  /** How it ended. */
  sealed interface Result {
    /**
     * @param blackout from closing the live database to the change of the row
     * @param ended how many sessions were ended
     */
    record Flipped(Duration blackout, int ended) implements Result {}

    /** All is as it was: the world is not the approved one. */
    record Drifted(String difference) implements Result {}

    /** The live database is closed, and nobody knows what the row says. */
    record Unknown(String why) implements Result {}
  }

  /**
   * Flips.
   *
   * @param outside in the maintenance database, under the attempt's name: whoever takes over ends
   *     it first, so a process that stood still opens nothing any more
   * @throws ActionFailed where it could not be done; all is as it was
   */
  Result flip(Attempt<?> attempt, Flipping.Wanted wanted, Connection outside)
      throws ActionFailed, SQLException {
    var live = wanted.live();
    try (var inside =
        Databases.endingWith(
            attempt.stop(),
            servers.open(live.server(), live.name(), attempt.visit().applicationName()))) {
      // before anybody is disturbed; it is measured again when all others are gone
      var now = WriteCounters.read(inside, estate.queueSchemas());
      if (!WritesSinceFreeze.approved(attempt.intent(), now)) {
        return new Result.Drifted(
            WritesSinceFreeze.difference(attempt.intent(), wanted.atFreeze(), now));
      }
      attempt.fence();
      var result =
          undoing(attempt, wanted, outside, () -> closed(attempt, wanted, outside, inside));
      between.accept("referred");
      return result;
    }
  }

  private interface Way {
    Result go() throws ActionFailed, SQLException;
  }

  /** A dead process undoes nothing: then clearing does. */
  private Result undoing(Attempt<?> attempt, Flipping.Wanted wanted, Connection outside, Way way)
      throws ActionFailed, SQLException {
    try {
      var result = way.go();
      return result instanceof Result.Drifted
          ? undone(attempt, wanted, outside).orElse(result)
          : result;
    } catch (ActionFailed | SQLException | RuntimeException failed) {
      var left = undone(attempt, wanted, outside);
      if (left.isPresent()) {
        return left.get();
      }
      throw failed;
    }
  }

  private Result closed(
      Attempt<?> attempt, Flipping.Wanted wanted, Connection outside, Connection inside)
      throws ActionFailed, SQLException {
    var live = wanted.live();
    var doing = "closing " + live.name();
    between.accept("before closing");
    long began = System.nanoTime();
    Databases.allowConnections(outside, live, false);
    between.accept("closed");
    int own = inside.unwrap(PGConnection.class).getBackendPID();
    int ended = DatabaseDrop.emptiedBut(doing, outside, live, OptionalInt.of(own));
    between.accept("alone");
    var now = WriteCounters.read(inside, estate.queueSchemas());
    if (!WritesSinceFreeze.approved(attempt.intent(), now)) {
      return new Result.Drifted(
          WritesSinceFreeze.difference(attempt.intent(), wanted.atFreeze(), now));
    }
    inside.close();
    DatabaseDrop.emptied(doing, outside, live);
    between.accept("left");
    opened(outside, wanted.coming());
    between.accept("opened");
    testLogin(attempt, wanted);
    attempt.stop().check();
    return referred(attempt, wanted, began, ended);
  }

  /** Frozen like the one that was live, until the tenant is unfrozen. */
  private static void opened(Connection outside, DatabaseRef coming)
      throws ActionFailed, SQLException {
    var name = Identifiers.quoted(coming.name());
    Databases.inTransaction(
        outside,
        () -> {
          TenantDatabases.pinned(outside, coming);
          Databases.execute(
              outside,
              List.of(
                  "ALTER DATABASE " + name + " SET default_transaction_read_only = on",
                  "ALTER DATABASE " + name + " ALLOW_CONNECTIONS true"));
          TenantDatabases.pinned(outside, coming);
        });
  }

  /** The secret's user, password and database, on the very server; a pool may stand before it. */
  private void testLogin(Attempt<?> attempt, Flipping.Wanted wanted) throws ActionFailed {
    var own = servers.login(wanted.secret());
    var server = servers.login(wanted.coming().server());
    var login = server.withDatabase(own.database()).as(own);
    try (var session =
        Databases.endingWith(
            attempt.stop(), servers.open(login, attempt.visit().applicationName()))) {
      TenantDatabases.pinned(session, wanted.coming());
      var here = "SELECT oid::bigint FROM pg_database WHERE datname = current_database()";
      if (Databases.number(session, here) != wanted.coming().oid()) {
        throw refused(wanted, "it leads to another database.");
      }
    } catch (SQLException refused) {
      throw refused(wanted, "the server answered: " + ServerErrors.reduced(refused) + ".");
    }
  }

  private static ActionFailed refused(Flipping.Wanted wanted, String why) {
    return new ActionFailed(
        new Problem(
            "logging in to " + wanted.coming().name() + " with the secret " + wanted.secret(),
            why + " All is as it was.",
            "Check the tenant's role, its password and its right to connect; then retry."));
  }

  private Result referred(Attempt<?> attempt, Flipping.Wanted wanted, long began, int ended)
      throws ActionFailed {
    var visit = attempt.visit();
    var before =
        new Reference(wanted.live().name(), new SecretName(attempt.intent().fact("live.secret")));
    between.accept("before the reference");
    boolean changed;
    try {
      changed =
          registry.setReference(
              visit.tenant().slug(), before, wanted.reference(), attempt.acting());
    } catch (RegistryUnavailable lost) {
      return unanswered(attempt, wanted, before, lost, began, ended);
    }
    return changed
        ? new Result.Flipped(Duration.ofNanos(System.nanoTime() - began), ended)
        : new Result.Drifted(
            "somebody changed the tenant's row in the registry meanwhile: it does not name "
                + before
                + " any more");
  }

  /** It may have been carried out although its answer was lost. */
  private Result unanswered(
      Attempt<?> attempt,
      Flipping.Wanted wanted,
      Reference before,
      RegistryUnavailable lost,
      long began,
      int ended)
      throws ActionFailed {
    var visit = attempt.visit();
    Optional<Reference> now;
    try {
      registry.endChanges(visit.applicationPrefix(), visit.attempt());
      now = registry.tenant(visit.tenant().slug()).map(Reference::of);
    } catch (RegistryUnavailable unreachable) {
      return new Result.Unknown(
          "The registry did not answer while the row was changed: " + lost.getMessage() + ".");
    }
    if (now.equals(Optional.of(wanted.reference()))) {
      return new Result.Flipped(Duration.ofNanos(System.nanoTime() - began), ended);
    }
    if (!now.equals(Optional.of(before))) {
      return new Result.Unknown("The row names neither of the two.");
    }
    throw new ActionFailed(
        new Problem(
            "changing the row of " + visit.tenant(),
            "the registry did not do it: " + lost.getMessage() + ". All is as it was.",
            "Bring the registry back, then retry."));
  }

  /**
   * Opens the live database again.
   *
   * @return what is left where that could not be done
   */
  private Optional<Result> undone(Attempt<?> attempt, Flipping.Wanted wanted, Connection outside) {
    try {
      undo(outside, wanted);
      return Optional.empty();
    } catch (ActionFailed | SQLException cut) {
      return undone(attempt, wanted);
    }
  }

  /** The session that closed it is lost, or one of the two databases is not as it was. */
  private Optional<Result> undone(Attempt<?> attempt, Flipping.Wanted wanted) {
    var name = attempt.visit().applicationName();
    try (var again = servers.open(wanted.live().server(), Servers.MAINTENANCE, name)) {
      // whoever has taken over ends that session, so it opens nothing behind him
      attempt.fence();
      undo(again, wanted);
      return Optional.empty();
    } catch (ActionFailed | SQLException unreachable) {
      return Optional.of(
          new Result.Unknown(
              wanted.live().name() + " is closed and could not be opened again yet."));
    }
  }

  /**
   * The live database is open and the other one closed and empty, as before the flip. Repeatable.
   *
   * @param outside in the maintenance database
   */
  void undo(Connection outside, Flipping.Wanted wanted) throws ActionFailed, SQLException {
    Databases.allowConnections(outside, wanted.live(), true);
    between.accept("opened again");
    DatabaseDrop.emptied("closing " + wanted.coming().name(), outside, wanted.coming());
  }
}
