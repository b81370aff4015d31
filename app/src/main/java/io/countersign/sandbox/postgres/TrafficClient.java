package io.countersign.sandbox.postgres;

import io.countersign.estate.Login;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** One client of {@link Traffic}. */
final class TrafficClient {
  /** Even the smallest tenant has so many members. */
  private static final int MEMBERS = 100;

  private final Login login;
  private final String slug;
  private final RegistryReader registry;
  private final Duration statusTtl;
  private final Traffic.Gap anybody;
  private final Traffic.Gap gap = new Traffic.Gap(System::nanoTime);
  private final AtomicLong ok = new AtomicLong();
  private final AtomicLong writes = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();
  private volatile @Nullable Connection session;
  private String status = "unknown";
  private long statusReadAt;

  TrafficClient(
      Login login, String slug, RegistryReader registry, Duration statusTtl, Traffic.Gap anybody) {
    this.login = login;
    this.slug = slug;
    this.registry = registry;
    this.statusTtl = statusTtl;
    this.anybody = anybody;
  }

  /** Does one thing. Never throws: the pace would stop. */
  void act() {
    try {
      operate(connected());
    } catch (SQLException refused) {
      failed.incrementAndGet();
      close();
      reconnect();
    }
  }

  private void operate(Connection open) throws SQLException {
    switch (status()) {
      case "active" -> {
        write(open);
        writes.incrementAndGet();
        succeeded();
      }
      case "read_only" -> {
        read(open);
        succeeded();
      }
      default -> {
        // suspended or archived: the product turns its users away
      }
    }
  }

  private void succeeded() {
    ok.incrementAndGet();
    gap.success();
    anybody.success();
  }

  private void reconnect() {
    try {
      connected();
    } catch (SQLException refused) {
      failed.incrementAndGet();
    }
  }

  private Connection connected() throws SQLException {
    var open = session;
    if (open == null) {
      open = LocalCluster.open(login);
      open.setAutoCommit(false);
      session = open;
    }
    return open;
  }

  private String status() throws SQLException {
    long now = System.nanoTime();
    if (status.equals("unknown") || now - statusReadAt >= statusTtl.toNanos()) {
      status = registry.status(slug);
      statusReadAt = now;
    }
    return status;
  }

  private static void write(Connection open) throws SQLException {
    long member = anyMember();
    // the stronger lock first: the claim's foreign key locks the member as well
    try (var update =
            open.prepareStatement(
                "UPDATE members.member SET contact = contact || '{\"seen\": true}' WHERE id = ?");
        var insert =
            open.prepareStatement(
                "INSERT INTO members.claim (member_id, amount)"
                    + " SELECT id, 42.00 FROM members.member WHERE id = ?")) {
      update.setLong(1, member);
      update.executeUpdate();
      insert.setLong(1, member);
      insert.executeUpdate();
      open.commit();
    }
  }

  private static void read(Connection open) throws SQLException {
    try (var query =
        open.prepareStatement("SELECT count(*) FROM members.claim WHERE member_id = ?")) {
      query.setLong(1, anyMember());
      query.executeQuery().next();
      open.commit();
    }
  }

  private static long anyMember() {
    return ThreadLocalRandom.current().nextLong(MEMBERS) + 1;
  }

  long ok() {
    return ok.get();
  }

  long writes() {
    return writes.get();
  }

  long failed() {
    return failed.get();
  }

  Traffic.Gap gap() {
    return gap;
  }

  /** Gives the session up, also while it is in use. */
  void close() {
    Sessions.closeQuietly(session);
    session = null;
  }
}
