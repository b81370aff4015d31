package io.countersign.action.database;

import io.countersign.action.ActionFailed;
import io.countersign.action.Attempt;
import io.countersign.action.Finding;
import io.countersign.action.Intent;
import io.countersign.action.NoOutputs;
import io.countersign.action.Outcome;
import io.countersign.action.Visit;
import io.countersign.estate.DatabaseRef;
import io.countersign.postgres.DatabaseDrop;
import io.countersign.postgres.Databases;
import io.countersign.postgres.ServerWork;
import io.countersign.postgres.Servers;
import io.countersign.postgres.StepSessions;
import io.countersign.postgres.TenantDatabases;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;

/**
 * The one way on which a database goes for ever. It is judged when the gate opens and once more
 * right before; then it is dropped by OID and recorded name; then goes what hung on it. Whether a
 * drop whose answer was lost was carried out, only a look tells.
 */
final class Removal<I extends Record> {
  private final Servers servers;
  private final Doom<I> doom;

  Removal(Servers servers, Doom<I> doom) {
    this.servers = servers;
    this.doom = doom;
  }

  /** What is peculiar to what goes. */
  interface Doom<I extends Record> {
    DatabaseRef database(I inputs);

    /** For people: {@code dropping tenant_acme_pre_pitr_…}. */
    String doing(I inputs);

    /**
     * Its identity, for the order. Changes nothing.
     *
     * @throws ActionFailed with the reason where it may not go
     */
    Map<String, String> mayGo(Visit<I> visit, Connection session) throws ActionFailed, SQLException;

    /** What must be gone before the database goes; judged just before. Fenced by itself. */
    default void before(Attempt<I> attempt) throws ActionFailed {}

    /** Whether what {@link #before} removes is gone. */
    default boolean goneBefore(Visit<I> visit) {
      return true;
    }

    /**
     * What hangs on a database that is gone. Repeatable; it never undoes the drop.
     *
     * @return all that is gone now, and what is left to be done by hand
     */
    String rest(Connection session, I inputs);
  }

  Intent intent(Visit<I> visit) throws ActionFailed {
    var database = doom.database(visit.inputs());
    return ServerWork.looking(
        "looking whether " + database.name() + " may go",
        () -> {
          try (var session = Doomed.session(servers, visit, database)) {
            return new Intent(doom.mayGo(visit, session));
          }
        });
  }

  Outcome<NoOutputs> act(Attempt<I> attempt) {
    var doing = doom.doing(attempt.inputs());
    return Guarded.outcome(attempt.stop(), doing, () -> removed(attempt, doing));
  }

  private Outcome<NoOutputs> removed(Attempt<I> attempt, String doing)
      throws ActionFailed, SQLException {
    var visit = attempt.visit();
    var database = doom.database(visit.inputs());
    try (var session =
        Databases.endingWith(attempt.stop(), Doomed.session(servers, visit, database))) {
      try {
        if (!new Intent(doom.mayGo(visit, session)).equals(attempt.intent())) {
          return new Outcome.Drifted<>("it is on another server, or another server answers");
        }
      } catch (ActionFailed refused) {
        // nothing has been changed yet, so what was approved is asked about anew
        return new Outcome.Drifted<>(refused.problem().happened());
      }
      doom.before(attempt);
      try {
        DatabaseDrop.drop(doing, session, database, () -> fence(attempt));
      } catch (SQLException lost) {
        return unanswered(attempt, lost);
      }
      return new Outcome.Done<>(new NoOutputs(), doom.rest(session, visit.inputs()));
    }
  }

  private static void fence(Attempt<?> attempt) {
    attempt.stop().check();
    attempt.fence();
  }

  private Outcome<NoOutputs> unanswered(Attempt<I> attempt, SQLException lost) throws SQLException {
    return switch (probe(attempt)) {
      case Finding.Done<NoOutputs>(var done, var said) -> new Outcome.Done<>(done, said);
      case Finding.Unknown<NoOutputs>(var check) -> new Outcome.Unknown<>(check);
      case Finding.NotDone<NoOutputs> _, Finding.Going<NoOutputs> _ -> throw lost;
    };
  }

  Finding<NoOutputs> probe(Attempt<I> attempt) {
    var visit = attempt.visit();
    var database = doom.database(visit.inputs());
    try {
      return ServerWork.looking(
          "looking whether " + database.name() + " is gone",
          () -> {
            try (var session = Doomed.session(servers, visit, database)) {
              Databases.requirePrimary(session, database.server().name());
              StepSessions.end(session, attempt);
              boolean gone =
                  TenantDatabases.byOid(session, database.oid()).isEmpty()
                      && doom.goneBefore(visit);
              return gone
                  ? new Finding.Done<>(new NoOutputs(), doom.rest(session, visit.inputs()))
                  : new Finding.NotDone<>();
            }
          });
    } catch (ActionFailed unreachable) {
      return new Finding.Unknown<>(
          unreachable.problem().happened()
              + " On "
              + database.server().name()
              + " run: SELECT datname FROM pg_database WHERE oid = "
              + database.oid()
              + "; no row means that it is dropped.");
    }
  }

  /**
   * Ends the sessions of earlier attempts; a database under its last name is dropped by the next.
   */
  void clear(Attempt<I> attempt) {
    StepSessions.clear(
        servers,
        attempt,
        doom.database(attempt.inputs()).server(),
        "ending earlier attempts of the removal");
  }
}
