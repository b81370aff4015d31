package io.countersign.runbook;

import io.countersign.Role;
import java.time.Duration;
import java.util.List;

/**
 * The gate before a step, as its runbook writes it.
 *
 * @param approvals how many different people must approve, 1 to 9; never the requester
 * @param from the roles that count
 * @param expires how long it stays open
 * @param then what happens when it expires; nothing ever continues by itself
 * @param validFor how long an approval is good; a step not begun by then asks again
 * @param remind when to remind, counted from the opening
 * @param evidence ids of the earlier steps whose binding outputs become part of the order
 * @param typed whether an approver has to type the tenant's name
 */
public record Gate(
    int approvals,
    List<Role> from,
    Duration expires,
    Expiry then,
    Duration validFor,
    List<Duration> remind,
    List<String> evidence,
    boolean typed) {
  public static final Duration VALID_FOR = Duration.ofMinutes(15);

  public Gate {
    from = List.copyOf(from);
    remind = List.copyOf(remind);
    evidence = List.copyOf(evidence);
  }

  /** What happens when nobody has answered in time. */
  public enum Expiry {
    /** The run's {@code on-abort} steps run. */
    ABORT,
    /** The gate stays and keeps asking. */
    HOLD
  }
}
