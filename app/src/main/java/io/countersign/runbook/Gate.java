package io.countersign.runbook;

import io.countersign.Role;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The gate before a step, as its runbook writes it.
 *
 * @param approvals how many different people must approve, 1 to 9; never the requester
 * @param from the roles that count; where there are several, one of each is needed
 * @param expires how long it stays open
 * @param then what happens when it expires; nothing ever continues by itself
 * @param validFor how long an approval is good; a step not begun by then asks again
 * @param remind when to remind, counted from the opening
 * @param evidence ids of the earlier steps whose binding outputs become part of the order
 * @param typed whether an approver has to type the tenant's name
 * @param coolOff how long after the last approval the step waits, so that it can still be stopped
 * @param escalate whom to call when nobody has answered for long
 */
public record Gate(
    int approvals,
    List<Role> from,
    Duration expires,
    Expiry then,
    Duration validFor,
    List<Duration> remind,
    List<String> evidence,
    boolean typed,
    Optional<Duration> coolOff,
    Optional<Escalation> escalate) {
  public static final Duration VALID_FOR = Duration.ofMinutes(15);

  public Gate {
    from = List.copyOf(from);
    remind = List.copyOf(remind);
    evidence = List.copyOf(evidence);
  }

  /**
   * Whom to call besides. It calls and widens nothing: who is called may vote only as a holder of a
   * role in {@code from}.
   *
   * @param after how long after the opening
   */
  public record Escalation(Duration after, Role to) {}

  /** What happens when nobody has answered in time. */
  public enum Expiry {
    /** The run's {@code on-abort} steps run. */
    ABORT,
    /** The gate stays and keeps asking. */
    HOLD
  }
}
