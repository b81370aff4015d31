package io.countersign.sandbox.postgres;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;

/**
 * One tenant's application under load. Each client keeps a session, does one thing every 20 ms, and
 * believes the registry's status for a while: it writes while {@code active}, reads while {@code
 * read_only}, and rests otherwise. After any error it reconnects at once.
 */
public final class Traffic implements AutoCloseable {
  private static final long PACE_MILLIS = 20;
  private static final long LAST_SECONDS = 2;

  private final ScheduledExecutorService pace;
  private final RegistryReader registry;
  private final List<TrafficClient> clients;
  private final Gap anybody;

  private Traffic(MedsuiteWorld world, String slug, int count, Duration statusTtl) {
    this.registry = new RegistryReader(world.registryReader());
    this.anybody = new Gap(System::nanoTime);
    var login = world.tenantLogin(slug);
    this.clients =
        IntStream.range(0, count)
            .mapToObj(number -> new TrafficClient(login, slug, registry, statusTtl, anybody))
            .toList();
    this.pace = Executors.newScheduledThreadPool(count, Thread.ofVirtual().factory());
  }

  /**
   * Starts the clients.
   *
   * @param statusTtl how long each of them believes a status
   */
  public static Traffic start(MedsuiteWorld world, String slug, int clients, Duration statusTtl) {
    var traffic = new Traffic(world, slug, clients, statusTtl);
    for (var client : traffic.clients) {
      var _ =
          traffic.pace.scheduleWithFixedDelay(client::act, 0, PACE_MILLIS, TimeUnit.MILLISECONDS);
    }
    return traffic;
  }

  /** Operations that succeeded, reads and writes. */
  public long ok() {
    return clients.stream().mapToLong(TrafficClient::ok).sum();
  }

  /** Transactions that wrote and were committed. */
  public long writes() {
    return clients.stream().mapToLong(TrafficClient::writes).sum();
  }

  /** Operations and connection attempts that failed. */
  public long failed() {
    return clients.stream().mapToLong(TrafficClient::failed).sum();
  }

  /** The longest time that any one client went without success, an unfinished one included. */
  public long longestGapMillis() {
    return clients.stream().mapToLong(client -> client.gap().longestMillis()).max().orElse(0);
  }

  /** The longest time in which no client at all succeeded, an unfinished one included. */
  public long longestOutageMillis() {
    return anybody.longestMillis();
  }

  /** Ends the clients and lets them finish what they do; the counts stay as they are then. */
  @Override
  public void close() {
    pace.shutdown();
    try {
      if (!pace.awaitTermination(LAST_SECONDS, TimeUnit.SECONDS)) {
        // one hangs on its server: without its session it fails and ends
        clients.forEach(TrafficClient::close);
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    pace.close();
    anybody.end();
    clients.forEach(
        client -> {
          client.gap().end();
          client.close();
        });
    registry.close();
  }

  /** The longest time between two successes. */
  static final class Gap {
    private final LongSupplier nanos;
    private final AtomicLong last;
    private final AtomicLong longest = new AtomicLong();
    private volatile boolean ended;

    Gap(LongSupplier nanos) {
      this.nanos = nanos;
      this.last = new AtomicLong(nanos.getAsLong());
    }

    void success() {
      long now = nanos.getAsLong();
      longest.accumulateAndGet(now - last.getAndSet(now), Math::max);
    }

    /** Counts the time since the last success, and no time after now. */
    void end() {
      success();
      ended = true;
    }

    long longestMillis() {
      long open = ended ? 0 : nanos.getAsLong() - last.get();
      return TimeUnit.NANOSECONDS.toMillis(Math.max(longest.get(), open));
    }
  }
}
