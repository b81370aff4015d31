package io.countersign.gate;

import io.countersign.Person;
import io.countersign.Role;
import java.time.Duration;
import java.util.Set;

/** Who holds a role right now. Read fresh for a vote; a roster that cannot be read refuses. */
public interface Roster {
  Reading read(Role role);

  /** What a person is in the workspace right now, as the workspace says. */
  Membership membership(Person person);

  /** What the source answered. */
  sealed interface Reading {
    /**
     * People known to hold the role.
     *
     * @param dropped members that are unknown or deactivated
     * @param age how long ago the source was asked, zero for a read of its own
     */
    record Members(Set<Person> people, int dropped, Duration age) implements Reading {
      public Members {
        people = Set.copyOf(people);
      }
    }

    /** The source did not answer, or not in a form that can be trusted. */
    record Unreadable(String why) implements Reading {}
  }

  /** Whether somebody may act at all. */
  sealed interface Membership {
    record Full() implements Membership {}

    /** Bot, guest, deactivated, of another company; a word for people. */
    record Excluded(String what) implements Membership {}

    record Unreadable(String why) implements Membership {}
  }
}
