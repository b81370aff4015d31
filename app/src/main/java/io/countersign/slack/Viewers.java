package io.countersign.slack;

import io.countersign.Person;
import io.countersign.Role;
import io.countersign.gate.Roster;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Who may see what there is to choose from. For what is shown alone, so what was read is good for a
 * minute, and typing does not use up the reads that votes need; what is asked for in the end is
 * judged anew. Whoever cannot be looked up sees nothing.
 */
final class Viewers {
  private static final Duration GOOD_FOR = Duration.ofMinutes(1);
  private static final int MOST = 1_000;

  private final Roster roster;
  private final InstantSource clock;
  private final Map<Role, Read> roles = new ConcurrentHashMap<>();
  private final Map<Person, Instant> members = new LinkedHashMap<>();

  private record Read(Roster.Reading reading, Instant at) {}

  /**
   * @param clock this machine's, for ages alone
   */
  Viewers(Roster roster, InstantSource clock) {
    this.roster = roster;
    this.clock = clock;
  }

  boolean may(Person who, Role role) {
    return read(role) instanceof Roster.Reading.Members(var people, _, _)
        && people.contains(who)
        && member(who);
  }

  private Roster.Reading read(Role role) {
    var now = clock.instant();
    return roles
        .compute(
            role,
            (_, before) ->
                before != null
                        && before.reading() instanceof Roster.Reading.Members
                        && now.isBefore(before.at().plus(GOOD_FOR))
                    ? before
                    : new Read(roster.read(role), now))
        .reading();
  }

  private boolean member(Person who) {
    var now = clock.instant();
    synchronized (members) {
      var seen = members.get(who);
      if (seen != null && now.isBefore(seen.plus(GOOD_FOR))) {
        return true;
      }
    }
    boolean full = roster.membership(who) instanceof Roster.Membership.Full;
    synchronized (members) {
      members.remove(who);
      if (full) {
        members.put(who, now);
      }
      if (members.size() > MOST) {
        members.remove(members.keySet().iterator().next());
      }
    }
    return full;
  }
}
