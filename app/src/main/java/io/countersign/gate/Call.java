package io.countersign.gate;

import io.countersign.GateId;
import io.countersign.runbook.Gate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One time at which people are called to a gate that nobody has decided.
 *
 * @param number counts the reminders from 1; 1 for the others
 * @param due by the database's clock
 */
public record Call(GateId gate, Kind kind, int number, Instant due) {
  /** Between two reminders of a gate that keeps asking there is never more than this. */
  static final Duration LONGEST_GAP = Duration.ofDays(1);

  /** More than this nobody needs: who has not answered by then is not helped by another. */
  static final int MOST = 60;

  /** When a gate that keeps asking was given no reminders. */
  static final Duration ASK_AGAIN = Duration.ofDays(1);

  public enum Kind {
    /** The gate has opened. */
    OPENED,
    REMINDER,
    ESCALATION
  }

  /** What is written down when a gate opens. */
  public static List<Call> first(GateId gate, Gate policy, Instant opened, Instant expires) {
    var calls = new ArrayList<Call>();
    calls.add(new Call(gate, Kind.OPENED, 1, opened));
    policy
        .escalate()
        .ifPresent(it -> calls.add(new Call(gate, Kind.ESCALATION, 1, opened.plus(it.after()))));
    reminder(gate, policy, 1, opened, expires).ifPresent(calls::add);
    return List.copyOf(calls);
  }

  /** The reminder after this one; only reminders are followed by others. */
  public Optional<Call> next(Gate policy, Instant opened, Instant expires) {
    return kind == Kind.REMINDER
        ? reminder(gate, policy, number + 1, opened, expires)
        : Optional.empty();
  }

  private static Optional<Call> reminder(
      GateId gate, Gate policy, int number, Instant opened, Instant expires) {
    return number > MOST
        ? Optional.empty()
        : after(policy, number)
            .map(opened::plus)
            .filter(it -> it.isBefore(expires))
            .map(it -> new Call(gate, Kind.REMINDER, number, it));
  }

  /**
   * How long after the opening: as written, and after the last one written with gaps that double
   * each time.
   */
  static Optional<Duration> after(Gate policy, int number) {
    var written = policy.remind();
    if (written.isEmpty()) {
      return policy.then() == Gate.Expiry.HOLD
          ? Optional.of(ASK_AGAIN.multipliedBy(number))
          : Optional.empty();
    }
    if (number <= written.size()) {
      return Optional.of(written.get(number - 1));
    }
    var at = written.getLast();
    var gap = written.size() == 1 ? at : at.minus(written.get(written.size() - 2));
    for (int i = written.size(); i < number; i++) {
      gap = shorter(gap.multipliedBy(2), longest(policy));
      at = at.plus(gap);
    }
    return Optional.of(at);
  }

  /** Whoever writes three days between reminders is not called daily. */
  private static Duration longest(Gate policy) {
    var last = policy.remind().getLast();
    return last.compareTo(LONGEST_GAP) > 0 ? last : LONGEST_GAP;
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }
}
