package io.countersign.gate;

import static io.countersign.support.Samples.ALICE;
import static io.countersign.support.Samples.BOB;
import static io.countersign.support.Samples.GATE;
import static io.countersign.support.Samples.NONCE;
import static io.countersign.support.Samples.NOON;
import static io.countersign.support.Samples.RUN;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.Digest;
import io.countersign.GateId;
import io.countersign.Person;
import io.countersign.Role;
import io.countersign.gate.Ruling.Refusal;
import io.countersign.support.Samples;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is looked up before a vote is judged, and how old it may be. */
class GatesTest {
  private final List<Role> read = new ArrayList<>();
  private Duration age = Duration.ZERO;
  private Roster.Membership membership = new Roster.Membership.Full();
  private Optional<GateRow> row = Optional.of(row());
  private Duration tookToLock = Duration.ZERO;

  @Test
  void the_roles_of_the_gate_are_read_for_each_vote() {
    assertThat(decide()).isInstanceOf(Ruling.Approved.class);
    decide();
    assertThat(read).containsExactly(Role.PLATFORM_ADMIN, Role.PLATFORM_ADMIN);
  }

  @Test
  void a_shared_reading_is_as_old_as_it_is_and_waiting_for_the_lock_makes_it_older() {
    age = Duration.ofSeconds(6);
    tookToLock = Duration.ofSeconds(4);
    assertThat(decide()).isInstanceOf(Ruling.Approved.class);
    tookToLock = Duration.ofMillis(4_001);
    assertThat(refusal()).isInstanceOf(Refusal.Unreadable.class);
  }

  @Test
  void a_reading_of_ones_own_is_as_old_as_the_look_that_came_before_it() {
    tookToLock = Duration.ofSeconds(10);
    assertThat(decide()).isInstanceOf(Ruling.Approved.class);
    tookToLock = Duration.ofMillis(10_001);
    assertThat(refusal()).isInstanceOf(Refusal.Unreadable.class);
  }

  @Test
  void who_is_no_full_member_is_refused_whatever_the_roster_says() {
    membership = new Roster.Membership.Excluded("a guest");
    assertThat(refusal()).isEqualTo(new Refusal.Excluded("a guest"));
  }

  @Test
  void a_gate_that_is_not_there_is_refused_and_no_roster_is_asked() {
    row = Optional.empty();
    assertThat(refusal()).isInstanceOf(Refusal.NoSuchGate.class);
    assertThat(read).isEmpty();
  }

  private Refusal refusal() {
    return ((Ruling.Refused) decide()).why();
  }

  private Ruling decide() {
    var ballot =
        new Ballot(GATE, BOB, Ballot.Choice.APPROVE, Digest.of("order"), NONCE, "", "", "button");
    return new Gates(new OneGate(), new Reads()).decide(ballot);
  }

  private static GateRow row() {
    return new GateRow(
        GATE,
        RUN,
        "cutover",
        1,
        Digest.of("order"),
        NONCE,
        GateRow.Status.OPEN,
        ALICE,
        Set.of(),
        Samples.gate(1),
        Quorum.of(Samples.gate(1), 0),
        "order",
        Optional.empty(),
        NOON,
        NOON.plus(Duration.ofHours(4)),
        Optional.empty(),
        List.of());
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
      return judge.rule(row, NOON.plus(tookToLock));
    }
  }

  private final class Reads implements Roster {
    @Override
    public Reading read(Role role) {
      read.add(role);
      return new Reading.Members(Set.of(ALICE, BOB), 0, age);
    }

    @Override
    public Membership membership(Person person) {
      return membership;
    }
  }
}
