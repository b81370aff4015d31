package io.countersign.run;

import io.countersign.GateId;
import io.countersign.gate.Order;
import io.countersign.runbook.Gate;
import java.util.List;

/**
 * A gate about to be opened.
 *
 * @param difference from the order of the opening before
 */
public record NewGate(
    GateId id,
    String step,
    int opening,
    Order order,
    String nonce,
    Gate policy,
    List<String> difference) {
  public NewGate {
    difference = List.copyOf(difference);
  }
}
