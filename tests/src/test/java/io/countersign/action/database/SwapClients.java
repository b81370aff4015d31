package io.countersign.action.database;

import static io.countersign.action.database.TwoServers.LIVE;
import static io.countersign.action.database.TwoServers.NAME;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;

/**
 * An application in front of the live database: pooled clients, who keep a session and connect
 * again at once when it is cut, and restless ones, who connect anew for each statement.
 */
final class SwapClients implements AutoCloseable {
  private static final String WORK = "SELECT pg_sleep(0.05)";
  private final TwoServers servers;
  private final AtomicBoolean stopped = new AtomicBoolean();
  private final AtomicLong anybody = new AtomicLong(System.nanoTime());
  private final AtomicLong nobody = new AtomicLong();
  private final List<Client> clients;
  private final List<Thread> threads = new ArrayList<>();

  private static final class Client {
    private final AtomicLong served = new AtomicLong(System.nanoTime());
    private final AtomicLong longest = new AtomicLong();
  }

  SwapClients(TwoServers servers, int pooled, int restless) {
    this.servers = servers;
    this.clients = IntStream.range(0, pooled + restless).mapToObj(_ -> new Client()).toList();
    for (int i = 0; i < clients.size(); i++) {
      var client = clients.get(i);
      boolean keeps = i < pooled;
      threads.add(Thread.ofVirtual().start(() -> work(client, keeps)));
    }
  }

  private void work(Client client, boolean keeps) {
    while (!stopped.get()) {
      try (var session = servers.connect(LIVE, NAME, "pooled");
          var statement = session.createStatement()) {
        do {
          statement.execute(WORK);
          served(client);
        } while (keeps && !stopped.get());
      } catch (SQLException cut) {
        // connects again
      }
    }
  }

  private void served(Client client) {
    long now = System.nanoTime();
    client.longest.accumulateAndGet(now - client.served.getAndSet(now), Math::max);
    nobody.accumulateAndGet(now - anybody.getAndSet(now), Math::max);
  }

  /** Until each of them was served after this call: then all are connected. */
  void awaitAllServed() {
    long now = System.nanoTime();
    Awaitility.await()
        .atMost(Duration.ofMinutes(2))
        .until(() -> clients.stream().allMatch(it -> it.served.get() - now > 0));
  }

  /** Forgets the waits until now. */
  void measureAnew() {
    nobody.set(0);
    clients.forEach(it -> it.longest.set(0));
  }

  /** The longest time in which no client was served. */
  long noServiceMillis() {
    return Duration.ofNanos(nobody.get()).toMillis();
  }

  /** The longest wait of any one client. */
  long worstClientMillis() {
    return Duration.ofNanos(clients.stream().mapToLong(it -> it.longest.get()).max().orElseThrow())
        .toMillis();
  }

  @Override
  public void close() {
    stopped.set(true);
    threads.forEach(
        it -> {
          try {
            it.join();
          } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
          }
        });
  }
}
