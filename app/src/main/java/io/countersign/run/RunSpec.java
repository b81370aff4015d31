package io.countersign.run;

import io.countersign.Digest;
import io.countersign.Person;
import io.countersign.RunId;
import io.countersign.Subject;
import io.countersign.estate.TenantRef;
import io.countersign.runbook.Value;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a run was asked to do, pinned once and for all: the runbook's text, the parameters, and
 * everything that {@code ${tenant.*}} and the like meant at that moment.
 *
 * @param pinned values of context references by path ({@code tenant.database}, a database by name
 *     and OID)
 * @param requester who asked; for a run that a schedule asks for by itself, the schedule's owner
 * @param schedule the schedule that asks by itself, as a drill does; what follows from a person's
 *     run is that person's
 * @param channel the channel in which it was asked for and is shown
 */
public record RunSpec(
    RunId id,
    Subject subject,
    TenantRef tenant,
    String runbook,
    String title,
    String source,
    Map<String, Value> parameters,
    Map<String, Value> pinned,
    Person requester,
    Optional<String> schedule,
    String channel,
    String reason,
    Instant requestedAt) {
  public RunSpec {
    parameters = java.util.Collections.unmodifiableMap(new TreeMap<>(parameters));
    pinned = java.util.Collections.unmodifiableMap(new TreeMap<>(pinned));
  }

  /** How many approvals the run's gates need more than their policies write. */
  public int moreApprovals() {
    return schedule.isPresent() ? 1 : 0;
  }

  public Digest runbookDigest() {
    return Digest.of(source);
  }
}
