package io.countersign.slack;

import io.countersign.audit.Anchor;
import io.countersign.audit.Anchors;
import io.countersign.thread.Line;
import io.countersign.thread.Span;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells a channel the newest anchor, so that it stands where whoever can write to the database
 * cannot reach it. Each anchor covers all before it: what came while Slack was away is not told one
 * by one.
 */
final class AnchorTeller {
  private static final Logger log = LoggerFactory.getLogger(AnchorTeller.class);

  /** Longer than a call to Slack may take, twice: it is looked for, then posted. */
  static final Duration LEASE = Duration.ofSeconds(25);

  private static final String KIND = "anchor";

  private final Anchors anchors;
  private final SlackApi slack;
  private final String channel;
  private final String process;

  AnchorTeller(Anchors anchors, SlackApi slack, String channel, String process) {
    this.anchors = anchors;
    this.slack = slack;
    this.channel = channel;
    this.process = process;
  }

  /** Tells the newest one where it has not been told. Never throws. */
  void look() {
    try {
      anchors.untold(channel, process, LEASE).ifPresent(this::tell);
    } catch (RuntimeException unreachable) {
      log.warn("could not look for an anchor to tell: {}", Intake.name(unreachable));
    }
  }

  private void tell(Anchors.Untold untold) {
    var anchor = untold.anchor();
    if (untold.tried()
        && slack.announced(channel, KIND, Long.toString(anchor.number()))
            instanceof Answer.Ok<Boolean>(var found)
        && found) {
      anchors.told(channel, anchor.number());
      return;
    }
    var content = Drawing.whisper(List.of(line(anchor)), List.of());
    switch (slack.announce(channel, content, KIND, Long.toString(anchor.number()))) {
      case Answer.Ok<String> _ -> anchors.told(channel, anchor.number());
      case Answer.RateLimited<String> _ -> log.info("anchor {} waits for Slack", anchor.number());
      case Answer.Failed<String>(var code) ->
          log.warn(
              "anchor {} could not be told to {}: {}. Is the bot in COUNTERSIGN_AUDIT_CHANNEL? It"
                  + " is tried again.",
              anchor.number(),
              channel,
              code);
      case Answer.Unreachable<String>(var why) ->
          log.warn("anchor {} could not be told to {}: {}", anchor.number(), channel, why);
    }
  }

  static Line line(Anchor anchor) {
    return Line.of("Audit anchor " + anchor.number() + " of ")
        .when(anchor.at(), Span.Style.DAY_AND_TIME)
        .text(
            ": "
                + String.format(Locale.ENGLISH, "%,d", anchor.chains())
                + " records with "
                + String.format(Locale.ENGLISH, "%,d", anchor.links())
                + " entries. Whoever changes one of them later cannot make this number again: ")
        .code(anchor.hash())
        .text(" Nobody has to do anything; countersign audit verify compares with it.");
  }
}
