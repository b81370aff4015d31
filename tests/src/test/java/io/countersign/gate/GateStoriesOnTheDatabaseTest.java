package io.countersign.gate;

import io.countersign.gate.GateStory.Act;
import io.countersign.gate.GateStory.Place;
import io.countersign.gate.GateStory.Setting;
import io.countersign.support.Bench;
import io.countersign.support.OurDatabase;
import java.time.Duration;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;

/** Some of the stories of {@link GatePropertiesTest} on the real journal. */
class GateStoriesOnTheDatabaseTest {
  /** One database for all stories; its clock only goes forward. */
  private static final class World {
    private final OurDatabase database = OurDatabase.fresh();
    private final Bench bench = new Bench(database);
    private Duration passed = Duration.ZERO;
    private int stories;

    void pass(Duration time) {
      passed = passed.plus(time);
      database.skip(passed.toMillis() + " milliseconds");
    }

    void play(Setting setting, List<Act> acts) {
      var place = new Place(bench.journal, bench.gates, bench.actions, this::pass);
      new GateStory(place, setting, "t" + ++stories).play(acts);
    }
  }

  /** Made when first asked for. */
  private static final class Made {
    static final World WORLD = new World();
  }

  @AfterContainer
  static void close() {
    Made.WORLD.database.close();
  }

  @Provide
  Arbitrary<Setting> settings() {
    return GatePropertiesTest.gates();
  }

  @Provide
  Arbitrary<List<Act>> acts() {
    return GatePropertiesTest.befalling().list().ofMinSize(4).ofMaxSize(10);
  }

  @Property(tries = 8)
  void nothing_destructive_starts_without_a_quorum_for_its_current_order(
      @ForAll("settings") Setting setting, @ForAll("acts") List<Act> acts) {
    Made.WORLD.play(setting, acts);
  }
}
