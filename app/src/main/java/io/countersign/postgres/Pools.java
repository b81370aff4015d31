package io.countersign.postgres;

import io.countersign.Problem;
import io.countersign.action.ActionFailed;
import io.countersign.action.Stop;
import io.countersign.estate.Estate;
import io.countersign.estate.Neighbours.PgBouncer;
import io.countersign.estate.ServerRef;
import io.countersign.postgres.Obstacles.Obstacle;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * The PgBouncers before one server. They hold their clients while names are exchanged, so that
 * nobody is refused. PAUSE outlives whoever asked for it: each attempt resumes, and so does each
 * look after one that died.
 */
public final class Pools {
  /** So long a PAUSE may wait for running transactions; the lock ends those that are left. */
  static final Duration QUIET_WITHIN = Duration.ofSeconds(3);

  private static final Duration COMMAND_WITHIN = Duration.ofSeconds(3);
  private static final int RESUME_TRIES = 3;

  private final Servers servers;
  private final List<PgBouncer> pgbouncers;

  public Pools(Servers servers, Estate estate, ServerRef server) {
    this.servers = servers;
    this.pgbouncers = estate.beside(server).pgbouncers();
  }

  /** What the plan of a swap shows: before the lock. */
  public static List<String> pauseShown(List<PgBouncer> pgbouncers, String database) {
    return pgbouncers.stream()
        .map(it -> "PAUSE " + database + " -- on PgBouncer " + it + ", at most 3 s")
        .toList();
  }

  /** The same after COMMIT, and after anything else that ends the swap. */
  public static List<String> resumeShown(List<PgBouncer> pgbouncers, String database) {
    return pgbouncers.stream()
        .flatMap(
            it ->
                List.of(
                    "RECONNECT " + database + " -- on PgBouncer " + it,
                    "RESUME " + database + " -- there, whatever became of the swap")
                    .stream())
        .toList();
  }

  /** What would keep a swap from holding the clients of these databases. */
  public List<Obstacle> obstacles(List<String> databases) {
    var found = new ArrayList<Obstacle>();
    for (var each : pgbouncers) {
      try (var console = PgBouncerConsole.open(servers, each, COMMAND_WITHIN)) {
        for (var database : databases) {
          console.entries(database).stream()
              .filter(PgBouncerConsole.Entry::paused)
              .map(it -> paused(each, it))
              .forEach(found::add);
        }
      } catch (SQLException refused) {
        found.add(unreachable(each, ServerErrors.reduced(refused)));
      } catch (ActionFailed failed) {
        found.add(unreachable(each, failed.problem().happened()));
      }
    }
    return found;
  }

  private static Obstacle paused(PgBouncer pgbouncer, PgBouncerConsole.Entry entry) {
    return new Obstacle(
        entry.name() + " is paused on PgBouncer " + pgbouncer,
        "find out who paused it, then RESUME " + entry.name() + " on its console");
  }

  private static Obstacle unreachable(PgBouncer pgbouncer, String why) {
    return new Obstacle(
        "the console of PgBouncer " + pgbouncer + " cannot be used: " + why,
        "start it, or correct servers.<name>.pgbouncers in the estate's file, its secret, and"
            + " PgBouncer's admin_users");
  }

  /**
   * To be asked before anything is changed.
   *
   * @throws ActionFailed where a console does not answer, or somebody else paused the database
   */
  public void refuse(String doing, String database) throws ActionFailed {
    var found = obstacles(List.of(database));
    if (!found.isEmpty()) {
      throw new ActionFailed(Obstacles.problem(doing, found));
    }
  }

  /**
   * That clients are held.
   *
   * @param quiet whether all their transactions ended by themselves
   */
  public record Held(long sinceNanos, boolean quiet) {
    /** One clause for the thread, after the clients were let go; empty where nothing was held. */
    public String said() {
      var forMillis = Duration.ofNanos(System.nanoTime() - sinceNanos).toMillis();
      return "PgBouncer held its clients for "
          + forMillis
          + " ms"
          + (quiet ? "" : " and did not wait for those that were at work longer than 3 s");
    }
  }

  /**
   * Holds the clients of a database, everywhere at once. The caller resumes, whatever this throws.
   *
   * @return that they are held; empty where no PgBouncer leads there
   * @throws ActionFailed where one cannot
   */
  public Optional<Held> pause(String doing, String database, Stop stop) throws ActionFailed {
    long began = System.nanoTime();
    var paused = new ArrayList<Boolean>();
    try {
      for (var each : asked(database)) {
        paused.add(each.get());
      }
      stop.check();
    } catch (ExecutionException failed) {
      throw new ActionFailed(
          new Problem(
              doing,
              "a PgBouncer did not pause: " + reason(failed) + ". Nothing was changed.",
              "Look at its log and console, then retry."));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new Stop.Stopped(Stop.Why.SHUTDOWN);
    }
    return paused.isEmpty()
        ? Optional.empty()
        : Optional.of(new Held(began, !paused.contains(false)));
  }

  private static String reason(ExecutionException failed) {
    return switch (failed.getCause()) {
      case SQLException error -> ServerErrors.reduced(error);
      case ActionFailed problem -> problem.problem().happened();
      case null, default -> "something unexpected";
    };
  }

  /** Asks for all pauses; each answer says whether the clients became quiet. */
  private List<Future<Boolean>> asked(String database) throws ActionFailed {
    var asked = new ArrayList<Future<Boolean>>();
    try (var everywhere = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var each : pgbouncers) {
        for (var entry : entries(each, database)) {
          asked.add(everywhere.submit((Callable<Boolean>) () -> paused(each, entry, database)));
        }
      }
    }
    return asked;
  }

  private List<PgBouncerConsole.Entry> entries(PgBouncer pgbouncer, String database)
      throws ActionFailed {
    return ServerWork.looking(
        "asking PgBouncer " + pgbouncer,
        () -> {
          try (var console = PgBouncerConsole.open(servers, pgbouncer, COMMAND_WITHIN)) {
            return console.entries(database);
          }
        });
  }

  private boolean paused(PgBouncer pgbouncer, PgBouncerConsole.Entry entry, String database)
      throws ActionFailed, SQLException {
    try (var console = PgBouncerConsole.open(servers, pgbouncer, QUIET_WITHIN)) {
      console.pause(entry);
      return true;
    } catch (SQLException late) {
      // PgBouncer goes on pausing when whoever asked has gone
      if (entries(pgbouncer, database).stream()
          .anyMatch(it -> it.name().equals(entry.name()) && it.paused())) {
        return false;
      }
      throw late;
    }
  }

  /**
   * Lets the clients of a database go on, everywhere. Repeatable, and to be called after whatever
   * happened.
   *
   * @return a sentence for each PgBouncer that could not be asked
   */
  public List<String> resume(String database) {
    // a thread that is to end must still let the clients go
    boolean interrupted = Thread.interrupted();
    try {
      return pgbouncers.stream().map(it -> resume(it, database)).flatMap(Optional::stream).toList();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private Optional<String> resume(PgBouncer pgbouncer, String database) {
    var why = "";
    for (int i = 0; i < RESUME_TRIES; i++) {
      try (var console = PgBouncerConsole.open(servers, pgbouncer, COMMAND_WITHIN)) {
        for (var entry : console.entries(database)) {
          if (entry.paused()) {
            // in this order: a login that RECONNECT cuts off counts as refused, and PgBouncer then
            // lets all clients wait for server_login_retry, 15 s
            console.reconnect(entry);
            console.resume(entry);
          }
        }
        return Optional.empty();
      } catch (SQLException refused) {
        why = ServerErrors.reduced(refused);
      } catch (ActionFailed failed) {
        why = failed.problem().happened();
      }
    }
    return Optional.of(
        "PgBouncer "
            + pgbouncer
            + " could not be told to let its clients go on ("
            + why
            + "): run RECONNECT and RESUME for "
            + database
            + " on its console.");
  }
}
