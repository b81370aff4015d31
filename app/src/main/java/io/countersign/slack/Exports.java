package io.countersign.slack;

import io.countersign.RunId;
import io.countersign.audit.Bundle;
import io.countersign.audit.Reads;
import io.countersign.thread.Line;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Hands a run's bundle to whoever asks in its thread, as a direct message: it says more than a
 * channel needs to see. It is recorded who was handed it.
 */
final class Exports {
  private final Reads reads;
  private final Bundle.Bundles bundles;
  private final SlackApi slack;
  private final Whisper whisper;

  Exports(Reads reads, Bundle.Bundles bundles, SlackApi slack, Whisper whisper) {
    this.reads = reads;
    this.bundles = bundles;
    this.slack = slack;
    this.whisper = whisper;
  }

  void hand(Inbound.Said said, RunId run) {
    reads.record(new Reads.Read(said.who().key(), Reads.What.EXPORT, Optional.of(run), "mention"));
    var bundle = bundles.of(run);
    if (bundle.isEmpty()) {
      whisper.say(
          said,
          Line.of(
              "I have no record of run "
                  + run
                  + ". Whoever runs this bot can look for it: countersign audit verify."));
      return;
    }
    var content =
        Drawing.whisper(
            List.of(
                Line.of("The record of run " + run + ": a page to read and the same as JSON.")
                    .text(" It is recorded that you asked for it.")),
            List.of());
    var sent = slack.directFiles(said.who().user(), content, files(bundle.get()));
    whisper.say(
        said,
        sent.got().isPresent()
            ? Line.of("The record of run " + run + " is in our direct messages.")
            : Line.of(
                "I could not send you the record of run "
                    + run
                    + " (Slack answered: "
                    + sent.trouble()
                    + "). Ask again, or run countersign audit export "
                    + run
                    + " where the bot runs."));
  }

  private static Map<String, String> files(Bundle bundle) {
    return Map.of(bundle.name() + ".html", bundle.page(), bundle.name() + ".json", bundle.json());
  }
}
