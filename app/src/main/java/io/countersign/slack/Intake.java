package io.countersign.slack;

import io.countersign.thread.Inbox;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Between a verified request and the work on it: one insert, then the acknowledgement, then the
 * work on another thread. A crash after the insert loses nothing: {@link #retryUnhandled} finds it.
 */
final class Intake {
  private static final Logger log = LoggerFactory.getLogger(Intake.class);
  private static final int COMMANDS = 5;
  private static final Duration DEAD_AFTER = Duration.ofSeconds(60);

  private final Inbox inbox;
  private final Handler handler;
  private final Executor threads;
  private final InboundJson json = new InboundJson();

  /** Commands that are looked up at a time: more would keep connections from acknowledgements. */
  private final Semaphore commands = new Semaphore(COMMANDS, true);

  Intake(Inbox inbox, Handler handler, Executor threads) {
    this.inbox = inbox;
    this.handler = handler;
    this.threads = threads;
  }

  /** Does the work that a request asks for; answers the person, whatever happens. */
  interface Handler {
    void handle(Inbound inbound);
  }

  /** What became of a request. */
  enum Taken {
    /** Kept, and being worked on. */
    NEW,
    /** Kept before. */
    REPEATED,
    /** Not kept, and nothing will be done: the person has to be told. */
    LOST
  }

  Taken take(String key, Inbound inbound) {
    try {
      if (!inbox.accept(key, inbound.kind(), json.write(inbound))) {
        return Taken.REPEATED;
      }
    } catch (RuntimeException unreachable) {
      log.error("a request of kind {} could not be kept: {}", inbound.kind(), name(unreachable));
      return Taken.LOST;
    }
    threads.execute(() -> work(key, inbound));
    return Taken.NEW;
  }

  /** Works on what a process that died left; to be called every half minute. */
  void retryUnhandled() {
    try {
      for (var waiting : inbox.unhandled(DEAD_AFTER, 20)) {
        threads.execute(() -> again(waiting));
      }
    } catch (RuntimeException unreachable) {
      log.warn("could not look for unhandled requests: {}", name(unreachable));
    }
  }

  private void again(Inbox.Waiting waiting) {
    try {
      work(waiting.key(), json.read(waiting));
    } catch (IllegalArgumentException unreadable) {
      log.error("request {} is dropped: {}", waiting.key(), unreadable.getMessage());
      done(waiting.key());
    }
  }

  /** Commands wait in turn; clicks, and votes with them, wait for nobody. */
  private void work(String key, Inbound inbound) {
    if (!(inbound instanceof Inbound.Typed)) {
      handle(key, inbound);
      return;
    }
    commands.acquireUninterruptibly();
    try {
      handle(key, inbound);
    } finally {
      commands.release();
    }
  }

  private void handle(String key, Inbound inbound) {
    try {
      handler.handle(inbound);
    } catch (RuntimeException bug) {
      log.error("request {} of kind {} failed: {}", key, inbound.kind(), name(bug));
    }
    done(key);
  }

  private void done(String key) {
    try {
      inbox.handled(key);
    } catch (RuntimeException unreachable) {
      log.warn("request {} will be worked on again: {}", key, name(unreachable));
    }
  }

  /** Messages of exceptions may hold rows; their class, place and SQLSTATE do not. */
  static String name(Throwable failure) {
    var at = failure.getStackTrace().length == 0 ? "" : " at " + failure.getStackTrace()[0];
    var state = "";
    for (var cause = failure.getCause(); cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException sql) {
        state = " (SQLSTATE " + sql.getSQLState() + ")";
      }
    }
    return failure.getClass().getName() + state + at;
  }
}
