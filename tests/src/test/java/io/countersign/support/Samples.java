package io.countersign.support;

import io.countersign.Digest;
import io.countersign.GateId;
import io.countersign.Person;
import io.countersign.Problem;
import io.countersign.Role;
import io.countersign.RunId;
import io.countersign.action.Intent;
import io.countersign.estate.DatabaseRef;
import io.countersign.estate.ServerRef;
import io.countersign.estate.TenantRef;
import io.countersign.run.Ending;
import io.countersign.run.Halt;
import io.countersign.run.RunEvent;
import io.countersign.run.RunSpec;
import io.countersign.runbook.Gate;
import io.countersign.runbook.Risk;
import io.countersign.runbook.Value;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/** People, runs and events that many tests use. */
public final class Samples {
  public static final Person ALICE = new Person("T0DEMO", "U0ALICE");
  public static final Person BOB = new Person("T0DEMO", "U0BOB");
  public static final Person CAROL = new Person("T0DEMO", "U0CAROL");
  public static final Person DANA = new Person("T0DEMO", "U0DANA");
  public static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");
  public static final RunId RUN = new RunId("7k2m9qxd");
  public static final GateId GATE =
      new GateId(UUID.fromString("00000000-0000-4000-8000-000000000001"));
  public static final TenantRef ACME = new TenantRef("medsuite", "acme");
  public static final ServerRef SERVER = new ServerRef("medsuite", "pg-us-east-1");
  public static final DatabaseRef LIVE = new DatabaseRef(SERVER, 16_503, "tenant_acme");
  public static final String NONCE = "nonce-of-sixteen-letters";

  private Samples() {}

  public static Gate gate(int approvals) {
    return new Gate(
        approvals,
        List.of(Role.PLATFORM_ADMIN),
        Duration.ofHours(4),
        Gate.Expiry.ABORT,
        Gate.VALID_FOR,
        List.of(),
        List.of(),
        false,
        Optional.empty(),
        Optional.empty());
  }

  /** A gate with all that a policy may say. */
  public static Gate gate(int approvals, List<Role> from, Optional<Duration> coolOff) {
    return new Gate(
        approvals,
        from,
        Duration.ofHours(4),
        Gate.Expiry.ABORT,
        Gate.VALID_FOR,
        List.of(),
        List.of(),
        false,
        coolOff,
        Optional.empty());
  }

  public static RunSpec spec(RunId run, String source) {
    return spec(run, ACME, ALICE, Optional.empty(), source);
  }

  public static RunSpec spec(
      RunId run, TenantRef tenant, Person requester, Optional<String> schedule, String source) {
    return new RunSpec(
        run,
        tenant.subject(),
        tenant,
        "tenant-restore",
        "Restore one tenant to a prior moment",
        source,
        Map.of(
            "tenant", new Value.OfTenant(ACME),
            "to", new Value.Moment(NOON.minusSeconds(1800))),
        Map.of(
            "tenant.database", new Value.OfDatabase(LIVE),
            "tenant.server", new Value.OfServer(SERVER)),
        requester,
        schedule,
        "C0INCIDENT",
        "a bad migration",
        NOON);
  }

  /** The same with a choice. */
  public static RunSpec with(RunSpec it, String parameter, String choice) {
    return with(it, parameter, new Value.Choice(choice));
  }

  public static RunSpec with(RunSpec it, String parameter, Value value) {
    var parameters = new java.util.HashMap<>(it.parameters());
    parameters.put(parameter, value);
    return new RunSpec(
        it.id(),
        it.subject(),
        it.tenant(),
        it.runbook(),
        it.title(),
        it.source(),
        parameters,
        it.pinned(),
        it.requester(),
        it.schedule(),
        it.channel(),
        it.reason(),
        it.requestedAt());
  }

  /** One event of every kind, for the first step of a runbook. */
  public static List<RunEvent> events() {
    return Stream.concat(
            firstEvents().stream(), Stream.of(new RunEvent.SkipRequested(BOB, "one"), putOff()))
        .toList();
  }

  public static RunEvent putOff() {
    return new RunEvent.ClearPutOff(
        "one", 1, NOON.plusSeconds(60), Duration.ofHours(3), "it is still made");
  }

  /** The kinds that the first bot knew, in alphabetical order of their names. */
  public static List<RunEvent> firstEvents() {
    var problem = new Problem("at step one", "It broke.", "Mend it.");
    var digest = Digest.of("order");
    return List.of(
        new RunEvent.AbortBegun(new Halt.Failed("one", problem)),
        new RunEvent.AttemptAbandoned("one", 1, "cut off"),
        new RunEvent.Begun(),
        new RunEvent.CancelRequested(ALICE, "wrong minute"),
        new RunEvent.Finished(Ending.DONE),
        new RunEvent.GateApproved(
            "one", GATE, List.of(BOB), NOON.plusSeconds(900), Optional.empty()),
        new RunEvent.GateDenied("one", GATE, BOB, "wrong minute"),
        new RunEvent.GateExpired("one", GATE),
        new RunEvent.GateLapsed("one", GATE, "too old", List.of()),
        new RunEvent.GateOpened(
            "one",
            GATE,
            1,
            digest,
            NONCE,
            "order",
            NOON.plusSeconds(14_400),
            Gate.Expiry.ABORT,
            List.of("intent.live.oid: 1 -> 2")),
        new RunEvent.LeftAsIs(BOB, "mended by hand"),
        new RunEvent.PersonNeeded("one", problem),
        new RunEvent.Requested(spec(RUN, "runbook: sample")),
        new RunEvent.RetryRequested(BOB),
        new RunEvent.StepDrifted("one", 1, GATE, "3 rows were written"),
        new RunEvent.StepFailed("one", 1, problem),
        new RunEvent.StepInDoubt("one", 1, "SELECT 1"),
        new RunEvent.StepParked("one", 1, NOON.plusSeconds(30), "memo", "waits"),
        new RunEvent.StepPassedOver("one", "nothing to do"),
        new RunEvent.StepStarted(
            "one",
            1,
            "database.swap",
            Risk.DESTRUCTIVE,
            new Intent(Map.of("live.oid", "16503")),
            Optional.of(GATE)),
        new RunEvent.StepSucceeded(
            "one",
            1,
            Map.of(
                "database", new Value.OfDatabase(LIVE),
                "took", new Value.Span(Duration.ofSeconds(2)),
                "count", new Value.Int(3)),
            "done"));
  }
}
