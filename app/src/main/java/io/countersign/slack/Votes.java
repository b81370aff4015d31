package io.countersign.slack;

import io.countersign.Digest;
import io.countersign.gate.Ballot;
import io.countersign.gate.GateStore;
import io.countersign.gate.Gates;
import io.countersign.thread.Line;
import io.countersign.thread.Refusals;

/** Buttons and modals on their way to the one door; every click gets a private answer. */
final class Votes {
  private final Gates door;
  private final GateStore gates;
  private final Whisper whisper;
  private final Runnable changed;

  /**
   * @param changed called after a vote that was counted, so that the card follows soon
   */
  Votes(Gates door, GateStore gates, Whisper whisper, Runnable changed) {
    this.door = door;
    this.gates = gates;
    this.whisper = whisper;
    this.changed = changed;
  }

  void cast(Inbound from, String key, Ballot.Choice choice, String reason, String through) {
    var gate = Drawing.GateKey.read(key);
    if (gate.isEmpty()) {
      whisper.say(from, Line.of("I do not know this card, so nothing was counted."));
      return;
    }
    var ballot =
        new Ballot(
            gate.get().id(),
            from.who(),
            choice,
            new Digest(gate.get().digest()),
            gate.get().nonce(),
            reason.strip(),
            through);
    var ruling = door.decide(ballot);
    changed.run();
    whisper.say(from, Refusals.of(ruling, gates.find(ballot.gate()), gates.now()));
  }
}
