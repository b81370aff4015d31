package io.countersign.run;

import io.countersign.Person;
import io.countersign.Role;
import io.countersign.gate.Quorum;
import io.countersign.gate.Roster;
import io.countersign.runbook.Gate;
import io.countersign.runbook.Runbook;
import io.countersign.runbook.Step;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Whether the gates of a run could be approved by anybody but its requester, as the rosters stand.
 * A run for which nobody could answer is refused before anything happens.
 */
final class Countersigners {
  private final Roster roster;
  private final Map<Role, Roster.Reading> read = new HashMap<>();

  Countersigners(Roster roster) {
    this.roster = roster;
  }

  /** What was found. */
  sealed interface Found {
    record Enough(Set<Person> people) implements Found {
      public Enough {
        people = Set.copyOf(people);
      }
    }

    /** Who is missing, in a sentence or two. */
    record Missing(String sentence) implements Found {}
  }

  /** Looks at every gate whose condition holds for these parameters. */
  Found of(Runbook runbook, RunSpec spec) {
    var all = new HashSet<Person>();
    for (var step : runbook.steps()) {
      if (step.gate().isEmpty() || !Decide.applies(step, spec)) {
        continue;
      }
      switch (at(step, step.gate().get(), spec)) {
        case Found.Enough(var people) -> all.addAll(people);
        case Found.Missing missing -> {
          return missing;
        }
      }
    }
    return new Found.Enough(all);
  }

  private Found at(Step step, Gate gate, RunSpec spec) {
    var held = new HashMap<Person, Set<Role>>();
    var dropped = new ArrayList<String>();
    for (var role : gate.from()) {
      switch (read.computeIfAbsent(role, roster::read)) {
        case Roster.Reading.Members(var people, int gone, _) -> {
          people.forEach(it -> held.computeIfAbsent(it, _ -> new HashSet<>()).add(role));
          if (gone > 0) {
            dropped.add(gone + " of " + role);
          }
        }
        case Roster.Reading.Unreadable(var why) -> {
          return new Found.Missing(unreadable(role, why));
        }
      }
    }
    held.remove(spec.requester());
    var quorum = Quorum.of(gate, spec.moreApprovals());
    return quorum.missing(held.values()) == 0
        ? new Found.Enough(held.keySet())
        : new Found.Missing(tooFew(step, quorum, held, spec) + gone(dropped));
  }

  private static String tooFew(
      Step step, Quorum quorum, Map<Person, Set<Role>> held, RunSpec spec) {
    var needs = spec.schedule().isPresent() ? " (one more, because a schedule asks)" : "";
    if (quorum.from().size() == 1) {
      return "Nothing was started. Step %s needs %d %s besides you to countersign%s, and there %s %d. Add somebody to the role first."
          .formatted(
              step.id(),
              quorum.places(),
              quorum.from().getFirst(),
              needs,
              held.size() == 1 ? "is" : "are",
              held.size());
    }
    return "Nothing was started. Step %s needs %d people besides you to countersign%s, one of each of %s; %d %s missing: %s. Add somebody to the role first."
        .formatted(
            step.id(),
            quorum.places(),
            needs,
            names(quorum.from(), " and "),
            quorum.missing(held.values()),
            quorum.missing(held.values()) == 1 ? "is" : "are",
            names(quorum.open(held.values()), " or "));
  }

  private static String gone(List<String> dropped) {
    return dropped.isEmpty()
        ? ""
        : " Not counted, because they are deactivated, guests or unknown: "
            + String.join(", ", dropped)
            + ".";
  }

  static String unreadable(Role role, String why) {
    return "I could not read who is a "
        + role
        + " ("
        + why
        + "). Nothing was done. Try again in a minute; if it stays so, tell whoever runs this bot.";
  }

  private static String names(List<Role> roles, String between) {
    return roles.stream().map(Role::name).collect(Collectors.joining(between));
  }
}
