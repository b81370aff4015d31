package io.countersign.slack;

import io.countersign.Person;
import io.countersign.Role;
import io.countersign.gate.Roster;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;

/** A roster whose source can be changed while everything runs, and which forgets on demand. */
final class Voters implements Roster {
  private final SlackSettings settings;
  private volatile Duration ahead = Duration.ZERO;
  private volatile Roster now;

  Voters(SlackSettings settings) {
    this.settings = settings;
    this.now = of(Map.of());
  }

  private Roster of(Map<Role, RoleSource> sources) {
    InstantSource clock = () -> Instant.now().plus(ahead);
    return SlackRoster.of(settings, sources, clock);
  }

  /** From now on this is who holds roles. */
  void are(Map<Role, RoleSource> sources) {
    now = of(sources);
  }

  /** What was read before is too old to be shared. */
  void forget() {
    ahead = ahead.plusSeconds(10);
  }

  @Override
  public Reading read(Role role) {
    return now.read(role);
  }

  @Override
  public Membership membership(Person person) {
    return now.membership(person);
  }
}
