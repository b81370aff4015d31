package io.countersign.thread;

import io.countersign.estate.ServerRestorer.Standing;
import java.time.Instant;

/** What a channel is told of a copy of a server that was left behind. */
public final class LeftoverLine {
  private LeftoverLine() {}

  /** Why a copy that stands should not. */
  public sealed interface Why {
    record RunOver(String run, Instant since) implements Why {}

    /**
     * @param run as its tag says; may be empty
     */
    record RunUnknown(String run, Instant expired) implements Why {}

    record RunGoesOn(String run, Instant expired) implements Why {}
  }

  public static Line of(Standing copy, Why why, Instant now) {
    return Line.strong("A copy of " + copy.source() + " was left behind: " + copy.name() + ". ")
        .text("It holds every tenant's data, and " + Texts.sentence(copy.cost()) + " ")
        .line(because(why, now))
        .text(" To remove it: ")
        .code(copy.remedy())
        .text(" If nobody does, it stays, and I say so again tomorrow.");
  }

  private static Line because(Why why, Instant now) {
    return switch (why) {
      case Why.RunOver(var run, var since) ->
          Line.of("Run " + run + ", which made it, ended at ")
              .line(Texts.moment(since, now))
              .text(" and needs it no more.");
      case Why.RunUnknown(var run, var expired) ->
          Line.of("It should have been gone by ")
              .line(Texts.moment(expired, now))
              .text(
                  run.isEmpty()
                      ? "; nothing on it says any more which run made it."
                      : "; this bot does not know run "
                          + run
                          + ", which made it: look whether another bot does.");
      case Why.RunGoesOn(var run, var expired) ->
          Line.of("It should have been gone by ")
              .line(Texts.moment(expired, now))
              .text(
                  "; run "
                      + run
                      + ", which made it, still goes on: look into its thread before you remove"
                      + " it.");
    };
  }
}
