package io.countersign.thread;

import io.countersign.run.Drills.Missed;
import io.countersign.run.Drills.Why;
import io.countersign.run.Ending;
import java.time.Instant;
import java.util.Optional;

/** What a channel is told of a rehearsal that was planned and did not take place. */
public final class MissedDrillLine {
  private MissedDrillLine() {}

  /**
   * @param command what people type to rehearse at once; empty where there is no such runbook
   */
  public static Line of(Missed missed, Optional<String> command, Instant now) {
    var tenant = missed.tenant().slug();
    return switch (missed.why()) {
      case Why.Waits(_, var due, var trouble) ->
          due(tenant, due, " has not begun.", now)
              .text(" " + kept(trouble))
              .text(" Once nothing keeps it any more, it begins by itself within 10 minutes.")
              .line(atOnce(command))
              .text(
                  " To leave this one out, put it off in Home. Until it has begun, another has"
                      + " succeeded or it is put off, I say so every day.");
      case Why.GoesOn(var run, var due) ->
          due(tenant, due, " has begun and not ended.", now)
              .text(" Look into the thread of run " + run + ": it says what it waits for.")
              .text(" Until it has ended, I say so every day.");
      case Why.Ended(var run, var at, var ending, var next) ->
          Line.EMPTY
              .bold(
                  Line.of(
                          "The rehearsal of a restore of "
                              + tenant
                              + " did not succeed: run "
                              + run)
                      .text(" " + how(ending) + " at ")
                      .line(Texts.moment(at, now))
                      .text("."))
              .text(" Its thread says why.")
              .line(atOnce(command))
              .line(next.map(it -> next(it, now)).orElseGet(MissedDrillLine::none));
    };
  }

  private static Line due(String tenant, Instant due, String what, Instant now) {
    return Line.EMPTY.bold(
        Line.of("The rehearsal of a restore of " + tenant + ", due since ")
            .line(Texts.moment(due, now))
            .text("," + what));
  }

  private static String kept(Optional<String> trouble) {
    return trouble
        .map(it -> "What kept it when I last tried: " + Texts.sentence(it))
        .orElse("What keeps it I do not know; my log may tell.");
  }

  private static Line atOnce(Optional<String> command) {
    return command
        .map(it -> Line.of(" To rehearse at once, type ").code(it).text("."))
        .orElse(Line.EMPTY);
  }

  private static Line next(Instant next, Instant now) {
    return Line.of(" By itself the next one begins at ")
        .line(Texts.moment(next, now))
        .text(". Until one has succeeded or that one is put off in Home, I say so every week.");
  }

  private static Line none() {
    return Line.of(
        " No other is planned; with again=quarterly one that succeeds plans the next. Until one has"
            + " succeeded, I say so every week.");
  }

  private static String how(Ending ending) {
    return switch (ending) {
      case DONE -> "ended";
      case FAILED -> "failed";
      case CANCELLED -> "was cancelled";
      case DENIED -> "was denied";
      case EXPIRED -> "ended unanswered";
    };
  }
}
