package io.countersign.gate;

import io.countersign.Role;
import java.time.Instant;
import java.util.Map;

/**
 * What was looked up about a voter before the transaction.
 *
 * @param readAt the database's clock before the look-up began
 */
public record Standing(
    Roster.Membership membership, Map<Role, Roster.Reading> rosters, Instant readAt) {
  public Standing {
    rosters = Map.copyOf(rosters);
  }
}
