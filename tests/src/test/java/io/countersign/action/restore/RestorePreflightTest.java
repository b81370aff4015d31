package io.countersign.action.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.action.Outcome;
import io.countersign.action.TestAttempt;
import io.countersign.estate.Neighbours;
import io.countersign.estate.SecretName;
import io.countersign.estate.SecretStore;
import io.countersign.postgres.ArchiveRestorer;
import io.countersign.postgres.Obstacles;
import io.countersign.postgres.OneServer;
import io.countersign.postgres.QueryRegistry;
import io.countersign.postgres.Servers;
import io.countersign.sandbox.postgres.PgPrograms;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RestorePreflightTest {
  private final OneServer server = OneServer.shared();
  private Map<String, Neighbours> neighbours = Map.of();
  private @Nullable String strategy;

  @Test
  void aRestorableTenantPasses() throws Exception {
    var outcome = check(server.secrets(), now(), List.of());
    assertThat(outcome).isInstanceOf(Outcome.Done.class);
    var done = (Outcome.Done<RestorePreflight.Outputs>) outcome;
    assertThat(done.outputs().databaseSize()).isPositive();
  }

  @Test
  void aMomentOutsideTheWindowIsToldWithTheWindow() throws Exception {
    var problem = problem(server.secrets(), Instant.parse("2020-01-01T00:00:00Z"), List.of());
    assertThat(problem.happened()).contains("2020-01-01T00:00:00Z is outside");
    assertThat(problem.next()).contains("ask for a moment from 20");
  }

  @Test
  void everyObstacleIsNamedAtOnce() throws Exception {
    server.execute(
        "tenant_acme",
        "postgres",
        """
        CREATE FUNCTION public.nop() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
        CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE FUNCTION public.nop();
        ALTER TABLE members.member ENABLE ROW LEVEL SECURITY;
        ALTER TABLE members.member FORCE ROW LEVEL SECURITY;
        """);
    // a slot waits for older transactions, so it comes first
    server.execute(
        "tenant_acme",
        "postgres",
        "SELECT pg_create_logical_replication_slot('reader', 'test_decoding')");
    server.execute("tenant_acme", "acme_app", "BEGIN; SELECT 1; PREPARE TRANSACTION 'tx-left'");
    try {
      var problem = problem(server.secrets(), now(), List.of("pg_dump"));
      assertThat(problem.happened())
          .contains("only a superuser can create the event triggers watch")
          .contains("row security hides rows of members.member")
          .contains("prepared transactions are open: tx-left")
          .contains("logical replication slots read the database: reader")
          .contains("the bot's host lacks pg_dump");
      assertThat(problem.next())
          .contains("BYPASSRLS")
          .contains("postgresql-client-" + PgPrograms.find().major());
    } finally {
      server.execute("tenant_acme", "postgres", "SELECT pg_drop_replication_slot('reader')");
      server.execute("tenant_acme", "acme_app", "ROLLBACK PREPARED 'tx-left'");
      server.execute(
          "tenant_acme",
          "postgres",
          """
          DROP EVENT TRIGGER watch; DROP FUNCTION public.nop();
          ALTER TABLE members.member NO FORCE ROW LEVEL SECURITY;
          ALTER TABLE members.member DISABLE ROW LEVEL SECURITY;
          """);
    }
  }

  @Test
  void anExtensionsEventTriggerComesWithItsExtension() throws Exception {
    server.execute(
        "tenant_acme",
        "postgres",
        """
        CREATE FUNCTION public.nop() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
        CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE FUNCTION public.nop();
        ALTER EXTENSION plpgsql ADD EVENT TRIGGER watch;
        """);
    try {
      assertThat(check(server.secrets(), now(), List.of())).isInstanceOf(Outcome.Done.class);
    } finally {
      server.execute(
          "tenant_acme",
          "postgres",
          "ALTER EXTENSION plpgsql DROP EVENT TRIGGER watch; DROP EVENT TRIGGER watch; DROP"
              + " FUNCTION public.nop()");
    }
  }

  @Test
  void aSuperusersSessionAPgBouncerThatIsGoneAndSubscriptionsAreNamed() throws Exception {
    neighbours =
        Map.of(
            OneServer.SERVER.name(),
            new Neighbours(
                List.of(new Neighbours.PgBouncer("127.0.0.1", 1, new SecretName("admin"))),
                List.of(new Neighbours.Replica("127.0.0.1", 1))));
    server.execute(
        "tenant_acme",
        "postgres",
        "CREATE SUBSCRIPTION incoming CONNECTION 'dbname=x' PUBLICATION p WITH (connect = false)");
    try (var root = server.connect("tenant_acme", "postgres")) {
      var problem = problem(server.secrets(), now(), List.of());
      assertThat(problem.happened())
          .contains("subscriptions write into the database: incoming")
          .contains("sessions of superusers may not be ended by the bot: pid ")
          .contains("the console of PgBouncer 127.0.0.1:1 cannot be used");
      assertThat(root.isValid(1)).isTrue();
    } finally {
      server.execute(
          "tenant_acme",
          "postgres",
          "ALTER SUBSCRIPTION incoming SET (slot_name = NONE); DROP SUBSCRIPTION incoming");
    }
    neighbours =
        Map.of(
            OneServer.SERVER.name(),
            new Neighbours(List.of(), List.of(new Neighbours.Replica("127.0.0.1", 1))));
    var outcome = (Outcome.Done<?>) check(server.secrets(), now(), List.of());
    assertThat(outcome.said()).contains("note: the standby 127.0.0.1:1 cannot be asked");
  }

  @Test
  void missingRightsAreNamed() throws Exception {
    var problem = problem(server.secrets("weak"), now(), List.of());
    assertThat(problem.happened())
        .contains("the bot's role weak may not create databases")
        .contains("may not end other roles' sessions")
        .contains("no full member of the database's owner acme_app");
  }

  private Instant now() {
    var registry = new QueryRegistry(server.estate(Duration.ZERO), server.secrets());
    var restorer = new ArchiveRestorer(server.restoreSource(), registry, server.secrets());
    return Awaitility.await()
        .until(() -> restorer.window(OneServer.SERVER), it -> it.contains(it.latest()))
        .latest();
  }

  private io.countersign.Problem problem(SecretStore secrets, Instant to, List<String> missing)
      throws Exception {
    var outcome = check(secrets, to, missing);
    assertThat(outcome).isInstanceOf(Outcome.Failed.class);
    return ((Outcome.Failed<RestorePreflight.Outputs>) outcome).problem();
  }

  @Test
  void what_would_stop_a_flip_stops_nobody_who_swaps() throws Exception {
    assertThat(check(server.secrets(), now(), List.of())).isInstanceOf(Outcome.Done.class);
    strategy = "swap-and-keep";
    assertThat(check(server.secrets(), now(), List.of())).isInstanceOf(Outcome.Done.class);
    strategy = "flip-the-ref";
    assertThat(problem(server.secrets(), now(), List.of()).happened())
        .contains("nobody may flip medsuite/acme");
  }

  private Outcome<RestorePreflight.Outputs> check(
      SecretStore secrets, Instant to, List<String> missing) throws Exception {
    var registry = new QueryRegistry(server.estate(Duration.ZERO), secrets);
    var restorer = new ArchiveRestorer(server.restoreSource(), registry, secrets);
    var servers = new Servers(registry, secrets, restorer);
    var action =
        new RestorePreflight(
            servers,
            server.sample(Duration.ZERO).beside(neighbours).estate(),
            restorer,
            major -> missing,
            it -> List.of(new Obstacles.Obstacle("nobody may flip " + it, "let them")));
    return TestAttempt.once(
        action, new RestorePreflight.Inputs(server.acme(), to, strategy), "preflight");
  }
}
