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

  /** {@code PLATFORM_ADMIN and DBA}, since one of each is needed. */
  static String roles(List<Role> roles) {
    return joined(roles, " and ");
  }

  private static String joined(List<Role> roles, String between) {
    return String.join(between, roles.stream().map(Role::name).toList());
  }
}
