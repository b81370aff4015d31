package io.countersign.slack;

import static io.countersign.support.Samples.ACME;
import static io.countersign.support.Samples.ALICE;
import static io.countersign.support.Samples.BOB;
import static io.countersign.support.Samples.DANA;
import static io.countersign.support.Samples.GATE;
import static io.countersign.support.Samples.NONCE;
import static io.countersign.support.Samples.NOON;
import static io.countersign.support.Samples.RUN;
import static io.countersign.support.Samples.SERVER;

import io.countersign.Digest;
import io.countersign.Problem;
import io.countersign.action.Catalogue;
import io.countersign.action.Intent;
import io.countersign.estate.DatabaseRef;
import io.countersign.gate.GateRow;
import io.countersign.gate.Quorum;
import io.countersign.gate.Vote;
import io.countersign.run.Ending;
import io.countersign.run.Halt;
import io.countersign.run.Recorded;
import io.countersign.run.RunEvent;
import io.countersign.run.RunSpec;
import io.countersign.runbook.ContextFields;
import io.countersign.runbook.Gate;
import io.countersign.runbook.Risk;
import io.countersign.runbook.Runbook;
import io.countersign.runbook.Value;
import io.countersign.server.Authored;
import io.countersign.support.RestoreStory;
import io.countersign.support.Samples;
import io.countersign.yaml.RunbookReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Runs in every state that people see, of each runbook that we ship. */
final class MessageCases {
  static final DatabaseRef KEPT =
      new DatabaseRef(SERVER, 16_503, "tenant_acme_pre_pitr_20261121125200_a1");
  static final Problem BROKEN =
      new Problem(
          "copying acme",
          "acme uses the extension pg_trgm 1.6, which pg-us-east-1 does not offer.",
          "Install it there, then try again.");
  static final String CHECK = "SELECT oid, datname FROM pg_database WHERE oid IN (16503, 24871)";
  private static final Duration SECOND = Duration.ofSeconds(1);

  private MessageCases() {}

  /** A run up to some moment. */
  record Case(String title, List<Recorded> journal, Runbook runbook, Instant now) {}

  static Case restore(String title, RestoreStory story) {
    return new Case(title, story.journal(), RestoreStory.runbook(), story.now());
  }

  static final Catalogue ACTIONS = Authored.actions();
  private static final Map<String, Runbook> SHIPPED = new ConcurrentHashMap<>();

  /** Read once: reading takes longer than all that is drawn of it. */
  static Runbook shipped(String name) {
    return SHIPPED.computeIfAbsent(name, MessageCases::read);
  }

  private static Runbook read(String name) {
    try {
      var file = Path.of("../runbooks", name + ".yaml");
      var read =
          RunbookReader.read(
              name + ".yaml",
              Files.readString(file),
              ACTIONS::signature,
              ACTIONS.names(),
              Set.of("medsuite"));
      return switch (read) {
        case RunbookReader.Read.Valid(var runbook, _) -> runbook;
        case RunbookReader.Read.Invalid(var complaints) ->
            throw new IllegalStateException(complaints.toString());
      };
    } catch (IOException missing) {
      throw new UncheckedIOException(missing);
    }
  }

  static RestoreStory parked() {
    var story = new RestoreStory().frozen().started("pitr", "server.restore");
    return story
        .later(Duration.ofMinutes(4))
        .add(
            new RunEvent.StepParked(
                "pitr", 1, story.now().plusSeconds(30), "", "replaying WAL: 12 of 40 GB"));
  }

  /** Cancelled while Azure makes the copy of the server, which cannot be removed before. */
  static RestoreStory stuck() {
    var story =
        parked()
            .add(new RunEvent.CancelRequested(ALICE, "wrong tenant"))
            .add(new RunEvent.AbortBegun(new Halt.Cancelled(ALICE, "wrong tenant")));
    return story
        .add(putOff(story.now()))
        .done("abort-1", "tenant.unfreeze", SECOND, Map.of(), "acme is active.")
        .add(new RunEvent.StepPassedOver("abort-2", "step copy made no database"))
        .add(new RunEvent.StepPassedOver("abort-3", "step pitr made no server"));
  }

  static RunEvent putOff(Instant now) {
    return new RunEvent.ClearPutOff(
        "pitr",
        1,
        now.plusSeconds(60),
        Duration.ofHours(3),
        "Azure still makes the server copy pg-us-east-1-pitr-20261121125200-7k2m9qxd-a1; it can be"
            + " removed when that is done. Azure answered 409 (ServerIsBusy: The server is busy"
            + " with another operation.)");
  }

  static RestoreStory undoing() {
    return new RestoreStory()
        .atGate()
        .add(new RunEvent.GateDenied("cutover", GATE, BOB, "wrong minute, take 11:28"))
        .add(new RunEvent.AbortBegun(new Halt.Denied("cutover", BOB, "wrong minute, take 11:28")))
        .started("abort-1", "tenant.unfreeze");
  }

  static RestoreStory cooling() {
    var story = new RestoreStory().atGate().later(Duration.ofMinutes(5));
    return story.add(
        new RunEvent.GateApproved(
            "cutover",
            GATE,
            List.of(BOB, DANA),
            story.now().plusSeconds(1_500),
            Optional.of(story.now().plusSeconds(600))));
  }

  static RestoreStory swapping() {
    return new RestoreStory()
        .approved()
        .add(
            new RunEvent.StepStarted(
                "cutover",
                1,
                "database.swap",
                Risk.DESTRUCTIVE,
                new Intent(Map.of("live.oid", "16503", "writes.since-freeze", "none")),
                Optional.of(GATE)));
  }

  static RestoreStory inDoubt() {
    return swapping()
        .later(Duration.ofSeconds(20))
        .add(new RunEvent.StepInDoubt("cutover", 1, CHECK));
  }

  static RestoreStory drifted() {
    return swapping().add(new RunEvent.StepDrifted("cutover", 1, GATE, "3 rows were written"));
  }

  static RestoreStory pastThePoint() {
    return new RestoreStory()
        .swapped()
        .add(
            new RunEvent.PersonNeeded(
                "invalidate",
                new Problem(
                    "telling caches",
                    "The product did not answer.",
                    "Look whether it is up, then try again.")));
  }

  static RestoreStory cancelled(String reason) {
    return new RestoreStory()
        .frozen()
        .add(new RunEvent.CancelRequested(ALICE, reason))
        .add(new RunEvent.AbortBegun(new Halt.Cancelled(ALICE, reason)))
        .done("abort-1", "tenant.unfreeze", SECOND, Map.of(), "acme is active.")
        .add(new RunEvent.Finished(Ending.CANCELLED));
  }

  static RestoreStory expired() {
    return aborted(
            new RestoreStory()
                .atGate()
                .later(Duration.ofHours(4))
                .add(new RunEvent.GateExpired("cutover", GATE))
                .add(new RunEvent.AbortBegun(new Halt.Expired("cutover"))))
        .add(new RunEvent.Finished(Ending.EXPIRED));
  }

  static RestoreStory failed() {
    return aborted(
            new RestoreStory()
                .copying()
                .later(Duration.ofMinutes(2))
                .add(new RunEvent.StepFailed("copy", 1, BROKEN))
                .add(new RunEvent.AttemptAbandoned("copy", 1, "it failed"))
                .add(new RunEvent.AbortBegun(new Halt.Failed("copy", BROKEN))))
        .add(new RunEvent.Finished(Ending.FAILED));
  }

  static RestoreStory left(String reason) {
    return new RestoreStory()
        .needsYou()
        .add(new RunEvent.LeftAsIs(BOB, reason))
        .add(new RunEvent.Finished(Ending.FAILED));
  }

  private static RestoreStory aborted(RestoreStory story) {
    return story
        .done("abort-1", "tenant.unfreeze", SECOND, Map.of(), "acme is active.")
        .done("abort-2", "database.discard", SECOND, Map.of(), "")
        .done("abort-3", "server.discard", SECOND, Map.of(), "");
  }

  /** The same run, asked for otherwise. */
  static List<Recorded> as(RunSpec spec, List<Recorded> journal) {
    var changed = new ArrayList<>(journal);
    changed.set(0, new Recorded(1, journal.getFirst().at(), new RunEvent.Requested(spec)));
    return changed;
  }

  /** The same run in which a step has measured other things. */
  static List<Recorded> measured(String step, Map<String, Value> other, List<Recorded> journal) {
    var changed = new ArrayList<Recorded>();
    for (var it : journal) {
      if (it.event() instanceof RunEvent.StepSucceeded(var id, var no, var outputs, var said)
          && id.equals(step)) {
        var more = new HashMap<>(outputs);
        more.putAll(other);
        changed.add(
            new Recorded(it.seq(), it.at(), new RunEvent.StepSucceeded(id, no, more, said)));
      } else {
        changed.add(it);
      }
    }
    return changed;
  }

  static RunSpec spec(
      Runbook runbook,
      Map<String, Value> parameters,
      Map<String, Value> pinned,
      Optional<String> schedule) {
    var all = new HashMap<String, Value>();
    runbook.parameters().forEach(it -> it.preset().ifPresent(value -> all.put(it.name(), value)));
    all.putAll(parameters);
    all.put("tenant", new Value.OfTenant(ACME));
    return new RunSpec(
        RUN,
        ACME.subject(),
        ACME,
        runbook.name(),
        runbook.title(),
        runbook.source(),
        all,
        pinned,
        ALICE,
        schedule,
        "C0INCIDENT",
        "a bad migration",
        NOON);
  }

  /** The shipped restore, by a swap or by a flip. */
  static RunSpec restoring(String strategy) {
    var spec = Samples.spec(RUN, shipped("tenant-restore").source());
    return Samples.with(spec, "strategy", strategy);
  }

  /**
   * @param strategy how the database was kept that is gone back to
   */
  static RunSpec rollback(String strategy) {
    return spec(
        shipped("tenant-rollback"),
        Map.of(),
        Map.of(
            "tenant.kept", new Value.OfDatabase(KEPT),
            "tenant.kept-by", new Value.Choice(strategy),
            "tenant.kept-since", new Value.Moment(NOON.minus(Duration.ofHours(26)))),
        Optional.empty());
  }

  static RunSpec backup() {
    return spec(
        shipped("tenant-backup"),
        Map.of("window", new Value.Choice("read-only")),
        Map.of(),
        Optional.empty());
  }

  static RunSpec drill() {
    return spec(
        shipped("tenant-drill"),
        Map.of("freeze", new Value.Bool(true), "again", new Value.Choice("quarterly")),
        Map.of(),
        Optional.empty());
  }

  static RunSpec drop() {
    return spec(
        shipped("tenant-drop-old"),
        Map.of(
            "database", new Value.OfDatabase(KEPT),
            "live-until", new Value.Moment(NOON.minus(Duration.ofDays(7)))),
        Map.of("schedule.again", new Value.Span(Duration.ofDays(7))),
        Optional.empty());
  }

  /** Up to the gate before the way back. */
  static Case rollingBack(long go, long change) {
    return rollingBack(ContextFields.SWAP, go, change);
  }

  static Case rollingBack(String strategy, long go, long change) {
    var gate = strategy.equals(ContextFields.SWAP) ? "cutback" : "flip-back";
    var story =
        new RestoreStory()
            .begun()
            .done("freeze", "tenant.freeze", SECOND, Map.of(), "acme is read-only.")
            .done("settle", "tenant.settle", SECOND, Map.of(), "nobody writes any more.")
            .done(
                "lost",
                "database.compare-kept",
                Duration.ofMinutes(2),
                Map.ofEntries(
                    Map.entry("come-back", new Value.Int(17)),
                    Map.entry("go", new Value.Int(go)),
                    Map.entry("change", new Value.Int(change)),
                    Map.entry("queue-jobs", new Value.Int(1)),
                    Map.entry("numbers-again", new Value.Int(12)),
                    Map.entry("rows-by-table", new Value.Text("17 12 3 members.claim")),
                    Map.entry("sequences-behind", new Value.Text("12 members.claim_number_seq")),
                    Map.entry("sequences", new Value.Text("keep-ahead")),
                    Map.entry("sessions", new Value.Text("rcm-core 41")),
                    Map.entry("kept-bytes", new Value.Int(11_200_000_000L)),
                    Map.entry("live-bytes", new Value.Int(11_800_000_000L))),
                "");
    if (!strategy.equals(ContextFields.SWAP)) {
      story.add(new RunEvent.StepPassedOver("cutback", "tenant.kept-by is not swap-and-keep"));
    }
    story.add(opened(gate, 1, "intent.back.name=tenant_acme_pre_pitr", List.of()));
    return of("rolling back", rollback(strategy), story);
  }

  /** Up to the gate before a kept database is dropped. */
  static Case dropping() {
    var story =
        new RestoreStory()
            .begun()
            .done(
                "look",
                "database.unused",
                SECOND,
                Map.of(
                    "bytes", new Value.Int(11_200_000_000L),
                    "verdict", new Value.Text("closed, and nobody is connected")),
                "nobody is connected.")
            .add(opened("drop", 1, "intent.database.oid=16503", List.of()));
    return of("dropping", drop(), story);
  }

  static Case of(String title, RunSpec spec, RestoreStory story) {
    return new Case(title, as(spec, story.journal()), shipped(spec.runbook()), story.now());
  }

  static RunEvent.GateOpened opened(
      String step, int opening, String order, List<String> difference) {
    return new RunEvent.GateOpened(
        step,
        GATE,
        opening,
        Digest.of(order),
        NONCE,
        order,
        NOON.plus(Duration.ofHours(5)),
        Gate.Expiry.ABORT,
        difference);
  }

  /** A gate of a run, as its row stands. */
  static GateRow row(
      Case of, String step, Gate policy, String order, GateRow.Status status, Vote... votes) {
    return new GateRow(
        GATE,
        RUN,
        step,
        1,
        Digest.of(order),
        NONCE,
        status,
        ALICE,
        Set.of(),
        policy,
        Quorum.of(policy, 0),
        order,
        policy.typed() ? Optional.of("acme") : Optional.empty(),
        of.now(),
        of.now().plus(policy.expires()),
        status == GateRow.Status.OPEN ? Optional.empty() : Optional.of(of.now()),
        List.of(votes));
  }
}
