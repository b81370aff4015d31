package io.countersign.thread;

import io.countersign.Role;
import io.countersign.gate.Quorum;
import java.util.List;

/** The words for who has to countersign a gate. */
final class Needed {
  private Needed() {}

  /** {@code 2 approvals, one each by PLATFORM_ADMIN and DBA}. */
  static String approvals(Quorum quorum, boolean bySchedule) {
    var number = Texts.count(quorum.places(), "approval", "approvals");
    var more = bySchedule ? ", one more than a person's run, because a schedule asked" : "";
    int roles = quorum.from().size();
    if (roles == 1) {
      return number + " by " + quorum.from().getFirst() + more;
    }
    var rest = quorum.places() - roles;
    return number
        + ", one each by "
        + joined(quorum.from(), " and ")
        + (rest == 0 ? "" : " and " + rest + " by any of them")
        + more;
  }

  /** {@code a PLATFORM_ADMIN and a DBA}. */
  static String one(List<Role> roles) {
    return String.join(
        " and ",
        roles.stream()
            .map(Role::name)
            .map(it -> ("AEIOU".indexOf(it.charAt(0)) < 0 ? "a " : "an ") + it)
            .toList());
  }

  private static String joined(List<Role> roles, String between) {
    return String.join(between, roles.stream().map(Role::name).toList());
  }
}
