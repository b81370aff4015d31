package io.countersign.postgres;

import io.countersign.estate.Login;
import java.net.SocketTimeoutException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.postgresql.PGConnection;

/**
 * Sessions for short looks, each kept for a moment after its look: logging in costs a server, and
 * who asks it, more than such a look. They serve only what may be asked twice, and no step of a
 * run: its sessions bear its attempt's name.
 */
final class KeptSessions {
  /** Longer than a server lets a look take: whoever is silent by then is gone. */
  static final Duration ANSWERED_WITHIN = Duration.ofSeconds(10);

  private static final Duration IDLE = Duration.ofSeconds(5);

  /** However busy: an address may come to mean another server. */
  private static final Duration LIFE = Duration.ofMinutes(1);

  /** More than these are closed after their look. */
  private static final int MOST = 10;

  private final String application;
  private final Duration idle;
  private final Duration life;
  private final Executor later;

  // guarded by this object's monitor; the one used last comes first
  private final Deque<Kept> waiting = new ArrayDeque<>();

  /** A session and when it was opened and used last, by the clock that only measures. */
  private record Kept(Login login, Connection session, long opened, long used) {}

  /**
   * @param application what servers call the sessions
   */
  KeptSessions(String application) {
    this(
        application,
        IDLE,
        LIFE,
        CompletableFuture.delayedExecutor(IDLE.toMillis(), TimeUnit.MILLISECONDS));
  }

  /**
   * @param idle how long a session may wait for the next look
   * @param life how old it may become
   * @param later runs what it is given when that wait is over
   */
  KeptSessions(String application, Duration idle, Duration life, Executor later) {
    this.application = application;
    this.idle = idle;
    this.life = life;
    this.later = later;
  }

  /** Asks; where a kept session turns out to have been lost, once more with a new one. */
  <T> T look(Login login, Servers.Look<T> look) throws SQLException {
    var kept = take(login);
    if (kept.isEmpty()) {
      return with(open(login), look);
    }
    try {
      return with(kept.get(), look);
    } catch (SQLException error) {
      if (!lost(error)) {
        throw error;
      }
      return with(open(login), look);
    }
  }

  private Kept open(Login login) throws SQLException {
    var session = Servers.connect(login, application);
    try {
      Databases.answeringWithin(ANSWERED_WITHIN, session);
      // a plan that the server keeps would fail once a table has been changed
      session.unwrap(PGConnection.class).setPrepareThreshold(0);
    } catch (SQLException error) {
      session.close();
      throw error;
    }
    return new Kept(login, session, System.nanoTime(), System.nanoTime());
  }

  private <T> T with(Kept kept, Servers.Look<T> look) throws SQLException {
    boolean keeps = false;
    try {
      T answer = look.at(kept.session());
      keeps = keep(kept);
      return answer;
    } finally {
      if (!keeps) {
        kept.session().close();
      }
    }
  }

  private boolean keep(Kept kept) {
    synchronized (this) {
      if (waiting.size() >= MOST || since(kept.opened()).compareTo(life) >= 0) {
        return false;
      }
      waiting.addFirst(new Kept(kept.login(), kept.session(), kept.opened(), System.nanoTime()));
    }
    later.execute(this::closeIdle);
    return true;
  }

  private synchronized Optional<Kept> take(Login login) {
    var found = waiting.stream().filter(it -> same(it.login(), login)).findFirst();
    found.ifPresent(waiting::remove);
    return found;
  }

  /** A password that was changed must not be outlived by sessions with the old one. */
  private static boolean same(Login one, Login other) {
    return one.host().equals(other.host())
        && one.port() == other.port()
        && one.database().equals(other.database())
        && one.user().equals(other.user())
        && one.tls().equals(other.tls())
        && one.password().reveal().equals(other.password().reveal());
  }

  private void closeIdle() {
    for (var old = longIdle(); old.isPresent(); old = longIdle()) {
      try {
        old.get().session().close();
      } catch (SQLException gone) {
        // which is what was wanted
      }
    }
  }

  private synchronized Optional<Kept> longIdle() {
    var last = Optional.ofNullable(waiting.peekLast());
    if (last.filter(it -> since(it.used()).compareTo(idle) >= 0).isEmpty()) {
      return Optional.empty();
    }
    waiting.removeLast();
    return last;
  }

  private static Duration since(long nanos) {
    return Duration.ofNanos(System.nanoTime() - nanos);
  }

  /** A server that said nothing at all is not asked a second time: that has taken long enough. */
  private static boolean lost(SQLException error) {
    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
      if (cause instanceof SocketTimeoutException) {
        return false;
      }
    }
    var state = String.valueOf(error.getSQLState());
    return state.startsWith("08") || state.startsWith("57P");
  }
}
