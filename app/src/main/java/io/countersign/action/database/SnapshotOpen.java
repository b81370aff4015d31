package io.countersign.action.database;

import io.countersign.Problem;
import io.countersign.Secret;
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
import io.countersign.estate.Login;
import io.countersign.estate.OwnSecrets;
import io.countersign.estate.Registry;
import io.countersign.estate.RunSecrets;
import io.countersign.estate.SecretName;
import io.countersign.estate.SecretStore.SecretUnavailable;
import io.countersign.postgres.DatabaseDrop;
import io.countersign.postgres.Databases;
import io.countersign.postgres.PlannedSql;
import io.countersign.postgres.ReaderRole;
import io.countersign.postgres.ServerErrors;
import io.countersign.postgres.Servers;
import io.countersign.postgres.SnapshotAccess;
import io.countersign.postgres.StepSessions;
import io.countersign.postgres.TableHashes;
import io.countersign.runbook.Risk;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Makes a copied database a snapshot that people may read: by a login of its own that may read
 * everything in it and write nothing, stored as a secret. Nobody else comes in, the tenant's own
 * roles neither; nothing runs its queues.
 */
public final class SnapshotOpen implements Action<SnapshotOpen.In, SnapshotOpen.Out> {
  private final Servers servers;
  private final OwnSecrets secrets;
  private final OwnCopy copy;
  private final Supplier<Secret> passwords;

  /**
   * @param passwords a new one each time
   */
  public SnapshotOpen(
      Servers servers, Registry registry, OwnSecrets secrets, Supplier<Secret> passwords) {
    this.servers = servers;
    this.secrets = secrets;
    this.copy = new OwnCopy(servers, registry);
    this.passwords = passwords;
  }

  /**
   * @param database as this run copied it
   * @param secret the tenant's, beside which the reader's is named; it is not read
   * @param to the moment whose state it holds
   * @param exactness what proves the moment
   * @param keep how long nobody is asked to remove it
   */
  public record In(
      DatabaseRef database, SecretName secret, Instant to, String exactness, Duration keep) {}

  /**
   * @param reader the role that reads it
   * @param secret with its login
   * @param rows of all tables, as the reader counted them
   */
  public record Out(String reader, SecretName secret, long tables, long rows) {}

  @Override
  public ActionType<In, Out> type() {
    return new ActionType<>(
        "snapshot.open",
        In.class,
        Out.class,
        Risk.OWNED,
        Recovery.REPEAT,
        Set.of(),
        false,
        "open the copy to a login that can only read");
  }

  @Override
  public PlanText plan(Planned inputs) {
    var name = PlannedSql.name(inputs, "database");
    var reader = "cs_reader_<run>";
    return new PlanText(
        "open " + inputs.shown("database") + " to a login of its own that can only read",
        List.of(
            "CREATE ROLE " + reader + " LOGIN NOINHERIT, with a password that nobody is shown",
            "ALTER DATABASE " + name + " OWNER TO CURRENT_USER",
            "REVOKE ALL ON DATABASE " + name + " FROM everybody else",
            "REVOKE what PUBLIC may write or create in it, and its SECURITY DEFINER routines",
            "GRANT USAGE ON SCHEMA and SELECT ON TABLE, of all of them, TO " + reader,
            "CREATE POLICY " + reader + " FOR SELECT, where row security would hide rows from it",
            "ALTER DATABASE " + name + " SET default_transaction_read_only = on",
            "ALTER DATABASE " + name + " ALLOW_CONNECTIONS true",
            "in the secret store: make "
                + inputs.shown("secret")
                + "-<stamp of the run>-<run>-<attempt>, with that login; "
                + inputs.shown("secret")
                + " itself is not read",
            "SELECT count(*) of each table with that login; other counts than the bot's: refused"));
  }

  @Override
  public Intent intent(Visit<In> visit) throws ActionFailed {
    var in = visit.inputs();
    var facts = new TreeMap<>(copy.identity(in.database()));
    facts.put("reader.role", ReaderRole.name(visit.run()));
    facts.put(
        "secret.name",
        RunSecrets.name(in.secret(), visit.stamp(), visit.run(), visit.attempt()).value());
    facts.put("secret.owner", RunSecrets.owner(visit.run()));
    return new Intent(facts);
  }

  @Override
  public Outcome<Out> act(Attempt<In> attempt) {
    var doing = "opening " + attempt.inputs().database().name() + " to its reader";
    return Guarded.outcome(attempt.stop(), doing, () -> opened(attempt, doing));
  }

  private Outcome<Out> opened(Attempt<In> attempt, String doing) throws ActionFailed, SQLException {
    var in = attempt.inputs();
    var reader = attempt.intent().fact("reader.role");
    var password = passwords.get();
    var counted =
        copy.alone(
            attempt,
            doing,
            in.database(),
            inside -> {
              Databases.inTransaction(
                  inside,
                  () -> {
                    SnapshotAccess.give(inside, in.database(), reader, password);
                    require(doing, SnapshotAccess.writable(inside, reader), "the reader may write");
                    require(doing, SnapshotAccess.others(inside, reader), "others may come in");
                  });
              return counts(attempt, inside);
            });
    var login =
        servers
            .login(in.database().server())
            .withDatabase(in.database().name())
            .as(reader, password);
    try (var outside = copy.open(attempt, in.database(), Servers.MAINTENANCE)) {
      attempt.fence();
      Databases.allowConnections(outside, in.database(), true);
      boolean proved = false;
      try {
        prove(attempt, doing, login, counted);
        proved = true;
      } finally {
        if (!proved) {
          DatabaseDrop.emptied(doing, outside, in.database());
        }
      }
    }
    return done(attempt, reader, stored(attempt, login), counted);
  }

  private static void require(String doing, List<String> found, String what) throws ActionFailed {
    if (!found.isEmpty()) {
      throw new ActionFailed(
          new Problem(
              doing,
              "refused: "
                  + what
                  + ": "
                  + String.join(", ", found.stream().limit(10).toList())
                  + ".",
              "Take those rights away on the server, then retry."));
    }
  }

  private static Map<TableHashes.Table, Long> counts(Attempt<?> attempt, Connection inside)
      throws SQLException {
    var counted = new TreeMap<TableHashes.Table, Long>();
    for (var table : TableHashes.tables(inside)) {
      attempt.stop().check();
      counted.put(table, TableHashes.rows(inside, table));
    }
    return counted;
  }

  /**
   * With the very login that the secret will hold: what it cannot see would be missing in silence.
   */
  private void prove(
      Attempt<In> attempt, String doing, Login login, Map<TableHashes.Table, Long> counted)
      throws ActionFailed, SQLException {
    try (var session =
        Databases.endingWith(
            attempt.stop(), servers.open(login, attempt.visit().applicationName()))) {
      Databases.execute(session, "SET row_security = on");
      long done = 0;
      for (var of : counted.entrySet()) {
        attempt.stop().check();
        long rows = TableHashes.rows(session, of.getKey());
        if (rows != of.getValue()) {
          throw new ActionFailed(
              new Problem(
                  doing,
                  "its reader sees "
                      + rows
                      + " of the "
                      + of.getValue()
                      + " rows of "
                      + of.getKey()
                      + ".",
                  "A restrictive policy hides them: a superuser has to look at it. Then retry."));
        }
        attempt.progress(++done, counted.size(), Attempt.Unit.TABLES, "counted");
      }
    } catch (SQLException refused) {
      throw new ActionFailed(
          new Problem(
              doing,
              "the server answered its reader: " + ServerErrors.reduced(refused) + ".",
              "Check that pg_hba.conf lets new roles in by password; then retry."));
    }
  }

  private SecretName stored(Attempt<In> attempt, Login login) throws ActionFailed {
    attempt.fence();
    try {
      return secrets
          .make(
              new SecretName(attempt.intent().fact("secret.name")),
              login,
              attempt.intent().fact("secret.owner"))
          .name();
    } catch (SecretUnavailable unavailable) {
      throw new ActionFailed(unavailable.problem());
    }
  }

  private static Outcome<Out> done(
      Attempt<In> attempt, String reader, SecretName secret, Map<TableHashes.Table, Long> counted) {
    var in = attempt.inputs();
    long rows = counted.values().stream().mapToLong(Long::longValue).sum();
    return new Outcome.Done<>(
        new Out(reader, secret, counted.size(), rows),
        in.database().name()
            + " on "
            + in.database().server().name()
            + " holds "
            + attempt.visit().tenant().slug()
            + " as of "
            + in.to()
            + " ("
            + in.exactness()
            + "): "
            + String.format(Locale.ENGLISH, "%,d tables, %,d rows", counted.size(), rows)
            + ", read-only. Its login is in the secret "
            + secret
            + "; the role "
            + reader
            + " can read it and nobody else comes in. In "
            + in.keep().toDays()
            + " days I ask whether it may go");
  }

  @Override
  public Finding<Out> probe(Attempt<In> attempt) {
    throw new IllegalStateException("snapshot.open is repeated, never probed");
  }

  /**
   * Removes the secret of an attempt that did not come to its end. The role stays for the next
   * attempt, which gives it another password; snapshot.discard removes it.
   */
  @Override
  public void clear(Attempt<In> attempt) {
    attempt.fence();
    try {
      secrets.remove(
          new SecretName(attempt.intent().fact("secret.name")),
          attempt.intent().fact("secret.owner"));
    } catch (SecretUnavailable unavailable) {
      throw new IllegalStateException(unavailable.problem().line());
    }
    StepSessions.clear(
        servers, attempt, attempt.inputs().database().server(), "ending earlier attempts");
  }
}
