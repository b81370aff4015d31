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

  void cast(Inbound from, String key, Ballot.Choice choice, String through) {
    cast(from, key, choice, "", "", through);
  }

  void deny(Inbound from, String key, String reason) {
    cast(from, key, Ballot.Choice.DENY, reason, "", "modal");
  }

  /** An approval with the name that the approver typed. */
  void approve(Inbound from, String key, String typed) {
    cast(from, key, Ballot.Choice.APPROVE, "", typed, "modal");
  }

  private void cast(
      Inbound from, String key, Ballot.Choice choice, String reason, String typed, String through) {
    var gate = Drawing.GateKey.read(key);
    if (gate.isEmpty()) {
      whisper.say(
          from,
          Line.of(
              "I do not know this card, so nothing was counted. Look for the newest card in the"
                  + " run's thread."));
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
            typed,
            through);
    var ruling = door.decide(ballot);
    changed.run();
    whisper.say(from, Refusals.of(ruling, gates.find(ballot.gate()), gates.now()));
  }
}
