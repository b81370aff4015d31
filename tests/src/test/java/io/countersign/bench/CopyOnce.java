package io.countersign.bench;

import io.countersign.Secret;
import io.countersign.action.Outcome;
import io.countersign.action.TestAttempt;
import io.countersign.action.database.DatabaseCopy;
import io.countersign.estate.Acting;
import io.countersign.estate.CopyLimits;
import io.countersign.estate.DatabaseRef;
import io.countersign.estate.Login;
import io.countersign.estate.Registry;
import io.countersign.estate.SecretName;
import io.countersign.estate.ServerRef;
import io.countersign.estate.ServerRestorer;
import io.countersign.estate.Tenant;
import io.countersign.postgres.ClientPrograms;
import io.countersign.postgres.DatabaseCopier;
import io.countersign.postgres.Servers;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;

/**
 * The bot's own step {@code database.copy}, once, in a process of its own, so that its memory and
 * its CPU time can be told from the measurer's.
 */
final class CopyOnce {
  private static final ServerRef LIVE = new ServerRef("bench", "live");
  private static final ServerRef COPY = new ServerRef("bench", "copy");

  private CopyOnce() {}

  /**
   * @param args port of the source, port of the target, method, workers, scratch folder; the bot's
   *     password stands in the environment
   */
  public static void main(String[] args) throws Exception {
    var secret = new Secret(System.getenv("BENCH_PASSWORD"));
    var source = new Login("127.0.0.1", Integer.parseInt(args[0]), "postgres", "bot", secret);
    var target = new Login("127.0.0.1", Integer.parseInt(args[1]), "postgres", "bot", secret);
    var servers = new Servers(registry(target), it -> target, restorer(source));
    var programs = new ClientPrograms(List.of(), Path.of(args[4]));
    var action =
        new DatabaseCopy(
            servers,
            programs,
            new DatabaseCopier(
                programs,
                new CopyLimits(
                    Integer.parseInt(args[3]),
                    OptionalLong.empty(),
                    OptionalLong.empty(),
                    OptionalLong.empty())),
            new Random());
    var in = new DatabaseCopy.In(COPY, new DatabaseRef(LIVE, 1, BigTenant.NAME), "copy", args[2]);
    long began = System.nanoTime();
    var outcome = TestAttempt.once(action, in, "copy");
    if (!(outcome instanceof Outcome.Done<DatabaseCopy.Out> done)) {
      throw new IllegalStateException(outcome.toString());
    }
    System.out.println("nanos " + (System.nanoTime() - began));
    System.out.println("made " + done.outputs().database().name());
    System.out.println("heap " + heapPeak());
  }

  /** Bytes; what lay about uncollected is counted. */
  private static long heapPeak() {
    return ManagementFactory.getMemoryPoolMXBeans().stream()
        .filter(it -> it.getType() == java.lang.management.MemoryType.HEAP)
        .mapToLong(it -> it.getPeakUsage().getUsed())
        .sum();
  }

  private static Registry registry(Login server) {
    return new Registry() {
      @Override
      public List<Tenant> tenants() {
        return List.of();
      }

      @Override
      public Optional<Tenant> tenant(String slug) {
        return Optional.empty();
      }

      @Override
      public Optional<RegisteredServer> server(String name) {
        return Optional.of(
            new RegisteredServer(LIVE, server.host(), server.port(), new SecretName("admin")));
      }

      @Override
      public boolean setStatus(
          String slug, String expected, String wanted, String reason, Acting by) {
        throw new UnsupportedOperationException();
      }

      @Override
      public void invalidate(Tenant tenant) {}

      @Override
      public void audit(
          Tenant tenant, String action, String actor, String key, Map<String, String> detail) {}
    };
  }

  private static ServerRestorer restorer(Login copy) {
    return new ServerRestorer() {
      @Override
      public Window window(ServerRef source) {
        throw new UnsupportedOperationException();
      }

      @Override
      public void begin(Copy wanted) {}

      @Override
      public Progress look(Copy wanted) {
        return new Progress.Absent();
      }

      @Override
      public Optional<Login> login(ServerRef server) {
        return server.equals(COPY) ? Optional.of(copy) : Optional.empty();
      }

      @Override
      public void remove(Copy wanted) {}
    };
  }
}
