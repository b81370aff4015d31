package io.countersign.gate;

import io.countersign.Person;
import io.countersign.Role;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls people to gates: when they open, when nobody answers, and at last a second group. Several
 * processes may look at once; each call is made once.
 */
public final class Calls {
  private static final Logger log = LoggerFactory.getLogger(Calls.class);
  private static final int AT_ONCE = 20;
  private static final Duration UNREADABLE = Duration.ofSeconds(30);

  private final CallStore calls;
  private final GateStore gates;
  private final Roster roster;

  public Calls(CallStore calls, GateStore gates, Roster roster) {
    this.calls = calls;
    this.gates = gates;
    this.roster = roster;
  }

  /** Makes the calls that are due. Rosters are read before the transaction, never inside. */
  public void look() {
    for (var due : calls.due(AT_ONCE)) {
      var row = gates.find(due.gate());
      if (row.isPresent()) {
        call(due, row.get());
      }
    }
  }

  private void call(Call due, GateRow row) {
    var people = people(due, row);
    if (people.isEmpty()) {
      calls.postpone(due, UNREADABLE);
      log.warn("run {}: who could countersign {} could not be read", row.run(), row.step());
      return;
    }
    if (calls.call(due, people.get())) {
      log.info("run {}: {} people called to {}", row.run(), people.get().size(), row.step());
    }
  }

  /** Those who could fill a place that is still empty; empty where that cannot be read. */
  private Optional<Set<Person>> people(Call due, GateRow row) {
    var rosters = new HashMap<Role, Roster.Reading>();
    for (var role : row.policy().from()) {
      var reading = roster.read(role);
      if (!(reading instanceof Roster.Reading.Members)) {
        return Optional.empty();
      }
      rosters.put(role, reading);
    }
    var standing = new Standing(new Roster.Membership.Full(), rosters, gates.now());
    var people = new HashSet<>(GateRules.canAct(row, standing));
    if (due.kind() == Call.Kind.ESCALATION) {
      row.policy().escalate().ifPresent(it -> people.retainAll(members(rosters.get(it.to()))));
    }
    return Optional.of(people);
  }

  private static Set<Person> members(Roster.@org.jspecify.annotations.Nullable Reading reading) {
    return reading instanceof Roster.Reading.Members(var people, _, _) ? people : Set.of();
  }
}
