package io.countersign.run;

import static io.countersign.support.Samples.ALICE;
import static io.countersign.support.Samples.BOB;
import static io.countersign.support.Samples.DANA;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.Person;
import io.countersign.Role;
import io.countersign.gate.Roster;
import io.countersign.runbook.Gate;
import io.countersign.runbook.Runbook;
import io.countersign.runbook.Step;
import io.countersign.runbook.Value;
import io.countersign.support.Samples;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A run that nobody but its requester could approve is refused, saying who is missing. */
class CountersignersTest {
  private static final Role ADMIN = Role.PLATFORM_ADMIN;
  private static final Role DBA = new Role("DBA");

  @Test
  void the_requester_alone_is_not_enough_and_dropped_members_are_told() {
    assertThat(missing(gate(1, ADMIN), Map.of(ADMIN, Set.of(ALICE)), 2, false))
        .contains("needs 1 PLATFORM_ADMIN besides you")
        .contains("there are 0")
        .contains("2 of PLATFORM_ADMIN");
  }

  @Test
  void one_of_each_takes_two_people_even_where_one_holds_both_roles() {
    var held = Map.of(ADMIN, Set.of(ALICE, BOB), DBA, Set.of(BOB));
    assertThat(missing(gate(2, ADMIN, DBA), held, 0, false))
        .contains("one of each of PLATFORM_ADMIN and DBA")
        .contains("1 is missing: PLATFORM_ADMIN or DBA");
    var more = Map.of(ADMIN, Set.of(ALICE, BOB, DANA), DBA, Set.of(BOB));
    assertThat(find(gate(2, ADMIN, DBA), more, 0, false))
        .isEqualTo(new Countersigners.Found.Enough(Set.of(BOB, DANA)));
  }

  @Test
  void a_schedule_needs_one_more_than_its_owner_would() {
    var held = Map.of(ADMIN, Set.of(ALICE, BOB));
    assertThat(find(gate(1, ADMIN), held, 0, false))
        .isInstanceOf(Countersigners.Found.Enough.class);
    assertThat(missing(gate(1, ADMIN), held, 0, true)).contains("because a schedule asks");
  }

  @Test
  void an_unreadable_role_refuses() {
    assertThat(missing(gate(1, ADMIN), Map.of(), 0, false)).contains("could not read");
  }

  @Test
  void a_gate_whose_condition_does_not_hold_is_not_asked_for() {
    var step = step(gate(1, DBA), Optional.of(new Step.When("strategy", "flip")));
    var found =
        new Countersigners(roster(Map.of(), 0))
            .of(runbook(step), spec(Map.of("strategy", new Value.Choice("swap")), false));
    assertThat(found).isEqualTo(new Countersigners.Found.Enough(Set.of()));
  }

  private static String missing(
      Gate gate, Map<Role, Set<Person>> held, int dropped, boolean schedule) {
    return ((Countersigners.Found.Missing) find(gate, held, dropped, schedule)).sentence();
  }

  private static Countersigners.Found find(
      Gate gate, Map<Role, Set<Person>> held, int dropped, boolean schedule) {
    return new Countersigners(roster(held, dropped))
        .of(runbook(step(gate, Optional.empty())), spec(Map.of(), schedule));
  }

  private static Gate gate(int approvals, Role... from) {
    return Samples.gate(approvals, List.of(from), Optional.empty());
  }

  private static Step step(Gate gate, Optional<Step.When> when) {
    return new Step("cutover", "fake.swap", Map.of(), when, Optional.of(gate), false);
  }

  private static Runbook runbook(Step step) {
    return new Runbook(
        "sample",
        "A sample",
        List.of("medsuite"),
        Optional.empty(),
        ADMIN,
        List.of(),
        List.of(step),
        List.of(),
        "runbook: sample");
  }

  private static RunSpec spec(Map<String, Value> parameters, boolean schedule) {
    var it = Samples.spec(Samples.RUN, "runbook: sample");
    return new RunSpec(
        it.id(),
        it.subject(),
        it.tenant(),
        it.runbook(),
        it.title(),
        it.source(),
        parameters,
        it.pinned(),
        ALICE,
        schedule ? Optional.of("drill") : Optional.empty(),
        it.channel(),
        it.reason(),
        it.requestedAt());
  }

  private static Roster roster(Map<Role, Set<Person>> held, int dropped) {
    return new Roster() {
      @Override
      public Reading read(Role role) {
        var people = held.get(role);
        return people == null
            ? new Reading.Unreadable("no source is set for " + role)
            : new Reading.Members(people, dropped, Duration.ZERO);
      }

      @Override
      public Membership membership(Person person) {
        return new Membership.Full();
      }
    };
  }
}
