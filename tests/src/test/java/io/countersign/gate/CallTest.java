package io.countersign.gate;

import static io.countersign.support.Samples.GATE;
import static io.countersign.support.Samples.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.Role;
import io.countersign.runbook.Gate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CallTest {
  private static final Instant EVER = NOON.plus(Duration.ofDays(3650));

  @Test
  void reminders_come_as_written_and_then_with_gaps_that_double_until_the_expiry() {
    var policy = policy(Gate.Expiry.ABORT, Duration.ofHours(8), "PT15M", "PT1H");
    assertThat(reminders(policy, NOON.plus(policy.expires())))
        .containsExactly(
            Duration.ofMinutes(15),
            Duration.ofMinutes(60),
            Duration.ofMinutes(150),
            Duration.ofMinutes(330));
  }

  @Test
  void a_gate_that_holds_keeps_asking_at_least_daily_in_the_end_and_not_for_ever() {
    var policy = policy(Gate.Expiry.HOLD, Duration.ofHours(8), "PT1H");
    var reminders = reminders(policy, EVER);
    assertThat(reminders.subList(0, 3))
        .containsExactly(Duration.ofHours(1), Duration.ofHours(3), Duration.ofHours(7));
    assertThat(reminders).hasSize(Call.MOST);
    for (int i = 10; i < reminders.size(); i++) {
      assertThat(reminders.get(i).minus(reminders.get(i - 1))).isEqualTo(Call.LONGEST_GAP);
    }
  }

  @Test
  void a_gate_that_holds_keeps_asking_even_where_nobody_wrote_reminders() {
    assertThat(reminders(policy(Gate.Expiry.HOLD, Duration.ofHours(8)), EVER).subList(0, 2))
        .containsExactly(Duration.ofDays(1), Duration.ofDays(2));
  }

  @Test
  void a_gate_without_reminders_that_aborts_calls_once() {
    assertThat(Call.first(GATE, policy(Gate.Expiry.ABORT, Duration.ofHours(4)), NOON, EVER))
        .containsExactly(new Call(GATE, Call.Kind.OPENED, 1, NOON));
  }

  @Test
  void whoever_writes_days_between_reminders_is_not_called_daily() {
    var policy = policy(Gate.Expiry.HOLD, Duration.ofDays(7), "P1D", "P3D");
    assertThat(reminders(policy, EVER).subList(0, 4))
        .containsExactly(
            Duration.ofDays(1), Duration.ofDays(3), Duration.ofDays(6), Duration.ofDays(9));
  }

  @Test
  void the_escalation_is_called_after_its_time() {
    var policy =
        new Gate(
            1,
            List.of(Role.PLATFORM_ADMIN),
            Duration.ofHours(4),
            Gate.Expiry.ABORT,
            Gate.VALID_FOR,
            List.of(),
            List.of(),
            false,
            Optional.empty(),
            Optional.of(new Gate.Escalation(Duration.ofHours(1), Role.PLATFORM_ADMIN)));
    assertThat(Call.first(GATE, policy, NOON, EVER))
        .contains(new Call(GATE, Call.Kind.ESCALATION, 1, NOON.plus(Duration.ofHours(1))));
  }

  private static List<Duration> reminders(Gate policy, Instant expires) {
    var times = new ArrayList<Duration>();
    var call =
        Call.first(GATE, policy, NOON, expires).stream()
            .filter(it -> it.kind() == Call.Kind.REMINDER)
            .findFirst();
    while (call.isPresent()) {
      times.add(Duration.between(NOON, call.get().due()));
      call = call.get().next(policy, NOON, expires);
    }
    return times;
  }

  private static Gate policy(Gate.Expiry then, Duration expires, String... remind) {
    return new Gate(
        1,
        List.of(Role.PLATFORM_ADMIN),
        expires,
        then,
        Gate.VALID_FOR,
        List.of(remind).stream().map(Duration::parse).toList(),
        List.of(),
        false,
        Optional.empty(),
        Optional.empty());
  }
}
