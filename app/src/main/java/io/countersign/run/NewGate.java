package io.countersign.run;

import io.countersign.GateId;
import io.countersign.gate.Order;
import io.countersign.runbook.Gate;
import java.util.List;
import java.util.Optional;

/**
 * A gate about to be opened.
 *
 * @param difference from the order of the opening before
 * @param phrase what an approver has to type, where the policy asks for it
 */
public record NewGate(
    GateId id,
    String step,
    int opening,
    Order order,
    String nonce,
    Gate policy,
    List<String> difference,
    Optional<String> phrase) {
  public NewGate {
    difference = List.copyOf(difference);
  }
}
