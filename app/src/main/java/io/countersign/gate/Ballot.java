package io.countersign.gate;

import io.countersign.Digest;
import io.countersign.GateId;
import io.countersign.Person;

/**
 * One person's wish about one gate, as it came through a door. The actor is whom the transport
 * authenticated, never what a payload claims.
 *
 * @param digest of the order on the card that was clicked
 * @param nonce of the card that was clicked
 * @param reason of a denial; empty for an approval
 * @param typed what the actor typed to confirm; empty where the card has only buttons
 * @param door {@code button} or {@code modal}, for the audit
 */
public record Ballot(
    GateId gate,
    Person actor,
    Choice choice,
    Digest digest,
    String nonce,
    String reason,
    String typed,
    String door) {
  public enum Choice {
    APPROVE,
    DENY
  }
}
