package io.countersign.run;

import io.countersign.GateId;
import io.countersign.Person;
import io.countersign.gate.Order;
import io.countersign.gate.Quorum;
import io.countersign.runbook.Gate;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A gate about to be opened.
 *
 * @param barred who may not vote besides the requester
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
    Quorum quorum,
    Set<Person> barred,
    List<String> difference,
    Optional<String> phrase) {
  public NewGate {
    barred = Set.copyOf(barred);
    difference = List.copyOf(difference);
  }
}
