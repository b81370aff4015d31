package io.countersign.gate;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.Role;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class QuorumTest {
  private static final Role ADMIN = Role.PLATFORM_ADMIN;
  private static final Role DBA = new Role("DBA");
  private static final Role LEAD = new Role("LEAD");
  private static final Quorum ONE_OF_EACH = new Quorum(List.of(ADMIN, DBA), 2);

  @Test
  void one_of_each_takes_one_of_each() {
    assertThat(ONE_OF_EACH.missing(List.of(Set.of(ADMIN), Set.of(ADMIN)))).isEqualTo(1);
    assertThat(ONE_OF_EACH.open(List.of(Set.of(ADMIN), Set.of(ADMIN)))).containsExactly(DBA);
    assertThat(ONE_OF_EACH.missing(List.of(Set.of(ADMIN), Set.of(DBA)))).isZero();
  }

  @Test
  void somebody_in_both_roles_fills_one_place_only() {
    assertThat(ONE_OF_EACH.missing(List.of(Set.of(ADMIN, DBA)))).isEqualTo(1);
  }

  @Test
  void somebody_in_both_roles_stands_in_nobodys_way_in_whatever_order_they_vote() {
    var both = Set.of(ADMIN, DBA);
    for (var other : List.of(Set.of(ADMIN), Set.of(DBA))) {
      assertThat(ONE_OF_EACH.missing(List.of(both, other))).isZero();
      assertThat(ONE_OF_EACH.missing(List.of(other, both))).isZero();
      assertThat(ONE_OF_EACH.fills(other, List.of(both))).isTrue();
      assertThat(ONE_OF_EACH.fills(both, List.of(other))).isTrue();
    }
  }

  @Test
  void places_beyond_the_roles_are_for_anybody_of_them() {
    var three = new Quorum(List.of(ADMIN, DBA), 3);
    assertThat(three.missing(List.of(Set.of(ADMIN), Set.of(ADMIN), Set.of(DBA)))).isZero();
    assertThat(three.missing(List.of(Set.of(ADMIN), Set.of(ADMIN), Set.of(ADMIN)))).isEqualTo(1);
    assertThat(three.fills(Set.of(ADMIN), List.of(Set.of(ADMIN), Set.of(ADMIN)))).isFalse();
  }

  @Test
  void nobody_of_another_role_fills_a_place() {
    assertThat(ONE_OF_EACH.fills(Set.of(LEAD), List.of())).isFalse();
    assertThat(ONE_OF_EACH.fills(Set.of(), List.of())).isFalse();
  }

  @Test
  void fewer_places_than_roles_are_read_as_one_of_each() {
    assertThat(new Quorum(List.of(ADMIN, DBA), 1).missing(List.of(Set.of(ADMIN)))).isEqualTo(1);
  }

  @Test
  void the_best_assignment_is_found_whoever_comes_first() {
    var random = new Random(20261121);
    var roles = List.of(ADMIN, DBA, LEAD);
    for (int round = 0; round < 2_000; round++) {
      var from = roles.subList(0, 1 + random.nextInt(3));
      var quorum = new Quorum(from, from.size() + random.nextInt(3));
      var people = new ArrayList<Set<Role>>();
      for (int i = random.nextInt(6); i > 0; i--) {
        people.add(
            roles.stream()
                .filter(_ -> random.nextBoolean())
                .collect(java.util.stream.Collectors.toSet()));
      }
      int best = bySearch(quorum, people, seats(quorum));
      assertThat(quorum.missing(people)).as("%s %s", quorum, people).isEqualTo(best);
      Collections.shuffle(people, random);
      assertThat(quorum.missing(people)).isEqualTo(best);
    }
  }

  private static List<Set<Role>> seats(Quorum quorum) {
    var seats = new ArrayList<Set<Role>>();
    quorum.from().forEach(it -> seats.add(Set.of(it)));
    while (seats.size() < quorum.places()) {
      seats.add(Set.copyOf(quorum.from()));
    }
    return seats;
  }

  /** Tries every way to sit. */
  private static int bySearch(Quorum quorum, List<Set<Role>> people, List<Set<Role>> free) {
    if (people.isEmpty()) {
      return free.size();
    }
    var rest = people.subList(1, people.size());
    int best = bySearch(quorum, rest, free);
    for (int i = 0; i < free.size(); i++) {
      if (!Collections.disjoint(people.getFirst(), free.get(i))) {
        var left = new ArrayList<>(free);
        left.remove(i);
        best = Math.min(best, bySearch(quorum, rest, left));
      }
    }
    return best;
  }
}
