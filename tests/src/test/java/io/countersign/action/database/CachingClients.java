package io.countersign.action.database;

import static io.countersign.action.database.TwoServers.LIVE;

import io.countersign.estate.Registry.Reference;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * The product's processes: each reads its tenant's reference from the registry, believes it for as
 * long as the estate allows, and keeps a session open. They read, and from {@link #write} on they
 * insert.
 */
final class CachingClients implements AutoCloseable {
  private static final Duration LONG = Duration.ofSeconds(30);
  private final FlipStage stage;
  private final int number;
  private final List<Thread> threads = new ArrayList<>();
  private final AtomicBoolean writing = new AtomicBoolean();
  private final AtomicBoolean stopped = new AtomicBoolean();
  private final AtomicInteger refused = new AtomicInteger();
  private volatile String lastRefusal = "";
  private final Set<Integer> connected = ConcurrentHashMap.newKeySet();
  private final Set<Integer> written = ConcurrentHashMap.newKeySet();
  private final Set<String> places = ConcurrentHashMap.newKeySet();

  CachingClients(FlipStage stage, int number) {
    this.stage = stage;
    this.number = number;
    IntStream.range(0, number)
        .forEach(it -> threads.add(Thread.ofVirtual().start(() -> new Client(it).work())));
  }

  void awaitConnected() {
    Awaitility.await().atMost(LONG).until(() -> connected.size() == number);
  }

  /** From now on everybody inserts. */
  void write() {
    writing.set(true);
  }

  /** Every one of them has inserted a row somewhere. */
  void awaitWritten() {
    Awaitility.await().atMost(LONG).until(() -> written.size() == number);
  }

  Set<String> writtenTo() {
    return places;
  }

  /** How often one that was about to write found its database closed. */
  int refused() {
    return refused.get();
  }

  /** What a process hears that asks for the closed database. */
  String lastRefusal() {
    return lastRefusal;
  }

  @Override
  public void close() {
    stopped.set(true);
    try {
      for (var thread : threads) {
        thread.join();
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private final class Client {
    private final int me;
    private @Nullable Reference cached;
    private long believedUntil;
    private int rows;

    Client(int me) {
      this.me = me;
    }

    void work() {
      while (!stopped.get()) {
        try (var session = stage.servers.connect(LIVE, reference().database(), "acme_app")) {
          connected.add(me);
          while (!stopped.get()) {
            use(session);
          }
        } catch (SQLException ended) {
          if (writing.get()) {
            refused.incrementAndGet();
            // one that was connected hears first that its session was ended
            if (!"57P01".equals(ended.getSQLState())) {
              lastRefusal = String.valueOf(ended.getMessage());
            }
          }
        }
      }
    }

    private Reference reference() {
      if (cached == null || System.nanoTime() > believedUntil) {
        cached = stage.registry.tenant("acme").map(Reference::of).orElseThrow();
        believedUntil = System.nanoTime() + stage.metadataTtl().toNanos();
      }
      return cached;
    }

    private void use(Connection session) throws SQLException {
      try (var statement = session.createStatement()) {
        if (!writing.get()) {
          statement.execute("SELECT pg_sleep(0.02)");
          return;
        }
        session.setAutoCommit(false);
        statement.execute("SET TRANSACTION READ WRITE");
        var row =
            "INSERT INTO members.member (id, name) VALUES (%d, 'client %d') RETURNING current_database(), pg_sleep(0.02)"
                .formatted(1_000_000 + me * 10_000 + rows++, me);
        try (var made = statement.executeQuery(row)) {
          made.next();
          var place = made.getString(1);
          session.commit();
          places.add(place);
          written.add(me);
        }
      }
    }
  }
}
