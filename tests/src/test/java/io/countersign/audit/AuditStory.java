package io.countersign.audit;

import static io.countersign.support.Samples.ALICE;
import static io.countersign.support.Samples.BOB;
import static io.countersign.support.Samples.DANA;

import io.countersign.RunId;
import io.countersign.run.RunEvent;
import io.countersign.store.JdbiAnchors;
import io.countersign.support.Bench;
import io.countersign.support.OurDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A database in which several runs went every way that runs go, with anchors between them. */
final class AuditStory implements AutoCloseable {
  final OurDatabase database = OurDatabase.fresh();
  final Bench bench = new Bench(database);
  final JdbiAnchors anchors = database.get().anchors();
  final List<RunId> runs = new ArrayList<>();

  /** Eight runs, the last of which stands at its gate. */
  static AuditStory told() {
    var story = new AuditStory();
    story.approved();
    story.denied();
    story.drifted();
    story.cancelled();
    story.failed();
    story.expired();
    story.retried();
    story.reads();
    story.atGate();
    story.anchor();
    return story;
  }

  void anchor() {
    anchors.makeIfDue(Duration.ZERO);
  }

  RunId atGate() {
    var run = bench.begun();
    runs.add(run);
    bench.advance(run);
    return run;
  }

  void approved() {
    var run = atGate();
    bench.approve(run, BOB);
    bench.advance(run);
    anchor();
  }

  private void denied() {
    var run = atGate();
    bench.deny(run, BOB, "wrong minute, take \"14:28\"");
    bench.advance(run);
  }

  private void drifted() {
    var run = atGate();
    anchor();
    bench.actions.next("swap", "drift");
    bench.approve(run, BOB);
    bench.advance(run);
    bench.approve(run, DANA);
    bench.advance(run);
    anchor();
  }

  private void cancelled() {
    var run = atGate();
    bench.journal.command(run, _ -> Optional.of(new RunEvent.CancelRequested(ALICE, "Ärger")));
    bench.advance(run);
  }

  private void failed() {
    bench.actions.next("check", "fail");
    atGate();
    anchor();
  }

  private void expired() {
    var run = atGate();
    database.skip("4 hours 1 second");
    bench.advance(run);
  }

  private void retried() {
    var run = atGate();
    bench.actions.next("swap", "fail");
    bench.approve(run, BOB);
    bench.advance(run);
    bench.journal.command(run, _ -> Optional.of(new RunEvent.RetryRequested(BOB)));
    bench.advance(run);
    bench.approve(run, DANA);
    bench.advance(run);
    anchor();
  }

  private void reads() {
    anchors.record(
        new Reads.Read(DANA.key(), Reads.What.EXPORT, Optional.of(runs.getFirst()), "mention"));
    anchors.record(new Reads.Read(ALICE.key(), Reads.What.PLAN, Optional.empty(), "button"));
  }

  Verification verified() {
    return database.get().audit().look(Verification::of);
  }

  @Override
  public void close() {
    database.close();
  }
}
