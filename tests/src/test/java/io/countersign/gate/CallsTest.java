package io.countersign.gate;

import static io.countersign.support.Samples.ALICE;
import static io.countersign.support.Samples.BOB;
import static io.countersign.support.Samples.CAROL;
import static io.countersign.support.Samples.DANA;
import static io.countersign.support.Samples.GATE;
import static io.countersign.support.Samples.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.Digest;
import io.countersign.GateId;
import io.countersign.Person;
import io.countersign.Role;
import io.countersign.runbook.Gate;
import io.countersign.support.Samples;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CallsTest {
  private static final Role DBA = new Role("DBA");
  private static final Role MANAGEMENT = new Role("MANAGEMENT");
  private final Map<Role, Roster.Reading> rosters = new HashMap<>();
  private final Map<Call, Set<Person>> called = new HashMap<>();
  private final List<Call> postponed = new ArrayList<>();
  private Optional<GateRow> row = Optional.of(row(policy(List.of(Role.PLATFORM_ADMIN))));

  CallsTest() {
    hold(Role.PLATFORM_ADMIN, ALICE, BOB, DANA);
  }

  @Test
  void whoever_could_countersign_is_called_and_not_the_requester() {
    look(Call.Kind.OPENED);
    assertThat(called.values()).containsExactly(Set.of(BOB, DANA));
    assertThat(postponed).isEmpty();
  }

  @Test
  void a_roster_that_cannot_be_read_is_tried_again_and_nobody_is_called() {
    rosters.put(Role.PLATFORM_ADMIN, new Roster.Reading.Unreadable("rate limited"));
    look(Call.Kind.REMINDER);
    assertThat(called).isEmpty();
    assertThat(postponed).hasSize(1);
  }

  @Test
  void one_unreadable_roster_of_two_is_enough_to_wait() {
    row = Optional.of(row(policy(List.of(Role.PLATFORM_ADMIN, DBA))));
    rosters.put(DBA, new Roster.Reading.Unreadable("rate limited"));
    look(Call.Kind.OPENED);
    assertThat(called).isEmpty();
    assertThat(postponed).hasSize(1);
  }

  @Test
  void an_escalation_calls_those_alone_who_hold_its_role() {
    row = Optional.of(row(policy(List.of(Role.PLATFORM_ADMIN, MANAGEMENT))));
    hold(MANAGEMENT, CAROL, ALICE);
    look(Call.Kind.ESCALATION);
    assertThat(called.values()).containsExactly(Set.of(CAROL));
  }

  @Test
  void a_reminder_calls_all_who_could_fill_a_place() {
    row = Optional.of(row(policy(List.of(Role.PLATFORM_ADMIN, MANAGEMENT))));
    hold(MANAGEMENT, CAROL);
    look(Call.Kind.REMINDER);
    assertThat(called.values()).containsExactly(Set.of(BOB, DANA, CAROL));
  }

  @Test
  void a_gate_that_is_not_there_calls_nobody() {
    row = Optional.empty();
    look(Call.Kind.OPENED);
    assertThat(called).isEmpty();
    assertThat(postponed).isEmpty();
  }

  private void look(Call.Kind kind) {
    new Calls(new Due(new Call(GATE, kind, 1, NOON)), new OneGate(), new Held()).look();
  }

  private void hold(Role role, Person... people) {
    rosters.put(role, new Roster.Reading.Members(Set.of(people), 0, Duration.ZERO));
  }

  private static Gate policy(List<Role> from) {
    return new Gate(
        from.size(),
        from,
        Duration.ofHours(4),
        Gate.Expiry.ABORT,
        Gate.VALID_FOR,
        List.of(),
        List.of(),
        false,
        Optional.empty(),
        Optional.of(new Gate.Escalation(Duration.ofHours(1), MANAGEMENT)));
  }

  private static GateRow row(Gate policy) {
    return new GateRow(
        GATE,
        Samples.RUN,
        "cutover",
        1,
        Digest.of("order"),
        Samples.NONCE,
        GateRow.Status.OPEN,
        ALICE,
        Set.of(),
        policy,
        Quorum.of(policy, 0),
        "order",
        Optional.empty(),
        NOON,
        NOON.plus(policy.expires()),
        Optional.empty(),
        List.of());
  }

  private final class Due implements CallStore {
    private final Call call;

    Due(Call call) {
      this.call = call;
    }

    @Override
    public List<Call> due(int limit) {
      return List.of(call);
    }

    @Override
    public boolean call(Call due, Set<Person> people) {
      called.put(due, people);
      return true;
    }

    @Override
    public void postpone(Call due, Duration wait) {
      postponed.add(due);
    }
  }

  private final class OneGate implements GateStore {
    @Override
    public Instant now() {
      return NOON;
    }

    @Override
    public Optional<GateRow> find(GateId id) {
      return row;
    }

    @Override
    public Ruling decide(Ballot ballot, Judge judge) {
      throw new AssertionError("nobody votes here");
    }
  }

  private final class Held implements Roster {
    @Override
    public Reading read(Role role) {
      return rosters.getOrDefault(role, new Reading.Unreadable("nobody says"));
    }

    @Override
    public Membership membership(Person person) {
      return new Membership.Full();
    }
  }
}
