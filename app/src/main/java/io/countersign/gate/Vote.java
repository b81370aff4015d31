package io.countersign.gate;

import io.countersign.Person;
import io.countersign.Role;
import java.time.Instant;
import java.util.Set;

/**
 * A vote that was counted.
 *
 * @param roles of the gate's roles those that the person held at that moment
 */
public record Vote(
    Person person, Ballot.Choice choice, String reason, Instant at, Set<Role> roles) {
  public Vote {
    roles = Set.copyOf(roles);
  }
}
