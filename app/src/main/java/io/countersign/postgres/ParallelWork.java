package io.countersign.postgres;

import io.countersign.Problem;
import io.countersign.action.ActionFailed;
import io.countersign.action.Stop;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Pieces of work on a copy, done by a few workers, the heaviest first. A piece waits for others,
 * and for the tables that it locks: two that would wait for each other's locks on the server, or
 * end in a deadlock there, are never started together.
 */
final class ParallelWork {
  private static final int LOOK_EVERY_MILLIS = 200;

  /** What a worker works with: both sessions are its own. */
  record Sessions(Connection source, Connection target) {}

  /** Opens a worker's sessions; they end when the stop is asked for. */
  @FunctionalInterface
  interface Opener {
    Sessions open(Stop stop) throws SQLException;
  }

  /** Looks while pieces are done; may end them all by what it throws. */
  @FunctionalInterface
  interface Look {
    /**
     * @param bytes the sum of weights done
     * @param done keys of the pieces that have ended
     */
    void at(long bytes, Set<String> done) throws ActionFailed;
  }

  /** What a piece does. Reports bytes as they go; those of its weight that it did not are added. */
  @FunctionalInterface
  interface Work {
    void on(Sessions sessions, LongConsumer carried) throws SQLException;
  }

  /**
   * One piece.
   *
   * @param key by which others wait for it
   * @param name for people
   * @param weight about its bytes
   * @param after keys of pieces that must be done
   * @param alone tables (OIDs of the source) that nobody else may work on meanwhile
   * @param shared tables that others may share
   */
  record Piece(
      String key,
      String name,
      long weight,
      Set<String> after,
      Set<Long> alone,
      Set<Long> shared,
      Work work) {
    Piece {
      after = Set.copyOf(after);
      alone = Set.copyOf(alone);
      shared = Set.copyOf(shared);
    }
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final List<Piece> waiting;
  private final Set<String> done = new HashSet<>();
  private final Set<Long> alone = new HashSet<>();
  private final Map<Long, Integer> shared = new HashMap<>();
  private final AtomicLong bytes = new AtomicLong();
  private final Stop stop = new Stop();
  private int running;
  private @Nullable String failedAt;
  private @Nullable Throwable failure;

  private ParallelWork(List<Piece> pieces) {
    waiting = new ArrayList<>(pieces);
    waiting.sort(Comparator.comparingLong(Piece::weight).reversed());
    stop.onRequest(this::wake);
  }

  /**
   * Does all pieces.
   *
   * @param look told how far it is, about five times a second, on this thread; what it throws ends
   *     the work
   * @throws ActionFailed where one fails, named, with what of the server's words may be shown; the
   *     others have ended by then
   * @throws Stop.Stopped where the run must end; all sessions are gone by then
   */
  static void run(
      String doing, List<Piece> pieces, int workers, Opener opener, Stop stop, Look look)
      throws ActionFailed {
    if (pieces.isEmpty()) {
      return;
    }
    var work = new ParallelWork(pieces);
    stop.onRequest(() -> work.stop.request(stop.why().orElse(Stop.Why.CANCELLED)));
    work.all(Math.min(workers, pieces.size()), opener, look);
    stop.check();
    work.orFail(doing);
  }

  private void all(int workers, Opener opener, Look look) throws ActionFailed {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var ended = new CountDownLatch(workers);
      for (int i = 0; i < workers; i++) {
        threads.execute(
            () -> {
              worker(opener);
              ended.countDown();
            });
      }
      watch(ended, look);
    }
  }

  /** However this ends, the workers end: leaving the executor waits for them. */
  private void watch(CountDownLatch ended, Look look) throws ActionFailed {
    boolean undisturbed = false;
    try {
      while (!ended.await(LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS)) {
        look.at(bytes.get(), finished());
      }
      undisturbed = true;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new Stop.Stopped(Stop.Why.SHUTDOWN);
    } finally {
      if (!undisturbed) {
        stop.request(Stop.Why.CANCELLED);
      }
    }
  }

  private void orFail(String doing) throws ActionFailed {
    switch (failure) {
      case null -> {}
      case SQLException refused ->
          throw new ActionFailed(
              new Problem(
                  doing,
                  failedAt + " failed: " + ClientErrors.said(refused) + ".",
                  "Remove the cause, then retry the step. With `method: dump` it goes by pg_dump"
                      + " and pg_restore instead."));
      case RuntimeException bug -> throw bug;
      case Error broken -> throw broken;
      default -> throw new IllegalStateException("a worker ended", failure);
    }
  }

  private void worker(Opener opener) {
    var at = "opening a worker's sessions";
    try {
      var sessions = opener.open(stop);
      try (var source = sessions.source();
          var target = sessions.target()) {
        for (var piece = next(); piece.isPresent(); piece = next()) {
          at = piece.get().name();
          perform(piece.get(), new Sessions(source, target));
          finished(piece.get());
        }
      }
    } catch (SQLException | RuntimeException | Error thrown) {
      fail(at, thrown);
    }
  }

  private void perform(Piece piece, Sessions sessions) throws SQLException {
    var counted = new AtomicLong();
    piece
        .work()
        .on(
            sessions,
            carried -> {
              long before = counted.getAndAdd(carried);
              bytes.addAndGet(Math.max(0, Math.min(carried, piece.weight() - before)));
            });
    bytes.addAndGet(Math.max(0, piece.weight() - counted.get()));
  }

  /** The heaviest piece that can be begun now; waits for one; empty where none is left. */
  private Optional<Piece> next() {
    lock.lock();
    try {
      while (failure == null && !waiting.isEmpty()) {
        stop.check();
        var free = waiting.stream().filter(this::isFree).findFirst();
        if (free.isPresent()) {
          begin(free.get());
          return free;
        }
        if (running == 0) {
          throw new IllegalStateException("nothing can begin of " + waiting.getFirst().name());
        }
        changed.awaitUninterruptibly();
      }
      return Optional.empty();
    } finally {
      lock.unlock();
    }
  }

  private boolean isFree(Piece piece) {
    return done.containsAll(piece.after())
        && piece.alone().stream().noneMatch(it -> alone.contains(it) || shared.containsKey(it))
        && piece.shared().stream().noneMatch(alone::contains);
  }

  private void begin(Piece piece) {
    waiting.remove(piece);
    alone.addAll(piece.alone());
    piece.shared().forEach(it -> shared.merge(it, 1, Integer::sum));
    running++;
  }

  private void finished(Piece piece) {
    lock.lock();
    try {
      done.add(piece.key());
      alone.removeAll(piece.alone());
      piece.shared().forEach(it -> shared.computeIfPresent(it, (k, n) -> n == 1 ? null : n - 1));
      running--;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private Set<String> finished() {
    lock.lock();
    try {
      return Set.copyOf(done);
    } finally {
      lock.unlock();
    }
  }

  /** The first failure counts; what the others say after it is only that their sessions ended. */
  private void fail(String at, Throwable thrown) {
    lock.lock();
    try {
      if (failure == null) {
        failure = thrown;
        failedAt = at;
      }
    } finally {
      lock.unlock();
    }
    stop.request(Stop.Why.CANCELLED);
  }

  private void wake() {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
