package io.countersign.slack;

import io.countersign.RunId;
import io.countersign.audit.Reads;
import io.countersign.run.Desk;
import io.countersign.run.Draft;
import io.countersign.run.Recorded;
import io.countersign.runbook.Runbook;
import io.countersign.thread.Line;
import io.countersign.thread.PlanView;
import io.countersign.thread.Questions;
import io.countersign.thread.StepLog;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What a run's plan or a step's log says, to whoever asks in the thread and to nobody else: it
 * names servers and statements. It is recorded who was told.
 */
final class Papers {
  /** What is longer than this is handed over as a file. */
  static final int ON_SCREEN = 6_000;

  private static final String DOOR = "mention";

  private final Reads reads;
  private final Desk desk;
  private final SlackApi slack;
  private final Whisper whisper;

  Papers(Reads reads, Desk desk, SlackApi slack, Whisper whisper) {
    this.reads = reads;
    this.desk = desk;
    this.slack = slack;
    this.whisper = whisper;
  }

  /** Every statement, as a file. */
  void plan(Inbound.Said said, RunId run, Runbook runbook, Instant now) {
    var draft = desk.planned(run);
    if (draft.isEmpty()) {
      whisper.say(said, Questions.noPlan(run));
      return;
    }
    reads.record(new Reads.Read(said.who().key(), Reads.What.PLAN, Optional.of(run), DOOR));
    var text = text(draft.get(), runbook, now);
    hand(said, "The plan of run " + run, "plan-" + run + ".txt", text);
  }

  private static String text(Draft draft, Runbook runbook, Instant now) {
    var statements = PlanView.unasked(draft, runbook, ZoneOffset.UTC, now).statements();
    return Questions.aboutPlan(draft.spec()).plain()
        + "\n\n"
        + statements.stream().map(PlanView.Statements::text).collect(Collectors.joining("\n\n"))
        + "\n";
  }

  void log(
      Inbound.Said said,
      RunId run,
      List<Recorded> journal,
      Runbook runbook,
      String step,
      Instant now) {
    if (runbook.step(step).isEmpty()) {
      whisper.say(said, StepLog.which(runbook, step));
      return;
    }
    reads.record(new Reads.Read(said.who().key(), Reads.What.LOG, Optional.of(run), DOOR));
    var lines = StepLog.of(journal, runbook, step, now);
    var text = lines.stream().map(Line::plain).collect(Collectors.joining("\n"));
    if (text.length() <= ON_SCREEN) {
      whisper.say(said, lines, List.of());
    } else {
      hand(said, "The log of step " + step, "log-" + run + "-" + step + ".txt", text + "\n");
    }
  }

  private void hand(Inbound.Said said, String what, String name, String text) {
    var note = Drawing.whisper(List.of(Questions.handed(what)), List.of());
    var sent = slack.directFiles(said.who().user(), note, Map.of(name, text));
    whisper.say(
        said,
        sent.got().isPresent()
            ? Questions.inDirectMessages(what)
            : Questions.notHanded(what, sent.trouble()));
  }
}
