package io.countersign.gate;

import static io.countersign.support.Samples.RUN;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.Digest;
import io.countersign.RunId;
import io.countersign.support.Samples;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OrderTest {
  private static final Digest BOOK = Digest.of("runbook");

  @Test
  void the_digest_does_not_depend_on_the_order_in_which_facts_were_given() {
    var one = new HashMap<String, String>();
    one.put("live.oid", "1");
    one.put("kept.name", "x");
    var other = new java.util.LinkedHashMap<String, String>();
    other.put("kept.name", "x");
    other.put("live.oid", "1");
    assertThat(order(one).digest()).isEqualTo(order(other).digest());
  }

  @Test
  void every_fact_changes_the_digest() {
    var base = order(Map.of("live.oid", "1"));
    assertThat(order(Map.of("live.oid", "2")).digest()).isNotEqualTo(base.digest());
    assertThat(order(Map.of("live.oid", "1", "more", "")).digest()).isNotEqualTo(base.digest());
    assertThat(
            new Order(
                    base.run(),
                    Digest.of("another runbook"),
                    base.step(),
                    base.action(),
                    base.parameters(),
                    base.inputs(),
                    base.intent(),
                    base.evidence())
                .digest())
        .isNotEqualTo(base.digest());
  }

  @Test
  void no_part_of_an_order_can_change_without_its_digest() {
    var parts =
        List.of(
            new Order(
                new RunId("00000000"), BOOK, "one", "act", Map.of(), Map.of(), Map.of(), Map.of()),
            new Order(
                RUN, Digest.of("other"), "one", "act", Map.of(), Map.of(), Map.of(), Map.of()),
            new Order(RUN, BOOK, "two", "act", Map.of(), Map.of(), Map.of(), Map.of()),
            new Order(RUN, BOOK, "one", "other", Map.of(), Map.of(), Map.of(), Map.of()),
            new Order(RUN, BOOK, "one", "act", Map.of("a", "1"), Map.of(), Map.of(), Map.of()),
            new Order(RUN, BOOK, "one", "act", Map.of(), Map.of("a", "1"), Map.of(), Map.of()),
            new Order(RUN, BOOK, "one", "act", Map.of(), Map.of(), Map.of("a", "1"), Map.of()),
            new Order(RUN, BOOK, "one", "act", Map.of(), Map.of(), Map.of(), Map.of("a", "1")),
            new Order(RUN, BOOK, "one", "act", Map.of(), Map.of(), Map.of(), Map.of()));
    assertThat(parts).extracting(Order::digest).doesNotHaveDuplicates();
  }

  @Test
  void a_value_cannot_pretend_to_be_another_fact() {
    var honest = order(Map.of("a", "1", "b", "2"));
    var forged = order(Map.of("a", "1\nintent.b=2"));
    assertThat(forged.canonical()).isNotEqualTo(honest.canonical());
    assertThat(forged.canonical().lines())
        .hasSameSizeAs(order(Map.of("a", "1")).canonical().lines().toList());
  }

  @Test
  void the_difference_names_each_fact_with_before_and_after() {
    assertThat(
            order(Map.of("live.oid", "2", "new", "x"))
                .differenceFrom(order(Map.of("live.oid", "1"))))
        .containsExactly("intent.live.oid: 1 -> 2", "intent.new: (none) -> x");
  }

  private static Order order(Map<String, String> intent) {
    return new Order(
        Samples.RUN,
        Digest.of("runbook"),
        "cutover",
        "database.swap",
        Map.of("to", "2026-11-21T11:30:00Z"),
        Map.of(),
        intent,
        Map.of("parity.verdict", "equal"));
  }
}
