package io.countersign.gate;

import io.countersign.Person;
import io.countersign.Role;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;

/** The one door through which a gate is decided. Buttons and modals end here; nothing else does. */
public final class Gates {
  private final GateStore store;
  private final Roster roster;

  /**
   * @param roster may share one read among votes that arrive together, at most {@link
   *     GateRules#FRESH} old
   */
  public Gates(GateStore store, Roster roster) {
    this.store = store;
    this.roster = roster;
  }

  /** Looks who the actor is, then judges and writes in one transaction. */
  public Ruling decide(Ballot ballot) {
    var roles = store.find(ballot.gate()).map(it -> it.policy().from()).orElse(List.of());
    var standing = look(ballot.actor(), roles, store.now());
    return store.decide(ballot, (gate, now) -> GateRules.rule(gate, ballot, standing, now));
  }

  private Standing look(Person actor, List<Role> roles, Instant readAt) {
    var rosters = new HashMap<Role, Roster.Reading>();
    var oldest = readAt;
    for (var role : roles) {
      var reading = roster.read(role);
      rosters.put(role, reading);
      if (reading instanceof Roster.Reading.Members(_, _, var age)
          && readAt.minus(age).isBefore(oldest)) {
        oldest = readAt.minus(age);
      }
    }
    return new Standing(roster.membership(actor), rosters, oldest);
  }
}
