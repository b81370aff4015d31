package io.countersign.gate;

import io.countersign.Role;
import io.countersign.runbook.Gate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * The places that a gate has. With several roles there is one place for each, and the rest are for
 * anybody of them; one person fills one place. Who fills which is settled only at the end, so that
 * somebody who holds two roles never stands in another's way.
 *
 * @param from the roles that count
 * @param places how many people it takes
 */
public record Quorum(List<Role> from, int places) {
  public Quorum {
    from = List.copyOf(from);
    // an order by fewer people than there are roles cannot be met; it is read as one of each
    places = Math.max(places, from.size());
  }

  /**
   * @param extra how many people more than the policy writes
   */
  public static Quorum of(Gate policy, int extra) {
    return new Quorum(policy.from(), Math.max(policy.approvals(), policy.from().size()) + extra);
  }

  /**
   * How many places stay empty when these people sit as well as they can.
   *
   * @param people each by the roles that he holds
   */
  public int missing(Collection<Set<Role>> people) {
    var seats = seats();
    var taken = new int[seats.size()];
    Arrays.fill(taken, -1);
    var sitting = List.copyOf(people);
    int filled = 0;
    for (int person = 0; person < sitting.size(); person++) {
      if (seated(person, sitting, seats, taken, new boolean[seats.size()])) {
        filled++;
      }
    }
    return seats.size() - filled;
  }

  /** Whether somebody with these roles would fill a place that the others leave empty. */
  public boolean fills(Set<Role> roles, Collection<Set<Role>> others) {
    var all = new ArrayList<>(others);
    all.add(roles);
    return missing(all) < missing(others);
  }

  /** The roles of which somebody is still needed. */
  public List<Role> open(Collection<Set<Role>> people) {
    return from.stream().filter(it -> fills(Set.of(it), people)).toList();
  }

  private List<Set<Role>> seats() {
    var seats = new ArrayList<Set<Role>>();
    from.forEach(it -> seats.add(Set.of(it)));
    while (seats.size() < places) {
      seats.add(Set.copyOf(from));
    }
    return seats;
  }

  /** Finds a seat, moving others to another one of theirs where that makes room. */
  private static boolean seated(
      int person, List<Set<Role>> people, List<Set<Role>> seats, int[] taken, boolean[] tried) {
    for (int seat = 0; seat < taken.length; seat++) {
      if (tried[seat] || people.get(person).stream().noneMatch(seats.get(seat)::contains)) {
        continue;
      }
      tried[seat] = true;
      if (taken[seat] < 0 || seated(taken[seat], people, seats, taken, tried)) {
        taken[seat] = person;
        return true;
      }
    }
    return false;
  }
}
