package io.countersign.action.database;

import static io.countersign.action.database.FirstTryTest.median;
import static io.countersign.action.database.SwapStage.KEPT;
import static io.countersign.action.database.SwapStage.RESTORED;
import static io.countersign.action.database.TwoServers.LIVE;
import static io.countersign.action.database.TwoServers.NAME;
import static io.countersign.action.database.TwoServers.once;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.action.Outcome;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Prints our swap and that of the estates' documents, round by round in one run. */
@Tag("bench")
class SwapBenchTest {
  private static final int ROUNDS = Integer.getInteger("rounds", 20);
  private static final int TRIES = 3;
  private final SwapStage stage = new SwapStage();

  SwapBenchTest() throws SQLException {}

  @AfterEach
  void theFirstDatabaseIsLiveAgain() throws SQLException {
    stage.setBack();
  }

  private static final class Figures {
    private final List<Long> operation = new ArrayList<>();
    private final List<Long> noService = new ArrayList<>();
    private final List<Long> worst = new ArrayList<>();
    private int firstTry;
    private int never;

    String line(String what) {
      return String.format(
          Locale.ROOT,
          "%-16s %10s %6d %12s %12s %12s",
          what,
          firstTry + " of " + operation.size(),
          never,
          both(operation),
          both(noService),
          both(worst));
    }

    private static String both(List<Long> figures) {
      return median(figures) + "/" + max(figures);
    }

    static long max(List<Long> figures) {
      return figures.stream().max(Long::compare).orElseThrow();
    }
  }

  @Test
  void ours_and_the_documents() throws Exception {
    var ours = new Figures();
    var theirs = new Figures();
    try (var clients = new SwapClients(stage.servers, 150, 0)) {
      for (int round = 0; round < ROUNDS; round++) {
        one(clients, ours, this::ours);
        one(clients, theirs, this::documents);
      }
    }
    System.out.printf(
        "%n%-16s %10s %6s %12s %12s %12s%n",
        "ms, median/max", "first try", "never", "operation", "no service", "worst client");
    System.out.println(ours.line("Countersign"));
    System.out.println(theirs.line("the documents'"));
    System.out.printf(
        Locale.ROOT,
        "documents' to ours: operation %.1f / %.1f, no service %.1f / %.1f, worst client %.1f /"
            + " %.1f%n",
        ratio(median(theirs.operation), median(ours.operation)),
        ratio(Figures.max(theirs.operation), Figures.max(ours.operation)),
        ratio(median(theirs.noService), median(ours.noService)),
        ratio(Figures.max(theirs.noService), Figures.max(ours.noService)),
        ratio(median(theirs.worst), median(ours.worst)),
        ratio(Figures.max(theirs.worst), Figures.max(ours.worst)));
    assertThat(ours.firstTry).isEqualTo(ROUNDS);
  }

  private static double ratio(long theirs, long ours) {
    return (double) theirs / Math.max(1, ours);
  }

  private interface Swap {
    /** How many tries it took; 0 where none did. */
    int run() throws Exception;
  }

  private void one(SwapClients clients, Figures figures, Swap swap) throws Exception {
    clients.awaitAllServed();
    clients.measureAnew();
    long began = System.nanoTime();
    int tries = swap.run();
    figures.operation.add(Duration.ofNanos(System.nanoTime() - began).toMillis());
    figures.firstTry += tries == 1 ? 1 : 0;
    figures.never += tries == 0 ? 1 : 0;
    if (tries == 0) {
      // an operator would look for a quiet moment; nobody waits for that here
      figures.noService.add(clients.noServiceMillis());
      figures.worst.add(clients.worstClientMillis());
    }
    namesAsBefore();
    clients.awaitAllServed();
    if (tries != 0) {
      figures.noService.add(clients.noServiceMillis());
      figures.worst.add(clients.worstClientMillis());
    }
  }

  private int ours() throws Exception {
    return once(stage.action(_ -> {}), stage.inputs(), "cutover") instanceof Outcome.Done ? 1 : 0;
  }

  /** One session, each statement by itself; what failed is begun again, twice at most. */
  private int documents() throws SQLException {
    stage.admin("ALTER DATABASE " + RESTORED + " ALLOW_CONNECTIONS true");
    try (var session = stage.servers.connect(LIVE, "postgres", "postgres");
        var statement = session.createStatement()) {
      boolean kept = false;
      for (int attempt = 1; attempt <= TRIES; attempt++) {
        try {
          if (!kept) {
            terminate(statement, NAME);
            statement.execute("ALTER DATABASE " + NAME + " RENAME TO " + KEPT);
            kept = true;
          }
          statement.execute("ALTER DATABASE " + RESTORED + " RENAME TO " + NAME);
          return attempt;
        } catch (SQLException held) {
          // again
        }
      }
      return 0;
    }
  }

  private static void terminate(Statement statement, String database) throws SQLException {
    statement.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '"
            + database
            + "' AND pid <> pg_backend_pid()");
  }

  /** Not measured: the names as they were, by a superuser who closes both first. */
  private void namesAsBefore() throws SQLException {
    renamed(stage.restored.oid(), RESTORED);
    // where the documents' swap never came about, it stands open under its own name
    stage.admin("ALTER DATABASE " + RESTORED + " ALLOW_CONNECTIONS false");
    renamed(stage.live.oid(), NAME);
    stage.admin("ALTER DATABASE " + NAME + " ALLOW_CONNECTIONS true");
  }

  private void renamed(long oid, String name) throws SQLException {
    var now = stage.nameOf(oid);
    if (now.equals(name)) {
      return;
    }
    stage.admin("ALTER DATABASE " + now + " ALLOW_CONNECTIONS false");
    try (var session = stage.servers.connect(LIVE, "postgres", "postgres");
        var statement = session.createStatement()) {
      terminate(statement, now);
      statement.execute("ALTER DATABASE " + now + " RENAME TO " + name);
    }
  }
}
