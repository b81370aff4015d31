package io.countersign.postgres;

import static io.countersign.postgres.Identifiers.quoted;

import io.countersign.Problem;
import io.countersign.action.ActionFailed;
import io.countersign.action.Stop;
import io.countersign.action.Symptoms;
import io.countersign.estate.DatabaseRef;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.postgresql.PGConnection;

/**
 * Exchanges two databases' names in one transaction, lock first: R takes the live database's lock
 * and renames it, T ends the other sessions from outside, L measures from inside whether anything
 * was written, and only then R goes on and commits. Nothing is changed before COMMIT: whoever dies,
 * the server's own time-outs roll back within seconds and the live name is reachable again.
 */
public final class NameSwap {
  /** RENAME itself gives up after 5 s; we end the whole attempt a little earlier. */
  private static final long ALONE_WITHIN_NANOS = TimeUnit.MILLISECONDS.toNanos(4_500);

  /** Longer than any statement may take; a bot behind a cut network must not wait for ever. */
  public static final Duration ANSWERED_WITHIN = Duration.ofSeconds(10);

  public static final List<String> TIME_LIMITS =
      List.of(
          "SET statement_timeout = '8s'",
          "SET lock_timeout = '4s'",
          "SET idle_in_transaction_session_timeout = '2s'",
          "SET tcp_user_timeout = '5s'");

  private static final String LOCK =
      """
      SELECT coalesce(bool_or(granted), false), count(*)
        FROM pg_locks
       WHERE pid = ? AND locktype = 'object' AND classid = 1262 AND objid = ?
         AND mode = 'AccessExclusiveLock'
      """;

  private final Consumer<String> between;

  /**
   * @param between told each point between two statements; tests die there
   */
  public NameSwap(Consumer<String> between) {
    this.between = between;
  }

  /**
   * One swap.
   *
   * @param atFreeze the write counters when the tenant was settled
   * @param approved the same when the order was made that was approved
   */
  public record Plan(
      DatabaseRef live,
      DatabaseRef restored,
      String keptName,
      List<String> queueSchemas,
      WriteCounters.Reading atFreeze,
      WriteCounters.Reading approved) {
    public Plan {
      queueSchemas = List.copyOf(queueSchemas);
    }

    DatabaseRef kept() {
      return new DatabaseRef(live.server(), live.oid(), keptName);
    }

    DatabaseRef newLive() {
      return new DatabaseRef(live.server(), restored.oid(), live.name());
    }
  }

  /**
   * The four parts that take part.
   *
   * @param inside L, in the live database, in autocommit
   * @param renaming R, in the maintenance database
   * @param outside T, in the maintenance database, in autocommit
   */
  public record Parties(Connection inside, Connection renaming, Connection outside) {}

  /** How it ended. */
  public sealed interface Result {
    /**
     * @param blackout from the request for the lock to COMMIT
     * @param ended the sessions that were ended
     */
    record Swapped(Duration blackout, List<Sessions.Session> ended) implements Result {
      public Swapped {
        ended = List.copyOf(ended);
      }
    }

    /** Nothing was changed: something was written after the freeze, or nobody can tell. */
    record Drifted(String difference) implements Result {}

    /** COMMIT was sent and no answer came: a look from a new session tells. */
    record Lost(Duration blackout, List<Sessions.Session> ended) implements Result {
      public Lost {
        ended = List.copyOf(ended);
      }
    }
  }

  /**
   * Compares what is written now with what was when the order was approved.
   *
   * @return the difference for people; empty where nothing was written
   */
  private static java.util.Optional<String> difference(Plan plan, WriteCounters.Reading now) {
    var approved = plan.approved();
    return approved.since().equals(now.since()) && approved.writes() == now.writes()
        ? java.util.Optional.empty()
        : java.util.Optional.of(
            WriteCounters.difference(approved.since(plan.atFreeze()), now.since(plan.atFreeze())));
  }

  /**
   * Swaps.
   *
   * @param fence called right before COMMIT
   * @throws ActionFailed where it could not be done; rolled back
   * @throws SQLException where a session was lost or a statement failed before COMMIT; rolled back
   */
  public Result swap(Plan plan, Parties parties, Stop stop, Runnable fence)
      throws ActionFailed, SQLException {
    var renaming = parties.renaming();
    Databases.execute(renaming, TIME_LIMITS);
    renaming.setAutoCommit(false);
    try (var background = Executors.newVirtualThreadPerTaskExecutor()) {
      long began = System.nanoTime();
      Future<?> rename =
          background.submit(
              () -> {
                Databases.execute(renaming, renamed(plan.live().name(), plan.keptName()));
                return null;
              });
      boolean finished = false;
      try {
        between.accept("asked for the lock");
        var ended = emptied(plan, parties, rename, stop);
        var difference = measured(plan, parties);
        if (difference.isPresent()) {
          return new Result.Drifted(difference.get());
        }
        awaited(rename);
        rest(plan, renaming);
        stop.check();
        fence.run();
        between.accept("before COMMIT");
        finished = true;
        return committed(renaming, began, ended);
      } finally {
        if (!finished) {
          abandon(renaming, rename);
        }
      }
    }
  }

  private static String renamed(String from, String to) {
    return "ALTER DATABASE " + quoted(from) + " RENAME TO " + quoted(to);
  }

  /**
   * T ends sessions until R holds the lock and L is alone.
   *
   * @return those that it ended
   */
  private List<Sessions.Session> emptied(Plan plan, Parties parties, Future<?> rename, Stop stop)
      throws ActionFailed, SQLException {
    var outside = parties.outside();
    int inside = pid(parties.inside());
    int renaming = pid(parties.renaming());
    long until = System.nanoTime() + ALONE_WITHIN_NANOS;
    boolean told = false;
    var ended = new TreeMap<Integer, Sessions.Session>();
    while (System.nanoTime() < until && !rename.isDone()) {
      stop.check();
      var lock = lock(outside, renaming, plan.live().oid());
      if (lock == Lock.GRANTED && !told) {
        between.accept("locked");
        told = true;
      }
      if (lock != Lock.NONE) {
        var others =
            Sessions.all(outside, plan.live().oid()).stream()
                .filter(it -> it.pid() != inside)
                .toList();
        if (others.isEmpty() && lock == Lock.GRANTED) {
          between.accept("alone");
          return List.copyOf(ended.values());
        }
        others.forEach(it -> ended.put(it.pid(), it));
        refuseThoseWhoStay(plan, Sessions.end(outside, others));
      }
      Databases.pause(outside);
    }
    awaitedSoFar(rename);
    throw new ActionFailed(
        new Problem(
            "swapping " + plan.live().name(),
            "its sessions did not end within 4.5 s, so everything was rolled back: "
                + Sessions.shown(Sessions.all(outside, plan.live().oid()))
                + ". "
                + Symptoms.sessionsStay().cause(),
            Symptoms.sessionsStay().fix()));
  }

  private static void refuseThoseWhoStay(Plan plan, List<Sessions.Left> left) throws ActionFailed {
    if (!left.isEmpty()) {
      throw new ActionFailed(
          mayNotEnd(plan.live().name(), left.stream().map(Sessions.Left::session).toList()));
    }
  }

  /** The problem that names sessions which only a superuser can end. */
  static Problem mayNotEnd(String database, List<Sessions.Session> sessions) {
    return new Problem(
        "swapping " + database,
        "these sessions of superusers may not be ended by the bot: "
            + Sessions.shown(sessions)
            + ". Nothing was changed.",
        "Stop these programs or end their sessions as a superuser (SELECT"
            + " pg_terminate_backend(pid)), then retry.");
  }

  private enum Lock {
    NONE,
    WAITING,
    GRANTED
  }

  private static Lock lock(Connection outside, int pid, long oid) throws SQLException {
    try (var query = outside.prepareStatement(LOCK)) {
      query.setInt(1, pid);
      query.setLong(2, oid);
      try (var row = query.executeQuery()) {
        row.next();
        if (row.getBoolean(1)) {
          return Lock.GRANTED;
        }
        return row.getLong(2) > 0 ? Lock.WAITING : Lock.NONE;
      }
    }
  }

  private static int pid(Connection session) throws SQLException {
    return session.unwrap(PGConnection.class).getBackendPID();
  }

  /** L reads the counters when nobody else is left, and leaves if nothing was written. */
  private java.util.Optional<String> measured(Plan plan, Parties parties) throws SQLException {
    var inside = parties.inside();
    var now = WriteCounters.read(inside, plan.queueSchemas());
    var difference = difference(plan, now);
    if (difference.isEmpty()) {
      between.accept("measured");
      inside.close();
      between.accept("left");
    }
    return difference;
  }

  private void rest(Plan plan, Connection renaming) throws SQLException, ActionFailed {
    between.accept("live renamed");
    Databases.execute(renaming, renamed(plan.restored().name(), plan.live().name()));
    between.accept("restored renamed");
    Databases.execute(
        renaming,
        List.of(
            "ALTER DATABASE " + quoted(plan.live().name()) + " ALLOW_CONNECTIONS true",
            "ALTER DATABASE " + quoted(plan.keptName()) + " ALLOW_CONNECTIONS false"));
    between.accept("opened and closed");
    TenantDatabases.pinned(renaming, plan.kept());
    var live = TenantDatabases.pinned(renaming, plan.newLive());
    if (!live.allowsConnections()) {
      throw new ActionFailed(
          new Problem(
              "swapping " + plan.live().name(),
              "the restored database did not open for connections, so everything was rolled back.",
              "Retry; if it happens again, look at the database's owner and rights."));
    }
  }

  private static Result committed(Connection renaming, long began, List<Sessions.Session> ended) {
    try {
      renaming.commit();
      return new Result.Swapped(Duration.ofNanos(System.nanoTime() - began), ended);
    } catch (SQLException unanswered) {
      // even an error of the server is looked at from outside: only the catalogue tells
      return new Result.Lost(Duration.ofNanos(System.nanoTime() - began), ended);
    }
  }

  private static void awaited(Future<?> rename) throws SQLException {
    try {
      rename.get(10, TimeUnit.SECONDS);
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof SQLException error) {
        throw error;
      }
      throw new IllegalStateException("the rename failed", failed);
    } catch (TimeoutException late) {
      throw new SQLException("the rename does not end", "57014", late);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new Stop.Stopped(Stop.Why.SHUTDOWN);
    }
  }

  /** Where RENAME failed by itself, its own error says more than ours. */
  private static void awaitedSoFar(Future<?> rename) throws SQLException {
    if (rename.isDone()) {
      awaited(rename);
    }
  }

  /** Rolls back whatever happened; a session that cannot be told so is cut. */
  private static void abandon(Connection renaming, Future<?> rename) {
    try {
      if (!rename.isDone()) {
        renaming.unwrap(PGConnection.class).cancelQuery();
      }
      try {
        awaited(rename);
      } catch (SQLException cancelled) {
        // as was asked; ROLLBACK follows
      }
      renaming.rollback();
    } catch (SQLException | RuntimeException unreachable) {
      cut(renaming);
    }
  }

  private static void cut(Connection renaming) {
    try {
      renaming.abort(Runnable::run);
    } catch (SQLException gone) {
      // the server's time-outs end the transaction
    }
  }
}
