package io.countersign.gate;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.gate.GateStory.Act;
import io.countersign.gate.GateStory.Kind;
import io.countersign.gate.GateStory.Place;
import io.countersign.gate.GateStory.Setting;
import io.countersign.runbook.Gate;
import io.countersign.support.FakeActions;
import io.countersign.support.MemoryJournal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AfterContainer;

/**
 * Whatever the policy, and whoever votes, forges, changes and dies in whatever order: nothing
 * destructive starts without a quorum for its current order, and no approval comes to nothing.
 */
class GatePropertiesTest {
  private static final Map<String, Integer> SEEN = new TreeMap<>();

  @Provide
  Arbitrary<Setting> settings() {
    return gates();
  }

  @Provide
  Arbitrary<List<Act>> acts() {
    return befalling().list().ofMaxSize(14);
  }

  static Arbitrary<Setting> gates() {
    return Combinators.combine(
            Arbitraries.frequency(Tuple.of(3, 1), Tuple.of(2, 2), Tuple.of(1, 3)),
            Arbitraries.integers().between(1, 90),
            Arbitraries.of(Gate.Expiry.values()),
            Arbitraries.integers().between(1, 20),
            Arbitraries.of(true, false),
            Arbitraries.of(GateStory.ONE_ROLE, GateStory.ONE_ROLE, GateStory.TWO_ROLES),
            Arbitraries.integers().between(1, 30).optional(0.3),
            Arbitraries.frequency(Tuple.of(5, false), Tuple.of(1, true)))
        .as(
            (approvals, expires, then, validFor, typed, from, coolOff, scheduled) ->
                new Setting(
                    new Gate(
                        approvals,
                        from,
                        Duration.ofMinutes(expires),
                        then,
                        Duration.ofMinutes(validFor),
                        List.of(),
                        List.of("check"),
                        typed,
                        coolOff.map(Duration::ofMinutes),
                        Optional.empty()),
                    scheduled));
  }

  static Arbitrary<Act> befalling() {
    return Combinators.combine(
            Arbitraries.frequencyOf(
                Tuple.of(6, Arbitraries.just(Kind.APPROVE)),
                Tuple.of(2, Arbitraries.just(Kind.WAIT)),
                Tuple.of(4, Arbitraries.of(Kind.values()))),
            Arbitraries.integers().between(0, 11),
            Arbitraries.integers().between(0, 199))
        .as(Act::new);
  }

  @Property(tries = 400)
  void nothing_destructive_starts_without_a_quorum_for_its_current_order(
      @ForAll("settings") Setting setting, @ForAll("acts") List<Act> acts) {
    var journal = new MemoryJournal();
    var place = new Place(journal, journal, FakeActions.inMemory(), journal::pass);
    var story = new GateStory(place, setting, "acme");
    story.play(acts);
    story.kinds().stream().distinct().forEach(it -> SEEN.merge(it, 1, Integer::sum));
  }

  @AfterContainer
  static void theStoriesWentEverywhere() {
    System.out.println("stories at the gate, in how many what happened: " + SEEN);
    assertThat(SEEN)
        .containsKeys(
            "GateApproved",
            "GateDenied",
            "GateExpired",
            "GateLapsed",
            "CancelRequested",
            "Finished");
  }
}
