package io.countersign.support;

import static io.countersign.support.Samples.ALICE;
import static io.countersign.support.Samples.BOB;
import static io.countersign.support.Samples.GATE;
import static io.countersign.support.Samples.NONCE;
import static io.countersign.support.Samples.NOON;
import static io.countersign.support.Samples.RUN;
import static io.countersign.support.Samples.SERVER;

import io.countersign.Digest;
import io.countersign.Problem;
import io.countersign.Role;
import io.countersign.action.Intent;
import io.countersign.estate.DatabaseRef;
import io.countersign.estate.SecretName;
import io.countersign.estate.ServerRef;
import io.countersign.gate.Ballot;
import io.countersign.gate.GateRow;
import io.countersign.gate.Quorum;
import io.countersign.gate.Vote;
import io.countersign.run.Ending;
import io.countersign.run.Halt;
import io.countersign.run.Recorded;
import io.countersign.run.RunEvent;
import io.countersign.runbook.Gate;
import io.countersign.runbook.Input;
import io.countersign.runbook.Risk;
import io.countersign.runbook.Runbook;
import io.countersign.runbook.Step;
import io.countersign.runbook.Value;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The main story's journal, written by hand up to the point that a test is about. */
public final class RestoreStory {
  public static final String ORDER =
      """
      action=database.swap
      evidence.parity.content-hash=7d9c
      evidence.queues.policy=discard
      input.keep-as=pre_pitr
      intent.kept.name=tenant_acme_pre_pitr_20261121125200_a1
      intent.live.name=tenant_acme
      intent.live.oid=16503
      intent.restored.name=tenant_acme_restore_a1
      intent.restored.oid=24871
      intent.writes.since-freeze=none
      parameter.to=2026-11-21T11:30:00Z
      step=cutover
      """;
  private static final String FLIP_ORDER =
      """
      action=reference.flip
      evidence.parity.content-hash=7d9c
      intent.kept.name=tenant_acme
      intent.live.name=tenant_acme
      intent.live.oid=16503
      intent.live.secret=tenant-db-acme
      intent.live.secret-version=2026-10-01T08:00:00Z
      intent.restored.name=tenant_acme_restore_a1
      intent.restored.oid=24871
      intent.restored.secret=tenant-db-acme-20261121125200-7k2m9qxd-1
      intent.restored.secret-version=2026-11-21T13:06:00Z
      intent.writes.since-freeze=none
      parameter.strategy=flip-the-ref
      parameter.to=2026-11-21T11:30:00Z
      step=cutover
      """;
  private static final DatabaseRef LIVE = new DatabaseRef(SERVER, 16_503, "tenant_acme");
  private static final DatabaseRef COPY = new DatabaseRef(SERVER, 24_871, "tenant_acme_restore_a1");
  private static final DatabaseRef KEPT =
      new DatabaseRef(SERVER, 16_503, "tenant_acme_pre_pitr_20261121125200_a1");
  private static final ServerRef CLONE = new ServerRef("medsuite", "pg-us-east-1-7k2m9qxd");

  private final List<Recorded> journal = new ArrayList<>();
  private Instant at = NOON;
  private String rowsByTable =
      "4009 0 84 members.member\n0 1187 0 members.claim\n12 17 12 members.organization";

  private final boolean flips;

  public RestoreStory() {
    this(false);
  }

  private RestoreStory(boolean flips) {
    this.flips = flips;
    var spec = Samples.spec(RUN, "runbook: sample");
    add(new RunEvent.Requested(flips ? Samples.with(spec, "strategy", "flip-the-ref") : spec));
  }

  /** The same story with the other strategy, of {@link #flipRunbook}. */
  public static RestoreStory flipping() {
    return new RestoreStory(true);
  }

  /** As {@code database.compare} tells it; before it is compared. */
  public RestoreStory comparing(String rows) {
    rowsByTable = rows;
    return this;
  }

  public static Runbook runbook() {
    var gate = Optional.of(Samples.gate(1));
    return new Runbook(
        "tenant-restore",
        "Restore one tenant to a prior moment",
        List.of("medsuite"),
        Optional.of("/tenant-restore"),
        Role.PLATFORM_ADMIN,
        List.of(),
        List.of(
            step("preflight", "restore.preflight"),
            step("freeze", "tenant.freeze"),
            step("settle", "tenant.settle"),
            step("pitr", "server.restore"),
            step("copy", "database.copy"),
            step("parity", "database.compare"),
            step("clear", "server.discard"),
            step("queues", "database.queues"),
            step("sequences", "database.sequences"),
            new Step("cutover", "database.swap", Map.of(), Optional.empty(), gate, false),
            step("invalidate", "tenant.invalidate"),
            step("unfreeze", "tenant.unfreeze"),
            step("audit", "tenant.audit")),
        List.of(
            abort("abort-1", "tenant.unfreeze", "freeze", "previous-status"),
            abort("abort-2", "database.discard", "copy", "database"),
            abort("abort-3", "server.discard", "pitr", "server")),
        "runbook: sample");
  }

  /** With a step for each strategy, as the shipped one has. */
  public static Runbook flipRunbook() {
    var swap = Optional.of(new Step.When("strategy", "swap-and-keep"));
    var flip = Optional.of(new Step.When("strategy", "flip-the-ref"));
    var gate = Optional.of(Samples.gate(1));
    var plain = runbook();
    var steps = new ArrayList<>(plain.steps().subList(0, 9));
    steps.add(new Step("swap", "database.swap", Map.of(), swap, gate, false));
    steps.add(new Step("login", "secret.make", Map.of(), flip, Optional.empty(), false));
    steps.add(new Step("cutover", "reference.flip", Map.of(), flip, gate, false));
    steps.add(step("invalidate", "tenant.invalidate"));
    steps.add(new Step("forget", "reference.settle", Map.of(), flip, Optional.empty(), false));
    steps.add(step("unfreeze", "tenant.unfreeze"));
    steps.add(step("audit", "tenant.audit"));
    return new Runbook(
        plain.name(),
        plain.title(),
        plain.estates(),
        plain.command(),
        plain.requester(),
        plain.parameters(),
        steps,
        plain.onAbort(),
        plain.source());
  }

  private static Step step(String id, String action) {
    return new Step(id, action, Map.of(), Optional.empty(), Optional.empty(), false);
  }

  private static Step abort(String id, String action, String from, String output) {
    return new Step(
        id,
        action,
        Map.of("it", new Input.OfStep(from, output)),
        Optional.empty(),
        Optional.empty(),
        false);
  }

  public RestoreStory later(Duration time) {
    at = at.plus(time);
    return this;
  }

  public RestoreStory add(RunEvent event) {
    journal.add(new Recorded(journal.size() + 1L, at, event));
    return this;
  }

  public List<Recorded> journal() {
    return List.copyOf(journal);
  }

  public Instant now() {
    return at;
  }

  public RestoreStory started(String step, String action) {
    return add(new RunEvent.StepStarted(step, 1, action, Risk.SAFE, Intent.NONE, Optional.empty()));
  }

  public RestoreStory done(
      String step, String action, Duration took, Map<String, Value> outputs, String said) {
    return started(step, action)
        .later(took)
        .add(new RunEvent.StepSucceeded(step, 1, outputs, said));
  }

  public RestoreStory begun() {
    return add(new RunEvent.Begun());
  }

  /** Up to the server copy, which takes an hour. */
  public RestoreStory frozen() {
    return begun()
        .done(
            "preflight", "restore.preflight", Duration.ofSeconds(3), Map.of(), "12 checks passed.")
        .done(
            "freeze",
            "tenant.freeze",
            Duration.ofSeconds(2),
            Map.of("previous-status", new Value.Text("active")),
            "acme is read-only.")
        .done(
            "settle", "tenant.settle", Duration.ofSeconds(31), Map.of(), "nobody writes any more.");
  }

  public RestoreStory copying() {
    return frozen()
        .done(
            "pitr",
            "server.restore",
            Duration.ofMinutes(61),
            Map.of("server", new Value.OfServer(CLONE)),
            "last change 11:29:58.114, next 11:30:00.871.")
        .started("copy", "database.copy");
  }

  public RestoreStory atGate() {
    return copying()
        .later(Duration.ofMinutes(9))
        .add(
            new RunEvent.StepSucceeded(
                "copy", 1, Map.of("database", new Value.OfDatabase(COPY)), "74 tables, 11.8 GB."))
        .done(
            "parity",
            "database.compare",
            Duration.ofMinutes(2),
            Map.ofEntries(
                Map.entry("verdict", new Value.Text("equal")),
                Map.entry("tables", new Value.Int(74)),
                Map.entry("come-back", new Value.Int(4_021)),
                Map.entry("go", new Value.Int(1_204)),
                Map.entry("change", new Value.Int(96)),
                Map.entry("queue-jobs", new Value.Int(38)),
                Map.entry("numbers-again", new Value.Int(1_187)),
                Map.entry("rows-by-table", new Value.Text(rowsByTable)),
                Map.entry("sequences-behind", new Value.Text("1187 members.claim_number_seq")),
                Map.entry("restored-bytes", new Value.Int(11_200_000_000L)),
                Map.entry("live-bytes", new Value.Int(11_800_000_000L)),
                Map.entry("sessions", new Value.Text("rcm-core 41, reporting 2"))),
            "74 tables equal.")
        .done(
            "clear", "server.discard", Duration.ofSeconds(4), Map.of(), "the server copy is gone.")
        .done(
            "queues",
            "database.queues",
            Duration.ofSeconds(1),
            Map.of("policy", new Value.Text("discard"), "jobs", new Value.Int(50)),
            "removed 50 jobs from the copy: none of them runs again")
        .done(
            "sequences",
            "database.sequences",
            Duration.ofSeconds(1),
            Map.of("policy", new Value.Text("keep-ahead"), "raised", new Value.Int(1)),
            "1 sequence goes on where the live database's stand")
        .loginMade()
        .add(
            new RunEvent.GateOpened(
                "cutover",
                GATE,
                1,
                Digest.of(order()),
                NONCE,
                order(),
                at.plus(Duration.ofHours(4)),
                Gate.Expiry.ABORT,
                List.of()));
  }

  public RestoreStory approved() {
    return atGate()
        .later(Duration.ofMinutes(5))
        .add(
            new RunEvent.GateApproved(
                "cutover", GATE, List.of(BOB), at.plus(Duration.ofMinutes(15)), Optional.empty()));
  }

  private RestoreStory loginMade() {
    if (!flips) {
      return this;
    }
    var secret = new SecretName("tenant-db-acme-20261121125200-7k2m9qxd-1");
    return add(new RunEvent.StepPassedOver("swap", "strategy is not swap-and-keep"))
        .done(
            "login",
            "secret.make",
            Duration.ofSeconds(1),
            Map.of("secret", new Value.OfSecret(secret)),
            secret + " leads to tenant_acme_restore_a1");
  }

  private String order() {
    return flips ? FLIP_ORDER : ORDER;
  }

  /** The reference is changed, and caches are waited for. */
  public RestoreStory flipped() {
    return approved()
        .add(
            new RunEvent.StepStarted(
                "cutover", 1, "reference.flip", Risk.DESTRUCTIVE, Intent.NONE, Optional.of(GATE)))
        .add(
            new RunEvent.StepSucceeded(
                "cutover",
                1,
                Map.of(
                    "live", new Value.OfDatabase(COPY),
                    "kept", new Value.OfDatabase(LIVE),
                    "blackout", new Value.Span(Duration.ofMillis(312))),
                "acme is led to tenant_acme_restore_a1; nobody could connect for 312 ms."))
        .done("invalidate", "tenant.invalidate", Duration.ofSeconds(1), Map.of(), "")
        .started("forget", "reference.settle");
  }

  public RestoreStory flippedAndFinished() {
    return flipped()
        .later(Duration.ofSeconds(30))
        .add(new RunEvent.StepSucceeded("forget", 1, Map.of(), "its time in caches has passed"))
        .done("unfreeze", "tenant.unfreeze", Duration.ofSeconds(1), Map.of(), "acme is active.")
        .done("audit", "tenant.audit", Duration.ofSeconds(1), Map.of(), "")
        .add(new RunEvent.Finished(Ending.DONE));
  }

  public RestoreStory swapped() {
    return approved()
        .add(
            new RunEvent.StepStarted(
                "cutover", 1, "database.swap", Risk.DESTRUCTIVE, Intent.NONE, Optional.of(GATE)))
        .add(
            new RunEvent.StepSucceeded(
                "cutover",
                1,
                Map.of(
                    "live", new Value.OfDatabase(COPY),
                    "kept", new Value.OfDatabase(KEPT),
                    "blackout", new Value.Span(Duration.ofMillis(312))),
                "nobody could connect for 0.3 s."));
  }

  public RestoreStory finished() {
    return swapped()
        .done("invalidate", "tenant.invalidate", Duration.ofSeconds(1), Map.of(), "")
        .done("unfreeze", "tenant.unfreeze", Duration.ofSeconds(1), Map.of(), "acme is active.")
        .done("audit", "tenant.audit", Duration.ofSeconds(1), Map.of(), "")
        .add(new RunEvent.Finished(Ending.DONE));
  }

  public RestoreStory denied() {
    return atGate()
        .add(new RunEvent.GateDenied("cutover", GATE, BOB, "wrong minute, take 11:28"))
        .add(new RunEvent.AbortBegun(new Halt.Denied("cutover", BOB, "wrong minute, take 11:28")))
        .done("abort-1", "tenant.unfreeze", Duration.ofSeconds(1), Map.of(), "acme is active.")
        .done("abort-2", "database.discard", Duration.ofSeconds(1), Map.of(), "")
        .done("abort-3", "server.discard", Duration.ofSeconds(1), Map.of(), "")
        .add(new RunEvent.Finished(Ending.DENIED));
  }

  /** A line of on-abort that fails: only a person can go on. */
  public RestoreStory needsYou() {
    var problem =
        new Problem(
            "unfreezing acme",
            "The registry did not answer.",
            "Look whether it is up, then try again.");
    return frozen()
        .add(new RunEvent.CancelRequested(ALICE, "wrong tenant"))
        .add(new RunEvent.AbortBegun(new Halt.Cancelled(ALICE, "wrong tenant")))
        .started("abort-1", "tenant.unfreeze")
        .add(new RunEvent.StepFailed("abort-1", 1, problem))
        .add(new RunEvent.PersonNeeded("abort-1", problem));
  }

  public static Digest digest() {
    return Digest.of(ORDER);
  }

  public GateRow row(GateRow.Status status, Vote... votes) {
    boolean open = status == GateRow.Status.OPEN;
    return new GateRow(
        GATE,
        RUN,
        "cutover",
        1,
        Digest.of(order()),
        NONCE,
        status,
        ALICE,
        Set.of(),
        Samples.gate(1),
        Quorum.of(Samples.gate(1), 0),
        order(),
        Optional.empty(),
        at,
        at.plus(Duration.ofHours(4)),
        open ? Optional.empty() : Optional.of(at),
        List.of(votes));
  }

  public Vote vote(Ballot.Choice choice, String reason) {
    return new Vote(BOB, choice, reason, at, Set.of(Role.PLATFORM_ADMIN));
  }
}
